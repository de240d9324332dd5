"""The HTTP side of the loopback Hub: routing, faults, log. Endpoints live in `api` and `files`."""

import json
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, unquote

from tests.hub.faults import Fault, FaultPlan
from tests.hub.store import HubRefusal, Repo, Store, User

__all__ = ["LoopbackHub", "Reply", "Request", "RequestRecord", "refuse_without"]

TOKENS = {
    "hf_ada": User("ada", "write"),
    "hf_ada_read": User("ada", "read"),
    "hf_bob": User("bob", "write"),
}


@dataclass(frozen=True)
class Request:
    """One HTTP request: its body read to the end, its route's groups unquoted in `args`."""

    hub: "LoopbackHub"
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Message
    body: bytes
    args: Mapping[str, str]

    @property
    def user(self) -> User | None:
        """Who asks; None without a token."""
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        if not scheme or self.path.startswith("/lfs-store/"):
            return None
        if token not in self.hub.store.users:
            raise HubRefusal(401, "", "Invalid credentials in Authorization header")
        return self.hub.store.users[token]

    def json(self) -> Any:
        """Parse the body."""
        return json.loads(self.body or b"{}")

    def repo(self, *, write: bool = False) -> Repo:
        """Find the repository as this user sees it; private and missing look the same."""
        prefix = self.args.get("prefix", "datasets/").removesuffix("s/") or "model"
        found = self.hub.store.repos.get((self.args.get("kind", prefix), self.args["repo_id"]))
        user = self.user
        if found is None or (found.private and (user is None or user.name != found.owner)):
            raise HubRefusal(401 if user is None else 404, "RepoNotFound", "Repository not found")
        if write and refuse_without(user, write=True).name != found.owner:
            raise HubRefusal(403, "", "Forbidden: you cannot write to this repository")
        return found


