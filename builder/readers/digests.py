"""Hash what a task reads: names, places and bytes of its slice, and nothing beside it."""

import hashlib
import json
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from builder.readers.parquet import row_groups
from builder.readers.remote import Root, open_input
from builder.readers.slices import Piece, Slice

__all__ = ["digest_input", "digest_slice"]

#: Bytes that are read at once.
CHUNK = 1 << 20

#: Bytes that are read at once where a line ends soon.
LINE_BYTES = 1 << 16

#: Length of the longest mark of an encoding.
MARK_BYTES = 4


def digest_input(root: Root, path: str) -> tuple[int, str]:
    """Return size in bytes and SHA-256 of a file of an input.

    Raises:
        OSError: it cannot be read.
    """
    with open_input(root, path) as file:
        digest = hashlib.sha256()
        size = file.seek(0, 2)
        for data in _range(file, 0, size):
            digest.update(data)
        return size, digest.hexdigest()


def digest_slice(root: Root, slice_: Slice) -> str:
    """Return one SHA-256 over everything that the outcomes of a slice depend on.

    Args:
        root: the input that was listed.
        slice_: what a task reads.

    Raises:
        OSError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for piece in slice_.pieces:
        digest.update(json.dumps([piece.path, piece.format, piece.start]).encode())
        with open_input(root, piece.path) as file:
            for data in _relevant_bytes(file, piece):
                digest.update(data)
    return digest.hexdigest()


def _relevant_bytes(file: BinaryIO, piece: Piece) -> Iterator[bytes]:
    size = file.seek(0, 2)
    is_whole = piece.packing or (piece.start == 0 and piece.end >= size)
    if piece.format == "jsonl" and not is_whole:
        return _lines(file, piece)
    if piece.format == "parquet" and not is_whole:
        return _row_groups(file, piece, size)
    return _range(file, 0, size)


def _lines(file: BinaryIO, piece: Piece) -> Iterator[bytes]:
    """Yield a piece of JSON Lines: the byte before it, and its last line to the end."""
    yield from _range(file, 0, MARK_BYTES)
    yield from _range(file, max(0, piece.start - 1), piece.end)
    while data := file.read(LINE_BYTES):
        end = data.find(b"\n") + 1
        yield data[:end] if end else data
        if end:
            return


def _row_groups(file: BinaryIO, piece: Piece, size: int) -> Iterator[bytes]:
    """Yield the row groups of a piece, and where their rows stand in the file."""
    try:
        metadata = pq.ParquetFile(file, pre_buffer=False).metadata
        groups = list(row_groups(metadata, piece))
    except (pa.ArrowException, ValueError, OverflowError):
        yield from _range(file, 0, size)
        return
    yield metadata.schema.to_arrow_schema().serialize().to_pybytes()
    for index, first_row in groups:
        yield f"{first_row} ".encode()
        columns = [metadata.row_group(index).column(at) for at in range(metadata.num_columns)]
        for column in columns:
            start = min(column.dictionary_page_offset or size, column.data_page_offset)
            yield from _range(file, start, start + column.total_compressed_size)


def _range(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    file.seek(start)
    while start < end and (data := file.read(min(end - start, CHUNK))):
        yield data
        start += len(data)
