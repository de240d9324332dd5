"""Say of every character what the tagger's kernels ask: case, letter or not, sign or not."""

from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["SIGNS", "trait_table"]

UPPER, LOWER, ALPHA, SIGN = 1, 2, 4, 8
SIGNS = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF))
"""Chinese and Japanese: first and last code points of the scripts whose signs are tokens."""
_KNOWN = 0x40000
"""Unicode has no letters, digits or white space from here on."""


@cache
def trait_table() -> npt.NDArray[np.uint8]:
    """Return the facts of each code point below `_KNOWN`, as `native/entity.h` names them."""
    characters = np.arange(_KNOWN, dtype=np.uint32).view("<U1")
    table = np.zeros(_KNOWN, dtype=np.uint8)
    table[np.strings.isupper(characters)] |= UPPER
    table[np.strings.islower(characters)] |= LOWER
    table[np.strings.isalpha(characters)] |= ALPHA
    for first, last in SIGNS:
        table[first : last + 1] |= SIGN
    table.setflags(write=False)
    return table
