"""Plan a publication: compare a release with a repository and name every operation. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from builder.errors import ConfigError
from builder.hub.remote import RemoteFile, RemoteState
from builder.publish.card import loads
from builder.publish.options import PublishOptions
from builder.publish.release import MAX_REGULAR_BYTES, LocalFile, Release
from schema.findings import Finding, FindingCode

__all__ = ["HUB_OWNED", "Plan", "plan_release", "same_content"]

#: Files that the Hub makes itself; they stay as they are.
HUB_OWNED = frozenset({".gitattributes"})

#: Operations that go into one commit. The client's own folder upload goes up to 1,000; the
#: Hub's limit is said to be 25,000 files, but its answer must come within 60 s, and commits
#: of some hundred files take seconds. Above it, files are staged on a pull request.
MAX_COMMIT_OPERATIONS = 1_000
#: Bytes of regular files in one commit; they travel inside the request, a third larger there.
MAX_COMMIT_BYTES = 500_000_000
#: Limits of a repository (documentation of the Hub, 2026-08).
MAX_FOLDER_ENTRIES = 10_000
MAX_REPO_FILES = 100_000
MAX_FILE_BYTES = 200_000_000_000


@dataclass(frozen=True)
class Plan:
    """What a publication does to a repository. Paths are sorted.

    Attributes:
        base: the commit that the plan was made for; None for a new repository.
        adds, replaces, deletes, unchanged: paths by what happens to them.
        kept: files on the Hub that no release listed and that stay.
        bytes_to_send: sizes of added and replaced files; less travels where the Hub
            has parts of them already.
        private: the visibility to set; None leaves it, or leaves it to the owner's default.
        staged: why it takes a pull request that is merged when it is whole; else empty.
        proposed: a pull request is opened and left to people.
        findings: what the repository would suffer from.
    """

    repo_id: str
    revision: str
    version: str
    base: str | None
    adds: tuple[str, ...]
    replaces: tuple[str, ...]
    deletes: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]
    bytes_to_send: int
    private: bool | None
    staged: str
    proposed: bool
    findings: tuple[Finding, ...]

    @property
    def operations(self) -> int:
        """Count what changes."""
        return len(self.adds) + len(self.replaces) + len(self.deletes)

    @property
    def creates(self) -> bool:
        """Say whether the repository is new."""
        return self.base is None

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self) | {"findings": [finding._asdict() for finding in self.findings]}


def plan_release(
    release: Release, remote: RemoteState, options: PublishOptions, earlier: frozenset[str]
) -> Plan:
    """Compare a release with a repository.

    Args:
        release: what to publish.
        remote: the repository at the target revision.
        options: what the user asked for.
        earlier: paths listed by the manifest that is in the repository now.

    Raises:
        ConfigError: the release is beyond a limit of the Hub, or its licence does not
            agree with the repository's visibility.
    """
    local = release.files
    foreign = sorted(remote.files.keys() - local.keys() - HUB_OWNED)
    deletes = [path for path in foreign if options.prune or path in earlier]
    kept = [path for path in foreign if path not in deletes]
    adds = sorted(local.keys() - remote.files.keys())
    shared = sorted(local.keys() & remote.files.keys())
    unchanged = [path for path in shared if same_content(local[path], remote.files[path])]
    replaces = [path for path in shared if path not in set(unchanged)]
    sent = [local[path] for path in (*adds, *replaces)]
    name = options.repo_id.split("/")[1]
    _check_limits(local, kept)
    return Plan(
        repo_id=options.repo_id,
        revision=options.revision,
        version=release.manifest.version,
        base=remote.head,
        adds=tuple(adds),
        replaces=tuple(replaces),
        deletes=tuple(deletes),
        unchanged=tuple(unchanged),
        kept=tuple(kept),
        bytes_to_send=sum(file.size for file in sent),
        private=_visibility(release, remote, options),
        staged=_why_staged(sent, len(deletes), options),
        proposed=options.create_pr,
        findings=tuple(_stray(path) for path in kept if loads(release.card, path, name)),
    )


def same_content(local: LocalFile, remote: RemoteFile) -> bool:
    """Say whether a file on the Hub has these bytes, by the checksum that the Hub shows."""
    if remote.sha256 is not None:
        return remote.sha256 == local.sha256
    return local.size <= MAX_REGULAR_BYTES and remote.blob_id == local.blob_id


def _stray(path: str) -> Finding:
    advice = "not of this release, yet readers would load it; delete it, or use --prune"
    return Finding(FindingCode.CARD_STRAY, advice, path)


def _visibility(release: Release, remote: RemoteState, options: PublishOptions) -> bool | None:
    """Decide the visibility: as asked; else private for a new repository of licence `other`."""
    if options.private is not None:
        return options.private if options.private != remote.private or not remote.exists else None
    if release.card.license != "other":
        return None
    if not remote.exists:
        return True
    if not remote.private and "manifest.json" not in remote.files:
        raise ConfigError(
            f"{options.repo_id} is public and the licence is `other`: "
            "say --public if these texts may be shown to everyone, or --private"
        )
    return None


def _why_staged(sent: list[LocalFile], deletes: int, options: PublishOptions) -> str:
    if options.stage:
        return "--stage was given"
    if options.create_pr:
        return ""
    count, size = len(sent) + deletes, sum(f.size for f in sent if f.size <= MAX_REGULAR_BYTES)
    why = ""
    if count > MAX_COMMIT_OPERATIONS:
        why = f"{count:,} operations are more than the {MAX_COMMIT_OPERATIONS:,} of one commit"
    elif size > MAX_COMMIT_BYTES:
        why = f"{size:,} bytes of small files are more than one commit holds"
    if why and options.revision != "main":
        raise ConfigError(f"{why}, and pull requests are made on main: leave out --revision")
    return why


def _check_limits(local: Mapping[str, LocalFile], kept: list[str]) -> None:
    folders: Counter[str] = Counter()
    seen: set[str] = set()
    for path in (*local, *kept):
        parts = path.split("/")
        for depth in range(len(parts)):
            entry = "/".join(parts[: depth + 1])
            if entry not in seen:
                seen.add(entry)
                folders["/".join(parts[:depth])] += 1
    for folder, count in sorted(folders.items()):
        if count > MAX_FOLDER_ENTRIES:
            raise ConfigError(
                f"{folder or 'the folder'} holds {count:,} entries; the Hub takes "
                f"{MAX_FOLDER_ENTRIES:,}: raise `shard_bytes` and build again"
            )
    if len(local) + len(kept) > MAX_REPO_FILES:
        raise ConfigError(
            f"{len(local) + len(kept):,} files are more than the {MAX_REPO_FILES:,} that the Hub "
            "recommends: raise `shard_bytes` and build again"
        )
    for file in local.values():
        if file.size > MAX_FILE_BYTES:
            raise ConfigError(f"{file.path} has {file.size:,} bytes; lower `shard_bytes`")
