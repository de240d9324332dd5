"""Read Parquet: one row is one record, and only the columns that are mapped are read.

Arrow's types become what the column map knows: text of any width, dates as ISO 8601 with their
time zone, lists and structs. A row group that is damaged is one reject; the others are read.
"""

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from builder.input.article import record_article
from builder.input.columns import ColumnMap
from builder.input.params import InputParams
from builder.input.rejects import Place, reject
from builder.readers.arrow_values import column_values
from builder.readers.slices import Piece
from schema.article import RawArticle
from schema.reject import Reject, RejectCode

__all__ = ["read_parquet", "row_groups"]

BATCH_ROWS = 256
"""Rows that are decoded at a time: a few megabytes of articles."""

BUFFER_BYTES = 1 << 20
"""Bytes of a column that are read ahead, so that a large row group is never held whole."""

#: What pyarrow raises on damaged or unknown files.
_DAMAGE: Final = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)

Row = tuple[int, dict[str, object]]


def read_parquet(
    file: BinaryIO, piece: Piece, params: InputParams, unknown: Counter[str]
) -> Iterator[RawArticle | Reject]:
    """Yield one outcome for each row of the row groups that start in a piece, in order."""
    try:
        parquet = pq.ParquetFile(file, pre_buffer=False, buffer_size=BUFFER_BYTES)
        names = tuple(parquet.schema_arrow.names)
        groups = list(row_groups(parquet.metadata, piece))
    except _DAMAGE as error:
        if piece.start == 0:
            place = Place(piece.path, 0)
            yield reject(RejectCode.UNREADABLE_FILE, place, f"not readable Parquet: {_line(error)}")
        return
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        if piece.start == 0:
            message = f"two columns are called {repeated[0]!r}"
            yield reject(RejectCode.UNREADABLE_FILE, Place(piece.path, 0), message)
        return
    columns = ColumnMap(params)
    for group, first_row in groups:
        row = first_row
        try:
            for record in _records(parquet, group, columns, names):
                place = Place(piece.path, row)
                yield record_article(record, place, columns, params, unknown)
                row += 1
        except _DAMAGE as error:
            message = f"row group {group} cannot be read from row {row} on: {_line(error)}"
            yield reject(RejectCode.UNREADABLE_FILE, Place(piece.path, row), message)


def row_groups(metadata: pq.FileMetaData, piece: Piece) -> Iterator[tuple[int, int]]:
    """Yield the row groups of a piece, by the place of their first column, with their first row."""
    first_row = 0
    for index in range(metadata.num_row_groups):
        group = metadata.row_group(index)
        offset = group.column(0).data_page_offset if group.num_columns else 0
        if piece.start <= offset < piece.end or (piece.start == 0 and offset < 0):
            yield index, first_row
        first_row += group.num_rows


def _records(
    parquet: pq.ParquetFile, group: int, columns: ColumnMap, names: tuple[str, ...]
) -> Iterator[dict[str, object]]:
    """Yield the rows of a row group: all names, but values only where they are read."""
    paths = columns.paths(names)
    wanted = [".".join(path) for path in paths]
    unread: dict[str, object] = dict.fromkeys(names)
    batches = parquet.iter_batches(
        batch_size=BATCH_ROWS, row_groups=[group], columns=wanted, use_threads=False
    )
    for batch in batches:
        read = list(batch.schema.names)
        values = [column_values(batch.column(name)) for name in read]
        for row in zip(*values, strict=True) if values else [()] * batch.num_rows:
            yield {**unread, **dict(zip(read, row, strict=True))}


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
