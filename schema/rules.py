"""The rules of a row that span fields, over whole Arrow batches.

The fast twin of the models' validators, one function per rule. A function takes rows
whose fields keep their own bounds (see `bounds.py`) and marks those that could break
its rule. It may suspect a good row, but it never lets a bad one pass:
`tests/unit/schema` and `tests/laws` hold both forms together.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from schema.article import CONTROL_CHARACTERS, WHITE_SPACE, Article, AuditRow
from schema.bounds import Mask, Rows, mask_of
from schema.findings import FindingCode
from schema.hints import PRINTED_DATES
from schema.terms import (
    DateBasis,
    DateKind,
    DatePrecision,
    EntityLabel,
    Flag,
    SourceBasis,
    SourceKind,
    Term,
)

__all__ = ["RULES"]

#: A score is a float32, so its distance to three decimals carries that error. The models
#: allow 1e-6; a little less here, so that another rounding cannot let a bad row pass.
SCORE_SLACK = 9e-7


class _Items:
    """The structs of a list column, all rows in one array, each knowing its row."""

    def __init__(self, batch: pa.RecordBatch, column: str) -> None:
        lists = batch.column(column)
        self.values = lists.flatten()
        self.rows: Rows = pc.list_parent_indices(lists).to_numpy()
        self.height = batch.num_rows

    def field(self, name: str) -> pa.Array:
        return pc.struct_field(self.values, name)

    def any_row(self, items: Mask) -> Mask:
        """Tell which rows hold one of the marked items."""
        found = np.zeros(self.height, dtype=np.bool_)
        found[self.rows[items]] = True
        return found

    def is_term(self, name: str, *terms: Term) -> Mask:
        return _is_term(self.field(name), *terms)


def _score_rounded(batch: pa.RecordBatch) -> Mask:
    entities = _Items(batch, "entities")
    found: Mask = entities.any_row(_unrounded(entities.field("score")))
    found |= _unrounded(batch.column("language_score"))
    return found


def _unrounded(scores: pa.Array) -> Mask:
    wide: npt.NDArray[np.float64] = scores.to_numpy(zero_copy_only=False).astype(np.float64)
    return np.greater(np.abs(wide - np.round(wide, 3)), SCORE_SLACK)


def _date_triple(batch: pa.RecordBatch) -> Mask:
    nulls = [
        mask_of(batch.column(f"date{part}").is_null()) for part in ("", "_precision", "_basis")
    ]
    mixed: Mask = (nulls[0] != nulls[1]) | (nulls[0] != nulls[2])
    return mixed


def _date_undeclared(batch: pa.RecordBatch) -> Mask:
    hints = _Items(batch, "date_hints")
    declares = hints.is_term("kind", DateKind.PUBLISHED, DateKind.UPDATED)
    declares &= ~hints.is_term("basis", DateBasis.TEXT)
    for column, name in (
        ("date", "value"),
        ("date_precision", "precision"),
        ("date_basis", "basis"),
    ):
        resolved = batch.column(column).take(pa.array(hints.rows))
        declares &= mask_of(pc.equal(resolved, hints.field(name)))
    return mask_of(batch.column("date").is_valid()) & ~hints.any_row(declares)


def _source_undeclared(batch: pa.RecordBatch) -> Mask:
    hints = _Items(batch, "source_hints")
    declares = hints.is_term("kind", SourceKind.DOMAIN, SourceKind.PUBLISHER)
    declares &= ~hints.is_term("basis", SourceBasis.TEXT)
    source = batch.column("source")
    declares &= mask_of(pc.equal(source.take(pa.array(hints.rows)), hints.field("value")))
    return mask_of(source.is_valid()) & ~hints.any_row(declares)


def _flags_order(batch: pa.RecordBatch) -> Mask:
    lists = batch.column("flags")
    rows: Rows = pc.list_parent_indices(lists).to_numpy()
    ranks = _ranks(lists.flatten(), Flag)
    found = np.zeros(batch.num_rows, dtype=np.bool_)
    found[rows[1:][(rows[1:] == rows[:-1]) & (ranks[1:] <= ranks[:-1])]] = True
    return found


def _text_space(batch: pa.RecordBatch) -> Mask:
    space = f"[{WHITE_SPACE}]"
    return _matches(batch.column("text"), f"^{space}|{space}{space}|{space}$")


def _text_control(batch: pa.RecordBatch) -> Mask:
    return _matches(batch.column("text"), f"[{CONTROL_CHARACTERS}]")


def _entity_order(batch: pa.RecordBatch) -> Mask:
    entities = _Items(batch, "entities")
    start, end = _ints(entities.field("start")), _ints(entities.field("end"))
    bad = end <= start
    same_row = entities.rows[1:] == entities.rows[:-1]
    bad[1:] |= same_row & (start[1:] < end[:-1])
    return entities.any_row(bad)


def _entity_mention(batch: pa.RecordBatch) -> Mask:
    """Compare slices in Python: the one rule whose offsets Arrow cannot follow."""
    entities = _Items(batch, "entities")
    texts = batch.column("text").to_pylist() if len(entities.rows) else []
    bad = [
        end - start != len(mention) or texts[row][start:end] != mention
        for row, start, end, mention in zip(
            entities.rows.tolist(),
            entities.field("start").to_pylist(),
            entities.field("end").to_pylist(),
            entities.field("mention").to_pylist(),
            strict=True,
        )
    ]
    return entities.any_row(np.array(bad, dtype=np.bool_))


def _entity_iso(batch: pa.RecordBatch) -> Mask:
    entities = _Items(batch, "entities")
    placed = mask_of(entities.field("iso").is_valid())
    return entities.any_row(placed & ~entities.is_term("label", EntityLabel.LOC))


def _cluster_id(batch: pa.RecordBatch) -> Mask:
    alone = pc.equal(batch.column("cluster_size"), 1)
    return mask_of(pc.and_(alone, pc.not_equal(batch.column("cluster_id"), batch.column("id"))))


def _date_precision(batch: pa.RecordBatch) -> Mask:
    hints = _Items(batch, "date_hints")
    day, month = _ints(pc.day(hints.field("value"))), _ints(pc.month(hints.field("value")))
    whole_day = hints.is_term("precision", DatePrecision.DAY)
    only_year = hints.is_term("precision", DatePrecision.YEAR)
    return hints.any_row(~whole_day & ((day != 1) | (only_year & (month != 1))))


def _mention_precision(batch: pa.RecordBatch) -> Mask:
    hints = _Items(batch, "date_hints")
    mention = hints.is_term("kind", DateKind.MENTION)
    return hints.any_row(mention & ~hints.is_term("precision", DatePrecision.DAY))


def _hint_place(batch: pa.RecordBatch) -> Mask:
    found = np.zeros(batch.num_rows, dtype=np.bool_)
    for column, printed in (("date_hints", PRINTED_DATES), ("source_hints", {SourceBasis.TEXT})):
        hints = _Items(batch, column)
        in_text = hints.is_term("basis", *printed)
        for bound in ("start", "end"):
            found |= hints.any_row(mask_of(hints.field(bound).is_valid()) != in_text)
    return found


def _hint_empty(batch: pa.RecordBatch) -> Mask:
    return _span_empty(batch, "date_hints") | _span_empty(batch, "source_hints")


def _removed_empty(batch: pa.RecordBatch) -> Mask:
    return _span_empty(batch, "removed")


def _span_empty(batch: pa.RecordBatch, column: str) -> Mask:
    spans = _Items(batch, column)
    start, end = spans.field("start"), spans.field("end")
    return spans.any_row(mask_of(pc.greater_equal(start, end)))


def _removed_length(batch: pa.RecordBatch) -> Mask:
    spans = _Items(batch, "removed")
    length = _ints(pc.utf8_length(spans.field("text")))
    return spans.any_row(length != _ints(spans.field("end")) - _ints(spans.field("start")))


Rule: TypeAlias = Callable[[pa.RecordBatch], Mask]

#: Which rules a row of each model is held to, besides the bounds of its fields.
RULES: Mapping[type[BaseModel], Mapping[FindingCode, Rule]] = {
    Article: {
        FindingCode.SPAN_EMPTY: _hint_empty,
        FindingCode.DATE_PRECISION: _date_precision,
        FindingCode.MENTION_PRECISION: _mention_precision,
        FindingCode.HINT_PLACE: _hint_place,
        FindingCode.SCORE_ROUNDED: _score_rounded,
        FindingCode.DATE_TRIPLE: _date_triple,
        FindingCode.DATE_UNDECLARED: _date_undeclared,
        FindingCode.SOURCE_UNDECLARED: _source_undeclared,
        FindingCode.FLAGS_ORDER: _flags_order,
        FindingCode.TEXT_SPACE: _text_space,
        FindingCode.TEXT_CONTROL: _text_control,
        FindingCode.ENTITY_ORDER: _entity_order,
        FindingCode.ENTITY_MENTION: _entity_mention,
        FindingCode.ENTITY_ISO: _entity_iso,
        FindingCode.CLUSTER_ID: _cluster_id,
    },
    AuditRow: {
        FindingCode.SPAN_EMPTY: _removed_empty,
        FindingCode.REMOVED_LENGTH: _removed_length,
    },
}


def _ints(values: pa.Array) -> Rows:
    """Turn a column of offsets into int64, so that differences cannot overflow; null is -1."""
    numbers: Rows = pc.fill_null(values.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    return numbers


def _ranks(values: pa.Array, vocabulary: type[Term]) -> npt.NDArray[np.int32]:
    ordered = pa.array(sorted(str(term) for term in vocabulary), pa.string())
    ranks: npt.NDArray[np.int32] = pc.index_in(values, value_set=ordered).to_numpy()
    return ranks


def _is_term(values: pa.Array, *terms: Term) -> Mask:
    wanted = pa.array(sorted(str(term) for term in terms), pa.string())
    return mask_of(pc.is_in(values, value_set=wanted))


def _matches(values: pa.Array, pattern: str) -> Mask:
    return mask_of(pc.match_substring_regex(values, pattern))
