"""Say of every character what the look-up of words has to know of it.

It knows characters, and refuses to know any phrase.
"""

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.text.characters import code_points
from builder.text.folding import CAPITALS, SMALL, UNSPACED, fold
from builder.text.phrases import ANCHOR_CHARS
from builder.text.tables import character_tables

__all__ = ["TABLE_END", "Codes", "LetterTables", "letter_tables", "read_codes"]

Codes = npt.NDArray[np.uint32]
Facts = npt.NDArray[np.uint16]

# Facts of a character; the first three are those of its folded form.
_WORD, _DIGIT, _UNSPACED, _LOWER, _UPPER, _ALNUM, _DECIMAL, _LONE, _SMALL, _CAPITAL, _SPACE = (
    1 << bit for bit in range(11)
)
_ALPHA, _ANY_DIGIT = 1 << 11, 1 << 12

_LONE_WORDS = "©"
"""Signs that are words by themselves."""

_CASED_END, TABLE_END = 0x20000, 0x40000
"""Characters from the first one on have one form only; those from the second one on are no
letters."""


class LetterTables(NamedTuple):
    """The folded form and the facts of each character."""

    folds: Codes
    facts: Facts


def read_codes(text: str) -> Codes:
    """Return the characters of a text as numbers, with room for a word behind its end."""
    return code_points(text + "\n" * ANCHOR_CHARS)


@character_tables(LetterTables)
def letter_tables() -> LetterTables:
    """Build the tables."""
    codes = np.arange(TABLE_END, dtype=np.uint32)
    printed = codes[:_CASED_END].view("<U1")
    everything = printed.tobytes().decode("utf-32-le", "surrogatepass")
    folded = fold(everything)
    folds = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    low = folds.view("<U1")
    facts = (np.strings.isalnum(low) | (low == "_")) * _WORD
    facts += ((low >= "0") & (low <= "9")) * _DIGIT
    facts += np.strings.islower(printed) * _LOWER + np.strings.isupper(printed) * _UPPER
    facts += np.strings.isalnum(printed) * _ALNUM + np.strings.isdecimal(printed) * _DECIMAL
    facts += np.isin(printed, list(_LONE_WORDS)) * _LONE + np.strings.isspace(printed) * _SPACE
    facts += np.strings.isalpha(printed) * _ALPHA + np.strings.isdigit(printed) * _ANY_DIGIT
    for fact, chars, text in (
        (_UNSPACED, UNSPACED, folded),
        (_SMALL, SMALL, everything),
        (_CAPITAL, CAPITALS, everything),
    ):
        for found in re.finditer(f"[{chars}]+", text):
            facts[slice(*found.span())] += fact
    rare = np.strings.isalnum(codes[_CASED_END:].view("<U1")) * (_WORD + _ALNUM + _ALPHA)
    return LetterTables(
        np.concatenate((folds, codes[_CASED_END:])),
        np.concatenate((facts, rare)).astype(np.uint16),
    )
