"""Models to Arrow, column by column, in few large batches.

A row as a dictionary would cost a multiple of the row itself, and a file of many small
batches costs whoever opens it.
"""

import itertools
from collections.abc import Sequence
from contextlib import AbstractContextManager
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

__all__ = ["BatchFile", "to_batch"]

#: Bytes that a file gathers before it writes them as one batch: every batch costs a little to
#: open, and every byte that is gathered costs memory.
BATCH_BYTES = 4_000_000


def to_batch(records: Sequence[Any], schema: pa.Schema) -> pa.RecordBatch:
    """Turn models into rows; each column is the attribute of that name.

    Lists and nested models follow the types of the schema; neither is ever None.
    """
    return pa.record_batch([_attributes(records, field) for field in schema], schema=schema)


def _attributes(records: Sequence[Any], field: pa.Field) -> pa.Array:
    return _column([*map(attrgetter(field.name), records)], field.type)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_list(kind):
        ends = itertools.accumulate(map(len, values), initial=0)
        members = _column(list(itertools.chain.from_iterable(values)), kind.value_type)
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), members, type=kind)
    if pa.types.is_struct(kind):
        fields = list(kind)
        columns = [_attributes(values, field) for field in fields]
        return pa.StructArray.from_arrays(columns, fields=fields)
    return pa.array(values, kind)


class BatchFile(AbstractContextManager["BatchFile"]):
    """An Arrow file in the making."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._schema = schema
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_file(self._file, schema)
        self._held: list[pa.RecordBatch] = []
        self._bytes = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows, in order."""
        self._held.append(batch)
        self._bytes += batch.nbytes
        if self._bytes >= BATCH_BYTES:
            self._flush()

    def __exit__(self, *_: object) -> None:
        """Write what is left."""
        self._flush()
        self._writer.close()
        self._file.close()

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._held, self._schema)
        if table.num_rows:
            self._writer.write_batch(table.combine_chunks().to_batches()[0])
        self._held, self._bytes = [], 0
