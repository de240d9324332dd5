"""Repositories as the Hub keeps them: git objects, references, large files, pull requests.

Knows git's hashes (blobs, trees and commits have the ids that git would give
them) and the Hub's rules; knows nothing of HTTP. Everything lives in memory.
"""

import hashlib
import itertools
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Literal, NamedTuple

__all__ = ["Commit", "Discussion", "Entry", "HubRefusal", "Operation", "Repo", "Store", "User"]

#: What the Hub writes into a new dataset repository (shortened).
GITATTRIBUTES = b"".join(
    f"{pattern} filter=lfs diff=lfs merge=lfs -text\n".encode()
    for pattern in ("*.parquet", "*.arrow", "*.bin", "*.gz", "*.zip", "*.zst", "*.tar", "*.jpg")
)
#: Regular files above this size must be stored as large files.
MAX_REGULAR_BYTES = 10 * 2**20
MAX_FOLDER_ENTRIES = 10_000


class HubRefusal(Exception):  # noqa: N818 - what the Hub does, not what failed
    """The Hub's answer to a request that it does not fulfil."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class User(NamedTuple):
    """An account and what its token may do."""

    name: str
    role: Literal["read", "write"] = "write"


@dataclass(frozen=True)
class Entry:
    """A file in a commit: its git blob, and for a large file its SHA-256."""

    oid: str
    size: int
    sha256: str | None = None

    @property
    def remote_oid(self) -> str:
        """The id that preupload answers with."""
        return self.sha256 or self.oid


@dataclass(frozen=True)
class Commit:
    """One state of a repository."""

    oid: str
    parents: tuple[str, ...]
    files: Mapping[str, Entry]
    title: str
    author: str
    number: int


@dataclass(frozen=True)
class Operation:
    """One line of a commit."""

    kind: Literal["file", "lfsFile", "deletedFile", "deletedFolder"]
    path: str
    content: bytes = b""
    sha256: str = ""
    size: int = 0


@dataclass
class Discussion:
    """A pull request, or a discussion without one."""

    num: int
    title: str
    author: str
    is_pull_request: bool
    base: str
    status: str = "draft"
    merge_commit: str | None = None

    @property
    def ref(self) -> str:
        return f"refs/pr/{self.num}"


@dataclass
class Repo:
    """A repository; `refs` maps full names (`refs/heads/main`) to commits."""

    id: str
    type: str
    private: bool = False
    gated: str | bool = False
    readers: set[str] = field(default_factory=set)
    refs: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    discussions: dict[int, Discussion] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return self.id.split("/")[0]

    def head(self, revision: str = "main") -> Commit:
        """Return the commit that a branch, tag, pull request or id names."""
        if revision in self.commits:
            return self.commits[revision]
        for name in (revision, f"refs/heads/{revision}", f"refs/tags/{revision}"):
            if name in self.refs:
                return self.commits[self.refs[name]]
        raise HubRefusal(404, "RevisionNotFound", f"Invalid rev id: {revision}")

    def history(self, revision: str = "main") -> list[Commit]:
        """List commits along first parents, newest first."""
        commit = self.head(revision)
        found = [commit]
        while commit.parents:
            commit = self.commits[commit.parents[0]]
            found.append(commit)
        return found

    def files(self, revision: str = "main") -> dict[str, bytes]:
        """Return path and content of every file, for tests to compare."""
        return {p: self.content(e) for p, e in sorted(self.head(revision).files.items())}

    def content(self, entry: Entry) -> bytes:
        """Return the bytes behind an entry."""
        return self.blobs[entry.oid] if entry.sha256 is None else self.large[entry.sha256]


class Store:
    """All repositories and accounts of one server. Thread-safe through `lock`."""

    def __init__(self, users: Mapping[str, User] | None = None) -> None:
        self.lock = threading.RLock()
        self.users = dict(users or {})
        self.repos: dict[tuple[str, str], Repo] = {}
        self._numbers = itertools.count(1)

    def create_repo(
        self, repo_id: str, repo_type: str = "dataset", *, private: bool = False
    ) -> Repo:
        """Create a repository with its first commit, as the Hub does."""
        key = (repo_type, repo_id)
        if key in self.repos:
            raise HubRefusal(409, "", "You already created this dataset repo")
        repo = Repo(repo_id, repo_type, private=private)
        attributes = _regular(repo, GITATTRIBUTES)
        first = {".gitattributes": attributes}
        self._write(repo, "refs/heads/main", [], first, ("initial commit", repo.owner))
        self.repos[key] = repo
        return repo

    def repo(self, repo_id: str, repo_type: str = "dataset") -> Repo:
        """Find a repository."""
        found = self.repos.get((repo_type, repo_id))
        if found is None:
            raise HubRefusal(404, "RepoNotFound", "Repository not found")
        return found

    def commit(
        self,
        repo: Repo,
        ref: str,
        operations: Iterable[Operation],
        *,
        about: tuple[str, str] = ("update", "someone"),
        parent: str | None = None,
    ) -> Commit:
        """Apply operations in order as one commit on a reference.

        Raises:
            HubRefusal: 412 when the reference has moved on from `parent`; 400 for
                bad paths, unknown large files and folders with too many entries.
        """
        with self.lock:
            head = repo.head(ref)
            if parent is not None and parent != head.oid:
                raise HubRefusal(
                    412,
                    "",
                    "A commit has happened since. Please refresh and try again.",
                )
            files = dict(head.files)
            for operation in operations:
                _apply(repo, files, operation)
            _check_folders(files)
            return self._write(repo, ref, [head.oid], files, about)

    def open_discussion(
        self, repo: Repo, title: str, author: str, *, pull_request: bool
    ) -> Discussion:
        """Open a discussion; a pull request gets a reference at the head of main."""
        with self.lock:
            base = repo.head().oid
            found = Discussion(len(repo.discussions) + 1, title, author, pull_request, base)
            found.status = "draft" if pull_request else "open"
            repo.discussions[found.num] = found
            if pull_request:
                repo.refs[found.ref] = base
            return found

    def merge(self, repo: Repo, num: int, author: str) -> Commit:
        """Merge a pull request into main in one step: three ways, by whole files."""
        with self.lock:
            request = repo.discussions[num]
            if request.status != "open":
                raise HubRefusal(400, "", f"Cannot merge a pull request that is {request.status}")
            base = repo.commits[request.base].files
            ours, theirs = repo.head().files, repo.head(request.ref).files
            files = dict(ours)
            for path in sorted(base.keys() | theirs.keys()):
                if base.get(path) == theirs.get(path):
                    continue
                if ours.get(path) not in (base.get(path), theirs.get(path)):
                    raise HubRefusal(409, "", f"This pull request has conflicts in {path}")
                files.pop(path, None)
                if path in theirs:
                    files[path] = theirs[path]
            parents = [repo.head().oid, repo.head(request.ref).oid]
            about = (f"{request.title} (#{num})", author)
            merged = self._write(repo, "refs/heads/main", parents, files, about)
            request.status, request.merge_commit = "merged", merged.oid
            return merged

    def _write(
        self,
        repo: Repo,
        ref: str,
        parents: list[str],
        files: Mapping[str, Entry],
        about: tuple[str, str],
    ) -> Commit:
        number, (title, author) = next(self._numbers), about
        lines = [f"tree {_tree_oid(files)}", *(f"parent {p}" for p in parents)]
        lines += [f"author {author} <{author}@loopback> {number} +0000", "", title]
        oid = _git_hash("commit", "\n".join(lines).encode())
        repo.commits[oid] = Commit(oid, tuple(parents), dict(files), title, author, number)
        name = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
        repo.refs[name] = oid
        return repo.commits[oid]


def upload_mode(
    path: str, size: int, sample: bytes, attributes: bytes
) -> Literal["lfs", "regular"]:
    """Decide as the Hub does: by `.gitattributes`, by size, by what the first bytes look like."""
    name = path.rsplit("/", 1)[-1]
    for line in attributes.decode().splitlines():
        pattern, _, rest = line.partition(" ")
        if "filter=lfs" in rest and (fnmatch(name, pattern) or fnmatch(path, pattern)):
            return "lfs"
    return "lfs" if size > MAX_REGULAR_BYTES or b"\0" in sample else "regular"


def large_entry(sha256: str, size: int) -> Entry:
    """Make the entry of a large file: its blob is the pointer."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
    return Entry(_git_hash("blob", pointer.encode()), size, sha256)


