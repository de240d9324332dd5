"""Find where in a text a cue may begin: by its first two words, before any pattern runs.

All words are looked up in the index of the rules at once. In prose hardly any two neighbours
are the head of a phrase, so little is left to match. A word is keyed by its folded beginning;
equal beginnings have equal keys, and different ones almost always differ: a wrong guess only
costs a pattern that does not match.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.cue_index import CueIndex
from builder.text.cue_words import letter_tables, read_codes
from builder.text.joined import BETWEEN, join_texts, text_groups

__all__ = ["Start", "find_starts"]

_NUMBER_BITS = 20
"""Room for the number of a cue beside a place."""

_LAST = (1 << _NUMBER_BITS) - 1

Places = npt.NDArray[np.int64]

Start = tuple[int, int]
"""A place where a cue may begin, and the number of the cue."""

_find_starts = native.kernel(
    "find_cue_starts",
    *(native.U32, native.I64, native.SIZE, native.SIZE, native.U32, native.U16),
    *(native.I32, native.U32, native.I32, native.I32, native.I64, native.SIZE),
)


def find_starts(texts: Sequence[str], index: CueIndex) -> Iterator[list[Start]]:
    """Yield for each text where which cues may begin, by place, without repetition.

    Args:
        texts: texts as printed.
        index: the cues; of those that do the same, in several languages, one stands for all.
    """
    for group in text_groups(texts):
        text, begins = join_texts(texts[group])
        both = _starts(text, begins, index)
        bounds = np.searchsorted(both, begins << _NUMBER_BITS).tolist()
        for at, begin in enumerate(begins[:-1].tolist()):
            found = both[bounds[at] : bounds[at + 1]] - (begin << _NUMBER_BITS)
            yield list(zip((found >> _NUMBER_BITS).tolist(), (found & _LAST).tolist(), strict=True))


def _starts(text: str, begins: Places, index: CueIndex) -> Places:
    """Return places and numbers of cues in one, sorted."""
    texts = read_codes(text), begins, begins.size - 1, len(BETWEEN), *letter_tables()
    entries = index.buckets, index.keys, index.numbers, index.cues
    found = np.empty(len(text) // 8 + 64, dtype=np.int64)
    count = _find_starts(*texts, *entries, found, found.size)
    if count > found.size:
        found = np.empty(count, dtype=np.int64)
        _find_starts(*texts, *entries, found, count)
    return np.unique(found[:count])
