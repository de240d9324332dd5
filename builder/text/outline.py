"""Outline many texts at once: their lines, their bodies, and the numbers that may be of dates.

One pass over the characters here spares the stages that look for dates and bylines several of
their own. It knows how long a line of prose is, in all scripts, and what digits are. It refuses
to know what stands around a body, or what a number says.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import white_table
from builder.text.joined import text_codes, text_groups
from builder.text.tables import character_table

__all__ = [
    "MAX_LINES",
    "OTHER_DIGITS",
    "PROSE",
    "PROSE_CHARS",
    "Outline",
    "mark_table",
    "number_table",
    "outline",
    "outline_all",
]

PROSE_CHARS = 140
"""A line of this many letters is prose; so is one of half as many that ends in a stop. An
ideograph is worth 2.5. Measured on the development pages, not sensitive."""

MAX_LINES = 3000
"""Lines among which the body for bylines is looked for."""

OTHER_DIGITS = re.compile("[٠-٩۰-۹०-९০-৯੦-੯૦-૯௦-௯๐-๙໐-໙၀-၉០-៩０-９]")
"""The digits of other scripts in which dates are printed."""

_TABLE_END = 0x10000
"""Characters from here on are neither white space nor ideographs or digits that count."""

_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_WHITE, _IDEOGRAPH, _STOP = 1, 2, 4
_FIRST_DIGIT, _OTHER_SCRIPT, _GAP = 1, 16, 32

_find_bodies = native.kernel(
    "find_bodies",
    *(native.U32, native.I64, native.SIZE, native.U8, native.SIZE),
    *(native.I64, native.SIZE, native.I64, native.I64, native.I64),
)
_find_numbers = native.kernel(
    "find_numbers",
    *(native.U32, native.I64, native.SIZE, native.U8, native.SIZE),
    *(native.I64, native.I64, native.I64, native.U8),
)


class ProseRule(NamedTuple):
    """What counts as prose.

    `stops` end a line; ideographs are looked for in lines of fewer than `narrow` characters;
    `is_whole` says that a line with one counts as one of ideographs alone; `white_costs` that a
    long line of white space takes away from the run that it stands in; no line after the first
    `most` is looked at.
    """

    stops: tuple[str, ...]
    narrow: int
    is_whole: bool
    white_costs: bool
    most: int


PROSE = ProseRule(tuple(".!?…。！？؟।॥»”\"'’）)"), 3 * PROSE_CHARS, True, True, 2**62)
"""What counts as prose around dates."""

BYLINE_PROSE = ProseRule(tuple(".!?…。！？؟।»”\"'"), 400, False, False, MAX_LINES)
"""What counts as prose around bylines. Both rules were measured with what builds on them."""

_RULES = PROSE, BYLINE_PROSE

Bounds = tuple[int, int]


class Outline(NamedTuple):
    """A text from afar; places are code points.

    `starts` tells where each line begins, and one more would. `body` and `byline_body` are the
    first and last line of the best run of prose, for dates and for bylines; -1 for the last if
    there is none. At `years` a number begins that may be the year of a date, since another digit
    stands near it, at `numerics` one that may open a date in numbers. `has_other_digits` says that
    not all digits are western.
    """

    starts: list[int]
    body: Bounds
    byline_body: Bounds
    years: list[int]
    numerics: list[int]
    has_other_digits: bool

    def line(self, text: str, number: int) -> str:
        """Return one line of the text that this outlines, without its end."""
        return text[self.starts[number] : self.starts[number + 1] - 1]


def outline(text: str) -> Outline:
    """Outline one text."""
    return outline_all([text])[0]


def outline_all(texts: Sequence[str]) -> list[Outline]:
    """Return what `outline` returns for each text, in less time."""
    return [one for group in text_groups(texts) for one in _outline_group(texts[group])]


def _outline_group(texts: Sequence[str]) -> Iterator[Outline]:
    codes, bounds = text_codes(texts)
    lines = sum(text.count("\n") + 1 for text in texts)
    starts, ends = np.empty(lines + len(texts), np.int64), np.empty_like(bounds)
    bodies = np.empty((len(_RULES), len(texts), 2), np.int64)
    rules = np.array([(*rule[1:], _STOP << at) for at, rule in enumerate(_RULES)], np.int64)
    table = mark_table(), _TABLE_END
    _find_bodies(codes, bounds, len(texts), *table, rules, len(rules), starts, ends, bodies)
    # A number is parted from the next one by a character at least.
    most = codes.size // 2 + len(texts)
    years, numerics = np.empty(most, np.int64), np.empty(most, np.int64)
    stops = np.empty((len(texts) + 1, 2), np.int64)
    others = np.empty(len(texts), np.uint8)
    room = years, numerics, stops, others
    _find_numbers(codes, bounds, len(texts), number_table(), _TABLE_END, *room)
    yield from map(
        Outline,
        _parted(starts, ends),
        *([(first, last) for first, last in body] for body in bodies.tolist()),
        _parted(years, stops[:, 0]),
        _parted(numerics, stops[:, 1]),
        others.astype(np.bool_).tolist(),
    )


def _parted(places: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Iterator[list[int]]:
    """Yield the places of each text."""
    every = places[: ends[-1]].tolist()
    for first, last in pairwise(ends.tolist()):
        yield every[first:last]


@character_table
def mark_table() -> npt.NDArray[np.uint8]:
    """Build what each character below `_TABLE_END` is to lines."""
    marks = white_table().astype(np.uint8) * np.uint8(_WHITE)
    for found in _IDEOGRAPHS.finditer("".join(map(chr, range(_TABLE_END)))):
        marks[slice(*found.span())] |= _IDEOGRAPH
    for at, rule in enumerate(_RULES):
        marks[list(map(ord, rule.stops))] |= _STOP << at
    return marks


@character_table
def number_table() -> npt.NDArray[np.uint8]:
    """Build what each character below `_TABLE_END` is to numbers."""
    kinds = white_table().astype(np.uint8) * np.uint8(_GAP)
    kinds[ord("\n")] = 0
    for digit in "0123456789":
        kinds[ord(digit)] = _FIRST_DIGIT + int(digit)
    for found in OTHER_DIGITS.finditer("".join(map(chr, range(_TABLE_END)))):
        kinds[found.start()] = _OTHER_SCRIPT | _FIRST_DIGIT + unicodedata.decimal(found[0])
    return kinds
