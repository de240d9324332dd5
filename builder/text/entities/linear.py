"""Score tokens with the linear model: one table row per type, gathered at seven offsets.

Every feature belongs to one word type at one offset, so the scores of a type are summed once and
kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from builder.text.entities.decode import TAGS
from builder.text.entities.features import OFFSETS, TypeFeatures, key_of

IntArray = npt.NDArray[np.int32]
POSITION_FEATURES = ("first", "last", "glued")
_COLUMNS = len(OFFSETS) * len(TAGS)


class LinearModel:
    """Hold the weights and the scores of the types met so far."""

    def __init__(
        self, arrays: Mapping[str, npt.NDArray[np.generic]], features: TypeFeatures
    ) -> None:
        self._features = features
        self._keys = np.asarray(arrays["keys"], dtype=np.uint32)
        self._begins = np.concatenate(([0], np.cumsum(arrays["counts"], dtype=np.int64)))
        self._columns = np.asarray(arrays["columns"], dtype=np.int64)
        self._values = np.asarray(arrays["values"], dtype=np.float64)
        self._position = np.asarray(arrays["position"], dtype=np.int32)
        self.transitions = np.asarray(arrays["transitions"], dtype=np.int32)
        self.reset()

    def reset(self) -> None:
        """Forget all types (row 0 stays: the zeros outside a segment)."""
        self._table: IntArray = np.zeros((1, len(OFFSETS), len(TAGS)), dtype=np.int32)
        self._known = 1

    def learn(self, names: Sequence[str]) -> None:
        """Add the scores of new types, in order of their numbers."""
        rows = self._rows(names)
        need = self._known + len(names)
        if need > len(self._table):
            grown = np.zeros(
                (max(need, 2 * len(self._table)), len(OFFSETS), len(TAGS)), dtype=np.int32
            )
            grown[: self._known] = self._table[: self._known]
            self._table = grown
        self._table[self._known : need] = rows
        self._known = need

    def _rows(self, names: Sequence[str]) -> IntArray:
        # The features of a type itself include those read from afar; the columns of an entry say
        # at which offsets it was trained.
        owners: list[int] = []
        hashes: list[int] = []
        for owner, name in enumerate(names):
            found = [key_of(feature) for feature in self._features.linear(name)[0]]
            hashes += found
            owners += [owner] * len(found)
        wanted = np.array(hashes, dtype=np.uint32)
        at = np.searchsorted(self._keys, wanted)
        at[at == len(self._keys)] = 0
        hit = self._keys[at] == wanted if len(self._keys) else np.zeros(len(wanted), dtype=bool)
        at, owner_of = at[hit], np.array(owners, dtype=np.int64)[hit]
        begins, sizes = self._begins[at], self._begins[at + 1] - self._begins[at]
        total = int(sizes.sum())
        shifts = np.repeat(begins - (np.cumsum(sizes) - sizes), sizes)
        entries = np.arange(total) + shifts
        cells = np.repeat(owner_of, sizes) * _COLUMNS + self._columns[entries]
        # Sums of integers in float64 are exact, whatever their order.
        sums = np.bincount(cells, weights=self._values[entries], minlength=len(names) * _COLUMNS)
        return sums.astype(np.int32).reshape(len(names), len(OFFSETS), len(TAGS))

    def scores(
        self, padded: IntArray, where: npt.NDArray[np.int64], position: npt.NDArray[np.bool_]
    ) -> IntArray:
        """Return a row of tag scores per token.

        Args:
            padded: type rows with at least three zeros around every segment.
            where: index of each token in `padded`.
            position: per token, whether each of `POSITION_FEATURES` holds.
        """
        total = position.astype(np.int32) @ self._position
        flat = self._table
        for slot, offset in enumerate(OFFSETS):
            total += flat[padded[where + offset], slot]
        return total
