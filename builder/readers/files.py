"""List the files of an input, and say of each file that is not read why not.

Knows the file system: links, loops, pipes, folders that cannot be opened, names that are no
text. Opens no file. What is promised and missing (a dangling link, a closed folder) is a reject;
what no reader claims is skipped.
"""

import contextlib
import os
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from builder.errors import ConfigError
from builder.input.rejects import Place, reject
from builder.readers.streams import escape_path
from schema.reject import Reject, RejectCode

__all__ = ["FileListing", "InputFile", "Skipped", "claim", "list_input"]

#: Names, without suffix, of files about the input. As text or HTML they are no articles.
_ABOUT: Final = frozenset({"readme", "license", "licence", "copying", "notice", "changelog"})

_KINDS: Final[Mapping[int, str]] = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


#: What tells that a folder was made by a build: a file of this name, or the format that a
#: manifest of ours names at its beginning. Builds are no input of other builds.
MARK = ".pressmark"
FORMAT = b'"pressmark-manifest/'
MAX_FORMAT_BYTES = 200


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that a reader will read."""

    path: str
    """Relative to the input, with forward slashes; escaped, so that it is always text."""
    bytes: int
    format: str
    """Name of its reader."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that is not read."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileListing:
    """Everything that was found in an input; each part sorted by path."""

    files: tuple[InputFile, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    rejects: tuple[Reject, ...] = ()


@dataclass
class _Walk:
    """A walk through a folder: what it may read, and what it has found so far."""

    root: str
    suffixes: Mapping[str, str]
    excluded: frozenset[str]
    links: Literal["inside", "everywhere"]
    files: list[InputFile] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    linked: list[tuple[InputFile, str]] = field(default_factory=list)
    """Files that are links, with what they point to."""
    read: dict[str, str] = field(default_factory=dict)
    """Real path → path of each file that is read under its own name or a link's."""
    entered: set[str] = field(default_factory=set)
    """Real paths of folders, so that no way leads into one twice."""
    here: str = ""
    """Real path of the folder that is being listed."""

    def skip(self, path: str, reason: str) -> None:
        self.skipped.append(Skipped(path, reason))

    def miss(self, path: str, message: str) -> None:
        self.rejects.append(reject(RejectCode.UNREADABLE_FILE, Place(path, 0), message))


def list_input(
    root: Path,
    suffixes: Mapping[str, str],
    exclude: Collection[Path] = (),
    links: Literal["inside", "everywhere"] = "inside",
) -> FileListing:
    """List an input, which is a file or a folder.

    Links to files are read under the link's name, if they point into the input (or anywhere,
    by `links`) and what they point to is not read anyway. Links to folders are followed only
    with `links="everywhere"`, and only out of the input.

    Args:
        root: a file or a folder; a single file is read whatever its folder is called.
        suffixes: suffix, in lower case with its dots, → name of the reader.
        exclude: files and folders that are left out, such as the output.
        links: which links to files are followed.

    Raises:
        ConfigError: there is no such file or folder, it cannot be opened, or no reader claims
            the single file.
    """
    if not os.path.isdir(root):  # noqa: PTH112 - Path.is_dir raises where this says no
        return FileListing(files=(_single(root, suffixes),))
    real = os.path.realpath(root)
    excluded = frozenset(os.path.realpath(path) for path in exclude)
    walk = _Walk(real, suffixes, excluded, links)
    try:
        _enter(walk, str(root), "")
    except OSError as error:
        raise ConfigError(f"cannot open the folder {root}: {error.strerror}", path=root) from error
    _add_links(walk)
    return FileListing(
        tuple(sorted(walk.files, key=lambda file: file.path)),
        tuple(sorted(walk.skipped, key=lambda skipped: skipped.path)),
        tuple(sorted(walk.rejects, key=lambda missed: missed.path)),
    )


def _single(root: Path, suffixes: Mapping[str, str]) -> InputFile:
    try:
        found = root.stat()
    except OSError as error:
        raise ConfigError(f"cannot read {root}: {error.strerror}", path=root) from error
    if not stat.S_ISREG(found.st_mode):
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), "no regular file")
        raise ConfigError(f"cannot read {root}: it is {kind}, not a file or a folder", path=root)
    format_ = _format(root.name, suffixes)
    if format_ is None:
        known = ", ".join(sorted(suffixes))
        raise ConfigError(f"no reader for {root.name!r} (known: {known})", path=root)
    return InputFile(escape_path(root.name), found.st_size, format_)


