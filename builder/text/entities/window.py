"""Score tokens with a small convolutional network in integers.

A type's embedding is a sum of rows for its pieces; its product with the first layer is computed
once per type and window place. Weights and activations are small integers held in float32, and
every sum stays below 2**24, where float32 is exact: batch, threads and processor cannot change a
score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from builder.text.entities.decode import TAGS
from builder.text.entities.features import TypeFeatures, key_of

IntArray = npt.NDArray[np.int32]
ShortArray = npt.NDArray[np.int16]
FloatArray = npt.NDArray[np.float32]

CEILING = 1023
"""Largest activation (10 bits, in units of 1 / `ACTIVATION_UNITS`)."""
ACTIVATION_UNITS = 48
MAX_PART = 4_300
"""Largest size of one part (45 units of activation). Seven parts and a bias of up to 2,600 stay
below 2**15: they are added in 16 bits."""
BLOCK = 1024
"""Places computed together, few enough for the processor's cache; any value gives the same."""
ROWS = 24
"""Rows of one product: so few that BLAS stays with one thread. Its threads wait in a loop for each
other, which on a busy machine costs ten times the product; small products are no slower."""


class WindowModel:
    """Hold the network and the first layer of the types met so far."""

    def __init__(
        self, arrays: Mapping[str, npt.NDArray[np.generic]], features: TypeFeatures
    ) -> None:
        self._features = features
        self._keys = np.asarray(arrays["keys"], dtype=np.uint32)
        rows = (
            np.asarray(arrays["rows"], dtype=np.int32)
            * np.asarray(arrays["row_scales"], dtype=np.int32)[:, None]
        )
        self._rows = rows
        self._first = np.asarray(arrays["first"], dtype=np.float64)
        self._first_scale = float(arrays["first_scale"])
        # Row 0 of the sources: the bias of text from nowhere in particular.
        self._bias = np.asarray(arrays["bias"], dtype=np.int32) + np.asarray(
            arrays["sources"][0], dtype=np.int32
        )
        self._position = np.asarray(arrays["position"], dtype=np.int32)
        self._dilations = [int(d) for d in np.asarray(arrays["dilations"])]
        self._layers = [
            tuple(
                np.ascontiguousarray(arrays[f"{part}{n}"], dtype=np.float32)
                for part in ("weight", "scale", "shift")
            )
            for n in range(len(self._dilations))
        ]
        self._out = np.asarray(arrays["out"], dtype=np.float32)
        self._out_scale = np.asarray(arrays["out_scale"], dtype=np.float32)
        self._out_shift = np.asarray(arrays["out_shift"], dtype=np.float32)
        self.transitions = np.asarray(arrays["transitions"], dtype=np.int32)
        self.slots = self._first.shape[0]
        self._hidden = self._first.shape[2]
        self.reset()

    def reset(self) -> None:
        """Forget all types (row 0 stays: the zeros outside a segment)."""
        self._table = np.zeros((self.slots, 1, self._hidden), dtype=np.int16)
        self._known = 1

    def learn(self, names: Sequence[str]) -> None:
        """Add the first layer of new types, in order of their numbers."""
        need = self._known + len(names)
        if need > self._table.shape[1]:
            rows = max(need, 2 * self._table.shape[1])
            grown = np.zeros((self.slots, rows, self._hidden), dtype=np.int16)
            grown[:, : self._known] = self._table[:, : self._known]
            self._table = grown
        embedded = self._embed(names).astype(np.float64)
        for slot in range(self.slots):
            product = np.rint(embedded @ self._first[slot] * self._first_scale)
            self._table[slot, self._known : need] = np.clip(product, -MAX_PART, MAX_PART)
        self._known = need

    def _embed(self, names: Sequence[str]) -> IntArray:
        owners: list[int] = []
        hashes: list[int] = []
        for owner, name in enumerate(names):
            found = [key_of(piece) for piece in self._features.window(name)]
            hashes += found
            owners += [owner] * len(found)
        wanted = np.array(hashes, dtype=np.uint32)
        at = np.searchsorted(self._keys, wanted)
        at[at == len(self._keys)] = 0
        hit = self._keys[at] == wanted
        total = np.zeros((len(names), self._rows.shape[1]), dtype=np.int32)
        np.add.at(total, np.array(owners, dtype=np.int64)[hit], self._rows[at[hit]])
        return total

    def scores(
        self, padded: IntArray, where: npt.NDArray[np.int64], position: npt.NDArray[np.bool_]
    ) -> IntArray:
        """Return a row of tag scores per token.

        Args:
            padded: type rows with empty places (0) around every segment.
            where: index of each token in `padded`.
            position: per token, whether each of the position features holds.
        """
        places = len(padded)
        # Room for whole products behind the last place.
        inside = np.zeros((places + ROWS, 1), dtype=np.float32)
        inside[where] = 1.0
        extra = np.zeros((places + ROWS, self._hidden), dtype=np.int16)
        # Eight cases: rows of a small table instead of a product per token.
        cases = np.array([[n & 1, n >> 1 & 1, n >> 2] for n in range(8)], dtype=np.int32)
        table = np.clip(cases @ self._position + self._bias, -2_600, 2_600).astype(np.int16)
        extra[where] = table[position @ np.array([1, 2, 4])]
        margin = sum(self._dilations) + self.slots // 2
        result = np.zeros((places, len(TAGS)), dtype=np.int32)
        for begin in range(0, places, BLOCK):
            low, high = max(begin - margin, 0), min(begin + BLOCK + margin, places)
            high = low - (low - high) // ROWS * ROWS
            scored = self._block(padded, low, high, extra[low:high], inside[low:high])
            stop = min(begin + BLOCK, places)
            result[begin:stop] = scored[begin - low : stop - low]
        return result[where]

    def _block(
        self, padded: IntArray, low: int, high: int, total: ShortArray, inside: FloatArray
    ) -> IntArray:
        half = self.slots // 2
        view = np.zeros(high - low + 2 * half, dtype=np.int64)
        begin, end = max(low - half, 0), min(high + half, len(padded))
        view[begin - low + half : end - low + half] = padded[begin:end]
        total = total.copy()
        part = np.empty(total.shape, dtype=np.int16)
        for slot in range(self.slots):
            np.take(
                self._table[slot], view[slot : slot + high - low], axis=0, out=part, mode="clip"
            )
            total += part
        total += 1
        total >>= 1  # from units of a part to those of an activation, rounded
        hidden = np.clip(total, 0, CEILING).astype(np.float32)
        hidden *= inside
        for dilation, (weight, scale, shift) in zip(self._dilations, self._layers, strict=True):
            step = _convolve(hidden, weight, dilation)
            step *= scale
            step += shift
            np.rint(step, out=step)
            np.maximum(step, 0, out=step)
            step += hidden
            np.minimum(step, CEILING, out=step)
            step *= inside
            hidden = step
        scores = np.rint(_product(hidden, self._out) * self._out_scale + self._out_shift)
        whole: IntArray = scores.astype(np.int32)
        return whole


def _convolve(hidden: FloatArray, weight: FloatArray, dilation: int) -> FloatArray:
    """Add up the products of the row before, the row itself and the row after."""
    step = _product(hidden, weight[1])
    step[dilation:] += _product(hidden, weight[0])[:-dilation]
    step[:-dilation] += _product(hidden, weight[2])[dilation:]
    return step


def _product(rows: FloatArray, weight: FloatArray) -> FloatArray:
    """Multiply a matrix whose number of rows is a multiple of `ROWS`."""
    grouped = rows.reshape(-1, ROWS, rows.shape[1]) @ weight
    product: FloatArray = grouped.reshape(len(rows), -1)
    return product