@dataclass
class Reply:
    """One answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: object, **headers: str) -> Self:
        """Answer with JSON."""
        kept = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(200, json.dumps(data).encode(), {"Content-Type": "application/json", **kept})


class RequestRecord(NamedTuple):
    """One line of the log."""

    kind: str
    method: str
    path: str
    status: int
    bytes_in: int
    bytes_out: int
    fault: str


class Route(NamedTuple):
    """An endpoint: its kind is what faults and the log call it."""

    method: str
    pattern: re.Pattern[str]
    kind: str
    call: Callable[[Request], Reply]


class LoopbackHub:
    """A Hub on 127.0.0.1, with accounts `ada` (write and read-only tokens) and `bob`."""

    def __init__(self, *, page_size: int = 1000, lfs_part_bytes: int | None = None) -> None:
        """Prepare the server.

        Args:
            page_size: entries per page of a tree listing.
            lfs_part_bytes: upload large files in parts of this many bytes; None for one PUT.
        """
        self.store = Store(TOKENS)
        self.faults = FaultPlan()
        self.log: list[RequestRecord] = []
        self.page_size, self.lfs_part_bytes = page_size, lfs_part_bytes
        self.parts: dict[str, dict[int, bytes]] = {}
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.hub = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.faults.clear()
        self._server.shutdown()
        self._server.server_close()

    def create_repo(self, repo_id: str, *, private: bool = False) -> Repo:
        """Create a data set repository without going through HTTP."""
        return self.store.create_repo(repo_id, private=private)

    def repo(self, repo_id: str) -> Repo:
        """Find a data set repository."""
        return self.store.repo(repo_id)

    def fault(self, kind: str, action: Any, **how: Any) -> Fault:
        """Add a rule that breaks requests."""
        rule = Fault(kind, action, **how)
        self.faults.rules.append(rule)
        return rule

    def count(self, kind: str, *, ok: bool = False) -> int:
        """Count logged requests of a kind; with `ok`, the answered ones only."""
        return sum(r.kind == kind and (not ok or 200 <= r.status < 300) for r in self.log)

    def counts(self) -> dict[str, int]:
        """Count logged requests by kind."""
        return dict(sorted(Counter(record.kind for record in self.log).items()))

    def bytes_received(self, *kinds: str) -> int:
        """Add up the bodies of logged requests, of some kinds or of all."""
        return sum(r.bytes_in for r in self.log if not kinds or r.kind in kinds)


def refuse_without(user: User | None, *, write: bool = False) -> User:
    """Ask for a valid token, and for a writing one."""
    if user is None:
        raise HubRefusal(401, "", "Invalid username or password.")
    if write and user.role != "write":
        raise HubRefusal(403, "", "Forbidden: this token has no write access")
    return user


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    hub: LoopbackHub

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet about connections that a fault or a killed client has cut."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - names of the base class

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name of the base class
        """Log nothing to stderr; `LoopbackHub.log` has it."""

    def _answer(self) -> None:
        hub = self.server.hub
        body = self._read_body()
        path, _, query = self.path.partition("?")
        route, args = _find_route(self.command, path)
        kind = route.kind if route else "unknown"
        fault = hub.faults.strike(kind)
        if fault and fault.when == "before" and self._misbehave(fault, None, kind, len(body)):
            return
        asked = parse_qs(query, keep_blank_values=True)
        request = Request(hub, self.command, path, asked, self.headers, body, args)
        reply = self._call(route, request)
        late = fault is not None and (fault.when == "after" or fault.action == "truncate")
        if not (fault and late and self._misbehave(fault, reply, kind, len(body))):
            self._send(reply, kind, len(body))

    def _call(self, route: Route | None, request: Request) -> Reply:
        if route is None:
            return Reply(404, b'{"error": "no such endpoint"}')
        try:
            with request.hub.store.lock:
                return route.call(request)
        except HubRefusal as refusal:
            headers = {"X-Error-Message": refusal.message, "Content-Type": "application/json"}
            if refusal.code:
                headers["X-Error-Code"] = refusal.code
            body = json.dumps({"error": refusal.message}).encode()
            return Reply(refusal.status, body, headers)

    def _misbehave(self, fault: Fault, reply: Reply | None, kind: str, bytes_in: int) -> bool:
        """Carry out a fault; return whether the request is over."""
        fault.reached.set()
        name = f"{fault.action} {fault.when}"
        match fault.action:
            case "hold":
                fault.release.wait(120)
                return False
            case "slow":
                time.sleep(fault.seconds)
                return False
            case "reset":
                self._log(kind, Reply(0), bytes_in, name)
                self._reset()
            case "truncate":
                if reply is None:
                    return False
                self._send(reply, kind, bytes_in, fault=name, half=True)
            case _:
                self._send(fault_reply(fault), kind, bytes_in, fault=name)
        return True

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()

    def _send(
        self, reply: Reply, kind: str, bytes_in: int, *, half: bool = False, fault: str = ""
    ) -> None:
        body = b"" if self.command == "HEAD" else reply.body
        self._log(kind, Reply(reply.status, body), bytes_in, fault)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value.encode("ascii", "replace").decode().replace("\n", " "))
        if "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.body) + half))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)
        self.wfile.flush()
        if half:
            self.close_connection = True

    def _log(self, kind: str, reply: Reply, bytes_in: int, fault: str) -> None:
        record = RequestRecord(
            kind, self.command, self.path, reply.status, bytes_in, len(reply.body), fault
        )
        self.server.hub.log.append(record)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the client went away in the middle of a body")
        return body


def fault_reply(fault: Fault) -> Reply:
    """Make the answer of a fault that answers."""
    if fault.action == "ratelimit":
        headers = {
            "RateLimit": f'"api";r=0;t={int(fault.seconds)}',
            "RateLimit-Policy": '"fixed window";"api";q=1000;w=300',
        }
        return Reply(429, b"Too Many Requests", headers)
    headers = {"X-Error-Code": fault.code} if fault.code else {}
    if fault.message:
        headers["X-Error-Message"] = fault.message
    return Reply(fault.status, fault.body, headers)


def _find_route(method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    for route in _routes():
        if route.method == method and (found := route.pattern.fullmatch(path)):
            return route, {n: unquote(v) for n, v in found.groupdict().items()}
    return None, {}


def _routes() -> list[Route]:
    """Compile the route table once; endpoints import this module, hence the late import."""
    if not _ROUTES:
        from tests.hub import api, files

        for method, pattern, kind, call in (*api.ROUTES, *files.ROUTES):
            _ROUTES.append(Route(method, re.compile(pattern), kind, call))
    return _ROUTES


_ROUTES: list[Route] = []
