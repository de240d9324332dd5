"""Splits: what configurations mean, by example."""

import datetime as dt
import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from pydantic import ValidationError

from builder.corpus.leaks import achieved_shares, leak_matrix
from builder.corpus.splits import SplitParams, SplitResult, assign_splits, split_codes

SEEDS = {"train": 3, "validation": 1, "test": 1}
TIME = SplitParams(strategy="time", test_from=dt.date(2025, 11, 15))


def make_rows(count: int, **columns: Any) -> pa.Table:
    """Return rows with ids from 0, undated and without a source unless told otherwise."""
    empty = {
        "date": pa.array([None] * count, pa.date32()),
        "date_precision": pa.array([None] * count, pa.string()),
        "source": pa.array([None] * count, pa.string()),
    }
    ids = [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(count)]
    return pa.table({"id": ids, **empty, **columns})


def make_dated(*dates: str | None) -> pa.Table:
    """Return rows with dates such as 2025-11-07, 2025-11 and 2025."""
    names = {10: "day", 7: "month", 4: "year"}
    full = [date and dt.date.fromisoformat((date + "-01-01")[:10]) for date in dates]
    precision = [date and names[len(date)] for date in dates]
    return make_rows(
        len(dates),
        date=pa.array(full, pa.date32()),
        date_precision=pa.array(precision, pa.string()),
    )


def alone(count: int) -> npt.NDArray[np.int64]:
    """Return the components of articles that resemble no other."""
    return np.arange(count, dtype=np.int64)


def smallest(rows: pa.Table, labels: list[int]) -> npt.NDArray[np.int64]:
    """Return for each row the row with the smallest id among those of its label."""
    ids = rows["id"].to_pylist()
    best = {
        label: min((n for n, other in enumerate(labels) if other == label), key=ids.__getitem__)
        for label in labels
    }
    return np.array([best[label] for label in labels], dtype=np.int64)


def test_five_articles_are_divided_three_to_one_to_one() -> None:
    """As the seeds are."""
    params = SplitParams(strategy="quota", ratios=SEEDS)
    labels = assign_splits(make_rows(5), alone(5), params).labels.tolist()
    assert sorted(labels) == ["test", "train", "train", "train", "validation"]


def test_another_salt_is_another_choice() -> None:
    """And the same salt the same one."""
    rows, component = make_rows(200), alone(200)
    for strategy in ("hash", "quota"):
        first, again, other = (
            assign_splits(rows, component, SplitParams(strategy=strategy, salt=salt)).codes.tolist()
            for salt in ("a", "a", "b")
        )
        assert first == again != other


def test_a_hashed_split_can_be_recomputed_with_standard_tools() -> None:
    """SHA-256 over salt, colon and id; the first 64 bits cut the range into the shares."""
    rows = make_rows(300)
    labels = assign_splits(rows, alone(300), SplitParams()).labels.tolist()
    for name, label in zip(rows["id"].to_pylist(), labels, strict=True):
        draw = int(hashlib.sha256(f"pressmark:{name}".encode()).hexdigest()[:16], 16) / 2**64
        assert label == ("train" if draw < 0.8 else "validation" if draw < 0.9 else "test")


def test_hashed_shares_are_near_the_wanted_ones() -> None:
    """Within four standard errors for 20,000 articles."""
    params = SplitParams()
    shares = achieved_shares(assign_splits(make_rows(20_000), alone(20_000), params), params)
    for share in shares:
        assert share.wanted is not None
        assert abs(share.share - share.wanted) < 4 * (share.wanted / 20_000) ** 0.5


@pytest.mark.parametrize(
    ("date", "split"),
    [
        ("2025-11-14", "train"),
        ("2025-11-15", "test"),
        ("2025-10", "train"),
        ("2025-11", "test"),
        ("2024", "train"),
        ("2025", "test"),
        ("2026", "test"),
        (None, "train"),
    ],
)
def test_what_may_be_from_the_test_period_is_no_training(date: str | None, split: str) -> None:
    """The last possible day of a month or year decides; undated articles train."""
    assert assign_splits(make_dated(date), alone(1), TIME).labels.tolist() == [split]


