"""Whole or absent: files and folders that appear by rename.

A build works in `<out>.partial` and swaps finished folders in at the end. A
killed build leaves that folder, which looks like nothing else and is cleared
by the next build; two builds cannot work in it at once.
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from builder.errors import OutputError

__all__ = [
    "KEPT",
    "MARK",
    "check_replaceable",
    "mark_folder",
    "remove_folder",
    "replace_folder",
    "sibling",
    "translate_os_errors",
    "work_folder",
    "write_file",
]

#: A folder beside a data set that holds this file was made by us. In the work folder it is
#: also what a build locks.
MARK = ".pressmark"
#: Folder of the finished work in a work folder.
KEPT = "kept"
#: What marks a data set itself, and how the format of our manifests begins.
MANIFEST = "manifest.json"
FORMAT = "pressmark-manifest/"

#: Files that wait for the disk at a time: it writes their lists of blocks together.
SYNCED_TOGETHER = 16


@contextlib.contextmanager
def translate_os_errors(path: Path) -> Iterator[None]:
    """Turn errors of the file system into an `OutputError` that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            advice = "no space left; free some, or choose another --out"
        else:
            advice = error.strerror or str(error)
        raise OutputError(f"cannot write {error.filename or path}: {advice}", path=path) from error


@contextlib.contextmanager
def work_folder(out: Path) -> Iterator[Path]:
    """Own `<out>.partial` for the time of a build, and clear it afterwards.

    Finished work in its folder `KEPT` outlives a build that does not end well.

    Raises:
        OutputError: the folder cannot be made, is not ours, or another build works in it.
    """
    folder = out.with_name(f"{out.name}.partial")
    check_replaceable(folder)
    with translate_os_errors(out):
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / MARK).open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutputError(
                f"another build is writing {out}; wait for it, or choose another --out", path=out
            ) from error
        with translate_os_errors(folder):
            _restore(folder, out)
            _clear(folder)
        try:
            yield folder
        except BaseException:
            with contextlib.suppress(OSError):
                _clear(folder)
            if not any(item.is_dir() for item in (folder / KEPT).glob("*")):
                shutil.rmtree(folder, ignore_errors=True)
            raise
        shutil.rmtree(folder, ignore_errors=True)


def sibling(out: Path, kind: str) -> Path:
    """Return the folder beside a data set that holds its rejects or local audit."""
    out = Path(os.path.abspath(out))  # noqa: PTH100 - resolve() would follow a link
    return out.with_name(f"{out.name}.{kind}")


def replace_folder(new: Path, out: Path, work: Path) -> None:
    """Put a finished folder, once it is on the disk, in the place of `out`: ours or empty.

    Raises:
        OutputError: `out` is something that no build of ours made.
    """
    check_replaceable(out)
    with translate_os_errors(out):
        _sync_all([*new.rglob("*"), new])
        if out.exists():
            out.rename(work / f"previous-{out.name}")
        new.rename(out)
        _sync(out.parent)


def remove_folder(out: Path, work: Path) -> None:
    """Take away a folder of ours that this build does not have."""
    if out.exists():
        check_replaceable(out)
        with translate_os_errors(out):
            out.rename(work / f"previous-{out.name}")


def check_replaceable(out: Path) -> None:
    """Refuse to replace what we did not make, or what people have added files to.

    Raises:
        OutputError: `out` exists and is neither empty nor made by a build, or holds more.
    """
    with translate_os_errors(out):
        if not out.exists() and not out.is_symlink():
            return
        if out.is_dir() and not out.is_symlink():
            if (out / MARK).is_file() or not any(out.iterdir()):
                return
            listed = _listed_files(out)
            added = sorted(_files(out) - listed) if listed else []
            if listed and not added:
                return
            if added:
                message = f"{out} holds {added[0]!r}, which no build made; move it away first"
                raise OutputError(message, path=out)
    raise OutputError(
        f"{out} exists and is no Pressmark build; choose another --out or remove it", path=out
    )


def mark_folder(folder: Path) -> None:
    """Make a folder that a later build may replace."""
    with translate_os_errors(folder):
        folder.mkdir()
        (folder / MARK).touch()


def _listed_files(folder: Path) -> set[str]:
    """Return the files that the manifest of a build lists; nothing if there is none of ours."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if not manifest["format"].startswith(FORMAT):
            return set()
        listed = [*manifest["shards"], *manifest["files"]]
        return {MANIFEST, *(str(item["path"]) for item in listed)}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return set()


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def write_file(path: Path, data: bytes) -> None:
    """Write a file that is whole or absent."""
    part = path.with_name(f"{path.name}.part")
    with translate_os_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.rename(path)


def _sync_all(paths: Iterable[Path]) -> None:
    """Wait for the disk once, and not for one file after the other."""
    with ThreadPoolExecutor(SYNCED_TOGETHER) as pool:
        for _ in pool.map(_sync, paths):
            pass


def _sync(path: Path) -> None:
    """Make the bytes of a file, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _restore(folder: Path, out: Path) -> None:
    """Put back what a killed build had moved away but not yet replaced."""
    for previous in folder.glob("previous-*"):
        home = out.with_name(previous.name.removeprefix("previous-"))
        if not home.exists():
            previous.rename(home)


def _clear(folder: Path) -> None:
    for item in folder.iterdir():
        if item.name in (MARK, KEPT):
            continue
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        else:
            item.unlink()
