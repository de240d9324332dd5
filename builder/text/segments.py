"""Cut a text into segments: lines where there are lines, else sentences and pieces.

Knows stops, brackets, capitals and separators of all scripts, and nothing about any
language: no word lists, no abbreviations by name.  It only finds borders; whether a
segment is article or menu is decided elsewhere.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import ceil
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import class_table
from builder.text.joined import text_codes, text_groups

__all__ = ["LINE", "PIECE", "Segment", "Segments", "join_segments", "segment", "segment_all"]

# A line longer than this many characters is read as running text and cut into sentences
# and pieces.  Paragraphs of news stay whole: 99.6 % of those of the development articles
# are shorter.
MAX_LINE = 1000

# So is a line longer than this that holds at least this share of the text: an article,
# or a page, in one line.
MAX_ONLY_LINE = 160
ONLY_LINE_SHARE = 0.6

# With the gold known, keeping or removing whole segments reaches F1 .995 on half of the
# development pages in one line, and .998 in lines: the borders cost little.

LINE, SENTENCE, PIECE = range(3)
_KINDS = ("line", "sentence", "piece")

# Tuples by the thousand: the constructor of the named tuple costs thrice as much.
_new = tuple.__new__

_segment_texts = native.kernel(
    "segment_texts",
    *(native.U32, native.I64, native.SIZE, native.I64, native.U8),
    *(native.I64, native.I64, native.U8, native.I64),
)

Places = npt.NDArray[np.int64]
Kinds = npt.NDArray[np.uint8]


class Segment(NamedTuple):
    """A stretch of text without white space at its edges; half-open, in code points.

    `kind` is `line` (a whole line), `sentence` (part of a long line, up to a stop) or
    `piece` (part of a giant sentence).
    """

    start: int
    end: int
    kind: str


class Segments(Sequence[Segment]):
    """The segments of one text in order, disjoint, never empty; kept as columns.

    `kinds` holds LINE, SENTENCE or PIECE.
    """

    def __init__(self, starts: Places, ends: Places, kinds: Kinds) -> None:
        """Take the columns, all of one length."""
        self.starts, self.ends, self.kinds = starts, ends, kinds

    def __len__(self) -> int:
        """Return the number of segments."""
        return self.starts.size

    def __iter__(self) -> Iterator[Segment]:
        """Yield the segments."""
        kinds = map(_KINDS.__getitem__, self.kinds.tolist())
        for row in zip(self.starts.tolist(), self.ends.tolist(), kinds, strict=True):
            yield _new(Segment, row)

    @overload
    def __getitem__(self, at: int) -> Segment: ...
    @overload
    def __getitem__(self, at: slice) -> "Segments": ...
    def __getitem__(self, at: int | slice) -> "Segment | Segments":
        """Return one segment, or some."""
        starts, ends, kinds = self.starts[at], self.ends[at], self.kinds[at]
        if isinstance(at, slice):
            return Segments(starts, ends, kinds)
        return Segment(int(starts), int(ends), _KINDS[kinds])


def segment(text: str) -> Segments:
    """Cut a text so that every character that is not white space lies in one segment.

    Args:
        text: normalized text; a newline ends a line.

    Returns:
        Its segments, none if it is white space.  Time is linear in the text.
    """
    return segment_all([text])[0]


def segment_all(texts: Sequence[str]) -> list[Segments]:
    """Cut many texts as `segment` cuts each, in less time."""
    return [own for group in text_groups(texts) for own in _segment_group(texts[group])]


def _segment_group(texts: Sequence[str]) -> Iterator[Segments]:
    codes, bounds = text_codes(texts)
    limits = np.array([_longest_line(len(text)) for text in texts], dtype=np.int64)
    starts, ends = np.empty(codes.size, np.int64), np.empty(codes.size, np.int64)
    kinds, sizes = np.empty(codes.size, np.uint8), np.empty(len(texts), np.int64)
    inputs = codes, bounds, len(texts), limits, class_table()
    total = _segment_texts(*inputs, starts, ends, kinds, sizes)
    # Not views of the rooms, which are larger by far.
    starts, ends, kinds = starts[:total].copy(), ends[:total].copy(), kinds[:total].copy()
    first = 0
    for size in sizes.tolist():
        own = slice(first, first + size)
        yield Segments(starts[own], ends[own], kinds[own])
        first += size


def join_segments(segmented: Sequence[Segments]) -> tuple[Segments, Places]:
    """Put the segments of some texts into one list; also return where those of each begin.

    Places stay those in their own text. The bounds are one more than there are texts.
    """
    bounds = np.fromiter(accumulate(map(len, segmented), initial=0), np.int64, len(segmented) + 1)
    some = segmented or segment_all([""])
    columns = zip(*((own.starts, own.ends, own.kinds) for own in some), strict=True)
    return Segments(*map(np.concatenate, columns)), bounds


def _longest_line(length: int) -> int:
    """Return how long a line of a text of this length may be and stay whole."""
    return min(MAX_LINE, max(MAX_ONLY_LINE, ceil(ONLY_LINE_SHARE * length) - 1))
