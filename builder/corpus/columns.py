"""Turn small columns of articles into arrays that sort and compare quickly.

Knows Arrow columns and the form of ids and dates.  Refuses to know what the stages do
with them.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["NO_DATE", "IdArray", "SortedIds", "id_array", "id_order", "last_days", "load_ids"]

IdArray = npt.NDArray[np.bytes_]
"""Article ids as 32 hexadecimal digits each, dtype `S32`."""

ID_CHARS = 32
"""Hexadecimal digits in an article id."""

_CHUNK = 1 << 16

NO_DATE = np.iinfo(np.int32).max
"""Day number of an undated article: after every date."""


def id_array(column: pa.Array | pa.ChunkedArray) -> IdArray:
    """Return a column of ids as an array, without copying where Arrow allows it.

    Args:
        column: strings or binaries of 32 characters, none null.

    Raises:
        ValueError: a null, or an id of another length.

    Example:
        >>> id_array(pa.array(["0" * 32])).tolist() == [b"0" * 32]
        True
    """
    if column.null_count:
        raise ValueError(f"{column.null_count} ids are null")
    if not len(column):
        return np.zeros(0, dtype=f"S{ID_CHARS}")
    joined = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    try:
        fixed = joined.cast(pa.binary()).cast(pa.binary(ID_CHARS))
    except pa.ArrowInvalid as error:
        raise ValueError(f"ids must have {ID_CHARS} characters: {error}") from error
    data = np.frombuffer(fixed.buffers()[1], dtype=f"S{ID_CHARS}")
    return data[fixed.offset : fixed.offset + len(fixed)]


class SortedIds:
    """Ids in rising order that can be asked for, one at a time.

    Example:
        >>> "1" * 32 in SortedIds(np.array([b"0" * 32, b"1" * 32]))
        True
    """

    def __init__(self, ids: IdArray) -> None:
        self._ids = ids

    def __contains__(self, article_id: object) -> bool:
        """Tell whether an id is among them."""
        key = str(article_id).encode()
        at = int(np.searchsorted(self._ids, np.bytes_(key)))
        return at < self._ids.size and bool(self._ids[at] == key)


def load_ids(path: Path) -> SortedIds:
    """Map a file of sorted ids into memory; worker processes share its pages."""
    return SortedIds(np.load(path, mmap_mode="r", allow_pickle=False))


def id_order(ids: IdArray) -> npt.NDArray[np.int64]:
    """Return the rows in the order of their ids.

    Raises:
        ValueError: an id repeats; exact duplicates have to be folded before.
    """
    order = np.arange(ids.size, dtype=np.int64)
    if not np.all(ids[:-1] < ids[1:]):
        order = np.argsort(ids, kind="stable")
    for first in range(0, ids.size, _CHUNK):
        part = ids[order[first : first + _CHUNK + 1]]
        repeats = np.flatnonzero(part[:-1] == part[1:])
        if repeats.size:
            name = part[repeats[0]].decode("ascii", "replace")
            raise ValueError(f"ids repeat, for example {name}")
    return order


def last_days(rows: pa.Table) -> npt.NDArray[np.int32]:
    """Return the last day on which each article may have been published.

    Args:
        rows: columns `date` (date32, first day of the month or year where only that is
            known; null where undated) and `date_precision` (day, month or year).

    Returns:
        Days since 1970-01-01: of the date itself, or of the last day of its month or
        year; `NO_DATE` where there is no date.

    Example:
        >>> import datetime as dt
        >>> rows = pa.table({
        ...     "date": pa.array([dt.date(1970, 1, 1), dt.date(1970, 1, 1), None], pa.date32()),
        ...     "date_precision": ["day", "month", None],
        ... })
        >>> last_days(rows).tolist() == [0, 30, NO_DATE]
        True
    """
    column = rows["date"].combine_chunks().cast(pa.date32())
    days = column.cast(pa.int32())
    dates = np.array(pc.fill_null(days, 0)).astype("datetime64[D]")
    precision = rows["date_precision"].combine_chunks()
    for unit, name in (("M", "month"), ("Y", "year")):
        rough = np.array(pc.fill_null(pc.equal(precision, name), False), dtype=np.bool_)
        if rough.any():
            after = dates[rough].astype(f"datetime64[{unit}]") + 1
            dates[rough] = after.astype("datetime64[D]") - 1
    result = dates.astype(np.int64).astype(np.int32)
    result[np.array(pc.is_null(column), dtype=np.bool_)] = NO_DATE
    return result
