"""Score tokens with the linear model: one table row per type, read at seven offsets.

Every feature belongs to one word type at one offset, so the scores of a type are summed once and
kept.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.entities.decode import TAGS
from builder.text.entities.features import MAX_LINEAR, OFFSETS, TypeKeys
from builder.text.entities.keys import KeyTable
from builder.text.entities.scoring import PLACES, by_position, with_room
from builder.text.entities.tokens import IntArray, Tokens

_sum_scores = native.kernel(
    "sum_scores",
    *(native.U32, native.SIZE, native.U8, native.SIZE, native.U32, native.I32),
    *(native.I32, native.U8, native.I16, native.I32),
)
_score_by_types = native.kernel("score_by_types", *PLACES, native.I32, native.I32, native.I32)


class LinearModel:
    """Hold the weights and the scores of the types met so far."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        self._keys = KeyTable(np.asarray(arrays["keys"], dtype=np.uint32))
        self._begins = np.zeros(len(arrays["counts"]) + 1, dtype=np.int32)
        np.cumsum(arrays["counts"], out=self._begins[1:])
        self._columns = np.asarray(arrays["columns"], dtype=np.uint8)
        self._values = np.asarray(arrays["values"], dtype=np.int16)
        self._positions = by_position(np.asarray(arrays["position"], dtype=np.int32))
        self.transitions = np.asarray(arrays["transitions"], dtype=np.int32)
        self._table: IntArray = np.empty((0, len(OFFSETS), len(TAGS)), dtype=np.int32)

    def learn(self, types: TypeKeys, known: int) -> None:
        """Keep the scores of types, behind those of the first `known`."""
        count = len(types.linear)
        self._table = with_room(self._table, known, count)
        # The features of a type itself include those read from afar; the columns of an entry say
        # at which offsets it was trained.
        _sum_scores(
            *(types.linear, MAX_LINEAR, types.linear_sizes, count),
            *(self._keys.keys, self._keys.firsts, self._begins, self._columns, self._values),
            self._table[known:],
        )

    def scores(self, tokens: Tokens) -> IntArray:
        """Return a row of tag scores per token."""
        scores = np.empty((len(tokens.types), len(TAGS)), dtype=np.int32)
        _score_by_types(*tokens.places(), self._table, self._positions, scores)
        return scores
