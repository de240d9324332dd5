"""What the corpus stages read of rows follows from the columns of a part."""

from hashlib import sha256

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from builder.writers.parts import SCHEMAS
from builder.writers.sidecars import small_columns

PART = SCHEMAS["part"]
HINT = {"kind": "publisher", "value": "Daily", "basis": "metadata", "start": None, "end": None}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)


Row = tuple[str, int, list[str]]


def part(described: list[Row]) -> pa.RecordBatch:
    rows = [
        {
            **dict.fromkeys(("id", "language", "source"), "x"),
            "language_score": 1.0,
            "date_hints": [],
            "source_hints": [HINT] * number,
            "flags": [],
            "text": text,
            "entities": [],
            "origin": {"path": "a.txt", "record": number, "id": None, "sha256": None},
            "removed": [{"start": 0, "end": 1, "rules": ["r"], "text": one} for one in pieces],
        }
        for text, number, pieces in described
    ]
    return pa.RecordBatch.from_pylist(rows, PART)


@given(st.lists(st.tuples(TEXTS, st.integers(0, 3), st.lists(TEXTS, max_size=3))), st.data())
def test_measures_are_those_of_each_row(rows: list[Row], data: st.DataObject) -> None:
    """Also of some rows in the middle of a batch, and of a table."""
    first = data.draw(st.integers(0, len(rows)))
    batch = part(rows).slice(first)
    for form in (batch, pa.Table.from_batches([batch, batch.slice(0, 0)])):
        columns = small_columns(form)
        assert columns["path"].to_pylist() == ["a.txt"] * len(rows[first:])
        measures = [columns[name] for name in ("row_bytes", "audit_bytes", "text_key")]
        assert list(zip(*measures, strict=True)) == [
            (
                len(text.encode()) + 60 * number + 400,
                sum(len(piece.encode()) + 40 for piece in pieces) + 60,
                int.from_bytes(sha256(text.encode()).digest()[:8], "big"),
            )
            for text, number, pieces in rows[first:]
        ]
