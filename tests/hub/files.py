"""Endpoints of the loopback Hub that move files: preupload, LFS, commit, resolve."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

from tests.hub.api import REPO, card_errors, file_info, refuse_gated
from tests.hub.server import Reply, Request, refuse_without
from tests.hub.store import HubRefusal, Operation, Repo, tree_oids, upload_mode

__all__ = ["ROUTES"]


def paths_info(request: Request) -> Reply:
    repo = request.repo()
    if "json" in (request.headers.get("Content-Type") or ""):
        wanted = request.json()["paths"]
    else:
        wanted = parse_qs(request.body.decode()).get("paths", [])
    commit = repo.head(request.args["revision"])
    folders = tree_oids(commit.files)
    found: list[dict[str, Any]] = []
    for path in wanted:
        if path in commit.files:
            found.append(file_info(path, commit.files[path]))
        elif path in folders:
            found.append({"type": "directory", "oid": folders[path], "size": 0, "path": path})
    return Reply.of(found)


def preupload(request: Request) -> Reply:
    repo = _writable(request)
    commit = repo.head(request.args["revision"])
    attributes = commit.files.get(".gitattributes")
    rules = repo.content(attributes) if attributes else b""
    answers = []
    for file in request.json()["files"]:
        path, sample = file["path"], base64.b64decode(file.get("sample", ""))
        answer: dict[str, Any] = {
            "path": path,
            "uploadMode": upload_mode(path, file["size"], sample, rules),
            "shouldIgnore": False,
        }
        if path in commit.files:
            answer["oid"] = commit.files[path].remote_oid
        answers.append(answer)
    return Reply.of({"files": answers, "commitOid": commit.oid})


def lfs_batch(request: Request) -> Reply:
    refuse_without(request.user, write=True)
    repo = request.repo()
    objects = []
    for asked in request.json()["objects"]:
        oid, size = asked["oid"], asked["size"]
        answer: dict[str, Any] = {"oid": oid, "size": size}
        if oid not in repo.large:
            answer["actions"] = _upload_actions(request, repo, oid, size)
        objects.append(answer)
    return Reply.of({"transfer": "basic", "objects": objects})


def _upload_actions(request: Request, repo: Repo, oid: str, size: int) -> dict[str, Any]:
    url = f"{request.hub.url}/lfs-store/{repo.type}/{repo.id}/{oid}"
    part = request.hub.lfs_part_bytes
    if part is None or size <= part:
        verify = {"href": f"{url}/verify"}
        return {"upload": {"href": url, "header": {}}, "verify": verify}
    count = -(-size // part)
    parts = {str(number): f"{url}/part/{number}" for number in range(1, count + 1)}
    return {"upload": {"href": f"{url}/complete", "header": {"chunk_size": str(part), **parts}}}


def lfs_put(request: Request) -> Reply:
    _keep(request, request.body)
    return Reply(200)


def _keep(request: Request, content: bytes) -> None:
    """Store a large file under its SHA-256, if it has it."""
    oid = request.args["oid"]
    if hashlib.sha256(content).hexdigest() != oid:
        raise HubRefusal(400, "", "The content does not have the promised SHA-256")
    _object_store(request)[oid] = content


def _object_store(request: Request) -> dict[str, bytes]:
    """Storage asks for no token: its addresses are signed on the real Hub."""
    return request.hub.store.repo(request.args["repo_id"], request.args["kind"]).large


def lfs_part(request: Request) -> Reply:
    parts = request.hub.parts.setdefault(request.args["oid"], {})
    parts[int(request.args["number"])] = request.body
    return Reply(200, headers={"ETag": f'"{hashlib.md5(request.body).hexdigest()}"'})


def lfs_complete(request: Request) -> Reply:
    parts = request.hub.parts.pop(request.args["oid"], {})
    _keep(request, b"".join(parts[number] for number in sorted(parts)))
    return Reply.of({"success": True})


def lfs_verify(request: Request) -> Reply:
    if request.args["oid"] not in _object_store(request):
        raise HubRefusal(404, "", "No such object")
    return Reply.of({})


def commit(request: Request) -> Reply:
    repo = _writable(request)
    author = refuse_without(request.user, write=True)
    lines = [json.loads(line) for line in request.body.splitlines() if line.strip()]
    header = next(line["value"] for line in lines if line["key"] == "header")
    operations = list(_operations(lines))
    for operation in operations:
        if operation.path == "README.md" and operation.kind == "file":
            for error in card_errors(operation.content.decode("utf-8", "replace")):
                raise HubRefusal(400, "", f"Invalid metadata in README.md: {error}")
    ref, answer = request.args["revision"], {}
    url = f"{request.hub.url}/{repo.type}s/{repo.id}"
    if "create_pr" in request.query:
        if header.pop("parentCommit", repo.head(ref).oid) != repo.head(ref).oid:
            raise HubRefusal(412, "", "A commit has happened since.")
        opened = request.hub.store.open_discussion(
            repo, header["summary"], author.name, pull_request=True
        )
        ref, answer = opened.ref, {"pullRequestUrl": f"{url}/discussions/{opened.num}"}
        opened.status = "open"
    made = request.hub.store.commit(
        repo,
        ref,
        operations,
        about=(header["summary"], author.name),
        parent=header.get("parentCommit"),
    )
    return Reply.of(
        {
            "success": True,
            "commitOid": made.oid,
            "commitUrl": f"{url}/commit/{made.oid}",
            "hookOutput": "",
            **answer,
        }
    )


def _operations(lines: list[dict[str, Any]]) -> Iterator[Operation]:
    for line in lines:
        value = line["value"]
        if line["key"] == "file":
            yield Operation("file", value["path"], base64.b64decode(value["content"]))
        elif line["key"] == "lfsFile":
            yield Operation(
                "lfsFile", value["path"], sha256=value["oid"], size=value.get("size", 0)
            )
        elif line["key"] in ("deletedFile", "deletedFolder"):
            yield Operation(line["key"], value["path"])


def _writable(request: Request) -> Repo:
    """Find a repository to write to; anyone may write to their own pull request."""
    author = refuse_without(request.user, write=True)
    repo = request.repo()
    revision = request.args["revision"]
    if revision.startswith("refs/pr/"):
        opened = repo.discussions.get(int(revision.removeprefix("refs/pr/")))
        if opened is not None and opened.author == author.name:
            return repo
    if "create_pr" in request.query:
        return repo
    return request.repo(write=True)


def resolve(request: Request) -> Reply:
    repo = request.repo()
    refuse_gated(repo, request.user)
    found = repo.head(request.args["revision"])
    headers = {"X-Repo-Commit": found.oid, "Accept-Ranges": "bytes"}
    entry = found.files.get(request.args["path"])
    if entry is None:
        reply = Reply(404, b"Entry not found", headers)
        reply.headers.update(
            {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"}
        )
        return reply
    content = repo.content(entry)
    headers["ETag"] = f'"{entry.oid}"'
    if entry.sha256 is not None:
        headers["X-Linked-Etag"] = f'"{entry.sha256}"'
        headers["X-Linked-Size"] = str(entry.size)
    return _ranged(request, content, headers)


def _ranged(request: Request, content: bytes, headers: dict[str, str]) -> Reply:
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range") or "")
    if request.method == "HEAD":
        return Reply(200, b"", {**headers, "Content-Length": str(len(content))})
    if not asked:
        return Reply(200, content, headers)
    first, last = asked.groups()
    start = int(first) if first else max(len(content) - int(last or 0), 0)
    end = min(int(last) + 1, len(content)) if first and last else len(content)
    if start >= len(content):
        return Reply(416, b"", {**headers, "Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
    return Reply(206, content[start:end], headers)


OBJECT = r"/lfs-store/(?P<kind>\w+)/(?P<repo_id>[^/]+/[^/]+)/(?P<oid>[0-9a-f]{64})"
PAGE = r"/(?P<prefix>datasets/|spaces/|)(?P<repo_id>[^/]+/[^/]+)"
RESOLVE = PAGE + r"/resolve/(?P<revision>[^/]+)/(?P<path>.+)"

ROUTES: list[tuple[str, str, str, Callable[..., Reply]]] = [
    ("POST", REPO + r"/paths-info/(?P<revision>[^/]+)", "paths_info", paths_info),
    ("POST", REPO + r"/preupload/(?P<revision>[^/]+)", "preupload", preupload),
    ("POST", REPO + r"/commit/(?P<revision>[^/]+)", "commit", commit),
    ("POST", PAGE + r"\.git/info/lfs/objects/batch", "lfs_batch", lfs_batch),
    ("PUT", OBJECT, "lfs_put", lfs_put),
    ("PUT", OBJECT + r"/part/(?P<number>\d+)", "lfs_part", lfs_part),
    ("POST", OBJECT + r"/complete", "lfs_complete", lfs_complete),
    ("POST", OBJECT + r"/verify", "lfs_verify", lfs_verify),
    ("HEAD", RESOLVE, "resolve_head", resolve),
    ("GET", RESOLVE, "resolve", resolve),
]
