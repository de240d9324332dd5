"""What lies in a folder, and whether it is what the manifest says."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from schema.findings import Finding, FindingCode
from schema.manifest import BuildManifest

__all__ = [
    "MANIFEST_NAME",
    "UNLISTED",
    "Inventory",
    "check_listed",
    "read_manifest",
    "take_inventory",
]

MANIFEST_NAME = "manifest.json"

#: Files that a folder may hold although no manifest lists them: the Hub and the builder make them.
UNLISTED = frozenset({MANIFEST_NAME, ".gitattributes", ".pressmark"})
UNLISTED_FOLDERS = frozenset({".git", ".cache"})

#: Nobody's manifest is larger; a bigger file is not read.
MAX_MANIFEST_BYTES = 1_000_000_000


class Inventory(NamedTuple):
    """The regular files of a folder: relative path, with forward slashes, to place on disk."""

    folder: Path
    files: Mapping[str, Path]
    findings: list[Finding]


def take_inventory(folder: Path) -> Inventory:
    """List a folder without following links to folders. Never raises."""
    findings: list[Finding] = []
    files: dict[str, Path] = {}

    def note(error: OSError) -> None:
        path = _relative(Path(error.filename or folder), folder)
        message = f"the folder cannot be listed: {error.strerror}"
        findings.append(Finding(FindingCode.FILE_UNREADABLE, message, path))

    for base, names, plain in os.walk(folder, onerror=note):
        here = Path(base)
        if here == folder:
            names[:] = [name for name in names if name not in UNLISTED_FOLDERS]
        names.sort()
        for name in sorted([*names, *plain]):
            path = here / name
            relative = _relative(path, folder)
            findings += _look(path, relative, is_folder=name in names)
            if name in plain and path.is_file():
                files[relative] = path
    return Inventory(folder, dict(sorted(files.items())), findings)


def _look(path: Path, relative: str, *, is_folder: bool) -> Iterator[Finding]:
    if path.is_symlink():
        target = "a folder" if path.is_dir() else "a file" if path.is_file() else "nothing"
        message = f"a symbolic link to {target}; the Hub takes only files"
        yield Finding(FindingCode.FILE_LINK, message, relative)
    elif not is_folder and not stat.S_ISREG(path.lstat().st_mode):
        yield Finding(FindingCode.FILE_UNREADABLE, "this is no regular file", relative)


def _relative(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
    # Names of files are bytes; those that are no UTF-8 must still print.
    return name.encode("utf-8", "backslashreplace").decode()


class ManifestReading(NamedTuple):
    """A manifest as far as it could be read: the model if it is valid, the files either way."""

    manifest: BuildManifest | None
    listed: Mapping[str, tuple[int, str]]
    findings: list[Finding]


def read_manifest(inventory: Inventory) -> ManifestReading:
    """Read `manifest.json`. Never raises."""
    path = inventory.files.get(MANIFEST_NAME)
    if path is None:
        message = "there is no manifest.json, so nothing can be compared with it"
        return _unread(FindingCode.MANIFEST_MISSING, message)
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            return _unread(FindingCode.MANIFEST_INVALID, "the file is too large to be a manifest")
        raw = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        return _unread(FindingCode.MANIFEST_INVALID, f"it cannot be read: {error}")
    try:
        return ManifestReading(BuildManifest.model_validate(raw), _listed(raw), [])
    except ValidationError as error:
        findings = []
        for detail in error.errors(include_url=False, include_input=False):
            place = ".".join(str(part) for part in detail["loc"])
            conserved = detail["type"] == "value_error" and place.startswith("counts")
            code = FindingCode.CONSERVATION if conserved else FindingCode.MANIFEST_INVALID
            message = detail["msg"].removeprefix("Value error, ")
            findings.append(Finding(code, message, MANIFEST_NAME, column=place))
        return ManifestReading(None, _listed(raw), findings)


def _unread(code: FindingCode, message: str) -> ManifestReading:
    return ManifestReading(None, {}, [Finding(code, message, MANIFEST_NAME)])


def _listed(raw: Any) -> dict[str, tuple[int, str]]:
    """Return size and SHA-256 of every file that the manifest lists for this folder."""
    listed: dict[str, tuple[int, str]] = {}
    if not isinstance(raw, dict):
        return listed
    local = raw.get("audit") == "local"
    for key in ("shards", "files"):
        entries = raw.get(key)
        for entry in entries if isinstance(entries, list) else []:
            if not isinstance(entry, dict) or (local and entry.get("config") == "audit"):
                continue
            match entry:
                case {"path": str(path), "bytes": int(size), "sha256": str(digest)}:
                    listed[path] = (size, digest)
                case _:
                    pass
    return listed


def check_listed(inventory: Inventory, listed: Mapping[str, tuple[int, str]]) -> Iterator[Finding]:
    """Compare the files of a folder with the files that its manifest lists."""
    for name, (size, digest) in sorted(listed.items()):
        path = inventory.files.get(name)
        if path is None:
            message = "the manifest lists this file, but it is not there"
            yield Finding(FindingCode.FILE_MISSING, message, name)
            continue
        try:
            actual = path.stat().st_size
            if actual != size:
                message = f"the file has {actual:,} bytes; the manifest says {size:,}"
                yield Finding(FindingCode.FILE_CHECKSUM, message, name)
            elif _sha256(path) != digest:
                message = "the bytes are not those whose SHA-256 the manifest holds"
                yield Finding(FindingCode.FILE_CHECKSUM, message, name)
        except OSError as error:
            message = f"the file cannot be read: {error.strerror}"
            yield Finding(FindingCode.FILE_UNREADABLE, message, name)
    for name in inventory.files:
        if name not in listed and name not in UNLISTED:
            message = "the manifest does not list this file; it would be published unseen"
            yield Finding(FindingCode.FILE_UNLISTED, message, name)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
