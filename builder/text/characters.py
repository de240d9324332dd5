"""Give every character of a text a class: letter with case, digit, stop, separator, ...

Knows Unicode categories and a few signs that end sentences or part menus in any script.
Refuses to know any language.  One table serves segmentation and layout; `native/segment.h` has
its classes by the same numbers.
"""

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = [
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
    "class_table",
    "code_points",
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


@cache
def class_table() -> npt.NDArray[np.uint8]:
    """Build the class of each code point of the basic plane, once per process."""
    codes = np.arange(0x10000, dtype=np.uint32)
    categories = list(map(unicodedata.category, map(chr, codes.tolist())))
    kinds = {
        name: _BY_CATEGORY.get(name) or _BY_MAJOR.get(name[0], OTHER) for name in set(categories)
    }
    table = np.fromiter(map(kinds.__getitem__, categories), dtype=np.uint8, count=codes.size)
    table[np.strings.isspace(codes.view("<U1"))] = SPACE
    for first, last in _IDEOGRAPHS:
        table[first : last + 1] = IDEOGRAPH
    for kind, signs in _SIGNS.items():
        for sign in signs:
            table[ord(sign)] = kind
    table.setflags(write=False)
    return table
