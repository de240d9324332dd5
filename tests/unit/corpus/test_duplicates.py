"""Keepers: earliest date, then longest, then smallest place or id; losses of sources."""

import datetime as dt
import random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.corpus.cluster import ClusterParams
from builder.corpus.duplicates import (
    heavy_losses,
    heavy_merges,
    keep_one_per_cluster,
    keep_one_per_id,
)

examples = settings(max_examples=40, deadline=None)

SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "date": pa.date32(),
        "date_precision": pa.string(),
        "raw_chars": pa.int32(),
        "path": pa.string(),
        "record": pa.int64(),
    }
)
Row = dict[str, Any]


def article(name: int, **facts: Any) -> Row:
    """Return a row; undated, short and at the start of a.txt unless told otherwise."""
    date = facts.pop("date", None)
    precision = facts.pop("precision", "day" if date else None)
    row = {"id": f"{name:032x}", "raw_chars": 9, "path": "a.txt", "record": 0, **facts}
    return {**row, "date": date and dt.date.fromisoformat(date), "date_precision": precision}


def kept(rows: list[Row]) -> list[int]:
    return keep_one_per_id(pa.Table.from_pylist(rows, SCHEMA)).tolist()


@pytest.mark.parametrize(
    ("loser", "winner"),
    [
        ({}, {"date": "2025-11-07"}),
        ({"date": "2025-11-08"}, {"date": "2025-11-07"}),
        ({"date": "2025-11-08", "raw_chars": 10}, {"date": "2025-11-07"}),
        ({"date": "2025-11-01", "precision": "month"}, {"date": "2025-11-07"}),
        ({"date": "2025-01-01", "precision": "year"}, {"date": "2025-11-01", "precision": "month"}),
        ({"date": "2025-11-01"}, {"date": "2025-01-01", "precision": "month"}),
        ({}, {"raw_chars": 10}),
        ({"path": "b.txt"}, {}),
        ({"path": "a/a.txt"}, {"path": "a-1.txt"}),
        ({"path": "é.txt"}, {"path": "z.txt"}),
        ({"path": "𠮷.txt"}, {"path": "\ufffd.txt"}),
        ({"record": 10}, {"record": 9}),
        ({"path": "b.txt", "record": 0}, {"record": 9}),
    ],
)
def test_one_of_two_equal_articles_is_kept(loser: Row, winner: Row) -> None:
    """The order in which they come plays no part."""
    one, other = article(1, **loser), article(1, **winner)
    assert kept([one, other]) == [1, 1]
    assert kept([other, one]) == [0, 0]


def test_articles_without_an_equal_are_kept() -> None:
    """Also when there are none at all."""
    assert kept([]) == []
    assert kept([article(3), article(1), article(2)]) == [0, 1, 2]


ROWS = st.lists(
    st.builds(
        article,
        st.integers(0, 3),
        date=st.sampled_from([None, "2025-11-01", "2025-11-07"]),
        precision=st.sampled_from(["day", "month"]),
        raw_chars=st.integers(1, 2),
        path=st.sampled_from(["a", "b"]),
        record=st.integers(0, 2**60),
    ).map(lambda row: {**row, "date_precision": row["date"] and row["date_precision"]}),
    max_size=12,
    unique_by=lambda row: (row["path"], row["record"]),
)


def slow_key(row: Row) -> tuple[Any, ...]:
    date = row["date"]
    if date and row["date_precision"] == "month":
        date = date.replace(day=30)
    return (date is None, date or 0, -row["raw_chars"], row["path"], row["record"])


@given(ROWS, st.randoms())
@examples
def test_keepers_equal_the_slow_twin(rows: list[Row], draw: random.Random) -> None:
    """For every row the smallest of its id, in any order."""
    draw.shuffle(rows)
    answer = kept(rows)
    for row, keeper in zip(rows, answer, strict=True):
        equals = [other for other in rows if other["id"] == row["id"]]
        assert rows[keeper] == min(equals, key=slow_key)
        assert answer[keeper] == keeper


@given(ROWS, st.data())
@examples
def test_keepers_of_clusters_equal_the_slow_twin(rows: list[Row], data: st.DataObject) -> None:
    """The smallest id decides last; rows of an earlier release stay and come first."""
    rows = [{**row, "id": f"{number * 7 % 13:032x}"} for number, row in enumerate(rows)]
    labels = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    old = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    cluster = np.array([labels.index(label) for label in labels], dtype=np.int64)
    table = pa.Table.from_pylist(rows, SCHEMA)
    for is_old in ([False] * len(rows), old):
        flags = np.array(is_old, dtype=np.bool_)
        answer = keep_one_per_cluster(table, cluster, flags if any(is_old) else None)
        for number, keeper in enumerate(answer):
            peers = [n for n in range(len(rows)) if labels[n] == labels[number]]
            best = min(peers, key=lambda n: (not is_old[n], *slow_key(rows[n])[:3], rows[n]["id"]))
            assert keeper == (number if is_old[number] else best)


def test_sources_that_lose_too_much_are_named() -> None:
    """Small sources and articles without a source are not watched."""
    sources = ["big.example"] * 10 + ["small.example"] * 2 + [None] * 10 + ["fine.example"] * 10
    gone = np.arange(32)
    gone[1:7] = 0
    gone[11] = 10
    gone[13:22] = 12
    gone[23:28] = 22
    params = ClusterParams(max_source_loss=0.5, min_source_articles=5)
    for column in (pa.array(sources), pa.chunked_array([sources[:4], sources[4:]])):
        assert heavy_losses(column, gone, params) == [("big.example", 10, 6)]
    assert heavy_losses(pa.array([None] * 32, pa.string()), gone, params) == []


def test_sources_that_hang_together_are_named() -> None:
    """One component with most of a source, not many small ones."""
    sources = pa.array(["big"] * 10 + ["fine"] * 10 + [None] * 10 + ["small"] * 3)
    component = np.arange(33)
    component[2:9] = 1
    component[10:20] = [10, 10, 10, 13, 13, 13, 16, 16, 16, 1]
    component[20:30] = 20
    component[30:] = 30
    params = ClusterParams(max_source_loss=0.5, min_source_articles=5)
    assert heavy_merges(sources, component, params) == [("big", 10, 7)]
    empty = pa.array([], pa.string())
    assert heavy_merges(empty, np.zeros(0, np.int64), params) == []
    assert heavy_losses(empty, np.zeros(0, np.int64), params) == []