def tree_oids(files: Mapping[str, Entry]) -> dict[str, str]:
    """Return the git id of every folder, the root under the empty path."""
    oids: dict[str, str] = {}
    _hash_tree(_nest(files), "", oids)
    return oids


def _regular(repo: Repo, content: bytes) -> Entry:
    entry = Entry(_git_hash("blob", content), len(content))
    repo.blobs[entry.oid] = content
    return entry


def _apply(repo: Repo, files: dict[str, Entry], operation: Operation) -> None:
    path = operation.path
    if operation.kind == "deletedFolder":
        path = path.rstrip("/")
    parts = path.split("/")
    if not path or path.startswith("/") or {"", ".", "..", ".git"} & set(parts):
        raise HubRefusal(400, "", f"Invalid path in commit: {path}")
    if operation.kind == "file":
        if len(operation.content) > MAX_REGULAR_BYTES:
            raise HubRefusal(400, "", f"{path} is too large for a regular file: use LFS")
        files[path] = _regular(repo, operation.content)
    elif operation.kind == "lfsFile":
        if operation.sha256 not in repo.large:
            raise HubRefusal(400, "", f"LFS pointer to an object that was not uploaded: {path}")
        files[path] = large_entry(operation.sha256, len(repo.large[operation.sha256]))
    elif operation.kind == "deletedFile":
        if path not in files:
            raise HubRefusal(400, "", f"Cannot delete {path}: no such file")
        del files[path]
    else:
        for found in [p for p in files if p.startswith(path + "/")]:
            del files[found]


