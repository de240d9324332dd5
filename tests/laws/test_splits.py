"""Laws of splits: no leak, no move, no loss, no matter in which order."""

import datetime as dt
import random
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.corpus.columns import NO_DATE, last_days
from builder.corpus.leaks import achieved_shares, leak_matrix
from builder.corpus.quota import apportion
from builder.corpus.splits import SplitParams, SplitResult, assign_splits

examples = settings(max_examples=30, deadline=None)

Row = dict[str, Any]

SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "date": pa.date32(),
        "date_precision": pa.string(),
        "source": pa.string(),
        "component": pa.int64(),
    }
)
CUT = dt.date(2025, 11, 15)
PARAMS = st.sampled_from(
    [
        SplitParams(),
        SplitParams(strategy="quota", ratios={"train": 3, "validation": 1, "test": 1}),
        SplitParams(strategy="time", test_from=CUT),
        SplitParams(strategy="time", test_from=CUT, validation_from=dt.date(2025, 6, 1)),
        SplitParams(group_by="source"),
        SplitParams(strategy="quota", ratios={"a": 1, "b": 1}, group_by="source"),
    ]
)


@st.composite
def articles(draw: st.DrawFn) -> Row:
    """What the corpus stages see of an article, with the label of its component."""
    date = draw(st.none() | st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)))
    precision = date and draw(st.sampled_from(["day", "month", "year"]))
    if date and precision != "day":
        date = date.replace(day=1, month=date.month if precision == "month" else 1)
    return {
        "id": draw(st.text("0123456789abcdef", min_size=32, max_size=32)),
        "date": date,
        "date_precision": precision,
        "source": draw(st.sampled_from([None, "a", "b", "c"])),
        "component": draw(st.integers(0, 11)),
    }


CORPORA = st.lists(articles(), max_size=24, unique_by=lambda row: row["id"])


def split(corpus: list[Row], params: SplitParams, **options: Any) -> tuple[SplitResult, pa.Table]:
    """Assign splits; components get the row with their smallest id."""
    firsts: dict[int, int] = {}
    for row in sorted(range(len(corpus)), key=lambda row: str(corpus[row]["id"])):
        firsts.setdefault(corpus[row]["component"], row)
    component = np.array([firsts[row["component"]] for row in corpus], dtype=np.int64)
    rows = pa.Table.from_pylist(corpus, SCHEMA)
    return assign_splits(rows, component, params, **options), rows


def by_id(result: SplitResult, corpus: list[Row]) -> dict[str, str]:
    return {row["id"]: str(name) for row, name in zip(corpus, result.labels, strict=True)}


@given(CORPORA, PARAMS)
@examples
def test_one_component_lies_in_one_split(corpus: list[Row], params: SplitParams) -> None:
    """The leak matrix is zero, also counted the slow way."""
    result, rows = split(corpus, params)
    homes: dict[int, set[str]] = {}
    for row, name in zip(corpus, result.labels, strict=True):
        homes.setdefault(row["component"], set()).add(str(name))
    assert all(len(names) == 1 for names in homes.values())
    keys = rows["component"].to_numpy()
    for overlap in leak_matrix(result, np.array(rows["id"].to_pylist(), dtype=str), keys):
        assert (overlap.exact, overlap.near) == (0, 0)


@given(CORPORA, PARAMS)
@examples
def test_every_row_is_in_a_split(corpus: list[Row], params: SplitParams) -> None:
    """Counts add up to the rows that came in."""
    result, _ = split(corpus, params)
    assert not result.bridges.size
    assert set(result.labels.tolist()) <= set(params.names)
    assert sum(share.articles for share in achieved_shares(result, params)) == len(corpus)


@given(CORPORA, PARAMS, st.randoms())
@examples
def test_the_order_of_rows_plays_no_part(
    corpus: list[Row], params: SplitParams, draw: random.Random
) -> None:
    """An article goes where it goes."""
    shuffled = draw.sample(corpus, len(corpus))
    first, second = split(corpus, params)[0], split(shuffled, params)[0]
    assert by_id(first, corpus) == by_id(second, shuffled)


@given(CORPORA, CORPORA)
@examples
def test_new_articles_move_nothing(corpus: list[Row], more: list[Row]) -> None:
    """By hash, and by time, as long as they resemble no old article."""
    known = {row["id"] for row in corpus}
    strangers = [
        {**row, "component": row["component"] + 100} for row in more if row["id"] not in known
    ]
    for params in (SplitParams(), SplitParams(strategy="time", test_from=CUT)):
        before = by_id(split(corpus, params)[0], corpus)
        after = by_id(split(corpus + strangers, params)[0], corpus + strangers)
        assert {name: after[name] for name in before} == before


@given(CORPORA, CORPORA, PARAMS)
@examples
def test_a_ledger_holds_old_rows_where_they_were(
    corpus: list[Row], more: list[Row], params: SplitParams
) -> None:
    """Whatever joins them; a new row between two splits becomes a bridge, and none leaks."""
    known = {row["id"] for row in corpus}
    whole = corpus + [row for row in more if row["id"] not in known]
    # In the old release the last articles were alone, so that new ones can bridge splits.
    apart = [{**row, "component": 50 + n} for n, row in enumerate(corpus)]
    old = split(apart, params)[0].codes
    fixed = np.concatenate([old, np.full(len(whole) - len(corpus), -1)]).astype(np.int8)
    result, _ = split(whole, params, fixed=fixed)
    assert result.codes[: len(corpus)].tolist() == old.tolist()
    assert all(row >= len(corpus) for row in result.bridges)
    for row in range(len(corpus), len(whole)):
        homes = {
            int(old[n])
            for n in range(len(corpus))
            if corpus[n]["component"] == whole[row]["component"]
        }
        if homes and params.group_by is None:
            expected = homes.pop() if len(homes) == 1 else -1
            assert result.codes[row] == expected


@given(CORPORA)
@examples
def test_quotas_are_exact_without_near_duplicates(corpus: list[Row]) -> None:
    """Single articles fill every split to the article."""
    params = SplitParams(strategy="quota", ratios={"train": 3, "validation": 1, "test": 1})
    corpus = [{**row, "component": number} for number, row in enumerate(corpus)]
    result, _ = split(corpus, params)
    counts = np.bincount(result.codes, minlength=3)
    assert counts.tolist() == apportion(len(corpus), params.shares).tolist()


@given(CORPORA)
@examples
def test_training_ends_before_the_test_begins(corpus: list[Row]) -> None:
    """No dated article that may be from the test period is outside the test."""
    result, rows = split(corpus, SplitParams(strategy="time", test_from=CUT))
    days = last_days(rows)
    late = (days != NO_DATE) & (days >= (CUT - dt.date(1970, 1, 1)).days)
    assert set(result.labels[late].tolist()) <= {"test"}


@given(CORPORA)
@examples
def test_grouped_sources_lie_in_one_split(corpus: list[Row]) -> None:
    """All articles of a source together, whatever its near-duplicates elsewhere."""
    for ratios in ({"train": 0.5, "test": 0.5}, {"a": 1, "b": 2, "c": 1}):
        result, _ = split(corpus, SplitParams(group_by="source", ratios=ratios))
        for source in "abc":
            codes = {
                int(code)
                for row, code in zip(corpus, result.codes, strict=True)
                if row["source"] == source
            }
            assert len(codes) <= 1
