"""Compare two releases.

`compare.py` reads two folders, `difference.py` holds what differs and which version
follows from it (pure), `report.py` says so in lines, JSON and a changelog entry.
"""
