"""Find the best tag sequence of segments, in integers, with the margin of every token.

Scores are fixed-point integers (`UNITS` to one logit), so that sums are exact: the result cannot
depend on the batch, the order of additions, the number of threads or the processor.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder import native

IntArray = npt.NDArray[np.int32]

TAGS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG", "B-MISC", "I-MISC")
UNITS = 64
FORBIDDEN = -(1 << 22)
_LANES = 16
"""Numbers of a token that the kernel keeps."""

_decode_tags = native.kernel(
    "decode_tags",
    *(native.I32, native.I32, native.SIZE, native.I32, native.I32, native.I8, native.I32),
)


class Decoded(NamedTuple):
    """Hold the best tag of each token and what the best sequence without that tag loses."""

    tags: npt.NDArray[np.int8]
    margins: IntArray


def allowed_transitions(weights: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return the transition scores with I-X forbidden except after B-X or I-X."""
    table = weights.copy()
    for number, tag in enumerate(TAGS):
        if tag.startswith("I-"):
            for before in range(len(TAGS)):
                if before not in (number - 1, number):
                    table[before, number] = FORBIDDEN
    return table


def decode(scores: IntArray, bounds: IntArray, transitions: IntArray) -> Decoded:
    """Tag the tokens of all segments; ties go to the lower tag number.

    Args:
        scores: one row per token, one column per tag.
        bounds: between which tokens the segments lie: one more than there are segments.
        transitions: row = tag before, column = tag.
    """
    tags = np.empty(len(scores), dtype=np.int8)
    margins = np.empty(len(scores), dtype=np.int32)
    longest = int(np.diff(bounds).max(initial=0))
    room = np.empty((longest, _LANES), dtype=np.int32)
    _decode_tags(scores, bounds, len(bounds) - 1, transitions, room, tags, margins)
    return Decoded(tags, margins)
