"""Fill splits to exact quotas with groups of different sizes.

Knows sizes, random draws and quotas, and nothing of articles.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["apportion", "fill_quotas"]

Counts = npt.NDArray[np.int64]
Draws = npt.NDArray[np.uint64]

# Moves and swaps tried after the first filling.  Each brings the counts nearer to the
# quotas by a whole article, and the filling leaves at most the largest groups to mend.
_MAX_EXCHANGES = 1000

# Distinct sizes of groups, smallest first, that are tried in one split: small ones mend.
_MAX_SIZES = 32


def apportion(total: int, shares: Sequence[float]) -> Counts:
    """Divide a whole number by shares that sum to 1, by the largest remainders.

    Example:
        >>> apportion(5, [0.6, 0.2, 0.2]).tolist()
        [3, 1, 1]
    """
    # Rounded, so that 5 times 0.6 is not a hair below 3.
    exact = np.round(np.array(shares, dtype=np.float64) * total, 6)
    counts = np.floor(exact).astype(np.int64)
    by_remainder = np.argsort(counts - exact, kind="stable")
    counts[by_remainder[: total - int(counts.sum())]] += 1
    return counts


def fill_quotas(sizes: Counts, draws: Draws, wanted: Counts) -> npt.NDArray[np.int8]:
    """Choose a split for each group so that the splits come as near to the quotas as they can.

    Larger groups are placed first, each where most is missing; single articles fill the
    rest in the order of their draws; then groups are moved or swapped between two splits
    for as long as that leaves fewer splits empty or the counts nearer to the quotas.

    Args:
        sizes: articles in each group.
        draws: random numbers, one a group, that decide between groups of equal size.
        wanted: articles that each split should receive; below 0 where it has too many.

    Returns:
        The split of each group.  With enough single articles the quotas are met exactly.
        The order of the groups plays no part.
    """
    codes = np.zeros(sizes.size, dtype=np.int8)
    missing = wanted.astype(np.int64)
    order = np.lexsort((draws, -sizes))
    groups = order[sizes[order] > 1]
    for group in groups.tolist():
        code = int(np.argmax(missing))
        codes[group] = code
        missing[code] -= sizes[group]
    singles = order[sizes[order] == 1]
    received = _pour(missing, singles.size)
    codes[singles] = np.repeat(np.arange(wanted.size), received)
    missing -= received
    for _ in range(_MAX_EXCHANGES):
        if not _exchange(sizes, draws, codes, missing, wanted):
            break
    return codes


def _pour(missing: Counts, count: int) -> Counts:
    """Share out `count` single articles, each going where most is missing."""
    received = np.zeros(missing.size, dtype=np.int64)
    # The splits that miss most are levelled down to the next one, step by step.
    order = np.argsort(-missing, kind="stable")
    levels = missing[order]
    for splits in range(1, missing.size + 1):
        here = order[:splits]
        gap = int(levels[splits - 1] - levels[splits]) * splits if splits < missing.size else count
        poured = min(gap, count)
        received[here] += poured // splits
        received[np.sort(here)[: poured % splits]] += 1
        count -= poured
        if not count:
            break
    return received


def _exchange(
    sizes: Counts, draws: Draws, codes: npt.NDArray[np.int8], missing: Counts, wanted: Counts
) -> bool:
    """Make the best move or swap of groups between two splits, if one is for the better."""
    best: tuple[int, int, _Swap] | None = None
    if missing.any():
        choices = [
            [0, *np.unique(sizes[codes == code])[:_MAX_SIZES].tolist()]
            for code in range(wanted.size)
        ]
        for swap in _swaps(choices):
            flow = swap.given - swap.taken
            giver, taker = int(missing[swap.giver]), int(missing[swap.taker])
            closer = 2 * flow * (flow + giver - taker)
            # A quota that misses all it wants is an empty split.
            before = (giver == wanted[swap.giver] > 0) + (taker == wanted[swap.taker] > 0)
            giver, taker = giver + flow, taker - flow
            after = (giver == wanted[swap.giver] > 0) + (taker == wanted[swap.taker] > 0)
            gain = (int(after) - int(before), closer, swap)
            best = min(best or (0, 0, swap), gain)
    if best is None or best[:2] >= (0, 0):
        return False
    _apply(best[2], sizes, draws, codes)
    flow = best[2].given - best[2].taken
    missing[best[2].giver] += flow
    missing[best[2].taker] -= flow
    return True


class _Swap(NamedTuple):
    """A group of size `given` goes, one of size `taken` comes back; 0 is none."""

    giver: int
    taker: int
    given: int
    taken: int


def _swaps(choices: Sequence[Sequence[int]]) -> Iterator[_Swap]:
    """Yield the swaps that bring articles from one split to another."""
    for giver, taker in itertools.permutations(range(len(choices)), 2):
        for given, taken in itertools.product(choices[giver], choices[taker]):
            if given > taken:
                yield _Swap(giver, taker, given, taken)


def _apply(swap: _Swap, sizes: Counts, draws: Draws, codes: npt.NDArray[np.int8]) -> None:
    """Exchange the groups with the smallest draws."""
    moves = ((swap.giver, swap.given, swap.taker), (swap.taker, swap.taken, swap.giver))
    chosen = []
    for source, size, target in moves:
        if size:
            fitting = np.flatnonzero((codes == source) & (sizes == size))
            chosen.append((fitting[np.argmin(draws[fitting])], target))
    for group, target in chosen:
        codes[group] = target
