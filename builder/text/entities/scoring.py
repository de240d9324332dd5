"""Lay the tokens of many texts side by side and add up what the models say about each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.text.entities.tokens import IntArray, Tokens

REACH = 4
"""Empty places around every segment: no model looks further than this."""


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
    texts: IntArray
    """First token of every text, and the number of tokens at the end."""


def lay_out(batch: Sequence[Tokens]) -> Layout:
    """Put segments into one row with empty places between them; type numbers grow by one."""
    counts = [len(tokens.types) for tokens in batch]
    texts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    total = int(texts[-1])
    segments = np.concatenate(
        [t.segments + b for t, b in zip(batch, texts, strict=False)] or [texts[:0]]
    )
    segments = segments.astype(np.int32)
    types = np.concatenate([t.types for t in batch] or [texts[:0]])
    starts = np.concatenate([t.starts for t in batch] or [texts[:0]])
    ends = np.concatenate([t.ends for t in batch] or [texts[:0]])
    begins = np.zeros(total, dtype=np.int64)
    begins[segments] = 1
    where = np.arange(total) + np.cumsum(begins) * REACH
    padded = np.zeros(total + REACH * (len(segments) + 1), dtype=np.int32)
    padded[where] = types + 1
    position = np.zeros((total, 3), dtype=bool)
    if total:
        position[segments, 0] = True
        position[np.append(segments[1:], total) - 1, 1] = True
        position[1:, 2] = starts[1:] == ends[:-1]
        position[texts[:-1][texts[:-1] < total], 2] = False
        position[segments, 2] &= False
    return Layout(padded, where, segments, position, texts)
