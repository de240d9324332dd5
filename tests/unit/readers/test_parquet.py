"""Parquet: types of all widths, times with their zones, row groups, damage."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.readers.arrow_values import column_values
from schema.article import RawArticle
from schema.reject import Reject, RejectCode
from tests.unit.readers.reading import articles, codes, read_all, texts

C = RejectCode


def write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.dictionary(pa.int8(), pa.large_string()),
        pa.binary(),
        pa.large_binary(),
    ],
    ids=str,
)
def test_text_of_every_width_is_text(tmp_path: Path, kind: pa.DataType) -> None:
    """However a writer stored strings, they are the same strings."""
    values = ["Été.", None, "二つ。", "Été."]
    column = pa.array([value and value.encode() for value in values]).cast(pa.string()).cast(kind)
    outcomes = read_all(write(tmp_path / "a.parquet", {"body": column}))
    assert texts(outcomes) == ["Été.", "二つ。", "Été."]
    assert codes(outcomes) == [None, C.EMPTY_TEXT, None, None]


def test_rows_carry_their_index_and_their_id(tmp_path: Path) -> None:
    """A row has no bytes of its own, so no hash."""
    path = write(tmp_path / "a.parquet", {"text": ["A.", "B."], "id": [10, 11]})
    read = articles(read_all(path))
    assert [(article.origin.record, article.origin.id) for article in read] == [
        (0, "10"),
        (1, "11"),
    ]
    assert read[0].origin.sha256 is None


@pytest.mark.parametrize("slice_bytes", [100, 1000, 10_000, 2**40])
def test_row_groups_are_read_once_wherever_the_cuts_are(tmp_path: Path, slice_bytes: int) -> None:
    """A row group belongs to the range in which its first column starts."""
    rows = [f"Article {number}. " + "x" * (number % 90) for number in range(500)]
    path = write(tmp_path / "a.parquet", {"text": rows}, row_group_size=40, compression="none")
    read = articles(read_all(path, slice_bytes))
    assert [article.text for article in read] == rows
    assert [article.origin.record for article in read] == list(range(500))


def test_times_become_iso_strings_with_their_zone(tmp_path: Path) -> None:
    """The day that the column declares is the day that is published."""
    moment = dt.datetime(2025, 11, 7, 23, 30, tzinfo=dt.UTC)
    path = write(
        tmp_path / "a.parquet",
        {
            "text": ["A.", "B."],
            "date": pa.array([moment, None], pa.timestamp("ms", "Europe/Paris")),
            "modified": pa.array([moment, None], pa.timestamp("ns", "+05:30")),
            "fetched": pa.array([dt.date(2025, 11, 9), None], pa.date32()),
        },
    )
    first, second = articles(read_all(path))
    assert first.date == "2025-11-08T00:30:00+01:00"
    assert first.modified == "2025-11-08T05:00:00+05:30"
    assert first.fetched == "2025-11-09"
    assert (second.date, second.modified, second.fetched) == (None, None, None)


@pytest.mark.parametrize(
    ("array", "value"),
    [
        (pa.array([0], pa.timestamp("s")), "1970-01-01T00:00:00"),
        (pa.array([1_500], pa.timestamp("ms", "UTC")), "1970-01-01T00:00:01.500000+00:00"),
        (pa.array([-1], pa.timestamp("ns")), "1969-12-31T23:59:59.999999"),
        (pa.array([86_400_000], pa.date64()), "1970-01-02"),
        (pa.array(["a"]).dictionary_encode(), "a"),
        (pa.array([{"name": b"x", "when": None}]), {"name": "x", "when": None}),
        (pa.nulls(1), None),
    ],
    ids=str,
)
def test_values_of_arrow_types(array: pa.Array, value: object) -> None:
    """Each type has one form."""
    assert column_values(array) == [value]


def test_values_out_of_range_spoil_their_own_record_only(tmp_path: Path) -> None:
    """Dates beyond year 9999, unknown zones and bytes that are no UTF-8 are wrong types."""
    broken = pa.array([b"fine", b"caf\xe9"]).view(pa.string())
    path = write(
        tmp_path / "a.parquet",
        {
            "text": ["A.", "B.", "C.", "D."],
            "date": pa.array([0, 2**62, None, None], pa.timestamp("ms")),
            "modified": pa.array([None, None, 2**31 - 1, None], pa.date32()),
            "title": pa.concat_arrays([broken, broken]),
        },
    )
    assert codes(read_all(path)) == [None, C.WRONG_TYPE, C.WRONG_TYPE, C.WRONG_TYPE]
    zone = write(
        tmp_path / "b.parquet",
        {"text": ["A."], "date": pa.array([0], pa.timestamp("s", "No/Where"))},
    )
    (found,) = read_all(zone)
    assert isinstance(found, Reject)
    assert "'No/Where'" in found.message


def test_wrong_types_are_counted_a_record_each(tmp_path: Path) -> None:
    """A column of numbers, lists or structs is no text."""
    for number, values in enumerate([[1, 2], [["a"], ["b"]], [{"a": 1}, {"a": 2}], [1.5, 2.5]]):
        path = write(tmp_path / f"{number}.parquet", {"text": pa.array(values)})
        assert codes(read_all(path)) == [C.WRONG_TYPE, C.WRONG_TYPE]


def test_lists_and_structs_of_names(tmp_path: Path) -> None:
    """Authors as a list, publishers as an object, fields reached by a dotted map."""
    path = write(
        tmp_path / "a.parquet",
        {
            "story": [{"body": "A.", "size": 1}, {"body": "B.", "size": 2}, None],
            "authors": [["X", None], [], None],
            "publisher": [{"name": "P"}, None, None],
            "topic": ["t", "t", "t"],
        },
    )
    unknown: Counter[str] = Counter()
    outcomes = read_all(path, unknown=unknown, map={"text": "story.body"})
    assert codes(outcomes) == [None, None, C.EMPTY_TEXT]
    first, second, _ = outcomes
    assert isinstance(first, RawArticle)
    assert isinstance(second, RawArticle)
    assert (first.text, first.authors, first.publisher) == ("A.", ("X",), "P")
    assert (second.text, second.authors, second.publisher) == ("B.", (), None)
    assert unknown == {"story.body": 0, "topic": 3}


def test_without_a_text_column_every_row_is_a_reject(tmp_path: Path) -> None:
    """Read = published + rejected, also here."""
    path = write(tmp_path / "a.parquet", {"summary": ["a"] * 600, "n": [1] * 600})
    outcomes = read_all(path)
    assert codes(outcomes) == [C.NO_TEXT_FIELD] * 600
    assert isinstance(outcomes[599], Reject)
    assert outcomes[599].record == 599
    assert "'summary', 'n'" in outcomes[599].message


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    """Which of them is meant cannot be known."""
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    pq.write_table(table, tmp_path / "a.parquet")
    assert codes(read_all(tmp_path)) == [C.UNREADABLE_FILE]


@pytest.mark.parametrize("slice_bytes", [500, 2**40])
def test_damaged_files_are_one_reject(tmp_path: Path, slice_bytes: int) -> None:
    """Truncated, empty, and no Parquet at all."""
    path = write(tmp_path / "a.parquet", {"text": [f"Article {n}." for n in range(500)]})
    data = path.read_bytes()
    for broken in (data[:-20], b"", b"PAR1", data[: len(data) // 2], b"x" * 3000):
        path.write_bytes(broken)
        assert codes(read_all(path, slice_bytes)) == [C.UNREADABLE_FILE]


MEMORY_PROBE = """
import resource, sys
from pathlib import Path
from builder.input.params import InputParams
from builder.readers import list_files, plan_slices, read_slice

