"""Read many short texts as one: a pass over an array costs as much to start as to run on one.

Texts are joined by empty lines, so that nothing reaches from one into the next. What is found
is the same as in each text alone: that is a law of everything that uses this.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from operator import is_

import numpy as np
import numpy.typing as npt

from builder.text.characters import code_points

__all__ = ["BETWEEN", "join_texts", "parted", "text_codes", "text_groups"]

BETWEEN = "\n\n"
"""What stands between two texts: no word, no line and no sentence goes on behind it."""

GROUP_CHARS = 1 << 16
"""Texts are joined up to this many characters: more would not fit into the cache of a core."""

KEPT_GROUPS = 16
"""Groups of texts whose code points are kept: about those of a batch of articles, 4 MB at most."""

LEAST_KEPT = 1 << 12
"""Characters from which on a group is kept: a title, or the name of an author, displaces none."""

Codes = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]


def text_groups(texts: Sequence[str]) -> Iterator[slice]:
    """Yield neighbouring texts that are worth joining, as slices; a long text stands alone."""
    first = size = 0
    for at, text in enumerate(texts):
        if at > first and size + len(text) > GROUP_CHARS:
            yield slice(first, at)
            first, size = at, 0
        size += len(text)
    if texts:
        yield slice(first, len(texts))


def join_texts(texts: Sequence[str]) -> tuple[str, Places]:
    """Join texts; also return where each begins, and where one more would."""
    sizes = (len(text) + len(BETWEEN) for text in texts)
    return BETWEEN.join(texts), np.fromiter(accumulate(sizes, initial=0), np.int64, len(texts) + 1)


def text_codes(texts: Sequence[str]) -> tuple[Codes, Places]:
    """Return the code points of texts with nothing between, and where each begins; and the end.

    Stage after stage asks for those of the same texts, so the last answers are kept; neither array
    is for writing.
    """
    for known, codes, bounds in tuple(_kept):  # another thread may keep some meanwhile
        if len(known) == len(texts) and all(map(is_, known, texts)):
            return codes, bounds
    ends = accumulate(map(len, texts), initial=0)
    codes, bounds = code_points("".join(texts)), np.fromiter(ends, np.int64, len(texts) + 1)
    if LEAST_KEPT <= codes.size <= GROUP_CHARS:
        _kept.append(([*texts], codes, bounds))
    return codes, bounds


def parted(places: Places, ends: Places) -> Iterator[list[int]]:
    """Yield the places of each text; those of the one at i end at `ends[i + 1]`."""
    every = places[: ends[-1]].tolist()
    for first, last in pairwise(ends.tolist()):
        yield every[first:last]


_kept: deque[tuple[list[str], Codes, Places]] = deque(maxlen=KEPT_GROUPS)
