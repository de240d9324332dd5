"""Read a built folder as a release: what the manifest lists, each file checked on disk.

Nothing outside the manifest is ever published. What stands in the way of a safe
publication (links that leave the folder, hidden files, names the Hub cannot
hold, hostile cards) is a finding that no option overrides.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pydantic import ValidationError

from builder.errors import ConfigError
from builder.publish.card import Card, CardError, read_card
from builder.verify.names import path_trouble
from schema.findings import Finding, FindingCode
from schema.manifest import BuildManifest

__all__ = ["MANIFEST", "LocalFile", "Release", "listed_paths", "path_trouble", "read_release"]

MANIFEST = "manifest.json"
CARD = "README.md"
FORMAT_PREFIX = "pressmark-manifest/"
#: Above this size the Hub stores every file as a large file, known by SHA-256.
MAX_REGULAR_BYTES = 10 * 2**20


class LocalFile(NamedTuple):
    """A file of the release.

    Attributes:
        path: path in the folder, with forward slashes.
        local: where its bytes are.
        size: in bytes.
        sha256: of its content.
        blob_id: git's id of its content.
    """

    path: str
    local: Path
    size: int
    sha256: str
    blob_id: str


@dataclass(frozen=True)
class Release:
    """A folder that may be published."""

    manifest: BuildManifest
    card: Card
    files: Mapping[str, LocalFile]

    @property
    def id(self) -> str:
        """Name the release by its content: the manifest holds every checksum."""
        return self.files[MANIFEST].sha256[:12]


def read_release(folder: Path) -> tuple[Release | None, list[Finding]]:
    """Read a folder and check each file that the manifest lists.

    Returns:
        The release, or None if there is none to speak of; and what is wrong, sorted.

    Raises:
        ConfigError: the folder does not exist.
    """
    if not folder.is_dir():
        raise ConfigError(f"no such folder: {folder}")
    manifest, findings = _read_manifest(folder)
    if manifest is None:
        return None, findings
    expected = _checksums(manifest)
    files: dict[str, LocalFile] = {}
    for path in sorted({MANIFEST, *expected}):
        found = _read_file(folder, path, expected.get(path))
        if isinstance(found, Finding):
            findings.append(found)
        else:
            files[path] = found
    card = _read_card(folder, files, findings)
    return Release(manifest, card, files), sorted(findings, key=str)


def listed_paths(manifest_json: str) -> frozenset[str]:
    """Return the paths that a manifest accounts for, itself included; none if it is not ours.

    Read leniently: the release on the Hub may come from another version of Pressmark.
    """
    try:
        data = json.loads(manifest_json)
    except (ValueError, RecursionError):
        return frozenset()
    if not isinstance(data, dict) or not str(data.get("format")).startswith(FORMAT_PREFIX):
        return frozenset()
    entries = [*_list(data.get("shards")), *_list(data.get("files"))]
    paths = (entry.get("path") for entry in entries if isinstance(entry, dict))
    return frozenset({MANIFEST, *(path for path in paths if isinstance(path, str))})


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _read_manifest(folder: Path) -> tuple[BuildManifest | None, list[Finding]]:
    trouble = _link_trouble(folder, folder / MANIFEST)
    if trouble:
        return None, [Finding(FindingCode.FILE_LINK, trouble, MANIFEST)]
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        return BuildManifest.model_validate_json(text), []
    except FileNotFoundError:
        advice = "build the folder with `pressmark build`"
        return None, [Finding(FindingCode.MANIFEST_MISSING, advice, MANIFEST)]
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        advice = f"not a Pressmark manifest ({type(error).__name__}); build the folder again"
        return None, [Finding(FindingCode.MANIFEST_INVALID, advice, MANIFEST)]


def _checksums(manifest: BuildManifest) -> dict[str, tuple[int, str]]:
    # A local audit is listed and lies beside the folder: it is not for readers.
    shards = {
        file.path: (file.bytes, file.sha256)
        for file in manifest.shards
        if not (file.config == "audit" and manifest.audit == "local")
    }
    return shards | {file.path: (file.bytes, file.sha256) for file in manifest.files}


def _read_file(folder: Path, path: str, expected: tuple[int, str] | None) -> LocalFile | Finding:
    trouble = path_trouble(path)
    if trouble:
        return Finding(FindingCode.FILE_NAME, trouble, path)
    local = folder / path
    trouble = _link_trouble(folder, local)
    if trouble:
        return Finding(FindingCode.FILE_LINK, trouble, path)
    if not local.is_file():
        return Finding(FindingCode.FILE_MISSING, "listed in the manifest, not on disk", path)
    try:
        found = _hash(path, local)
    except OSError as error:
        return Finding(FindingCode.FILE_UNREADABLE, error.strerror or "cannot be read", path)
    if expected is not None and (found.size, found.sha256) != expected:
        return Finding(FindingCode.FILE_CHECKSUM, "changed since it was built", path)
    return found


def _link_trouble(folder: Path, local: Path) -> str | None:
    """Refuse to follow a link out of the folder; links inside it are plain files to the Hub."""
    try:
        inside = local.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return "a symbolic link that leads nowhere"
    return None if inside else "a symbolic link that leaves the folder"


def _hash(path: str, local: Path) -> LocalFile:
    size = local.stat().st_size
    sha256, blob = hashlib.sha256(), hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    with local.open("rb") as stream:
        for block in _blocks(stream):
            sha256.update(block)
            if size <= MAX_REGULAR_BYTES:
                blob.update(block)
    return LocalFile(path, local.absolute(), size, sha256.hexdigest(), blob.hexdigest())


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(2**20):
        yield block


def _read_card(folder: Path, files: Mapping[str, LocalFile], findings: list[Finding]) -> Card:
    if CARD not in files:
        findings.append(Finding(FindingCode.CARD_MISSING, "a release has a card", CARD))
        return Card(None, None)
    try:
        return read_card((folder / CARD).read_text(encoding="utf-8"))
    except (CardError, UnicodeDecodeError) as error:
        findings.append(Finding(FindingCode.CARD_YAML, str(error), CARD))
        return Card(None, None)
