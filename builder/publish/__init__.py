"""Put a verified build on the Hub so that readers see the old release or the new one.

release.py   a folder → what of it may be published, and what is wrong with it
plan.py      release + state of the repository → operations (pure)
commit.py    operations → one commit, or a pull request that is merged when it is whole
publish.py   the order, and what is repeated after a failure
"""
