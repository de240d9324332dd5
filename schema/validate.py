"""A table → everything that is wrong with it, at the speed of Arrow.

Three steps: the columns are compared with the schema; all rows pass the vectorised
rules of `bounds.py` and `rules.py`; the suspects go to the pydantic model, whose
errors become findings. Nothing here decides what a rule says.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schema.arrow import model_schema
from schema.article import Article
from schema.bounds import field_faults
from schema.findings import Finding, FindingCode
from schema.rules import RULES
from schema.tables import TableRules

__all__ = ["validate_table"]

#: Rows are looked at in pieces of about this many bytes, so that memory stays bounded
#: and no piece outgrows Arrow's 32-bit offsets.
PIECE_BYTES = 32_000_000

#: A value is quoted in a message up to this many characters.
QUOTED_CHARS = 80

#: Where a rule that spans fields looks; pydantic gives no location for those.
_COLUMN = {
    FindingCode.SCORE_ROUNDED: "language_score",
    FindingCode.DATE_TRIPLE: "date",
    FindingCode.DATE_UNDECLARED: "date",
    FindingCode.SOURCE_UNDECLARED: "source",
    FindingCode.FLAGS_ORDER: "flags",
    FindingCode.TEXT_SPACE: "text",
    FindingCode.TEXT_CONTROL: "text",
    FindingCode.ENTITY_ORDER: "entities",
    FindingCode.ENTITY_MENTION: "entities",
    FindingCode.ENTITY_ISO: "entities",
    FindingCode.CLUSTER_ID: "cluster_id",
}


def validate_table(
    table: Any,
    model: type[BaseModel] = Article,
    *,
    whole: bool = False,
    grown: bool = False,
    limit: int = 1000,
) -> list[Finding]:
    """List everything that is wrong with a table of published rows.

    Args:
        table: a `pyarrow` Table, RecordBatch, Dataset or RecordBatchReader, or any
            iterable of RecordBatches. Nullability and the width of offsets do not matter.
        model: `Article`, or `AuditRow` for the rows of the `audit` config.
        whole: the table holds every row of the data set, so each cluster must be complete.
        grown: the data set was built upon an earlier release (its manifest lists several), so
            rows of that one keep the name and size that their cluster had then.
        limit: number of suspect rows that are described one by one; the rest is counted.

    Returns:
        Findings: columns first, then rows in order, then what concerns several rows.
        Empty if nothing is wrong. Row numbers count from 0 over the whole table.

    Never raises, whatever the table holds.
    """
    check = _Check(model, whole=whole, grown=grown, limit=limit)
    try:
        for batch in _pieces(table):
            check.add(batch)
    except (pa.ArrowException, OSError) as error:
        check.findings.append(
            Finding(FindingCode.FILE_UNREADABLE, _one_line(error), row=check.row_count)
        )
    return check.finish()


def _same_type(actual: pa.DataType, expected: pa.DataType) -> bool:
    """Tell whether two types are one, whatever they say about null and names of list items."""
    return bool(_relaxed(actual) == _relaxed(expected))


class _Check:
    """The findings of a table, while its pieces pass by."""

    def __init__(self, model: type[BaseModel], *, whole: bool, grown: bool, limit: int) -> None:
        self.model = model
        self.schema = model_schema(model)
        self.limit = limit
        self.findings: list[Finding] = []
        self.row_count = 0
        self._described = 0
        self._left_over: dict[FindingCode, int] = {}
        self._seen_schema: pa.Schema | None = None
        self._table_rules = TableRules(whole=whole, grown=grown, limit=limit)

    def add(self, batch: pa.RecordBatch) -> None:
        """Check one piece of the table."""
        if self._seen_schema is None or not batch.schema.equals(self._seen_schema):
            self.findings += _schema_findings(batch.schema, self.schema)
            self._seen_schema = batch.schema
        first_row, self.row_count = self.row_count, self.row_count + batch.num_rows
        self._table_rules.add(batch, first_row)
        rows = _conform(batch, self.schema)
        if rows is not None and rows.num_rows:
            self._check_rows(rows, first_row)

    def finish(self) -> list[Finding]:
        """Return all findings, once the last piece has been added."""
        if self._seen_schema is None:
            self.findings.append(Finding(FindingCode.SCHEMA_MISMATCH, "there is no batch of rows"))
        for code, count in sorted(self._left_over.items()):
            self.findings.append(Finding(code, f"{count} more rows could break this rule"))
        return self.findings + self._table_rules.findings()

    def _check_rows(self, batch: pa.RecordBatch, first_row: int) -> None:
        suspects, faults = field_faults(batch, self.model)
        unholdable = np.zeros(batch.num_rows, dtype=np.bool_)
        for fault in faults:
            unholdable[fault.row] = True
            if self._may_describe(FindingCode.ROW_VALUE):
                row = first_row + fault.row
                self.findings.append(
                    Finding(FindingCode.ROW_VALUE, fault.message, row=row, column=fault.column)
                )
        suspects &= ~unholdable
        codes = {int(row): FindingCode.ROW_VALUE for row in np.flatnonzero(suspects)}
        sound = np.flatnonzero(~suspects & ~unholdable)
        rest = batch if len(sound) == batch.num_rows else batch.take(pa.array(sound))
        for code, rule in RULES[self.model].items():
            codes |= {int(sound[at]): code for at in np.flatnonzero(rule(rest))}
        for row in sorted(codes):
            if self._may_describe(codes[row]):
                self.findings += _row_findings(batch.slice(row, 1), first_row + row, self.model)

    def _may_describe(self, code: FindingCode) -> bool:
        if self._described < self.limit:
            self._described += 1
            return True
        self._left_over[code] = self._left_over.get(code, 0) + 1
        return False


def _row_findings(one_row: pa.RecordBatch, row: int, model: type[BaseModel]) -> Iterator[Finding]:
    """Ask the model what is wrong with a row; nothing, if the suspicion was false."""
    try:
        model.model_validate(one_row.to_pylist()[0])
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            yield _to_finding(detail, row)


def _to_finding(detail: ErrorDetails, row: int) -> Finding:
    code = _code_of(detail)
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"])
    column = place.lstrip(".") or _COLUMN.get(code, "")
    message = detail["msg"]
    if code is FindingCode.ROW_VALUE:
        message += f" (it is {_quoted(detail['input'])})"
    return Finding(code, message, row=row, column=column)


def _code_of(detail: ErrorDetails) -> FindingCode:
    named = FindingCode.__members__.get(detail["type"].upper())
    if named is not None:
        return named
    return FindingCode.ROW_NULL if detail["input"] is None else FindingCode.ROW_VALUE


def _quoted(value: object) -> str:
    quoted = ascii(value) if isinstance(value, str) else repr(value)
    return quoted if len(quoted) <= QUOTED_CHARS else quoted[:QUOTED_CHARS] + "…"


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


# Columns.


def _schema_findings(actual: pa.Schema, expected: pa.Schema) -> Iterator[Finding]:
    names = list(actual.names)
    for field in expected:
        if field.name not in names:
            message = f"the column is missing; it is {field.type}"
            yield Finding(FindingCode.SCHEMA_MISMATCH, message, column=field.name)
    for name in dict.fromkeys(names):
        message = _column_fault(actual, expected, name)
        if message:
            yield Finding(FindingCode.SCHEMA_MISMATCH, message, column=name)
    known = [name for name in names if name in expected.names]
    in_order = [name for name in expected.names if name in known]
    if known != in_order and sorted(known) == sorted(in_order):
        message = f"columns stand in another order; it is {', '.join(expected.names)}"
        yield Finding(FindingCode.SCHEMA_MISMATCH, message)


def _column_fault(actual: pa.Schema, expected: pa.Schema, name: str) -> str:
    if actual.names.count(name) > 1:
        return "the column occurs more than once"
    if name not in expected.names:
        return "the schema has no such column"
    kind, declared = actual.field(name).type, expected.field(name).type
    return "" if _same_type(kind, declared) else f"the type is {kind}; it is declared {declared}"


def _conform(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch | None:
    """Bring the columns into the order and types of the schema, or return None if that fails."""
    columns, fields = [], []
    for field in schema:
        kind = _relaxed(field.type)
        at = batch.schema.get_all_field_indices(field.name)
        if len(at) != 1:
            return None
        column = batch.column(at[0])
        if column.type != kind:
            try:
                column = column.cast(kind)
            except pa.ArrowException:
                return None
        columns.append(column)
        fields.append(pa.field(field.name, kind))
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def _relaxed(kind: pa.DataType) -> pa.DataType:
    """Return the type with every nested field nullable and every list item named alike."""
    if pa.types.is_list(kind):
        return pa.list_(pa.field("item", _relaxed(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(field.name, _relaxed(field.type)) for field in kind])
    return kind


# Pieces.


def _pieces(table: Any) -> Iterator[pa.RecordBatch]:
    """Cut whatever was handed in into record batches of bounded size."""
    for batch in _batches(table):
        rows_at_once = max(1, batch.num_rows * PIECE_BYTES // max(1, batch.nbytes))
        for start in range(0, max(1, batch.num_rows), rows_at_once):
            yield batch.slice(start, rows_at_once)


def _batches(table: Any) -> Iterable[pa.RecordBatch]:
    if isinstance(table, pa.RecordBatch):
        return [table]
    if isinstance(table, pa.Table):
        # A table without rows still has columns to be checked.
        return table.to_batches() or [pa.RecordBatch.from_pylist([], schema=table.schema)]
    if hasattr(table, "to_batches"):
        return table.to_batches()  # type: ignore[no-any-return]  # a pyarrow Dataset
    return table  # type: ignore[no-any-return]  # an iterable of batches, by contract
