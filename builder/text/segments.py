"""Cut a text into segments: lines where there are lines, else sentences and pieces.

Knows stops, brackets, capitals and separators of all scripts, and nothing about any
language: no word lists, no abbreviations by name.  It only finds borders; whether a
segment is article or menu is decided elsewhere.
"""

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
    lines = _lines(text)
    sizes = [end - start for start, end, _ in lines]
    share = ONLY_LINE_SHARE * len(text)
    is_long = [size > MAX_LINE or (size > MAX_ONLY_LINE and size >= share) for size in sizes]
    if not any(is_long):
        return lines
    found: list[Segment] = []
    for line, long in zip(lines, is_long, strict=True):
        if long:
            found += _cut_line(text[line.start : line.end], line.start)
        else:
            found.append(line)
    return found


def _lines(text: str) -> list[Segment]:
    """List the lines without the white space at their edges, the empty ones left out."""
    found: list[Segment] = []
    start = 0
    for line in text.split("\n"):
        tight = line.strip()
        if tight:
            first = start if tight[0] == line[0] else start + line.index(tight[0])
            found.append(Segment(first, first + len(tight), "line"))
        start += len(line) + 1
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
    places = np.flatnonzero(grades)
    found: list[Segment] = []
    rows = zip(
        starts[places].tolist(),
        ends[places - 1].tolist(),
        grades[places].tolist(),
        np.where(giant[places], "piece", "sentence").tolist(),
        strict=True,
    )
    begin, _, _, kind = next(rows)
    for start, end, grade, next_kind in rows:
        if grade > _WEAK or start - begin >= MIN_PIECE:
            found.append(Segment(offset + begin, offset + end, kind))
            begin = start
        kind = next_kind
    found.append(Segment(offset + begin, offset + len(line), kind))
    return found


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
    solid = classes > NEWLINE
    solid |= classes < SPACE
    free = classes == FREE_STOP
    begins = solid.copy()
    begins[1:] &= ~solid[:-1]
    if free.any():
        closing = free | (classes == CLOSER) | (classes == STOP)
        after = free.copy()
        after[1:] |= free[:-1] & (classes[1:] == CLOSER)
        begins[1:] |= after[:-1] & solid[1:] & ~closing[1:]
    starts = np.flatnonzero(begins)
    nexts = np.append(starts[1:], classes.size)
    # the end of a word is the last solid character before the next word begins
    last_solid = np.maximum.accumulate(np.where(solid, np.arange(classes.size), -1))
    return starts, last_solid[nexts - 1] + 1 if starts.size else starts


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
