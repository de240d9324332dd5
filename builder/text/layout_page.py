"""Read a text once for the layout features: classes, counts and words of each segment.

Knows how characters are classed, counted and hashed; what the counts mean is decided in
`layout_features.py`.  All work on characters is a few passes over small integers: white
space and small letters, most of any text in cased scripts, are only counted together.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.text.characters import (
    DIGIT,
    FREE_STOP,
    IDEOGRAPH,
    LOWER,
    NEWLINE,
    SPACE,
    STOP,
    basic_codes,
    class_table,
)
from builder.text.joined import join_texts
from builder.text.segments import Segments

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
    "Hashes",
    "Ints",
    "Pages",
    "fourth_root",
    "letter_table",
    "read_pages",
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
Hashes = npt.NDArray[np.uint32]


class Pages(NamedTuple):
    """What several groups of features need of some texts; places are those in all of them joined.

    The segments of a text lie between two `bounds`, and `text` is the text of each segment.
    `counts` has a row for each class; `hashes` and `sums` are the mixed numbers of the
    characters and their running totals; words lie between `begins` and `stops`, those of a
    segment between two `word_bounds`; `owner` is the segment of each word.
    """

    offsets: Ints
    bounds: Ints
    text: Ints
    codes: npt.NDArray[np.uint32]
    classes: Classes
    starts: Ints
    ends: Ints
    counts: Floats
    size: Floats
    weight: Floats
    is_prose: npt.NDArray[np.bool_]
    hashes: Hashes
    sums: Hashes
    newlines: Ints
    begins: Ints
    stops: Ints
    word_bounds: Ints
    owner: Ints


def fourth_root(values: npt.NDArray[np.generic] | float) -> Floats:
    """Flatten large sizes: the fourth root, which IEEE arithmetic rounds exactly."""
    root: Floats = np.sqrt(np.asarray(values, dtype=np.float64))
    return np.sqrt(root, out=root) if root.ndim else np.sqrt(root)


def read_pages(texts: Sequence[str], segmented: Sequence[Segments]) -> Pages:
    """Class the characters of texts, count them in each segment, and find the words.

    Every text has at least one segment.
    """
    joined, offsets = join_texts(texts)
    codes = basic_codes(joined)
    classes = _fine_table().take(codes)
    numbers = np.fromiter(map(len, segmented), np.int64, len(segmented))
    bounds = np.append(0, np.cumsum(numbers))
    number = int(bounds[-1])
    text = np.repeat(np.arange(numbers.size), numbers)
    shift = offsets.take(text)
    starts = np.concatenate([segments.starts for segments in segmented]) + shift
    ends = np.concatenate([segments.ends for segments in segmented]) + shift
    counts, size = _count(classes, starts, ends)
    weight: Floats = size + 2.0 * counts[IDEOGRAPH]
    stops = counts[STOPS, :].sum(axis=0)
    hashes = letter_table().take(codes)
    sums = np.zeros(codes.size + 1, dtype=np.uint32)
    np.cumsum(hashes, dtype=np.uint32, out=sums[1:])
    begins, word_ends = _find_words(classes, bool(counts[IDEOGRAPH].any()))
    word_bounds = np.append(np.searchsorted(begins, starts), begins.size)
    return Pages(
        offsets=offsets,
        bounds=bounds,
        text=text,
        codes=codes,
        classes=classes,
        starts=starts,
        ends=ends,
        counts=counts,
        size=size,
        weight=weight,
        is_prose=(weight >= _PROSE_WEIGHT) & (stops > 0.0),
        hashes=hashes,
        sums=sums,
        newlines=np.flatnonzero(classes == NEWLINE),
        begins=begins,
        stops=word_ends,
        word_bounds=word_bounds,
        owner=np.repeat(np.arange(number), word_bounds[1:] - word_bounds[:-1]),
    )


def _count(classes: Classes, starts: Ints, ends: Ints) -> tuple[Floats, Floats]:
    """Count the characters of each class in each segment; return its size, too."""
    number = starts.size
    # classes from SPACE to LOWER are white space and small letters: nine tenths of most texts
    rare = np.flatnonzero((classes - np.uint8(SPACE)) > np.uint8(LOWER - SPACE))
    bounds = np.append(np.searchsorted(rare, starts), rare.size)
    joined = np.repeat(np.arange(0, number * CLASSES, CLASSES), bounds[1:] - bounds[:-1])
    joined += classes.take(rare)
    found = np.bincount(joined, minlength=number * CLASSES)
    counts: Floats = found.reshape(number, CLASSES).T.astype(np.float64, order="C")
    white = np.flatnonzero((classes - np.uint8(SPACE)) <= np.uint8(NEWLINE - SPACE))
    counts[SPACE] = np.searchsorted(white, ends) - np.searchsorted(white, starts)
    size = (ends - starts).astype(np.float64)
    counts[LOWER] = size - counts.sum(axis=0)
    return counts, size


def _find_words(classes: Classes, has_ideographs: bool) -> tuple[Ints, Ints]:
    """Find the runs of letters, marks and digits; ideographs are no words."""
    solid = np.zeros(classes.size + 2, dtype=np.bool_)
    np.less_equal(classes - np.uint8(LOWER), np.uint8(DIGIT - LOWER), out=solid[1:-1])
    if has_ideographs:
        solid[1:-1] &= classes != IDEOGRAPH
    edges = np.flatnonzero(solid[1:] != solid[:-1])
    return edges[0::2], edges[1::2]


@cache
def _fine_table() -> Classes:
    table = class_table().copy()
    for kind, signs in _FINE.items():
        for sign in signs:
            table[ord(sign)] = kind
    return table


@cache
def letter_table() -> Hashes:
    """Give each code point of the basic plane a mixed number, the same for both cases."""
    letters = "".join(map(chr, range(0x10000))).replace("\u0130", "i").lower()
    lowered = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    mixed = lowered.astype(np.uint64) * np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xC2B2AE3D27D4EB4F)
    return (mixed >> np.uint64(32)).astype(np.uint32)
