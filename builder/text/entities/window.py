"""Score tokens with a small convolutional network in integers.

A type's embedding is a sum of rows for its pieces; its product with the first layer is computed
once per type and window place. Weights and activations are small integers, and so are their sums:
batch, threads and processor cannot change a score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.entities.decode import TAGS
from builder.text.entities.features import MAX_WINDOW, OFFSETS, TypeKeys
from builder.text.entities.keys import KeyTable
from builder.text.entities.scoring import PLACES, by_position, with_room
from builder.text.entities.tokens import IntArray, Tokens

ShortArray = npt.NDArray[np.int16]

CEILING = 1023
"""Largest activation (10 bits, in units of 1 / `ACTIVATION_UNITS`)."""
ACTIVATION_UNITS = 48
MAX_POSITION = 2_600
"""Largest size of the bias and what a position adds, in units of a part: half of an activation's.
With seven parts of 4,300 or less it stays below 2**15: they are added in 16 bits."""
EMBEDDED, HIDDEN, LAYERS = 64, 96, 2
"""Width of an embedding and of the layers; and how many follow the first. The kernels know them."""
_MARGIN = 4
"""Empty rows that the kernel wants around a segment: one more than a layer may reach."""
_LINE = 32
"""Numbers in a line of the cache."""
OUTPUTS = 32
"""Outputs that a kernel sums together; see `native/products.h`."""

_multiply_first = native.kernel(
    "multiply_first",
    *(native.U32, native.SIZE, native.U8, native.SIZE, native.U32, native.I32),
    *(native.I8, native.U8, native.I16, native.F64, native.SIZE, native.I16),
)
_score_by_network = native.kernel(
    "score_by_network",
    *(*PLACES, native.I16, native.I16, native.I64),
    *(native.I16, native.F32, native.F32, native.I16, native.SIZE, native.I32),
)


class WindowModel:
    """Hold the network and the first layer of the types met so far."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Take what training wrote.

        Raises:
            ValueError: the network has another shape than its kernels compute.
        """
        first = np.asarray(arrays["first"], dtype=np.int16)
        layers = [arrays[f"weight{number}"] for number in range(len(arrays["dilations"]))]
        shapes = [first.shape, *(layer.shape for layer in layers)]
        if shapes != [(len(OFFSETS), EMBEDDED, HIDDEN), *[(3, HIDDEN, HIDDEN)] * LAYERS]:
            raise ValueError(f"a network of another shape than its kernels compute: {shapes}")
        self._reaches = np.asarray(arrays["dilations"], dtype=np.int64)
        if self._reaches.min() < 0 or self._reaches.max() >= _MARGIN:
            raise ValueError(f"a layer reaches further than its kernel: {self._reaches}")
        self._keys = KeyTable(np.asarray(arrays["keys"], dtype=np.uint32))
        self._pieces = np.asarray(arrays["rows"], dtype=np.int8)
        self._piece_scales = np.asarray(arrays["row_scales"], dtype=np.uint8)
        self._first = _in_pairs(first)
        self._first_scale = np.array([arrays["first_scale"]], dtype=np.float64)
        # Row 0 of the sources: the bias of text from nowhere in particular.
        bias = sum(np.asarray(a, dtype=np.int32) for a in (arrays["bias"], arrays["sources"][0]))
        positions = by_position(np.asarray(arrays["position"], dtype=np.int32)) + bias
        self._positions = np.clip(positions, -MAX_POSITION, MAX_POSITION).astype(np.int16)
        out = np.zeros((HIDDEN, OUTPUTS), dtype=np.int16)
        out[:, : len(TAGS)] = arrays["out"]
        self._weights = _in_pairs([*(side for layer in layers for side in layer), out])
        self._scales, self._shifts = (
            np.concatenate([*(arrays[f"{part}{n}"] for n in range(LAYERS)), arrays[f"out_{part}"]])
            for part in ("scale", "shift")
        )
        self.transitions = np.asarray(arrays["transitions"], dtype=np.int32)
        self._table: ShortArray = np.empty((0, len(OFFSETS), HIDDEN), dtype=np.int16)

    def learn(self, types: TypeKeys, known: int) -> None:
        """Keep the first layer of types, behind that of the first `known`."""
        count = len(types.window)
        self._table = with_room(self._table, known, count)
        _multiply_first(
            *(types.window, MAX_WINDOW, types.window_sizes, count),
            *(self._keys.keys, self._keys.firsts, self._pieces, self._piece_scales),
            *(self._first, self._first_scale, len(OFFSETS), self._table[known:]),
        )

    def add_scores(self, tokens: Tokens, scores: IntArray) -> None:
        """Add to the row of tag scores of each token."""
        longest = int(np.diff(tokens.bounds).max(initial=0))
        room = np.empty((2, longest + 2 * _MARGIN, HIDDEN), dtype=np.int16)
        _score_by_network(
            *(*tokens.places(), self._table, self._positions, self._reaches),
            *(self._weights, self._scales, self._shifts, room, longest, scores),
        )


def _in_pairs(layers: Iterable[npt.NDArray[np.generic]]) -> ShortArray:
    """Put the weights of layers as `native/products.h` reads them; flat."""
    rows = []
    for weights in layers:
        inputs, outputs = weights.shape
        blocks = weights.reshape(inputs // 2, 2, outputs // OUTPUTS, OUTPUTS)
        rows.append(blocks.transpose(2, 0, 3, 1).ravel())
    # Vectors that lie across two lines of the cache take twice as long to read.
    size = sum(map(len, rows))
    room = np.empty(size + _LINE, dtype=np.int16)
    begin = -room.ctypes.data // room.itemsize % _LINE
    return np.concatenate(rows, out=room[begin : begin + size], casting="unsafe")
