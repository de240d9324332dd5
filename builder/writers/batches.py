"""Articles to Arrow, column by column, in few large batches.

A row as a dictionary would cost a multiple of the row itself, as would a model for each member
of a long list, and a file of many small batches costs whoever opens it.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import accumulate, chain
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

__all__ = ["BatchFile", "join_lists", "to_batch"]

#: Bytes that a file gathers before it writes them as one batch: every batch costs a little to
#: open, and every byte that is gathered costs memory.
BATCH_BYTES = 4_000_000


def to_batch(records: Sequence[Any], schema: pa.Schema, **ready: pa.Array) -> pa.RecordBatch:
    """Turn models into rows; each column is the attribute of that name, unless it is ready.

    Lists and nested models follow the types of the schema; neither is ever None.
    """
    columns = [
        ready[field.name] if field.name in ready else _attributes(records, field)
        for field in schema
    ]
    return pa.record_batch(columns, schema=schema)


def join_lists(lists: Sequence[Any], kind: pa.ListType) -> pa.ListArray:
    """Turn lists whose members are kept as columns into lists of structs.

    Args:
        lists: one for each row; each field of the members is an attribute, all of one length.
        kind: the lists' type.
    """
    fields = list(kind.value_type)
    columns = [[*map(attrgetter(field.name), lists)] for field in fields]
    members = [
        _column([*chain.from_iterable(column)], field.type)
        for column, field in zip(columns, fields, strict=True)
    ]
    return _lists(columns[0], pa.StructArray.from_arrays(members, fields=fields), kind)


def _attributes(records: Sequence[Any], field: pa.Field) -> pa.Array:
    return _column([*map(attrgetter(field.name), records)], field.type)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_list(kind):
        members = _column([*chain.from_iterable(values)], kind.value_type)
        return _lists(values, members, kind)
    if pa.types.is_struct(kind):
        fields = list(kind)
        columns = [_attributes(values, field) for field in fields]
        return pa.StructArray.from_arrays(columns, fields=fields)
    return pa.array(values, kind)


def _lists(like: Sequence[Sequence[Any]], members: pa.Array, kind: pa.ListType) -> pa.ListArray:
    """Cut members into lists as long as these."""
    ends = np.fromiter(accumulate(map(len, like), initial=0), np.int32, len(like) + 1)
    return pa.ListArray.from_arrays(ends, members, type=kind)


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

    def __exit__(self, error: object, *_: object) -> None:
        """Write what is left, unless there was an error, and close the file."""
        with self._file:
            if error is None:
                self._flush()
                self._writer.close()

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._held, self._schema)
        for batch in table.combine_chunks().to_batches():
            self._writer.write_batch(batch)
        self._held, self._bytes = [], 0