def test_a_component_goes_with_its_latest_article() -> None:
    """Else training would hold a copy of what the test period says."""
    rows = make_dated("2025-11-01", "2025-11-20", None, "2025-11-01", None)
    component = smallest(rows, [0, 0, 0, 1, 1])
    assert assign_splits(rows, component, TIME).labels.tolist() == [
        *("test", "test", "test"),
        *("train", "train"),
    ]


def test_validation_comes_before_the_test() -> None:
    """The three periods follow each other."""
    params = SplitParams(
        strategy="time",
        validation_from=dt.date(2025, 11, 1),
        test_from=dt.date(2025, 11, 15),
        undated="validation",
    )
    rows = make_dated("2025-10-31", "2025-11-01", "2025-11-14", "2025-11-15", None)
    assert assign_splits(rows, alone(5), params).labels.tolist() == [
        *("train", "validation", "validation", "test", "validation")
    ]


def test_sources_stay_whole_if_asked() -> None:
    """With everything that their near-duplicates tie them to; the others stand alone."""
    sources = ["a", "a", "b", "b", "c", None, None, "a"]
    rows = make_rows(8, source=pa.array(sources))
    component = smallest(rows, [0, 1, 1, 2, 3, 4, 4, 5])
    params = SplitParams(group_by="source", ratios={str(n): 1 for n in range(10)})
    labels = assign_splits(rows, component, params).labels.tolist()
    assert labels[0] == labels[1] == labels[2] == labels[3] == labels[7]
    assert labels[5] == labels[6]
    assert len(set(labels)) == 3


def test_new_articles_do_not_move_a_source() -> None:
    """The key of a source is its name, not an article."""
    rows = make_rows(100, source=pa.array([f"s{number % 10}" for number in range(100)]))
    params = SplitParams(group_by="source")
    whole = assign_splits(rows, alone(100), params).labels
    for count in (10, 50):
        few = assign_splits(rows.slice(100 - count), alone(count), params).labels
        assert few.tolist() == whole[100 - count :].tolist()


def test_old_rows_stay_and_new_ones_follow_them() -> None:
    """A new row between old ones of two splits is a bridge and is not published."""
    rows = make_rows(8)
    component = smallest(rows, [0, 0, 1, 1, 1, 2, 2, 3])
    names = ["test", None, "train", "validation", None, "validation", "validation", None]
    for strategy in ("hash", "quota"):
        params = SplitParams(
            strategy=strategy, ratios={"train": 0.98, "validation": 0.01, "test": 0.01}
        )
        fixed = split_codes(pa.array(names), params)
        result = assign_splits(rows, component, params, fixed)
        assert result.labels[:7].tolist() == [
            *("test", "test", "train", "validation", "", "validation", "validation")
        ]
        assert result.bridges.tolist() == [4]
        assert result.labels[7] != ""


def test_quotas_count_old_rows() -> None:
    """New articles fill what is missing."""
    fixed = np.array([0] * 10 + [-1] * 10, dtype=np.int8)
    params = SplitParams(strategy="quota", ratios={"train": 0.5, "test": 0.5})
    result = assign_splits(make_rows(20), alone(20), params, fixed)
    assert result.codes.tolist() == [0] * 10 + [1] * 10


def test_quotas_count_published_rows_only() -> None:
    """Rows that are rejected later follow their component and count nothing."""
    rows = make_rows(10)
    component = smallest(rows, [0, 0, 0, 0, 0, 0, 1, 2, 3, 4])
    counted = np.array([True] + [False] * 5 + [True] * 4)
    params = SplitParams(strategy="quota", ratios=SEEDS)
    result = assign_splits(rows, component, params, counted=counted)
    assert np.bincount(result.codes[counted]).tolist() == [3, 1, 1]
    assert len(set(result.codes[:6].tolist())) == 1


