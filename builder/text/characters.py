"""Give every character of a text a class: letter with case, digit, stop, separator, ...

Knows Unicode categories and a few signs that end sentences or part menus in any script.
Refuses to know any language.  One table serves segmentation and layout; `native/segment.h` has
its classes by the same numbers.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from builder.text.tables import character_table

__all__ = [
    "CATEGORIES",
    "CLOSER",
    "COMMA",
    "DASH",
    "DIGIT",
    "FREE_STOP",
    "FREE_STOPS",
    "IDEOGRAPH",
    "LETTER",
    "LOWER",
    "MARK",
    "NEWLINE",
    "OPENER",
    "OTHER",
    "SEPARATOR",
    "SPACE",
    "STOP",
    "STOP_SIGNS",
    "UPPER",
    "basic_codes",
    "categories",
    "class_table",
    "code_points",
    "white_table",
]

OTHER, SPACE, NEWLINE, LOWER, UPPER, LETTER, IDEOGRAPH, MARK, DIGIT = range(9)
STOP, FREE_STOP, CLOSER, OPENER, SEPARATOR, COMMA, DASH = range(9, 16)

_SIGNS = {
    # stops that need white space after them, and stops that do not
    STOP: ".!?…⋯‥؟۔।॥።፧፨։។៖៕᠃᠉⸮‽",
    FREE_STOP: "。．！？｡",
    CLOSER: "\"'”’»›)]】」』）》〉〕}",
    OPENER: "“‘«‹„([【「『（《〈〔{¿¡",
    SEPARATOR: "|¦·•●○◦▪■□◆◇★☆▶►▸▼▾▲△→←↑↓✓✔✕✖×©®/>＞｜",
    COMMA: ",;:،؛、，；：·፣፤",
    DASH: "-–—―‐‑",
    NEWLINE: "\n",
}
FREE_STOPS = _SIGNS[FREE_STOP]
"""The stops after which no space is written."""
STOP_SIGNS = _SIGNS[STOP] + _SIGNS[FREE_STOP] + "\u104b\u0f0d"
"""The signs that end sentences. Those of Burmese and Tibetan have no class of their own, since the
layout model was trained without it."""

_IDEOGRAPHS = (
    (0x3005, 0x3007),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
)
CATEGORIES = (
    *("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe"),
    *("Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"),
)
"""The general categories of Unicode."""

_BY_CATEGORY = {"Ll": LOWER, "Lu": UPPER, "Lt": UPPER, "Nd": DIGIT}
_BY_MAJOR = {"L": LETTER, "M": MARK, "N": DIGIT, "Z": SPACE}


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def basic_codes(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a text, each folded into the basic plane.

    Code points above U+20000 become an ideograph, others beyond the plane a mere sign.
    """
    codes = code_points(text)
    if codes.size and int(codes.max()) > 0xFFFF:
        high = np.where(codes >= 0x20000, 0x4E00, 0x2603).astype(np.uint32)
        codes = np.where(codes > 0xFFFF, high, codes)
    return codes


def categories(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """Return the general category of each code point, as its place in `CATEGORIES`."""
    table = _category_table()
    if codes.size and int(codes.max()) >= table.size:
        return _look_up(codes.tolist())
    found: npt.NDArray[np.uint8] = table[codes]
    return found


@cache
def _category_table() -> npt.NDArray[np.uint8]:
    """Look up the basic plane, once per process."""
    return _look_up(range(0x10000))


def _look_up(codes: Sequence[int]) -> npt.NDArray[np.uint8]:
    places = {name: place for place, name in enumerate(CATEGORIES)}
    names = map(unicodedata.category, map(chr, codes))
    return np.fromiter(map(places.__getitem__, names), dtype=np.uint8, count=len(codes))


@character_table
def white_table() -> npt.NDArray[np.bool_]:
    """Build which characters of the basic plane are white space, there are none beyond."""
    return np.strings.isspace(np.arange(0x10000, dtype=np.uint32).view("<U1"))


@character_table
def class_table() -> npt.NDArray[np.uint8]:
    """Build the class of each code point of the basic plane."""
    kinds = [_BY_CATEGORY.get(name) or _BY_MAJOR.get(name[0], OTHER) for name in CATEGORIES]
    codes = np.arange(0x10000, dtype=np.uint32)
    table = np.array(kinds, dtype=np.uint8)[categories(codes)]
    table[white_table()] = SPACE
    for first, last in _IDEOGRAPHS:
        table[first : last + 1] = IDEOGRAPH
    for kind, signs in _SIGNS.items():
        for sign in signs:
            table[ord(sign)] = kind
    table.setflags(write=False)
    return table
