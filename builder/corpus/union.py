"""Unite numbers into sets, many pairs at a time (union-find in numpy).

Knows only numbers.  The smallest number of a set is its root, so the result does not
depend on the order of the pairs.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["Numbers", "find_roots", "flatten", "unite"]

Numbers = npt.NDArray[np.int32] | npt.NDArray[np.int64]


def find_roots(parents: Numbers, numbers: Numbers) -> Numbers:
    """Return the root of each number, as far as the sets are united now."""
    roots = parents[numbers]
    while True:
        above = parents[roots]
        if np.array_equal(above, roots):
            return roots
        roots = above


def unite(parents: Numbers, left: Numbers, right: Numbers) -> None:
    """Unite the sets of each pair, in place.

    Args:
        parents: for each number a number of its set that is not larger; a root is its own.
        left: one number of each pair.
        right: the other number of each pair.
    """
    while left.size:
        left, right = find_roots(parents, left), find_roots(parents, right)
        apart = left != right
        left, right = left[apart], right[apart]
        upper = np.maximum(left, right)
        np.minimum.at(parents, upper, np.minimum(left, right))
        _shorten(parents, np.unique(upper))


def flatten(parents: Numbers) -> None:
    """Make every number point at its root, in place."""
    while True:
        above = parents[parents]
        if np.array_equal(above, parents):
            return
        parents[:] = above


def _shorten(parents: Numbers, numbers: Numbers) -> None:
    """Make the numbers point at their roots; a chain through them halves at each step."""
    above = parents[numbers]
    while True:
        higher = parents[above]
        if np.array_equal(higher, above):
            return
        parents[numbers] = above = higher
