"""Counts over parts add up to counts over the whole, and equal a count by hand."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.corpus.stats import (
    ClusterCounts,
    Summary,
    count_clusters,
    summarise_articles,
    summarise_audit,
)
from schema.arrow import arrow_schema, audit_schema, to_rows
from schema.article import Article
from tests.strategies import article_rows

ARTICLES = st.lists(article_rows().map(Article.model_validate), max_size=8)


@given(ARTICLES, st.integers(0, 8))
def test_two_parts_add_up_to_the_whole(rows: list[Article], cut: int) -> None:
    def summary(part: list[Article]) -> Summary:
        return summarise_articles(pa.Table.from_pylist(to_rows(part), arrow_schema()), "train")

    parts = summary(rows[:cut])
    parts.add(summary(rows[cut:]))
    assert parts == summary(rows)


@given(ARTICLES)
def test_the_numbers_are_those_of_a_count_by_hand(rows: list[Article]) -> None:
    table = pa.Table.from_pylist(to_rows(rows), arrow_schema())
    stats = summarise_articles(table, "train").finish(ClusterCounts())
    assert stats.articles == len(rows)
    assert stats.chars == sum(len(row.text) for row in rows)
    assert stats.titles == sum(row.title is not None for row in rows)
    assert stats.years == dict(
        sorted(Counter(str(row.date.year) if row.date else "?" for row in rows).items())
    )
    assert stats.flags == dict(sorted(Counter(f.value for row in rows for f in row.flags).items()))
    assert stats.entities == dict(
        sorted(Counter(e.label.value for row in rows for e in row.entities).items())
    )
    assert stats.sources == dict(sorted(Counter(row.source or "?" for row in rows).items()))


def test_quantiles_are_values_that_occur() -> None:
    summary = Summary(lengths=Counter(range(1, 101)))
    assert summary.finish(ClusterCounts()).lengths == {
        "min": 1, "p05": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95, "max": 100
    }  # fmt: skip


def test_removed_characters_are_counted_for_each_of_their_rules() -> None:
    removed = [
        {"start": 0, "end": 4, "rules": ["cue.x", "layout"], "text": "abcd"},
        {"start": 6, "end": 7, "rules": ["space"], "text": " "},
    ]
    rows = [{"id": "0" * 32, "removed": removed}, {"id": "1" * 32, "removed": []}]
    summary = summarise_audit(pa.Table.from_pylist(rows, audit_schema()))
    assert summary.removed == {"cue.x": 4, "layout": 4, "space": 1}
    assert summary.removed_chars == 5
    assert summary.audited == 2


@pytest.mark.parametrize("kind", ["data", "audit"])
def test_an_empty_table_counts_nothing(seeds: Path, kind: str) -> None:
    table = pq.read_table(next(seeds.glob(f"{kind}/**/*.parquet"))).slice(0, 0)
    summary = summarise_audit(table) if kind == "audit" else summarise_articles(table, "train")
    assert summary.finish(ClusterCounts()).articles == 0


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        ([], (0, 0, 0)),
        (["a", "b"], (0, 0, 1)),
        (["a", "b", "a", "c", "c", "c", "d", "e", None], (2, 5, 3)),
    ],
)
def test_clusters_are_counted_by_their_members(
    names: list[str | None], counts: tuple[int, int, int]
) -> None:
    """By the articles that are there: in a release that grew, sizes are of different times."""
    assert count_clusters(pa.chunked_array([names[:2], names[2:]], pa.string())) == counts
