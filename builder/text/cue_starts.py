"""Find where in a text a cue may begin: by its first two words, before any pattern runs.

All words are looked up in the index of the rules at once. In prose hardly any two neighbours
are the head of a phrase, so little is left to match. A word is keyed by its folded beginning;
equal beginnings have equal keys, and different ones almost always differ: a wrong guess only
costs a pattern that does not match.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.cue_index import CueIndex
from builder.text.cue_match import Lines, Piece
from builder.text.cue_rules import CueRules, PieceKind
from builder.text.cue_words import Codes, letter_tables, read_codes
from builder.text.joined import BETWEEN, join_texts, text_groups

__all__ = ["Start", "Starts", "find_starts"]

_LOW_BITS, _KIND_BITS = 20, 8
"""Room beside a place: for the number of a cue, or for the length and the kind of a match."""

_LENGTHS = 1 << (_LOW_BITS - _KIND_BITS)

Places = npt.NDArray[np.int64]

Start = tuple[int, int]
"""A place where a cue may begin, and the number of the cue."""

_find_starts = native.kernel(
    "find_cue_starts",
    *(native.U32, native.I64, native.SIZE, native.SIZE, native.U32, native.U16),
    *(native.I32, native.U32, native.I32, native.I32, native.I32, native.U32),
    *(native.I64, native.I64, native.SIZE, native.I64),
)


_find_lines = native.kernel(
    "find_lines",
    *(native.U32, native.SIZE, native.U16, native.I64, native.I64, native.I64),
)


class Starts(NamedTuple):
    """What a text may hold: its lines, places to try cues at, and pieces that are certain.

    Of the pieces that begin at a place, it has the one that counts.
    """

    lines: Lines
    tries: list[Start]
    pieces: dict[int, Piece]


def find_starts(texts: Sequence[str], rules: CueRules) -> Iterator[Starts]:
    """Yield for each text where which cues may begin, without repetition.

    Args:
        texts: texts as printed.
        rules: the cues; of those that do the same, in several languages, one stands for all.
    """
    for group in text_groups(texts):
        text, begins = join_texts(texts[group])
        codes = read_codes(text)
        tries, pieces = (_cut(both, begins) for both in _find(codes, begins, rules.index))
        lines = _lines(codes[: begins[-1]], text.count("\n") + len(BETWEEN), begins)
        for own, tried, certain in zip(lines, tries, pieces, strict=True):
            yield Starts(
                own,
                list(zip(*(part.tolist() for part in tried), strict=True)),
                dict(_pieces(*certain, rules.kinds)),
            )


def _lines(codes: Codes, size: int, begins: Places) -> Iterator[Lines]:
    """Yield the lines of each text, of which there are so many, breaks between texts included."""
    lines = np.empty((3, size + 1), dtype=np.int64)
    _find_lines(codes, codes.size, letter_tables().facts, *lines)
    bounds = np.searchsorted(lines[0], begins).tolist()
    for begin, (first, last) in zip(begins.tolist(), pairwise(bounds), strict=False):
        yield Lines(*(lines[:, first:last] - begin).tolist())


def _find(codes: Codes, begins: Places, index: CueIndex) -> Iterator[Places]:
    """Yield starts, then pieces: places and what is beside them, sorted."""
    texts = codes, begins, begins.size - 1, len(BETWEEN), *letter_tables()
    words = index.buckets, index.keys, index.numbers, index.cues, index.openings, index.letters
    counts = np.array([codes.size // 8 + 64] * 2, dtype=np.int64)
    room = 0
    while counts.max() > room:
        room = int(counts.max())
        found = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
        _find_starts(*texts, *words, *found, room, counts)
    for both, count in zip(found, counts.tolist(), strict=True):
        ordered = np.sort(both[:count])
        yield ordered[np.diff(ordered, prepend=-1) > 0]


def _cut(both: Places, begins: Places) -> Iterator[tuple[Places, Places]]:
    """Yield for each text the places in it, and what is beside them."""
    places, beside = both >> _LOW_BITS, both & ((1 << _LOW_BITS) - 1)
    bounds = np.searchsorted(places, begins).tolist()
    for begin, (first, last) in zip(begins.tolist(), pairwise(bounds), strict=False):
        yield places[first:last] - begin, beside[first:last]


def _pieces(
    places: Places, beside: Places, kinds: Sequence[PieceKind]
) -> Iterator[tuple[int, Piece]]:
    """Yield for each place the piece that counts: the first, since the longest come first."""
    ends = places + _LENGTHS - 1 - (beside >> _KIND_BITS)
    low = (beside & ((1 << _KIND_BITS) - 1)).tolist()
    last = -1
    for start, end, kind in zip(places.tolist(), ends.tolist(), low, strict=True):
        if start != last:
            yield start, Piece(start, end, *kinds[kind])
        last = start
