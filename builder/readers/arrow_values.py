"""Turn an Arrow column into Python values that the column map knows.

Times become ISO 8601 strings with the time zone that the column declares. A value that cannot be
read (a string that is not UTF-8, a date beyond year 9999) becomes a `BrokenValue`: it spoils its
own record only.
"""

import datetime as dt
import zoneinfo
from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa

from builder.input.article import BrokenValue

__all__ = ["column_values"]

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

#: Microseconds, or for the finer unit its share of one, of Arrow's units of time.
_MICROSECONDS: Final = {"s": 1_000_000, "ms": 1_000, "us": 1}


def column_values(column: pa.Array) -> list[object]:
    """Return the values of a column, one a row, with None for null. Never raises on bad values."""
    if isinstance(column, pa.ExtensionArray):
        return column_values(column.storage)
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column_values(column.dictionary_decode())
    if pa.types.is_struct(kind):
        return _structs(column)
    if pa.types.is_temporal(kind):
        return _times(column)
    if _is_binary(kind):
        return _each(column, _decoded)
    return _plain(column)


def _plain(column: pa.Array) -> list[object]:
    try:
        values: list[object] = column.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        return [_single(item) for item in column]
    return values


def _times(column: pa.Array) -> list[object]:
    """Return dates and moments as strings, by way of whole numbers, which cannot overflow."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _each(column.cast(pa.int64()), lambda value: _timestamp(value, kind))
    if pa.types.is_date32(kind):
        return _each(column.cast(pa.int32()), lambda value: _date(days=value))
    if pa.types.is_date64(kind):
        return _each(column.cast(pa.int64()), lambda value: _date(milliseconds=value))
    return _plain(column)


def _each(column: pa.Array, read: Callable[[Any], object]) -> list[object]:
    return [None if value is None else read(value) for value in column.to_pylist()]


def _structs(column: pa.StructArray) -> list[object]:
    names = [field.name for field in column.type]
    fields = [column_values(values) for values in column.flatten()]  # nulls of parents included
    valid = column.is_valid().to_pylist()
    rows = zip(*fields, strict=True) if fields else [()] * len(column)
    return [
        dict(zip(names, row, strict=True)) if exists else None
        for row, exists in zip(rows, valid, strict=True)
    ]


def _is_binary(kind: pa.DataType) -> bool:
    checks = (
        pa.types.is_binary,
        pa.types.is_large_binary,
        pa.types.is_binary_view,
        pa.types.is_fixed_size_binary,
    )
    return any(check(kind) for check in checks)


def _single(item: pa.Scalar) -> object:
    try:
        return item.as_py()
    except UnicodeDecodeError:
        return BrokenValue("not UTF-8")
    except (ValueError, OverflowError, pa.ArrowException) as error:
        return BrokenValue(" ".join(str(error).split())[:200])


def _decoded(value: bytes) -> object:
    """Read bytes as text, which old writers did not mark as text."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return BrokenValue("bytes that are not UTF-8")


def _date(**since_epoch: int) -> object:
    try:
        return (_EPOCH + dt.timedelta(**since_epoch)).date().isoformat()
    except OverflowError:
        return BrokenValue("a date beyond the years 1 to 9999")


def _timestamp(value: int, kind: pa.TimestampType) -> object:
    try:
        per_unit = _MICROSECONDS.get(kind.unit)
        microseconds = value // 1000 if per_unit is None else value * per_unit
        moment = _EPOCH + dt.timedelta(microseconds=microseconds)
        if kind.tz is None:
            return moment.replace(tzinfo=None).isoformat()
        return moment.astimezone(_zone(kind.tz)).isoformat()
    except OverflowError:
        return BrokenValue("a time beyond the years 1 to 9999")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return BrokenValue(f"the time zone {kind.tz!r} is not known on this machine")


def _zone(name: str) -> dt.tzinfo:
    """Return a time zone by its name, or by its offset as Arrow spells it: +01:00."""
    if name in {"UTC", "Z"}:
        return dt.UTC
    if name[:1] in {"+", "-"}:
        return dt.datetime.strptime(name, "%z").tzinfo or dt.UTC
    return zoneinfo.ZoneInfo(name)