def test_an_old_split_that_is_not_configured_is_named() -> None:
    """Else its rows would have to move."""
    with pytest.raises(ValueError, match=r"dev \(known: train, validation, test\)"):
        split_codes(pa.array(["train", "dev", None]), SplitParams())


def test_no_article_is_no_trouble() -> None:
    """Every strategy takes an empty corpus."""
    for params in (SplitParams(), SplitParams(strategy="quota"), TIME):
        result = assign_splits(make_rows(0), alone(0), params)
        assert result.codes.size == 0
        assert [share.articles for share in achieved_shares(result, params)] == [0] * len(
            params.names
        )
        assert leak_matrix(result, alone(0), alone(0)) == []


def test_the_leak_matrix_counts_what_splits_share() -> None:
    """Distinct texts and clusters, of published rows, for each pair of splits."""
    codes = np.array([0, 0, 0, 1, 1, 2, 2, -1], dtype=np.int8)
    result = SplitResult(("train", "validation", "test", "empty"), codes)
    exact = np.array(list("aabacbdd"))
    near = np.array([1, 1, 2, 1, 3, 2, 3, 3])
    assert leak_matrix(result, exact, near) == [
        ("train", "validation", 1, 1),
        ("train", "test", 1, 1),
        ("validation", "test", 0, 1),
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ratios": {"train-clean": 1}}, "'train-clean' cannot be loaded"),
        ({"ratios": {"a..b": 1}}, "cannot be loaded"),
        ({"ratios": {"train\n": 1}}, "cannot be loaded"),
        ({"ratios": {"all": 1}}, "cannot be loaded"),
        ({"ratios": {"": 1}}, "cannot be loaded"),
        ({"ratios": {}}, "1 to 30 splits"),
        ({"ratios": {f"s{n}": 1 for n in range(31)}}, "1 to 30 splits"),
        ({"ratios": {"train": 0.8, "test": 0.1}}, "sum to 0.9"),
        ({"ratios": {"train": 1, "test": 0}}, "above 0"),
        ({"ratios": {"train": 1, "test": -1}}, "above 0"),
        ({"ratios": {"train": float("nan")}}, "above 0"),
        ({"ratios": {"train": float("inf")}}, "above 0"),
        ({"test_from": "2025-11-15"}, "needs strategy = 'time'"),
        ({"strategy": "quota", "validation_from": "2025-11-15"}, "needs strategy = 'time'"),
        ({"strategy": "time"}, "needs test_from"),
        ({"strategy": "time", "test_from": "2025-11-15", "ratios": SEEDS}, "does not go with"),
        ({"strategy": "time", "test_from": "2025-11-15", "group_by": "source"}, "does not go with"),
        ({"strategy": "time", "test_from": "2025-11-15", "undated": "validation"}, "train, test"),
        (
            {"strategy": "time", "test_from": "2025-11-15", "validation_from": "2025-11-15"},
            "before test_from",
        ),
        ({"stratgy": "hash"}, "stratgy"),
        ({"strategy": "random"}, "strategy"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(
    settings: dict[str, Any], message: str
) -> None:
    """The message says which, and what to do."""
    with pytest.raises(ValidationError, match=message):
        SplitParams.model_validate(settings)


@pytest.mark.parametrize("name", ["train", "test.hard", "Été_2", "x.y.z", "_"])
def test_names_that_load_are_accepted(name: str) -> None:
    """As `datasets` accepts them."""
    assert SplitParams(ratios={name: 1}).names == (name,)


@pytest.mark.parametrize("params", [SplitParams(), TIME, SplitParams(ratios=SEEDS)])
def test_settings_can_be_written_out_and_read_again(params: SplitParams) -> None:
    """With every default spelled out, as a manifest keeps them."""
    assert SplitParams.model_validate_json(params.model_dump_json()) == params
