"""Parquet as the Hub likes it, with bytes that depend on the rows alone.

zstd 3, content-defined chunking, a page index, statistics and dictionaries on
short columns only, row groups cut by bytes. Byte identity holds for one
version of pyarrow.
"""

import hashlib
import json
from collections.abc import Iterable
from io import FileIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from builder.writers.atomic import translate_os_errors

__all__ = ["hash_file", "write_parquet"]

#: Limits of content-defined chunks, in bytes: what `datasets` writes and the Hub stores by.
CHUNKING = {"min_chunk_size": 262_144, "max_chunk_size": 1_048_576, "norm_level": 0}

#: Columns that are short or take few values. Statistics on `text` would put whole
#: articles into the footer, and a dictionary on it costs a third of the writing time.
SHORT_COLUMNS = (
    "id",
    "language",
    "language_score",
    "date",
    "date_precision",
    "date_basis",
    "source",
    "cluster_id",
    "cluster_size",
    "code",
    "stage",
    "path",
)
REPEATED_COLUMNS = (
    "language",
    "date",
    "date_precision",
    "date_basis",
    "source",
    "flags.list.element",
    "date_hints.list.element.precision",
    "date_hints.list.element.kind",
    "date_hints.list.element.basis",
    "source_hints.list.element.kind",
    "source_hints.list.element.value",
    "source_hints.list.element.basis",
    "entities.list.element.label",
    "entities.list.element.iso",
    "removed.list.element.rules.list.element",
    "origin.path",
    "code",
    "stage",
    "path",
)


def write_parquet(path: Path, schema: pa.Schema, groups: Iterable[pa.Table]) -> int:
    """Write tables as the row groups of one file; return its rows.

    The file appears by rename once it is whole; it is on the disk when its folder is in its place.

    Raises:
        OutputError: the disk is full or not writable.
    """
    part = path.with_name(f"{path.name}.part")
    rows = 0
    with translate_os_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb", buffering=0) as stream:
            sink = _Sink(stream)
            with _open_writer(sink, schema) as writer:
                for table in groups:
                    writer.write_table(table, row_group_size=max(1, table.num_rows))
                    rows += table.num_rows
                    sink.check()
            sink.check()
        part.rename(path)
    return rows


class _Sink:
    """A file that keeps its errors for later: Arrow would end the process on one inside a chunk."""

    closed = False

    def __init__(self, stream: FileIO) -> None:
        self._stream = stream
        self._error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write bytes, or nothing after an error."""
        left = memoryview(data)
        try:
            while left and not self._error:
                left = left[self._stream.write(left) :]
        except OSError as error:
            self._error = error
        return len(data)

    def check(self) -> None:
        """Raise the error that there was, if there was one."""
        if self._error:
            raise self._error

    def tell(self) -> int:
        """Return the place in the file."""
        return self._stream.tell()

    def flush(self) -> None:
        """Do nothing: every byte has been written."""

    def close(self) -> None:
        """Leave that to the owner of the file."""


def hash_file(path: Path) -> tuple[int, str]:
    """Return size in bytes and SHA-256 of a file."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return stream.tell(), digest.hexdigest()


def _open_writer(stream: object, schema: pa.Schema) -> pq.ParquetWriter:
    names = set(schema.names)
    writer = pq.ParquetWriter(
        stream,
        schema,
        compression="zstd",
        compression_level=3,
        use_dictionary=[name for name in REPEATED_COLUMNS if name.split(".")[0] in names],
        write_statistics=[name for name in SHORT_COLUMNS if name in names],
        use_content_defined_chunking=CHUNKING,
        write_page_index=True,
        write_page_checksum=True,
    )
    writer.add_key_value_metadata({"content_defined_chunking": json.dumps(CHUNKING)})
    return writer
