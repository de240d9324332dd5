"""Articles become Arrow rows as they would by way of dictionaries, only faster."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.receipts import Receipt
from builder.writers import batches
from builder.writers.batches import BatchFile, join_lists, to_batch
from builder.writers.parts import SCHEMAS, Parts, open_table, part_path
from schema.arrow import arrow_schema, audit_schema, to_rows
from schema.article import Article, AuditRow
from tests.strategies import article_rows, audit_rows

NUMBERS = pa.schema({"row": pa.int64()})


@given(st.lists(article_rows().map(Article.model_validate), max_size=5))
def test_columns_hold_what_dictionaries_would(rows):
    schema = arrow_schema()
    assert to_batch(rows, schema) == pa.RecordBatch.from_pylist(to_rows(rows), schema=schema)


@given(st.lists(audit_rows().map(AuditRow.model_validate), max_size=5))
def test_lists_kept_as_columns_hold_what_dictionaries_would(rows):
    lists = [
        Receipt(*([getattr(piece, name) for piece in row.removed] for name in Receipt._fields))
        for row in rows
    ]
    kind = audit_schema().field("removed").type
    expected = [row["removed"] for row in to_rows(rows)]
    assert join_lists(lists, kind).equals(pa.array(expected, kind))


def test_no_rows_are_a_batch_without_rows():
    for schema in SCHEMAS.values():
        assert to_batch([], schema).num_rows == 0


@given(st.lists(st.integers(0, 9), max_size=30))
def test_a_file_holds_all_rows_in_order(tmp_path_factory, sizes):
    path = tmp_path_factory.mktemp("batches") / "tasks" / "x.arrow"
    rows = iter(range(1000))
    written = [[next(rows) for _ in range(size)] for size in sizes]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "BATCH_BYTES", 100)
        with BatchFile(path, NUMBERS) as file:
            for numbers in written:
                file.write(pa.record_batch({"row": pa.array(numbers, pa.int64())}))
    table = open_table(path)
    assert table["row"].to_pylist() == [number for numbers in written for number in numbers]
    assert all(batch.num_rows for batch in table.to_batches())


@given(st.data())
def test_rows_are_picked_from_many_parts_in_the_order_asked_for(tmp_path_factory, data):
    work: Path = tmp_path_factory.mktemp("parts")
    sizes = data.draw(st.lists(st.lists(st.integers(0, 5), max_size=4), min_size=1, max_size=4))
    places = []
    for part, batch_sizes in enumerate(sizes):
        row = 0
        path = part_path(work, part, "part")
        path.parent.mkdir(exist_ok=True)
        schema = pa.schema({"part": pa.int32(), "row": pa.int32()})
        with pa.ipc.new_file(str(path), schema) as file:
            for size in batch_sizes:
                rows = range(row, row + size)
                columns = [pa.array([part] * size, pa.int32()), pa.array(rows, pa.int32())]
                file.write_batch(pa.record_batch(columns, schema=schema))
                places += [(part, place) for place in rows]
                row += size
    if not places:
        return
    wanted = data.draw(st.lists(st.sampled_from(places), min_size=1, unique=True))
    table = pa.table({"part": [p for p, _ in wanted], "row": [r for _, r in wanted]})
    parts = Parts(work, ["row", "part"])
    parts.MAX_OPEN = 2
    found = parts.take([part for part, _ in wanted], [row for _, row in wanted])
    assert found.column_names == ["row", "part"]
    assert found.select(["part", "row"]).to_pylist() == table.to_pylist()
