"""Quotas: apportioned by largest remainders, met as nearly as groups allow."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.corpus.quota import apportion, fill_quotas

examples = settings(max_examples=60, deadline=None)

SHARES = st.lists(st.integers(1, 9), min_size=1, max_size=4).map(
    lambda parts: [part / sum(parts) for part in parts]
)
SIZES = st.lists(st.integers(0, 5), max_size=9)


def fill(sizes: list[int], shares: list[float]) -> tuple[list[int], list[int]]:
    """Return what each split holds and what it should."""
    wanted = apportion(sum(sizes), shares)
    draws = np.random.default_rng(1).integers(0, 2**64, len(sizes), dtype=np.uint64)
    codes = fill_quotas(np.array(sizes, dtype=np.int64), draws, wanted)
    held = np.bincount(codes, weights=np.array(sizes), minlength=len(shares))
    return held.astype(int).tolist(), wanted.tolist()


@given(st.integers(0, 10**9), SHARES)
@examples
def test_apportioned_counts_are_within_one_of_their_shares(total: int, shares: list[float]) -> None:
    """They add up, and none is off by a whole article."""
    counts = apportion(total, shares)
    assert counts.sum() == total
    assert all(abs(n - s * total) < 1.001 for n, s in zip(counts, shares, strict=True))


@pytest.mark.parametrize(
    ("total", "parts", "counts"),
    [
        (5, (3, 1, 1), [3, 1, 1]),
        (10, (8, 1, 1), [8, 1, 1]),
        (9, (8, 1, 1), [7, 1, 1]),
        (2, (3, 1, 1), [1, 1, 0]),
        (0, (1, 1), [0, 0]),
        (7, (1,), [7]),
    ],
)
def test_examples_of_apportionment(total: int, parts: tuple[int, ...], counts: list[int]) -> None:
    """The largest remainder gets the next article; of equals the first."""
    assert apportion(total, [part / sum(parts) for part in parts]).tolist() == counts


@given(st.integers(0, 60), SHARES)
@examples
def test_single_articles_meet_quotas_exactly(count: int, shares: list[float]) -> None:
    """Whatever the shares."""
    held, wanted = fill([1] * count, shares)
    assert held == wanted


@given(SIZES, SHARES)
@examples
def test_enough_single_articles_mend_everything(sizes: list[int], shares: list[float]) -> None:
    """With as many singles as other articles and no group above its quota, nothing is off."""
    sizes = sizes + [1] * (sum(sizes) * len(shares) * 10)
    held, wanted = fill(sizes, shares)
    if max(sizes, default=0) <= min(wanted):
        assert held == wanted


@given(SIZES, SHARES)
@examples
def test_no_choice_is_much_nearer(sizes: list[int], shares: list[float]) -> None:
    """No split is off by more than the largest group, and small cases are nearly the best."""
    held, wanted = fill(sizes, shares)
    assert sum(held) == sum(sizes)
    largest = max(sizes, default=0)
    assert all(h - w <= largest for h, w in zip(held, wanted, strict=True))


@pytest.mark.parametrize(
    ("sizes", "parts", "expected"),
    [
        ([1, 1, 1, 1, 1], (3, 1, 1), [3, 1, 1]),
        ([2, 1, 1, 1], (3, 1, 1), [3, 1, 1]),
        ([3, 1, 1], (3, 1, 1), [3, 1, 1]),
        ([2, 2, 1], (3, 1, 1), [2, 1, 2]),
        ([5], (3, 1, 1), [5, 0, 0]),
        ([3, 3, 2, 2, 2], (1, 1), [6, 6]),
        ([4, 3, 3, 2, 2, 2], (1, 1), [8, 8]),
        ([0, 0, 1], (1, 1), [1, 0]),
    ],
)
def test_groups_stay_whole(sizes: list[int], parts: tuple[int, ...], expected: list[int]) -> None:
    """Small corpora come out as one would do it by hand."""
    assert fill(sizes, [part / sum(parts) for part in parts])[0] == expected


@given(st.lists(st.integers(1, 6), min_size=1, max_size=7))
@examples
def test_halves_are_nearly_as_even_as_the_best_of_all_choices(sizes: list[int]) -> None:
    """Against every choice there is: off by at most one article more."""
    held, wanted = fill(sizes, [0.5, 0.5])
    best = min(
        abs(sum(size for size, code in zip(sizes, choice, strict=True) if code) - wanted[1])
        for choice in itertools.product((0, 1), repeat=len(sizes))
    )
    assert abs(held[1] - wanted[1]) <= best + 1


def test_big_corpora_are_filled_quickly() -> None:
    """A hundred thousand groups of many sizes."""
    sizes = np.random.default_rng(3).geometric(0.5, 100_000)
    held, wanted = fill(sizes.tolist(), [0.8, 0.1, 0.1])
    assert held == wanted
