"""Sets of numbers: the smallest is the root, whatever the order of the pairs."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.corpus.union import find_roots, flatten, unite

examples = settings(max_examples=60, deadline=None)

PAIRS = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40)


def slow_sets(size: int, pairs: list[tuple[int, int]]) -> list[int]:
    """Relabel one pair after the other."""
    roots = list(range(size))
    for left, right in pairs:
        low, high = sorted((roots[left], roots[right]))
        roots = [low if root == high else root for root in roots]
    return roots


@given(PAIRS, PAIRS, st.randoms())
@examples
def test_sets_equal_the_slow_twin(
    first: list[tuple[int, int]], second: list[tuple[int, int]], draw: random.Random
) -> None:
    """Pairs may come in several calls and in any order."""
    pairs = [*first, *second]
    draw.shuffle(pairs)
    parents = np.arange(20, dtype=np.int32)
    for part in (pairs[: len(first)], pairs[len(first) :]):
        columns = np.array(part, dtype=np.int32).reshape(-1, 2)
        unite(parents, columns[:, 0], columns[:, 1])
    expected = slow_sets(20, pairs)
    assert find_roots(parents, np.arange(20, dtype=np.int32)).tolist() == expected
    flatten(parents)
    assert parents.tolist() == expected


def test_a_long_chain_is_united() -> None:
    """A hundred thousand links in a row are one set, forwards and backwards."""
    for step in (1, -1):
        chain = np.arange(100_000)[::step]
        parents = np.arange(100_000)
        unite(parents, chain[:-1], chain[1:])
        assert not find_roots(parents, chain).any()
