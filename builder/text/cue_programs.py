"""Turn the patterns of phrases into programs, which C runs to the outcome that `re` has.

A pattern holds characters, sets of them, choices, parts that may be missing or come a few times,
and a name. So a program runs forward only, and no phrase can make it run away. It knows the
syntax of `re` as far as phrases are compiled to it, and no text.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from builder.text.cue_words import TABLE_END

__all__ = ["Programs"]

_LITERAL, _ONE, _GREEDY, _LAZY, _SPLIT, _JUMP, _NAME, _BORDER, _STOP = range(9)
"""The steps of a program, each with its numbers behind it: so many characters, one after another;
one character of a set; characters of a set, so many at least and at most, as many as possible or
as few; what follows, or else what stands so much further on; only what stands there; the start (0)
or the end (1) of the name; the border of a word; a match."""

MAX_SETS = 32
"""Sets that are told apart: each is a bit of a character."""

_ATOM = re.compile(
    r"(?P<set>\[\^?(?:\\.|[^\\\]])+\]|\\[dws])|(?P<border>\\b)|(?P<group>\(\?:|\(\?P<name>)"
    r"|\\(?P<escaped>\W)|(?P<char>[^\\()\[\]|?*+{}.^$])"
)
_REPEAT = re.compile(r"(?:(?P<maybe>\?)|\{(?P<least>\d+)(?:,(?P<most>\d+))?\})(?P<lazy>\??)")


class Programs:
    """Collects the programs of patterns, and the sets that they ask for."""

    def __init__(self) -> None:
        self._steps: list[int] = []
        self._places: dict[str, int] = {}
        self._sets: dict[str, int] = {}

    def add(self, pattern: str) -> int:
        """Compile a pattern, and return where its program begins.

        Raises:
            ValueError: the pattern uses more of the syntax than phrases do.
        """
        place = self._places.get(pattern)
        if place is None:
            place = self._places[pattern] = len(self._steps)
            reader = _Reader(pattern, self._sets)
            self._steps += [*reader.choice(), _STOP]
            reader.expect_end()
        return place

    def steps(self) -> npt.NDArray[np.int32]:
        """Return all programs, one behind another."""
        return np.array(self._steps, dtype=np.int32)

    def sets(self) -> npt.NDArray[np.uint32]:
        """Return the sets that each character is in, as bits; the last one stands for the rest.

        Raises:
            ValueError: there are too many of them.
        """
        if len(self._sets) > MAX_SETS:
            message = f"{len(self._sets)} sets of characters, more than {MAX_SETS}"
            raise ValueError(message)
        table = np.zeros(TABLE_END, dtype=np.uint32)
        everything = "".join(map(chr, range(TABLE_END)))
        for pattern, number in self._sets.items():
            for found in re.finditer(f"{pattern}+", everything):
                table[slice(*found.span())] |= np.uint32(1 << number)
        return table


class _Reader:
    """Recursive descent over one pattern."""

    def __init__(self, pattern: str, sets: dict[str, int]) -> None:
        self._pattern = pattern
        self._sets = sets
        self._at = 0

    def expect_end(self) -> None:
        if self._at < len(self._pattern):
            message = f"unexpected {self._pattern[self._at :]!r} in {self._pattern!r}"
            raise ValueError(message)

    def choice(self) -> list[int]:
        """Read ways to match, of which the first one that leads to a match counts."""
        first = self._sequence()
        if not self._pattern.startswith("|", self._at):
            return first
        self._at += 1
        others = self.choice()
        return [_SPLIT, len(first) + 2, *first, _JUMP, len(others), *others]

    def _sequence(self) -> list[int]:
        steps: list[int] = []
        literal = -1  # where the literal begins that the steps end with
        while (found := _ATOM.match(self._pattern, self._at)) is not None:
            item = self._item(found)
            is_literal = item[0] == _LITERAL and len(item) == 2 + item[1]
            if is_literal and literal >= 0:
                steps[literal + 1] += item[1]
                steps += item[2:]
            else:
                literal = len(steps) if is_literal else -1
                steps += item
        return steps

    def _item(self, found: re.Match[str]) -> list[int]:
        self._at = found.end()
        if found["border"]:
            return [_BORDER]
        if found["set"]:
            number = self._sets.setdefault(found["set"], len(self._sets))
            least, most, lazy = self._repeat()
            if least == most == 1:
                return [_ONE, number]
            return [_LAZY if lazy else _GREEDY, number, least, most]
        if found["group"]:
            body = self._group(found["group"])
        else:
            body = [_LITERAL, 1, ord(found["char"] or found["escaped"])]
        return _repeated(body, *self._repeat())

    def _group(self, opener: str) -> list[int]:
        body = self.choice()
        if not self._pattern.startswith(")", self._at):
            message = f"{opener!r} is never closed in {self._pattern!r}"
            raise ValueError(message)
        self._at += 1
        return body if opener == "(?:" else [_NAME, 0, *body, _NAME, 1]

    def _repeat(self) -> tuple[int, int, bool]:
        """Read how often the item before may come, and whether as seldom as possible."""
        found = _REPEAT.match(self._pattern, self._at)
        if found is None:
            return 1, 1, False
        self._at = found.end()
        if found["maybe"]:
            return 0, 1, bool(found["lazy"])
        return int(found["least"]), int(found["most"] or found["least"]), bool(found["lazy"])


def _repeated(body: Sequence[int], least: int, most: int, lazy: bool) -> list[int]:
    """Write steps as often as they may be gone."""
    steps: list[int] = []
    for _ in range(most - least):
        again = [*body, *steps]
        skip = [_SPLIT, 2, _JUMP, len(again)] if lazy else [_SPLIT, len(again)]
        steps = [*skip, *again]
    return [*body] * least + steps
