"""Cut a text into segments: lines where there are lines, else sentences and pieces.

Knows stops, brackets, capitals and separators of all scripts, and nothing about any
language: no word lists, no abbreviations by name.  It only finds borders; whether a
segment is article or menu is decided elsewhere.
"""

from math import ceil
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.text.characters import (
    CLOSER,
    COMMA,
    DIGIT,
    FREE_STOP,
    IDEOGRAPH,
    LETTER,
    LOWER,
    NEWLINE,
    OPENER,
    SEPARATOR,
    SPACE,
    STOP,
    UPPER,
    classify,
)

__all__ = ["Segment", "segment"]

# A line longer than this many characters is read as running text and cut into sentences
# and pieces.  Paragraphs of news stay whole: 99.6 % of those of the
# development articles are shorter.
MAX_LINE = 1000

# So is a line longer than this that holds at least this share of the text: an article,
# or a page, in one line.
MAX_ONLY_LINE = 160
ONLY_LINE_SHARE = 0.6

# A sentence longer than this many characters may be a menu glued to a sentence: it is
# cut further at borders that look like those of a menu.
MAX_SENTENCE = 80

# A capital opens a new piece only after this many characters...
MIN_PIECE = 12
# ... and any word does after this many.
MAX_PIECE = 160

# With the gold known, keeping or removing whole segments reaches F1 .995 on half of the
# development pages in one line, and .998 in lines: the borders cost little.

_WEAK, _STRONG, _SENTENCE = 1, 2, 3

# Tuples by the thousand: the constructor of the named tuple costs thrice as much.
_new = tuple.__new__

Classes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


class Segment(NamedTuple):
    """A stretch of text without white space at its edges; half-open, in code points.

    `kind` is `line` (a whole line), `sentence` (part of a long line, up to a stop) or
    `piece` (part of a giant sentence).
    """

    start: int
    end: int
    kind: str


def segment(text: str) -> list[Segment]:
    """Cut a text so that every character that is not white space lies in one segment.

    Args:
        text: normalized text; a newline ends a line.

    Returns:
        Segments in order, disjoint, never empty.  Time is linear in the text.
    """
    shortest = min(MAX_LINE, max(MAX_ONLY_LINE, ceil(ONLY_LINE_SHARE * len(text)) - 1))
    found: list[Segment] = []
    begin = 0
    for line in text.split("\n"):
        tight = line.strip()
        if tight:
            start = begin if tight[0] == line[0] else begin + line.index(tight[0])
            if len(tight) > shortest:
                found += _cut_line(tight, start)
            else:
                found.append(_new(Segment, (start, start + len(tight), "line")))
        begin += len(line) + 1
    return found


def _cut_line(line: str, offset: int) -> list[Segment]:
    """Cut one long line into sentences, and the giant ones into pieces."""
    classes = classify(line)
    starts, ends = _words(classes)
    grades = _borders(classes, starts, ends)
    opens = np.flatnonzero(grades == _SENTENCE)
    closes = np.append(opens[1:], starts.size)
    is_giant = ends[closes - 1] - starts[opens] > MAX_SENTENCE
    giant = np.repeat(is_giant, closes - opens)
    grades[~giant & (grades < _SENTENCE)] = 0
    _limit_pieces(grades, starts)
    places = _drop_near(np.flatnonzero(grades), grades, starts)
    kinds = np.where(giant[places], "piece", "sentence").tolist()
    begins = (starts[places] + offset).tolist()
    stops = [*(ends[places[1:] - 1] + offset).tolist(), offset + len(line)]
    return [_new(Segment, row) for row in zip(begins, stops, kinds, strict=True)]


def _drop_near(places: Places, grades: Classes, starts: Places) -> Places:
    """Drop the weak borders that would make a piece shorter than MIN_PIECE."""
    begins = starts[places]
    doubtful = (grades[places] == _WEAK)[1:] & (begins[1:] - begins[:-1] < MIN_PIECE)
    if not doubtful.any():
        return places
    kept = np.ones(places.size, dtype=np.bool_)
    last = last_at = -1
    for at in (np.flatnonzero(doubtful) + 1).tolist():
        # the border before this one is kept, unless the loop has just dropped it
        if at - 1 != last_at:
            last = int(begins[at - 1])
        if begins[at] - last < MIN_PIECE:
            kept[at] = False
            last_at = at
        else:
            last_at = -1
    return places[kept]