root = Path(sys.argv[1])
(slice_,) = plan_slices(list_files(root), 2**40)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in read_slice(root, slice_, InputParams()))
print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.slow
def test_a_large_row_group_is_not_held_in_memory(tmp_path: Path) -> None:
    """Writers that put a whole file in one row group cost no memory."""
    rows = pa.array([f"{number} " + "some words " * 500 for number in range(20_000)])
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"text": rows}),
        path,
        row_group_size=20_000,
        compression="none",
        use_dictionary=False,
    )
    assert path.stat().st_size > 100_000_000
    run = subprocess.run(
        [sys.executable, "-c", MEMORY_PROBE, str(path)], capture_output=True, text=True, check=True
    )
    count, megabytes = run.stdout.split()
    assert count == "20000"
    assert int(megabytes) < 70


def test_a_damaged_row_group_leaves_the_others(tmp_path: Path) -> None:
    """The reject names the rows; the next row group is read."""
    rows = [f"Article number {number}, not very long." for number in range(300)]
    path = write(
        tmp_path / "a.parquet",
        {"text": rows},
        row_group_size=100,
        compression="zstd",
        use_dictionary=False,
    )
    metadata = pq.read_metadata(path).row_group(1).column(0)
    data = bytearray(path.read_bytes())
    start = metadata.data_page_offset
    data[start : start + metadata.total_compressed_size] = b"\xff" * metadata.total_compressed_size
    path.write_bytes(bytes(data))
    outcomes = read_all(path)
    assert codes(outcomes) == [None] * 100 + [C.UNREADABLE_FILE] + [None] * 100
    rejected = outcomes[100]
    assert isinstance(rejected, Reject)
    assert rejected.record == 100
    assert "row group 1" in rejected.message
