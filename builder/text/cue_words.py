"""Read the words of a text as numbers, so that looking all of them up costs a few array passes.

A word is keyed by its folded beginning, as the heads of phrases are. Equal beginnings have
equal keys; different ones almost always differ, and a wrong guess only costs a pattern that
does not match. It knows characters and refuses to know any phrase.
"""

import re
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.text.phrases import ANCHOR_CHARS, UNSPACED, fold

__all__ = ["MAX_MARKS", "Keys", "Letters", "Places", "Truths", "chain", "read_letters"]

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint8]
Keys = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

MAX_MARKS = 40
"""Characters without letters or digits (bullets, quotes) that may stand before a phrase."""

# Facts of a character; the first three are those of its folded form. A character that is
# `_UPPER` has the bit beside `_LOWER`, so that neighbours are compared by a shift.
_WORD, _DIGIT, _UNSPACED, _LOWER, _UPPER, _ALNUM, _NEWLINE, _LONE = (1 << bit for bit in range(8))

_LONE_WORDS = "©"
"""Signs that are words by themselves."""

_TABLE_END = 0x20000
_IDEOGRAPH, _NO_LETTER = 0x4E00, 0xFFFF
"""Characters above the tables are rare ideographs or no letters; these stand for them."""

_NUMBER_KEY = 0x4E756D21
_MIX_1, _MIX_2 = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)
_STEPS = tuple(np.uint32(pow(0x9E3779B1, power, 1 << 32)) for power in range(ANCHOR_CHARS))


class _Tables(NamedTuple):
    flags: Flags
    weights: Keys


class Letters(NamedTuple):
    """The characters of a text as numbers, with room for a word behind its end."""

    codes: Codes
    flags: Flags

    def words(self) -> tuple[Places, Keys]:
        """Return where the words of the text begin, and their keys.

        Words are runs of letters, digits and low lines of the folded text, and every `©`.
        """
        word = self.flags & _WORD
        begins = (self.flags & _LONE) != 0
        begins[0] |= bool(word[0])
        begins[1:] |= word[1:] > word[:-1]
        starts = np.flatnonzero(begins)
        return starts, self.keys(starts)

    def keys(self, starts: Places) -> Keys:
        """Return the keys of the words that begin at the given places."""
        weights = _tables().weights
        first = self.flags[starts]
        keys: Keys = weights[self.codes[starts]]
        inside = first & _WORD
        at = starts
        for step in range(1, ANCHOR_CHARS):
            at = at + 1
            inside &= self.flags[at]
            keys += weights[self.codes[at]] * inside * _STEPS[step]
        keys[(first & _DIGIT) != 0] = _NUMBER_KEY
        return keys

    def literals(self) -> tuple[Keys, Keys]:
        """Return the keys of each character, and of it with the next one."""
        one = _tables().weights[self.codes]
        return one[:-1], chain(one[:-1], one[1:])

    def glued(self) -> Places:
        """Return the capitals that follow a small letter."""
        return np.flatnonzero(self.flags[1:] & (self.flags[:-1] << 1) & _UPPER) + 1

    def have_unspaced(self, begins: Places) -> Truths:
        """Tell which of the texts that begin at the given places write words without spaces."""
        found: Truths = np.bitwise_or.reduceat(self.flags & _UNSPACED, begins) != 0
        return found

    def alnum(self) -> Places:
        """Return where letters and digits stand."""
        return np.flatnonzero(self.flags & _ALNUM)

    def is_small(self, places: Places) -> Truths:
        """Tell which characters are small letters."""
        return self._are(_LOWER, places)

    def may_open(self, places: Places) -> Truths:
        """Tell which words have a capital, or no letter or digit two characters before them."""
        opens: Truths = ~self._are(_ALNUM, places - 2) | (places < 2)
        opens |= self._are(_NEWLINE, places - 1)
        opens |= ~self.is_small(places)
        return opens

    def begins_word(self, places: Places) -> Truths:
        """Tell at which places a word begins; `SubscribeLog in` holds two."""
        begins: Truths = ~self._are(_ALNUM, places - 1) | (places == 0)
        begins |= self._are(_LOWER, places - 1) & self._are(_UPPER, places)
        return begins

    def ends_word(self, places: Places) -> Truths:
        """Tell at which places a word has just ended."""
        ends: Truths = ~self._are(_ALNUM, places)
        ends |= self._are(_LOWER, places - 1) & self._are(_UPPER, places)
        return ends

    def opens_line(self, places: Places) -> Truths:
        """Tell before which places a line has nothing but marks, and few of them."""
        if not places.size:
            return places.astype(np.bool_)
        lines = np.concatenate(([0], np.flatnonzero(self.flags & _NEWLINE) + 1))
        begins = lines[np.searchsorted(lines, places, side="right") - 1]
        before = np.cumsum(self.flags & _ALNUM, dtype=np.int64)
        before -= self.flags & _ALNUM
        opens: Truths = before[places] == before[begins]
        opens &= places - begins < MAX_MARKS
        return opens

    def _are(self, fact: int, places: Places) -> Truths:
        found: Truths = (self.flags[places] & fact) != 0
        return found


def read_letters(text: str) -> Letters:
    """Read the characters of a text as it is printed."""
    padded = text + "\0" * (ANCHOR_CHARS + 1)
    codes = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    if int(codes.max()) >= _TABLE_END:
        rare = np.where(codes < 0x40000, _IDEOGRAPH, _NO_LETTER)
        codes = np.where(codes < _TABLE_END, codes, rare)
    return Letters(codes, _tables().flags[codes])


def chain(first: Keys, second: Keys) -> Keys:
    """Return the keys of words in a row."""
    return (first ^ (first >> np.uint32(15))) * _MIX_2 + second


@cache
def _tables() -> _Tables:
    """Build facts and weight of each character, once per process."""
    codes = np.arange(_TABLE_END, dtype=np.uint32)
    printed = codes.view("<U1")
    everything = fold(codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass"))
    folded = np.frombuffer(everything.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    low = folded.view("<U1")
    lone = np.isin(printed, list(_LONE_WORDS))
    is_word = np.strings.isalnum(low) | (low == "_")
    flags = is_word * _WORD + ((low >= "0") & (low <= "9")) * _DIGIT
    for found in re.finditer(f"{UNSPACED.pattern}+", everything):
        flags[slice(*found.span())] += _UNSPACED
    flags += np.strings.islower(printed) * _LOWER + np.strings.isupper(printed) * _UPPER
    flags += np.strings.isalnum(printed) * _ALNUM + (printed == "\n") * _NEWLINE + lone * _LONE
    weights = (folded + np.uint32(1)) * _MIX_1
    weights ^= weights >> np.uint32(15)
    weights *= _MIX_2
    weights[~(is_word | lone)] = 0
    return _Tables(flags.astype(np.uint8), weights)
