"""Cut a stream of bytes into lines, with their offsets, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from builder.readers.streams import read_chunks

__all__ = ["Line", "cut_lines", "seek_line"]

HEAD_BYTES = 200
"""What is kept of a line that is too long: enough for an excerpt."""

SEEK_BYTES = 1 << 16
"""Bytes read at a time in search of the next line."""


class Line(NamedTuple):
    """One line without its newline; of one over the limit, only the beginning."""

    offset: int
    data: bytes
    end: int
    """Offset of the next line."""
    too_long: bool


def cut_lines(chunks: Iterable[bytes], offset: int, max_bytes: int) -> Iterator[Line]:
    r"""Yield the lines of a stream in order; the last one also without a newline, if not empty.

    A line ends at "\n"; the "\r" before it is not part of it. When the stream raises, the
    lines before were yielded, and the one that breaks off is not.

    Args:
        chunks: the bytes, in pieces of any size, also empty ones.
        offset: offset of the first byte of the stream.
        max_bytes: a longer line comes with its first 200 bytes only, and is never held.
    """
    held: list[bytes] = []
    length = 0
    for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        for piece in whole:
            held.append(piece)
            length += len(piece)
            yield _line(held, offset, length, 1, max_bytes)
            offset += length + 1
            held, length = [], 0
        held.append(rest)
        length += len(rest)
        if length > max_bytes:
            held = [b"".join(held)[:HEAD_BYTES]]
    if length:
        yield _line(held, offset, length, 0, max_bytes)


def _line(held: list[bytes], offset: int, length: int, newline: int, max_bytes: int) -> Line:
    data = held[0] if len(held) == 1 else b"".join(held)
    end = offset + length + newline
    if length > max_bytes:
        return Line(offset, data[:HEAD_BYTES], end, too_long=True)
    return Line(offset, data.removesuffix(b"\r") if newline else data, end, too_long=False)


def seek_line(file: BinaryIO, start: int, end: int) -> int | None:
    """Find the first line that starts in a range of a file, and leave the file there.

    Args:
        file: an open file.
        start: first byte of the range, at least 1; the first line of a file needs no search.
        end: one past the last byte of the range.

    Returns:
        Its offset, or None if no line starts in the range. Reads no further than the range.

    Raises:
        BrokenStream: an input error.
    """
    position = start - 1  # a newline just before the range starts a line in it
    file.seek(position)
    for chunk in read_chunks(file, "", SEEK_BYTES):
        found = chunk.find(b"\n", 0, end - 1 - position)
        if found >= 0:
            position += found + 1
            file.seek(position)
            return position
        position += len(chunk)
        if position >= end - 1:
            break
    return None
