"""Number the types of tokens, and say what each is to the segments of a text.

A *type* is the exact string of a token; everything the tagger knows about a word is a function of
its type, so that it is computed once. Types are kept as code points in one array, and found by a
table of hashes, in C.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import code_points
from builder.text.entities.traits import (
    ALPHA,
    CAPITAL,
    CASED,
    KNOWN,
    LOWER,
    NO_DIGIT,
    SMALL,
    case_table,
    trait_table,
)

__all__ = ["VOCABULARY", "Vocabulary"]

Kind = TypeVar("Kind", bound=np.generic)

WORD, LOWER_WORD, STOP, HARD_STOP, SHORT, CLOSER = range(6)
"""Kinds of types; `native/entity_segments.c` knows them, too."""
NO_WORD, OTHER_WORD, CAPITALS = range(3)
"""Cases of types: no word of two letters or more, another word, and one in capitals."""

ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        "mr mrs ms dr st sr jr prof gen col sgt lt capt rev hon gov sen rep no vs mm mme mlle hr "
        "fr nr bzw ca sra dra exmo kgs kgl kungl hl v av th sv mt pvt ii iii iv vi vii viii ix xi "
        "xii xiii xiv xv xvi г ул им стр тыс млн гг проф акад ст т д л др",
    )
)
_KIND_OF_SIGN = (
    dict.fromkeys(".!?…", STOP)
    | dict.fromkeys("。！？", HARD_STOP)
    | dict.fromkeys("\"'”»’)]", CLOSER)
)

VOCABULARY = (native.U32, native.SIZE, native.I64, native.U64, native.SIZE, native.I64)
"""Types of what kernels that number types are handed of a vocabulary."""
_number_words = native.kernel("number_words", native.U32, native.SIZE, *VOCABULARY, native.I32)
_enter_types = native.kernel("enter_types", native.U32, native.SIZE, native.U64, native.SIZE)
_gather_facts = native.kernel(
    "gather_facts",
    *(native.U32, native.I64, native.SIZE, native.U8, native.SIZE, native.SIZE, native.U8),
)


class Vocabulary:
    """Number the types met so far; a number says nothing, so order of arrival changes no result."""

    def __init__(self, *, pairs: bool = True) -> None:
        self.pairs = pairs
        """Whether the type of a Chinese or Japanese sign tells the sign behind it, too."""
        self._codes = np.empty(1 << 14, dtype=np.uint32)
        self._begins = np.empty(1 << 11, dtype=np.int64)
        self._table = np.zeros(1 << 12, dtype=np.uint64)
        self.state = np.zeros(5, dtype=np.int64)
        """How many code points and types there are; the rest belongs to the kernel."""
        self.kinds = np.empty(0, dtype=np.uint8)
        self.cases = np.empty(0, dtype=np.uint8)

    def __len__(self) -> int:
        return int(self.state[1])

    @property
    def names(self) -> list[str]:
        """The types, in the order of their numbers."""
        return self.words(0, len(self)).split("\n")[:-1]

    def name(self, number: int) -> str:
        """Return a type."""
        return self.words(number, number + 1)[:-1]

    def words(self, first: int, end: int) -> str:
        """Return neighbouring types, a line end behind each."""
        begin, stop = self._begin(first), self._begin(end)
        return self._codes[begin:stop].tobytes().decode("utf-32-le", "surrogatepass")

    def _begin(self, number: int) -> int:
        return int(self._begins[number] if number < len(self) else self.state[0])

    def fill(self, call: Callable[..., int], count: int) -> None:
        """Call a kernel that numbers types until it has done so many things.

        Args:
            call: is handed what `VOCABULARY` says, and returns how many things are done.
            count: when to stop.
        """
        self.state[2:] = 0
        while call(*self._room()) < count:
            if 2 * len(self) < len(self._table):
                self._codes = _twice(self._codes)
                continue
            self._begins = _twice(self._begins)
            self._table = np.zeros(2 * len(self._table), dtype=np.uint64)
            _enter_types(self._codes, len(self), self._table, len(self._table))
        self._describe()

    def _room(self) -> tuple[object, ...]:
        table = self._table
        return self._codes, len(self._codes), self._begins, table, len(table), self.state

    def numbers(self, words: Sequence[str]) -> npt.NDArray[np.int32]:
        """Return the type number of each word, numbering new types on the way."""
        codes = code_points("".join([f"{word}\n" for word in words]))
        found = np.empty(len(words), dtype=np.int32)
        self.fill(lambda *room: _number_words(codes, len(words), *room, found), len(words))
        return found

    def _describe(self) -> None:
        """Find kind and case of each new type."""
        begun, known = len(self.kinds), len(self)
        if begun == known:
            return
        words = self.words(begun, known)
        codes = code_points(words)
        begins = self._begins[begun:known] - self._begins[begun]
        bounds = np.append(begins, len(codes))
        sizes, first = np.diff(bounds) - 1, codes[begins]
        facts = np.empty(known - begun, dtype=np.uint8)
        _gather_facts(codes, bounds, known - begun, case_table(), KNOWN, NO_DIGIT, facts)
        begin = np.where(first < KNOWN, trait_table()[np.minimum(first, KNOWN - 1)], 0)
        small = words.lower().split("\n")[:-1]
        listed = np.fromiter(map(ABBREVIATIONS.__contains__, small), np.bool_, len(small))
        initial = (sizes == 1) & (facts & CAPITAL > 0)
        ordinal = (sizes <= 2) & (facts & NO_DIGIT == 0)
        kinds = np.where(begin & LOWER, LOWER_WORD, WORD)
        kinds[listed | initial | ordinal] = SHORT
        signs = _sign_table()[np.minimum(first, 0xFFFF)]
        kinds = np.where(signs > 0, signs, kinds)
        cases = np.where(facts & (CAPITAL | SMALL) == CAPITAL, CAPITALS, OTHER_WORD)
        cases[(sizes < 2) | (begin & ALPHA == 0) | (facts & CASED == 0)] = NO_WORD
        self.kinds = np.concatenate([self.kinds, kinds.astype(np.uint8)])
        self.cases = np.concatenate([self.cases, cases.astype(np.uint8)])


def _twice(array: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
    """Return an array with as much room again."""
    return np.concatenate([array, np.empty_like(array)])


@cache
def _sign_table() -> npt.NDArray[np.uint8]:
    """Return the kinds of the signs that are a type by themselves, 0 for other characters."""
    table = np.zeros(1 << 16, dtype=np.uint8)
    for sign, kind in _KIND_OF_SIGN.items():
        table[ord(sign)] = kind
    return table