def _check_folders(files: Mapping[str, Entry]) -> None:
    children: dict[str, set[str]] = {}
    for path in files:
        parts = path.split("/")
        for depth in range(len(parts)):
            children.setdefault("/".join(parts[:depth]), set()).add(parts[depth])
    for folder, names in children.items():
        if len(names) > MAX_FOLDER_ENTRIES:
            raise HubRefusal(
                400, "", f"Your push was rejected: {folder or '/'} has more than 10000 entries"
            )


def _git_hash(kind: str, data: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data).hexdigest()


def _nest(files: Mapping[str, Entry]) -> dict[str, object]:
    root: dict[str, object] = {}
    for path, entry in files.items():
        node = root
        *folders, name = path.split("/")
        for folder in folders:
            node = node.setdefault(folder, {})  # type: ignore[assignment]
        node[name] = entry
    return root


def _hash_tree(node: dict[str, object], path: str, oids: dict[str, str]) -> str:
    lines: list[tuple[str, bytes]] = []
    for name, child in node.items():
        if isinstance(child, Entry):
            lines.append((name, f"100644 {name}\0".encode() + bytes.fromhex(child.oid)))
        else:
            assert isinstance(child, dict)
            oid = _hash_tree(child, f"{path}/{name}" if path else name, oids)
            lines.append((name + "/", f"40000 {name}\0".encode() + bytes.fromhex(oid)))
    oids[path] = _git_hash("tree", b"".join(line for _, line in sorted(lines)))
    return oids[path]


def _tree_oid(files: Mapping[str, Entry]) -> str:
    return tree_oids(files)[""]
