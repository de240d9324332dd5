"""The bounds of single fields over whole Arrow batches: nulls, ranges, patterns, vocabularies.

Made from the annotations of the models, so no bound is written down twice. It only
points at suspects; pydantic then says what is wrong with them. It may suspect a good
row, but it never lets a bad one pass.
"""

import datetime as dt
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from schema.fields import DeclaredField, declared_fields

__all__ = ["Fault", "Mask", "Rows", "field_faults", "mask_of"]

Mask: TypeAlias = npt.NDArray[np.bool_]
Rows: TypeAlias = npt.NDArray[np.int64]

#: What `datetime.date` can hold, as days since 1970: Arrow's date32 holds far more.
FIRST_DAY = (dt.date.min - dt.date(1970, 1, 1)).days
LAST_DAY = (dt.date.max - dt.date(1970, 1, 1)).days


class Fault(NamedTuple):
    """A value that Python cannot even hold, so no model can be asked about it."""

    row: int
    column: str
    message: str


def field_faults(batch: pa.RecordBatch, model: type[BaseModel]) -> tuple[Mask, list[Fault]]:
    """Find the rows in which a single field breaks its own declaration.

    Args:
        batch: rows with the columns of the model, in its Arrow types.
        model: `Article` or `AuditRow`.

    Returns:
        One boolean per row, and the values that cannot be turned into Python at all.

    Raises:
        pa.ArrowInvalid: offsets of a column point outside its data.
    """
    scan = _Scan(np.zeros(batch.num_rows, dtype=np.bool_), [])
    rows = np.arange(batch.num_rows)
    for field in declared_fields(model):
        scan.look(batch.column(field.name), rows, field, field.name)
    return scan.bad, scan.faults


class _Scan(NamedTuple):
    bad: Mask
    faults: list[Fault]

    def look(self, values: pa.Array, rows: Rows, field: DeclaredField, path: str) -> None:
        """Check one level of nesting, then what lies below it; `rows` names each value's row."""
        if values.null_count:
            valid = values.is_valid()
            if not field.nullable:
                self.bad[rows[mask_of(pc.invert(valid))]] = True
            values, rows = values.filter(valid), rows[mask_of(valid)]
        if field.is_list:
            self._look_inside(values, rows, field, path)
        elif field.model is not None:
            for inner in declared_fields(field.model):
                child = pc.struct_field(values, inner.name)
                self.look(child, rows, inner, f"{path}.{inner.name}")
        else:
            self._hold(values, rows, path)
            self.bad[rows[_outside(values, field)]] = True

    def _look_inside(self, lists: pa.Array, rows: Rows, field: DeclaredField, path: str) -> None:
        if field.min_length:
            short = pc.less(pc.list_value_length(lists), field.min_length)
            self.bad[rows[mask_of(short)]] = True
        parents = pc.list_parent_indices(lists).to_numpy()
        self.look(lists.flatten(), rows[parents], field.item(), path)

    def _hold(self, values: pa.Array, rows: Rows, path: str) -> None:
        """Note the values that Python cannot hold: broken UTF-8, dates beyond the calendar."""
        if pa.types.is_date32(values.type):
            days = values.cast(pa.int32()).to_numpy()
            for at in np.flatnonzero((days < FIRST_DAY) | (days > LAST_DAY)).tolist():
                self.faults.append(Fault(int(rows[at]), path, "not a date of the years 1 to 9999"))
        elif pa.types.is_string(values.type) and not _is_utf8(values):
            for at, raw in enumerate(values.cast(pa.binary()).to_pylist()):
                if raw.decode("utf-8", "ignore").encode() != raw:
                    self.faults.append(Fault(int(rows[at]), path, "the bytes are not UTF-8"))


def _is_utf8(values: pa.Array) -> bool:
    try:
        values.validate(full=True)
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error):
            return False
        raise
    return True


def _outside(values: pa.Array, field: DeclaredField) -> Mask:
    """Tell which non-null values break the bounds of their field."""
    bad = np.zeros(len(values), dtype=np.bool_)
    if field.terms:
        bad |= mask_of(pc.invert(pc.is_in(values, value_set=pa.array(field.terms, pa.string()))))
    if field.pattern:
        bad |= mask_of(pc.invert(pc.match_substring_regex(values, field.pattern)))
    if field.min_length:
        bad |= mask_of(pc.less(pc.utf8_length(values), field.min_length))
    if field.least is not None:
        # Written so that NaN, which is neither less nor more, is outside.
        bad |= mask_of(pc.invert(pc.greater_equal(values, field.least)))
    if field.most is not None:
        bad |= mask_of(pc.invert(pc.less_equal(values, field.most)))
    return bad


def mask_of(values: Any) -> Mask:
    """Turn an Arrow boolean array into numpy; null means false."""
    filled = pc.fill_null(values, fill_value=False)
    mask: Mask = filled.to_numpy(zero_copy_only=False)
    return mask.astype(np.bool_, copy=True)
