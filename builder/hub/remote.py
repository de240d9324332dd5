"""What a repository on the Hub looks like from here: names, files, references.

Values only. Nothing here reaches the network or imports its client.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from builder.errors import ConfigError

__all__ = [
    "URI_PREFIX",
    "PullRequest",
    "RemoteFile",
    "RemoteState",
    "RepoUri",
    "check_ref_name",
    "check_repo_id",
    "parse_uri",
]

URI_PREFIX = "hf://datasets/"

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?")
_OID = re.compile(r"[0-9a-f]{40}")
#: What git does not allow in a reference, besides the rules on dots, slashes and `.lock`.
_BAD_IN_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|/\.")


class RemoteFile(NamedTuple):
    """A file on the Hub and what it can be compared by.

    Attributes:
        path: path in the repository.
        size: bytes of its content.
        blob_id: git's id: of the content, or of the pointer of a large file.
        sha256: SHA-256 of the content of a large file, else None.
    """

    path: str
    size: int
    blob_id: str
    sha256: str | None


@dataclass(frozen=True)
class RemoteState:
    """A data set repository at one revision, read at one moment.

    Attributes:
        exists: whether it exists, as far as this token can see.
        head: commit that the revision names; None if the repository does not exist.
        files: its files by path.
        private: whether only its owners see it.
        gated: False, `auto` or `manual`.
        tags: commits by tag.
        missing_branch: the revision is a branch that does not exist yet; `head` and
            `files` are then those of main, where it will start.
    """

    exists: bool
    head: str | None = None
    files: Mapping[str, RemoteFile] = field(default_factory=dict)
    private: bool = False
    gated: str | bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    missing_branch: bool = False


class PullRequest(NamedTuple):
    """An open pull request."""

    num: int
    url: str

    @property
    def ref(self) -> str:
        """The reference that its commits are on."""
        return f"refs/pr/{self.num}"


class RepoUri(NamedTuple):
    """A data set repository and, if given, a revision of it."""

    repo_id: str
    revision: str | None


def check_repo_id(repo_id: str) -> str:
    """Return a repository id unchanged if the Hub can have it.

    Raises:
        ConfigError: it is not `user/name` in the Hub's characters.
    """
    owner, slash, name = repo_id.partition("/")
    fits = slash and all(_NAME.fullmatch(part) for part in (owner, name))
    if not fits or "--" in repo_id or ".." in repo_id or name.endswith(".git"):
        raise ConfigError(
            f"invalid repository id {repo_id!r}: give user/name in letters, digits, '-', '_' "
            "and '.' (at most 96 each, no '--' or '..', no '.git' at the end)"
        )
    return repo_id


def check_ref_name(name: str, what: str) -> str:
    """Return the name of a tag or branch unchanged if git and the Hub can have it.

    Raises:
        ConfigError: git does not allow the name, or it looks like a commit id.
    """
    allowed = (
        name
        and not _BAD_IN_REF.search(name)
        and not name.startswith(("-", "/", ".", "refs/"))
        and not name.endswith(("/", ".", ".lock"))
        and not _OID.fullmatch(name)
    )
    if not allowed:
        raise ConfigError(f"invalid {what} {name!r}: give a name such as v1.2.0")
    return name


def parse_uri(uri: str) -> RepoUri:
    """Split `hf://datasets/user/name[@revision]`.

    Raises:
        ConfigError: it is not such an address.
    """
    if not uri.startswith(URI_PREFIX):
        raise ConfigError(f"invalid address {uri!r}: give {URI_PREFIX}user/name[@revision]")
    repo_id, at, revision = uri.removeprefix(URI_PREFIX).rstrip("/").partition("@")
    if at and not revision.startswith("refs/pr/") and not _OID.fullmatch(revision):
        check_ref_name(revision, "revision")
    return RepoUri(check_repo_id(repo_id), revision or None)
