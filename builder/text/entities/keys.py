"""Find hashes among many: sorted, with the place of each first bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FIRST_BITS = 16
"""Bits of a key by which its place is looked up first; the kernels know them."""


class KeyTable:
    """Hold sorted keys, and where those that share their first bits begin."""

    def __init__(self, keys: npt.NDArray[np.unsignedinteger[Any]]) -> None:
        self.keys = np.ascontiguousarray(keys)
        kind = self.keys.dtype.type
        bits = np.arange(1 << FIRST_BITS, dtype=kind) << kind(8 * keys.itemsize - FIRST_BITS)
        firsts = np.append(np.searchsorted(self.keys, bits), len(self.keys))
        self.firsts = firsts.astype(np.int32)
