"""Sidecars: what the corpus stages read of rows, taken from the columns of a part."""

from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["small_columns"]

#: Columns that are read as they are.
COPIED = ("id", "language", "source", "date", "date_precision")

#: Lists of small structs, besides the receipts.
NESTED = ("entities", "date_hints", "source_hints")

Numbers = npt.NDArray[np.int64]


def small_columns(rows: pa.RecordBatch | pa.Table) -> dict[str, Any]:
    """Return the columns of a sidecar that follow from those of a part.

    `row_bytes` and `audit_bytes` decide where shards and row groups end. They are estimates from
    the row alone: exact ones would depend on how rows are grouped. `text_key` is the first 8 bytes
    of the SHA-256 of the text.

    Args:
        rows: all columns of a part.
    """
    text, removed, origin = rows["text"], rows["removed"], rows["origin"]
    nested = sum(_lengths(rows[name]) for name in NESTED)
    return {
        **{name: rows[name] for name in COPIED},
        "path": pc.struct_field(origin, "path"),
        "record": pc.struct_field(origin, "record"),
        "origin_id": pc.struct_field(origin, "id"),
        "row_bytes": _numbers(pc.binary_length(text)) + 60 * nested + 400,
        "audit_bytes": _removed_bytes(removed) + 40 * _lengths(removed) + 60,
        "text_key": _keys(text),
    }


def _removed_bytes(removed: pa.Array | pa.ChunkedArray) -> Numbers:
    """Return for each row how many bytes of text were removed."""
    sizes = _numbers(pc.binary_length(pc.struct_field(pc.list_flatten(removed), "text")))
    before = np.concatenate(([0], np.cumsum(sizes)))
    ends = np.cumsum(_lengths(removed))
    return np.diff(before[ends], prepend=0)


def _keys(texts: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.uint64]:
    digests = (sha256(text.as_buffer()).digest()[:8] for text in texts)
    return np.frombuffer(b"".join(digests), ">u8").astype(np.uint64)


def _lengths(lists: pa.Array | pa.ChunkedArray) -> Numbers:
    return _numbers(pc.list_value_length(lists))


def _numbers(column: pa.Array | pa.ChunkedArray) -> Numbers:
    return np.asarray(column.to_numpy(), np.int64)
