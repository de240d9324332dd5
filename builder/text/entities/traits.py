"""Say of every character what the tagger's kernels ask: case, letter or digit, sign or not."""

from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["KNOWN", "SIGNS", "case_table", "trait_table"]

UPPER, LOWER, ALPHA, SIGN, LETTER, DECIMAL, WHITE = (1 << bit for bit in range(7))
SIGNS = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF))
"""Chinese and Japanese: first and last code points of the scripts whose signs are tokens."""
KNOWN = 0x40000
"""Unicode has no letters, digits or white space from here on."""
CAPITAL, SMALL, CASED, NO_DIGIT = (1 << bit for bit in range(4))


@cache
def trait_table() -> npt.NDArray[np.uint8]:
    """Return the facts of each code point below `KNOWN`, as `native/entity.h` names them.

    Letters are what a word is made of, but for decimal digits, `_` and signs.
    """
    characters = _characters()
    table = np.zeros(KNOWN, dtype=np.uint8)
    decimal = np.strings.isdecimal(characters)
    table[np.strings.isupper(characters)] |= UPPER
    table[np.strings.islower(characters)] |= LOWER
    table[np.strings.isalpha(characters)] |= ALPHA
    table[np.strings.isalnum(characters) & ~decimal] |= LETTER
    table[decimal] |= DECIMAL
    table[np.strings.isspace(characters)] |= WHITE
    for first, last in SIGNS:
        table[first : last + 1] = table[first : last + 1] & np.uint8(0xFF ^ LETTER) | SIGN
    table.setflags(write=False)
    return table


@cache
def case_table() -> npt.NDArray[np.uint8]:
    """Return of each code point below `KNOWN` what decides whether a word is in capitals."""
    characters = _characters()
    table = np.zeros(KNOWN, dtype=np.uint8)
    capital = np.strings.isupper(characters)
    small = np.strings.islower(characters) | (np.strings.istitle(characters) & ~capital)
    table[capital] |= CAPITAL
    table[small] |= SMALL
    pairs = [(code, chr(code)) for code in np.flatnonzero(capital | small).tolist()]
    table[[code for code, char in pairs if char.lower() != char.upper()]] |= CASED
    table[~np.strings.isdigit(characters)] |= NO_DIGIT
    table[ord("\n")] = 0  # it stands behind a word
    table.setflags(write=False)
    return table


def _characters() -> npt.NDArray[np.str_]:
    return np.arange(KNOWN, dtype=np.uint32).view("<U1")
