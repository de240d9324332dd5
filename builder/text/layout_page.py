"""Read a text once for the layout features: classes and counts of the characters of each segment.

Knows how characters are classed and counted; what the counts mean is decided in
`layout_features.py`.
"""

from collections.abc import Sequence
from functools import cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.text.characters import (
    DIGIT,
    FREE_STOP,
    IDEOGRAPH,
    LETTER,
    LOWER,
    MARK,
    STOP,
    UPPER,
    basic_codes,
    class_table,
)
from builder.text.segments import Segment

__all__ = [
    "AT",
    "CLASSES",
    "COLON",
    "COPYRIGHT",
    "ELLIPSIS",
    "MONEY",
    "QUESTION",
    "SLASH",
    "STOPS",
    "Classes",
    "Floats",
    "Ints",
    "Page",
    "fourth_root",
    "letter_table",
    "read_page",
    "total",
    "word_table",
]

# Finer classes than those of `characters`, for counting only.
QUESTION, COLON, AT, MONEY, COPYRIGHT, SLASH, ELLIPSIS = range(16, 23)
CLASSES = 23
_FINE = {
    QUESTION: "?!？！؟",
    COLON: ":：",
    AT: "@#",
    MONEY: "€$£¥₽₴₺₹₩%％",
    COPYRIGHT: "©®™",
    SLASH: "/\\",
    ELLIPSIS: "…⋯",
}
STOPS = (STOP, FREE_STOP, QUESTION, ELLIPSIS)

# A segment counts as prose if it has a stop and at least this weight: one for a
# character, three for an ideograph.  Used for shares only, never to decide.
_PROSE_WEIGHT = 90

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Classes = npt.NDArray[np.uint8]


class Page(NamedTuple):
    """What several groups of features need of one text."""

    text: str
    codes: npt.NDArray[np.uint32]
    classes: Classes
    starts: Ints
    ends: Ints
    owner: Ints
    counts: Floats
    weight: Floats
    is_prose: npt.NDArray[np.bool_]


def fourth_root(values: npt.NDArray[np.generic] | float) -> Floats:
    """Flatten large sizes: the fourth root, which IEEE arithmetic rounds exactly."""
    root: Floats = np.sqrt(np.sqrt(np.asarray(values, dtype=np.float64)))
    return root


def read_page(text: str, segments: Sequence[Segment]) -> Page:
    """Class the characters of a text and count them in each segment."""
    codes = basic_codes(text)
    classes = _fine_table()[codes]
    number = len(segments)
    places = np.empty((number, 2), dtype=np.int64)
    places[:, 0] = starts = np.fromiter(map(itemgetter(0), segments), np.int64, number)
    places[:, 1] = ends = np.fromiter(map(itemgetter(1), segments), np.int64, number)
    # owner of each character: its segment, or the extra one for the space between
    order = np.full((number, 2), number)
    order[:, 1] = np.arange(number)
    owner = np.repeat(order.ravel(), np.diff(places.ravel(), prepend=0))
    joined = owner * CLASSES + classes[: owner.size]
    found = np.bincount(joined, minlength=(number + 1) * CLASSES)
    counts: Floats = found.reshape(-1, CLASSES)[:number].T.astype(np.float64, order="C")
    weight: Floats = (ends - starts) + 2.0 * counts[IDEOGRAPH]
    stops = total(counts, STOPS)
    is_prose = (weight >= _PROSE_WEIGHT) & (stops > 0)
    return Page(text, codes, classes, starts, ends, owner, counts, weight, is_prose)


def total(counts: Floats, kinds: Sequence[int]) -> Floats:
    """Add the counts of several classes."""
    total: Floats = counts[kinds[0]].copy()
    for kind in kinds[1:]:
        total += counts[kind]
    return total


@cache
def _fine_table() -> Classes:
    table = class_table().copy()
    for kind, signs in _FINE.items():
        for sign in signs:
            table[ord(sign)] = kind
    return table


@cache
def word_table() -> npt.NDArray[np.bool_]:
    """Tell which classes make up words."""
    table = np.zeros(CLASSES, dtype=np.bool_)
    table[[UPPER, LOWER, LETTER, MARK, DIGIT]] = True
    return table


@cache
def letter_table() -> npt.NDArray[np.uint64]:
    """Give each code point of the basic plane a mixed number, the same for both cases."""
    lowered = [ord(chr(code).lower()[0]) for code in range(0x10000)]
    mixed = np.array(lowered, dtype=np.uint64) * np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    table: npt.NDArray[np.uint64] = (mixed * np.uint64(0xC2B2AE3D27D4EB4F)) >> np.uint64(8)
    return table
