"""Measure splits: what each one holds, and what any two have in common.

Knows the assignment and keys that equal or similar articles share.  Refuses to know how
the assignment was made, so that it can show that it leaks.
"""

import itertools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.corpus.splits import Codes, Rows, SplitParams, SplitResult

__all__ = ["SplitOverlap", "SplitShare", "achieved_shares", "leak_matrix"]


class SplitShare(NamedTuple):
    """How much a split holds; `wanted` is null where dates decide."""

    split: str
    articles: int
    share: float
    wanted: float | None


class SplitOverlap(NamedTuple):
    """Texts (`exact`) and clusters (`near`) that two splits have in common."""

    left: str
    right: str
    exact: int
    near: int


def achieved_shares(result: SplitResult, params: SplitParams) -> list[SplitShare]:
    """Return what each split holds, in the order of the splits; empty splits too."""
    counts = _count(result.codes, len(result.names)).tolist()
    total = max(1, sum(counts))
    wanted = params.shares or [None] * len(counts)
    return [
        SplitShare(name, count, count / total, share)
        for name, count, share in zip(result.names, counts, wanted, strict=True)
    ]


def leak_matrix(
    result: SplitResult, exact: npt.NDArray[np.generic], near: npt.NDArray[np.generic]
) -> list[SplitOverlap]:
    """Count what each pair of splits has in common.

    Args:
        result: the assignment; bridges are not published and not counted.
        exact: for each row anything that equal texts share (a hash of the cleaned text).
        near: for each row anything that near-duplicates share (its cluster or component).

    Returns:
        One entry for each pair of splits that hold rows; distinct values are counted.
    """
    held = np.flatnonzero(_count(result.codes, len(result.names))).tolist()
    texts, clusters = (_presence(result, keys) for keys in (exact, near))
    return [
        SplitOverlap(
            result.names[left],
            result.names[right],
            int(np.count_nonzero(texts[left] & texts[right])),
            int(np.count_nonzero(clusters[left] & clusters[right])),
        )
        for left, right in itertools.combinations(held, 2)
    ]


def _presence(result: SplitResult, keys: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Tell which distinct keys each split holds: one line for each split."""
    distinct, number = np.unique(keys, return_inverse=True)
    present = np.zeros((len(result.names), distinct.size), dtype=np.bool_)
    published = result.codes >= 0
    present[result.codes[published], number[published]] = True
    return present


def _count(codes: Codes, splits: int) -> Rows:
    return np.bincount(codes[codes >= 0], minlength=splits)
