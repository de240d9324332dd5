"""Outline many texts at once: their lines, and their bodies.

One pass over the characters here spares the stages that look for dates and bylines several of
their own. It knows how long a line of prose is, in all scripts. It refuses to know what stands
around a body.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import white_table
from builder.text.joined import parted, text_codes, text_groups
from builder.text.tables import character_table

__all__ = [
    "MAX_LINES",
    "PROSE",
    "PROSE_CHARS",
    "Outline",
    "mark_table",
    "outline",
    "outline_all",
]

PROSE_CHARS = 140
"""A line of this many letters is prose; so is one of half as many that ends in a stop. An
ideograph is worth 2.5. Measured on the development pages, not sensitive."""

MAX_LINES = 3000
"""Lines among which the body for bylines is looked for."""

_TABLE_END = 0x10000
"""Characters from here on are neither white space nor ideographs that count."""

_IDEOGRAPHS = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
_WHITE, _IDEOGRAPH, _STOP = 1, 2, 4

_find_bodies = native.kernel(
    "find_bodies",
    *(native.U32, native.I64, native.SIZE, native.U8, native.SIZE),
    *(native.I64, native.SIZE, native.I64, native.I64, native.I64),
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
    there is none.
    """

    starts: list[int]
    body: Bounds
    byline_body: Bounds

    def bounds(self, number: int) -> Bounds:
        """Return where a line begins and ends."""
        return self.starts[number], self.starts[number + 1] - 1

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
    # There may be a line for each character, and one more; room that is not used costs nothing.
    starts, ends = np.empty(codes.size + 2 * len(texts), np.int64), np.empty_like(bounds)
    bodies = np.empty((len(_RULES), len(texts), 2), np.int64)
    rules = np.array([(*rule[1:], _STOP << at) for at, rule in enumerate(_RULES)], np.int64)
    table = mark_table(), _TABLE_END
    _find_bodies(codes, bounds, len(texts), *table, rules, len(rules), starts, ends, bodies)
    yield from map(
        Outline,
        parted(starts, ends),
        *([(first, last) for first, last in body] for body in bodies.tolist()),
    )


@character_table
def mark_table() -> npt.NDArray[np.uint8]:
    """Build what each character below `_TABLE_END` is to lines."""
    marks = white_table().astype(np.uint8) * np.uint8(_WHITE)
    for found in re.finditer(_IDEOGRAPHS, "".join(map(chr, range(_TABLE_END)))):
        marks[slice(*found.span())] |= _IDEOGRAPH
    for at, rule in enumerate(_RULES):
        marks[list(map(ord, rule.stops))] |= _STOP << at
    return marks