def claim(name: str, suffixes: Mapping[str, str]) -> tuple[str | None, str]:
    """Find the reader of a file in a folder by its name; without one, say why."""
    format_ = _format(name, suffixes)
    if format_ is None:
        return None, "no reader claims the name"
    if format_ in {"text", "html"} and name.partition(".")[0].lower() in _ABOUT:
        return None, "about the input, by its name"
    return format_, ""


def _format(name: str, suffixes: Mapping[str, str]) -> str | None:
    """Find the reader that claims a name, by its longest suffix."""
    dots = [index for index, char in enumerate(name) if char == "." and index > 0]
    endings = (name[index:].lower() for index in dots[-2:])
    return next((suffixes[ending] for ending in endings if ending in suffixes), None)


def _enter(walk: _Walk, folder: str, prefix: str) -> None:
    """List one folder and those in it. Deep trees are walked without recursion."""
    pending = [(folder, prefix)]
    while pending:
        folder, prefix = pending.pop()
        walk.here = os.path.realpath(folder)
        if walk.here in walk.entered:
            walk.skip(prefix.rstrip("/"), "a folder that is listed under another name")
            continue
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            if not prefix:
                raise
            walk.miss(prefix.rstrip("/"), f"the folder cannot be opened: {error.strerror}")
            continue
        walk.entered.add(walk.here)
        if prefix and _is_build(entries):
            walk.skip(prefix.rstrip("/"), "excluded: made by a build")
            continue
        for entry in entries:
            path = prefix + escape_path(entry.name)
            if _take(walk, entry, path):
                pending.append((entry.path, path + "/"))


def _is_build(entries: list[os.DirEntry[str]]) -> bool:
    """Tell whether a folder is a data set of ours, its rejects or its audit."""
    for entry in entries:
        if entry.name == MARK:
            return True
        if entry.name == "manifest.json" and entry.is_file(follow_symlinks=False):
            with contextlib.suppress(OSError), open(entry.path, "rb") as stream:  # noqa: PTH123
                return FORMAT in stream.read(MAX_FORMAT_BYTES)
    return False


def _take(walk: _Walk, entry: os.DirEntry[str], path: str) -> bool:
    """Decide about one entry of a folder; True for a folder to enter."""
    if entry.name.startswith("."):
        walk.skip(path, "hidden: its name begins with a dot")
        return False
    if os.path.join(walk.here, entry.name) in walk.excluded:  # noqa: PTH118 - a million times
        walk.skip(path, "excluded: the output of a build")
        return False
    if entry.is_symlink():
        return _take_link(walk, entry, path)
    if entry.is_dir(follow_symlinks=False):
        return True
    file = _claimed(walk, entry, path)
    if file is not None:
        walk.files.append(file)
        walk.read[os.path.join(walk.here, entry.name)] = path  # noqa: PTH118 - as above
    return False


def _take_link(walk: _Walk, entry: os.DirEntry[str], path: str) -> bool:
    target = os.path.realpath(entry.path)
    inside = target == walk.root or target.startswith(walk.root.rstrip("/") + "/")
    try:
        mode = entry.stat().st_mode
    except OSError as error:
        if _format(entry.name, walk.suffixes) is None:
            walk.skip(path, f"a link that leads nowhere: {error.strerror}")
        else:
            walk.miss(path, f"a link that leads nowhere: {error.strerror}")
        return False
    if not inside and walk.links == "inside":
        walk.skip(path, 'a link that leaves the input; `links = "everywhere"` follows it')
        return False
    if stat.S_ISDIR(mode):
        if inside:
            walk.skip(path, "a link to a folder of the input, which is listed itself")
            return False
        return True
    file = _claimed(walk, entry, path)
    if file is not None:
        walk.linked.append((file, target))
    return False


def _claimed(walk: _Walk, entry: os.DirEntry[str], path: str) -> InputFile | None:
    """Return the file if a reader claims it, or skip it."""
    try:
        found = entry.stat()
    except OSError as error:
        walk.miss(path, f"cannot be read: {error.strerror}")
        return None
    if not stat.S_ISREG(found.st_mode):
        walk.skip(path, _KINDS.get(stat.S_IFMT(found.st_mode), "no regular file"))
        return None
    format_, reason = claim(entry.name, walk.suffixes)
    if format_ is None:
        walk.skip(path, reason)
        return None
    return InputFile(path, found.st_size, format_)


def _add_links(walk: _Walk) -> None:
    """Read links to files, except to those that are read already; of several, the first."""
    for file, target in sorted(walk.linked, key=lambda item: item[0].path):
        if target in walk.read:
            walk.skip(file.path, f"a link to {walk.read[target]}, which is read itself")
        else:
            walk.files.append(file)
            walk.read[target] = file.path
