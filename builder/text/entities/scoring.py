"""Lay the tokens of many texts side by side, with empty places between segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.text.entities.tokens import IntArray, Tokens

REACH = 3
"""Empty places around every segment: no layer of a model looks further than this at once."""


class Layout(NamedTuple):
    """Hold the tokens of a batch in one row."""

    types: IntArray
    """Model row of each place; 0 is an empty place."""
    where: npt.NDArray[np.int64]
    """Place of each token."""
    segments: IntArray
    """First token of every segment."""
    position: npt.NDArray[np.bool_]
    """Per token: first of its segment, last of it, no white space before it."""


def lay_out(batch: Sequence[Tokens]) -> Layout:
    """Put the segments of texts into one row; type numbers grow by one."""
    sizes = [len(tokens.types) for tokens in batch]
    begins = np.cumsum([0, *sizes[:-1]])
    pairs = zip(batch, begins, strict=True)
    segments = np.concatenate([tokens.segments + begin for tokens, begin in pairs])
    types = np.concatenate([tokens.types for tokens in batch]) + np.int32(1)
    starts = np.concatenate([tokens.starts for tokens in batch])
    ends = np.concatenate([tokens.ends for tokens in batch])
    position = np.zeros((len(types), 3), dtype=bool)
    position[segments, 0] = True
    position[np.append(segments[1:], len(types)) - 1, 1] = True
    position[1:, 2] = starts[1:] == ends[:-1]
    position[segments, 2] = False
    return _placed(types, segments.astype(np.int32), position)


def _placed(types: IntArray, segments: IntArray, position: npt.NDArray[np.bool_]) -> Layout:
    count = len(types)
    begins = np.zeros(count, dtype=np.int64)
    begins[segments] = REACH
    where = np.arange(count) + np.cumsum(begins)
    padded = np.zeros(count + REACH * (len(segments) + 1), dtype=np.int32)
    padded[where] = types
    return Layout(padded, where, segments, position)
