"""Files and row groups are cut by bytes, in order, and lose no row."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from builder.config import OutputParams
from builder.shards import plan_shards

SIZES = st.lists(
    st.tuples(
        st.sampled_from(["test", "train"]),
        st.sampled_from(["de", "fr"]),
        st.integers(1, 9_000),
        st.integers(1, 9_000),
    ),
    max_size=60,
)
OUTPUT = OutputParams(shard_bytes=10_000, row_group_bytes=3_000)


def assignment(rows: list[tuple[str, str, int, int]]) -> pa.Table:
    schema = {
        "split": pa.string(),
        "language": pa.string(),
        "row_bytes": pa.int64(),
        "audit_bytes": pa.int64(),
    }
    return pa.Table.from_pylist(
        [dict(zip(schema, row, strict=True)) for row in sorted(rows)], pa.schema(schema)
    )


@given(SIZES)
def test_every_row_is_in_one_file_of_each_config(rows: list[tuple[str, str, int, int]]) -> None:
    tasks = plan_shards(assignment(rows), OUTPUT, audit=True)
    for config in ("default", "audit"):
        ranges = [(t.start, t.start + sum(t.groups)) for t in tasks if t.config == config]
        assert [place for start, end in ranges for place in range(start, end)] == [
            *range(len(rows))
        ]


@given(SIZES)
def test_no_file_and_no_row_group_is_larger_than_allowed(
    rows: list[tuple[str, str, int, int]],
) -> None:
    table = assignment(rows)
    for task in plan_shards(table, OUTPUT, audit=True):
        column = "audit_bytes" if task.config == "audit" else "row_bytes"
        sizes = table[column].to_pylist()
        start = task.start
        file_bytes = 0
        for group in task.groups:
            assert group > 0
            group_bytes = sum(sizes[start : start + group])
            assert group == 1 or group_bytes <= OUTPUT.row_group_bytes
            start, file_bytes = start + group, file_bytes + group_bytes
        assert sum(task.groups) == 1 or file_bytes <= OUTPUT.shard_bytes


@given(SIZES)
def test_names_count_the_files_of_their_split(rows: list[tuple[str, str, int, int]]) -> None:
    tasks = plan_shards(assignment(rows), OUTPUT, audit=False)
    by_stem: dict[str, list[str]] = {}
    for task in tasks:
        stem, _, number = task.path.partition("-")
        by_stem.setdefault(stem, []).append(number)
        assert stem == f"data/{task.language}/{task.split}"
    for numbers in by_stem.values():
        total = len(numbers)
        assert numbers == [f"{i:05d}-of-{total:05d}.parquet" for i in range(total)]
