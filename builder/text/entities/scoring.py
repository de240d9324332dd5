"""What both models share: a row per type, and what a token tells besides its type."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from builder import native

Table = npt.NDArray[Any]

POSITION_FEATURES = ("first", "last", "glued")
"""A token is the first of its segment, the last of it, or has no white space before it."""

PLACES = (native.I32, native.I32, native.I32, native.I32, native.SIZE)
"""Types of what the kernels that score tokens begin with."""

LEAST_ROWS = 1 << 16
"""Rows of a table, so many that it seldom grows: memory is taken only as rows are filled."""


def by_position(weights: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return the sum for each position: a row per set of features, numbered by its bits."""
    features = np.arange(1 << len(POSITION_FEATURES))[:, None] >> np.arange(len(POSITION_FEATURES))
    return (features & 1).astype(np.int32) @ weights


def with_room(table: Table, known: int, more: int) -> Table:
    """Return a table with room for `more` rows behind the first `known`, which are kept.

    A text of very many types makes a table large: once nothing in it is known any more, it goes.
    """
    if known + more <= len(table) and (known or len(table) <= LEAST_ROWS):
        return table
    rows = max(known + more, 2 * known, LEAST_ROWS)
    grown = np.empty((rows, *table.shape[1:]), dtype=table.dtype)
    grown[:known] = table[:known]
    return grown
