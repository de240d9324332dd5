"""The only package that talks to the Hub.

`remote.py` holds names and states, without a network; `faults.py` turns what
the client raises into our errors; `client.py` makes the calls.
"""
