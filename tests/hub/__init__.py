"""A Hub-compatible server on loopback, and what tests need around it.

    with LoopbackHub() as hub:
        hub.create_repo("ada/news")
        run_client("...", endpoint=hub.url, token=hub.token("ada"))

`store.py` keeps repositories as git does, `server.py` speaks HTTP, `api.py` and
`files.py` hold the endpoints, `faults.py` breaks requests on purpose, and
`clients.py` starts real clients in fresh processes with empty caches.
"""

from tests.hub.clients import ClientRun, client_environment, run_client
from tests.hub.faults import Fault
from tests.hub.server import LoopbackHub, RequestRecord
from tests.hub.store import HubRefusal, Repo, Store, User

__all__ = [
    "ClientRun",
    "Fault",
    "HubRefusal",
    "LoopbackHub",
    "Repo",
    "RequestRecord",
    "Store",
    "User",
    "client_environment",
    "run_client",
]
