"""Open input files and read their bytes in pieces, decompressed.

Knows files, gzip and Zstandard; memory is bounded whatever a compressed file expands to.
A file that breaks off yields everything before the break, and then says where it broke.
"""

import os
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

import zstandard

__all__ = [
    "BrokenStream",
    "escape_path",
    "file_path",
    "open_file",
    "read_chunks",
    "read_whole",
    "unescape_path",
]

PIECE_BYTES = 1 << 18
"""Bytes of a plain file that are read at a time: a part of the smallest slice, behind which what
was read is lost."""

PACKED_BYTES = 1 << 11
"""Compressed bytes that are expanded at a time. Small, because at a break the output of the last
piece is lost, and because 4 bytes of Zstandard can stand for 128 KiB: 2 KiB give 64 MiB at most."""

GATHERED_BYTES = 1 << 16
"""Decompressed bytes that are handed on together."""

_ESCAPE = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")
_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")


class BrokenStream(Exception):  # noqa: N818 - bad data, on its way to become a reject
    """The rest of a file cannot be read; the message says why."""


class _Unpacker(Protocol):
    """What zlib's and zstandard's decompression objects have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Packing(NamedTuple):
    """A compressed format: what may follow its last part, and what its errors are."""

    name: str
    errors: tuple[type[Exception], ...]


_GZIP = _Packing("gzip", (zlib.error,))
_ZSTD = _Packing("Zstandard", (zstandard.ZstdError,))


def escape_path(name: str) -> str:
    r"""Return a path of the system as text that UTF-8, JSON and a terminal can take.

    Bytes that are not UTF-8, control characters and backslashes become `\xNN`; nothing else
    changes, and no two paths become one.

    Example:
        >>> escape_path("caf\udce9.txt")
        'caf\\xe9.txt'
    """
    return _ESCAPE.sub(lambda found: f"\\x{os.fsencode(found.group())[0]:02x}", name)


def unescape_path(path: str) -> str:
    """Return the path that `escape_path` was given."""
    if "\\" not in path:
        return path
    return os.fsdecode(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), path.encode()))


def file_path(root: Path, path: str) -> Path:
    """Return where the file of an escaped path is; `root` itself where that is the file."""
    return root if os.path.isfile(root) else root / unescape_path(path)  # noqa: PTH113 - never raises


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading; never waits for a pipe or a device.

    Raises:
        OSError: it cannot be opened, or is not a regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return os.fdopen(descriptor, "rb", buffering=0)


def read_chunks(file: BinaryIO, packing: str, piece_bytes: int = PIECE_BYTES) -> Iterator[bytes]:
    """Yield the bytes of a file from where it stands, decompressed.

    Args:
        file: an open file.
        packing: ".gz", ".zst", or an empty string for a plain file.
        piece_bytes: bytes of a plain file that are read at a time.

    Raises:
        BrokenStream: the file breaks off, is damaged, or cannot be read any further; all bytes
            before that were yielded, less those of the last 2 KiB where it is damaged.
    """
    if packing == ".gz":
        yield from _gather(_unpack(file, _GZIP))
    elif packing == ".zst":
        yield from _gather(_unpack(file, _ZSTD))
    else:
        yield from _read(file, piece_bytes)


def read_whole(file: BinaryIO, max_bytes: int) -> bytes:
    """Return the bytes of a file, and of a longer one the first `max_bytes` + 1.

    Raises:
        BrokenStream: an input error.
    """
    pieces: list[bytes] = []
    size = 0
    for piece in _read(file, min(PIECE_BYTES, max_bytes + 1)):
        pieces.append(piece)
        size += len(piece)
        if size > max_bytes:
            break
    return b"".join(pieces)[: max_bytes + 1]


def _read(file: BinaryIO, size: int) -> Iterator[bytes]:
    while True:
        try:
            piece = file.read(size)
        except OSError as error:
            raise BrokenStream(error.strerror or str(error)) from error
        if not piece:
            return
        yield piece


def _unpacker(packing: _Packing) -> _Unpacker:
    if packing is _GZIP:
        return zlib.decompressobj(wbits=31)
    unpacker: _Unpacker = zstandard.ZstdDecompressor().decompressobj()
    return unpacker


def _unpack(file: BinaryIO, packing: _Packing) -> Iterator[bytes]:
    """Expand all parts of a compressed file: gzip members or Zstandard frames."""
    unpacker = _unpacker(packing)
    fresh, parts = True, 0
    for block in _read(file, PIECE_BYTES):
        for start in range(0, len(block), PACKED_BYTES):
            piece = block[start : start + PACKED_BYTES]
            while piece:
                if fresh and parts and packing is _GZIP:
                    piece = piece.lstrip(b"\0")  # padding, as tapes and some servers leave it
                    if not piece:
                        break
                try:
                    expanded = unpacker.decompress(piece)
                except packing.errors as error:
                    raise BrokenStream(f"damaged {packing.name} data: {error}") from error
                yield expanded
                fresh = unpacker.eof
                piece = unpacker.unused_data if fresh else b""
                if fresh:
                    unpacker, parts = _unpacker(packing), parts + 1
    if not fresh or not parts:
        raise BrokenStream(f"the {packing.name} data ends too early")


def _gather(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join small pieces, so that lines are not cut more often than needed."""
    kept: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            kept.append(piece)
            size += len(piece)
            if size >= GATHERED_BYTES:
                yield b"".join(kept)
                kept, size = [], 0
    except BrokenStream:
        yield b"".join(kept)
        raise
    yield b"".join(kept)
