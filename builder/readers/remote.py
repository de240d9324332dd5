"""Input that lies in a store (`builder.stores`) or, with the same functions, in a folder here.

Nothing is copied: a task reads the bytes of its slice. What a store cannot give in passing is no
bad data, so it ends the build, which goes on where it was when the same command runs again.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import fs

from builder.errors import ConfigError, InputError
from builder.readers.files import (
    FORMAT,
    MARK,
    MAX_FORMAT_BYTES,
    FileListing,
    InputFile,
    Skipped,
    claim,
)
from builder.readers.streams import escape_path, file_path, open_file, unescape_path
from builder.stores import open_store, short_message, without_keys

__all__ = ["RemoteInput", "Root", "open_input"]

#: Bytes that are asked for at once: one request each.
REQUEST_BYTES = 4 << 20

_HIDDEN = re.compile(r"(?:[^/]+/)*?\.[^/]*")


@dataclass(frozen=True, slots=True)
class RemoteInput:
    """A folder or file in a store, by its URL; workers open it anew.

    The URL is what `pyarrow.fs.FileSystem.from_uri` takes, with its options in the query:
    `s3://bucket/articles?region=eu-west-1`.
    """

    url: str

    def __str__(self) -> str:
        """Return the URL without its options and without keys."""
        return without_keys(self.url)

    def find(self, suffixes: Mapping[str, str]) -> FileListing:
        """List what is read and what is not, as `builder.readers.files.list_input` does.

        Raises:
            ConfigError: the store cannot be opened, or nothing is there.
        """
        try:
            store, top = open_store(self.url)
            found = store.get_file_info(top)
            if found.type is fs.FileType.File:
                return self._single(found, suffixes)
            below = store.get_file_info(fs.FileSelector(top, recursive=True))
        except (OSError, pa.ArrowException) as error:
            raise ConfigError(f"cannot open {self}: {short_message(error)}") from error
        files = sorted(
            (info.path.removeprefix(top).strip("/"), info.size)
            for info in below
            if info.type is fs.FileType.File
        )
        return self._sort_out(files, suffixes)

    def open(self, path: str) -> BinaryIO:
        """Open the file of an escaped path.

        Raises:
            FileNotFoundError: it is not there any more.
            InputError: the store does not answer, or refuses.
        """
        store, top = open_store(self.url)
        whole = f"{top}/{unescape_path(path)}" if top else unescape_path(path)
        try:
            stream = store.open_input_file(top if _is_file(self.url) else whole)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _lost(f"{self}/{path}", error) from error
        return io.BufferedReader(_Stream(stream, f"{self}/{path}"), REQUEST_BYTES)

    def _single(self, found: fs.FileInfo, suffixes: Mapping[str, str]) -> FileListing:
        path = escape_path(found.base_name)
        format_, _ = claim(found.base_name, suffixes)
        if format_ is None:
            known = ", ".join(sorted(suffixes))
            raise ConfigError(f"no reader for {path!r} (known: {known})")
        return FileListing(files=(InputFile(path, found.size, format_),))

    def _sort_out(self, found: list[tuple[str, int]], suffixes: Mapping[str, str]) -> FileListing:
        builds = tuple(self._builds(found))
        files: list[InputFile] = []
        skipped: dict[str, str] = {}
        for path, size in found:
            name = path.rpartition("/")[2]
            build = next((folder for folder in builds if path.startswith(folder)), None)
            if hidden := _HIDDEN.match(path):
                skipped[escape_path(hidden[0])] = "hidden: its name begins with a dot"
            elif build:
                skipped[escape_path(build.rstrip("/"))] = "excluded: made by a build"
            else:
                format_, reason = claim(name, suffixes)
                if format_ is None:
                    skipped[escape_path(path)] = reason
                else:
                    files.append(InputFile(escape_path(path), size, format_))
        reasons = tuple(Skipped(path, reason) for path, reason in sorted(skipped.items()))
        return FileListing(tuple(sorted(files, key=lambda file: file.path)), reasons)

    def _builds(self, found: list[tuple[str, int]]) -> Iterator[str]:
        """Yield the folders that builds have made, with a slash at the end."""
        for path, _ in found:
            folder, _, name = path.rpartition("/")
            if not folder or name not in {MARK, "manifest.json"}:
                continue
            with self.open(escape_path(path)) as file:
                if name == MARK or FORMAT in file.read(MAX_FORMAT_BYTES):
                    yield f"{folder}/"


Root = Path | RemoteInput
"""Where the input lies."""


def open_input(root: Root, path: str) -> BinaryIO:
    """Open the file of an escaped path of an input; `root` itself where that is the file.

    Raises:
        OSError: it cannot be opened, or is not a regular file.
        InputError: the store does not answer, or refuses.
    """
    if isinstance(root, RemoteInput):
        return root.open(path)
    return open_file(file_path(root, path))


class _Stream(io.RawIOBase):
    """A file of Arrow as Python knows files; what is lost on the way ends the build."""

    def __init__(self, stream: Any, name: str) -> None:
        self._stream = stream
        self._name = name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return int(self._stream.tell())

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._stream.seek(offset, whence))

    def readinto(self, buffer: Any) -> int:
        try:
            return int(self._stream.readinto(buffer))
        except OSError as error:
            raise _lost(self._name, error) from error

    def close(self) -> None:
        self._stream.close()
        super().close()


@lru_cache(maxsize=4)
def _is_file(url: str) -> bool:
    """Tell once per process whether an input is a single file; each question is a request."""
    store, top = open_store(url)
    return bool(store.get_file_info(top).type is fs.FileType.File)


def _lost(name: str, error: OSError) -> InputError:
    return InputError(
        f"{name} cannot be read: {short_message(error)}; finished work is kept, so try again later"
    )