def _limit_pieces(grades: Classes, starts: Places) -> None:
    """Add strong borders where there are none for too long."""
    places = np.flatnonzero(grades)
    last = np.maximum.accumulate(np.where(grades > 0, np.arange(grades.size), 0))
    far = (starts - starts[last]) // MAX_PIECE
    more = np.flatnonzero(far[1:] > np.where(grades[1:] > 0, far[1:], far[:-1])) + 1
    if more.size and places.size:
        grades[more] = _STRONG


def _words(classes: Classes) -> tuple[Places, Places]:
    """Find the runs without white space, parted also after ideographic stops."""
    solid = np.zeros(classes.size + 2, dtype=np.bool_)
    # white space and newline are neighbours: all other classes wrap around or lie above
    np.greater(classes - np.uint8(SPACE), np.uint8(NEWLINE - SPACE), out=solid[1:-1])
    edges = np.flatnonzero(solid[1:] != solid[:-1])
    starts, ends = edges[0::2], edges[1::2]
    free = classes == FREE_STOP
    if not free.any():
        return starts, ends
    solid = solid[1:-1]
    closing = free | (classes == CLOSER) | (classes == STOP)
    after = free.copy()
    after[1:] |= free[:-1] & (classes[1:] == CLOSER)
    begins = solid.copy()
    begins[1:] &= ~solid[:-1] | (after[:-1] & ~closing[1:])
    starts = np.flatnonzero(begins)
    nexts = np.append(starts[1:], classes.size)
    return starts, np.minimum(nexts, ends[np.searchsorted(ends, starts, side="right")])


def _borders(classes: Classes, starts: Places, ends: Places) -> Classes:
    """Grade the border before each word: 0 none, weak, strong, or end of a sentence."""
    first = classes[starts]
    second = classes[np.minimum(starts + 1, classes.size - 1)]
    last, size = classes[ends - 1], ends - starts
    initial = np.where((first == OPENER) | (first == CLOSER), second, first)
    grade = np.where((initial == UPPER) & (size > 1), _WEAK, 0).astype(np.uint8)
    # separators that stand alone, times of day, and white space between ideographs
    alone = (first == SEPARATOR) & (size <= 2)
    strong = alone | _is_time(classes, starts, ends)
    strong[1:] |= alone[:-1]
    strong[1:] |= (last[:-1] == IDEOGRAPH) & (starts[1:] > ends[:-1])
    grade[strong] = _STRONG
    # a closing quote that stands alone ends the sentence before it: "« Oui ! » Il ..."
    quote = (first == CLOSER) & (size == 1)
    ended = _is_stop(classes, starts, ends)
    ended[1:] |= quote[1:] & ended[:-1]
    grade[1:][ended[:-1] & ~quote[1:] & ~_continues(first, second)[1:]] = _SENTENCE
    grade[0] = _SENTENCE
    return grade


def _is_time(classes: Classes, starts: Places, ends: Places) -> Flags:
    """Tell which words look like 9:30, 14:45 or 14.45."""
    size = ends - starts
    middle = classes[ends - 3]
    found: Flags = (
        ((size == 4) | (size == 5))
        & (classes[starts] == DIGIT)
        & (classes[ends - 1] == DIGIT)
        & (classes[ends - 2] == DIGIT)
        & ((middle == COMMA) | (middle == STOP))
    )
    return found


def _is_stop(classes: Classes, starts: Places, ends: Places) -> Flags:
    """Tell which words end a sentence: a stop, perhaps with closing quotes after it.

    An initial or a day of the month before the stop ("J. Smith", "3. Mai") does not.
    """
    at = ends - 1
    for _ in range(2):
        at = np.where((classes[at] == CLOSER) & (at > starts), at - 1, at)
    ending = classes[at]
    before = classes[np.maximum(at - 1, 0)]
    body = at - starts
    is_letter = (before == UPPER) | (before == LOWER) | (before == LETTER)
    short = ((body == 1) & is_letter) | ((body <= 2) & (before == DIGIT))
    found: Flags = (ending == FREE_STOP) | ((ending == STOP) & ~(short & (body > 0)))
    return found


def _continues(first: Classes, second: Classes) -> Flags:
    """Tell which words cannot open a sentence: a small letter or a comma first."""
    quoted = (first == OPENER) | (first == CLOSER)
    found: Flags = (first == LOWER) | (first == COMMA) | (quoted & (second == LOWER))
    return found
