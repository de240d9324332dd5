"""Find the best tag sequence of many segments at once, in integers, with the margin of every token.

Scores are fixed-point integers (`UNITS` to one logit), so that sums are exact: the result cannot
depend on the batch, the order of additions, the number of threads or the processor.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int32]

TAGS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG", "B-MISC", "I-MISC")
UNITS = 64
FORBIDDEN = -(1 << 22)
MAX_ROWS = 4096
"""Segments decoded together: bounds memory; any value gives the same tags."""


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


def decode(scores: IntArray, segments: IntArray, transitions: IntArray) -> Decoded:
    """Tag the tokens of all segments.

    Args:
        scores: one row per token, one column per tag.
        segments: first token of each segment, ascending, starting with 0.
        transitions: row = tag before, column = tag.
    """
    count = len(scores)
    tags = np.zeros(count, dtype=np.int8)
    margins = np.zeros(count, dtype=np.int32)
    sizes = np.diff(np.append(segments, count))
    order = np.argsort(sizes, kind="stable")
    begin = 0
    while begin < len(order):
        # One block holds segments of similar length: at most a fifth of it is padding.
        limit = max(8, int(sizes[order[begin]] * 5 // 4))
        stop = min(int(np.searchsorted(sizes[order], limit, side="right")), begin + MAX_ROWS)
        stop = max(stop, begin + 1)
        rows = order[begin:stop]
        done = _decode_block(scores, segments[rows], sizes[rows], transitions)
        tags[done.places], margins[done.places] = done.tags, done.margins
        begin = stop
    return Decoded(tags, margins)


class _Block(NamedTuple):
    places: npt.NDArray[np.int64]
    tags: npt.NDArray[np.int8]
    margins: IntArray


def _decode_block(
    scores: IntArray, first: IntArray, sizes: IntArray, transitions: IntArray
) -> _Block:
    """Run max-sum forward and backward over segments laid side by side, shortest first."""
    width, labels = int(sizes[-1]), scores.shape[1]
    steps = np.arange(width)
    place = np.minimum(first[:, None] + steps, (first + sizes - 1)[:, None])
    inside = steps < sizes[:, None]
    # (step, tag, segment): segments are contiguous, so every operation below is one vector loop.
    emit = np.ascontiguousarray(scores[place].transpose(1, 2, 0))
    emit[:, :, :] *= inside.T[:, None, :]
    forward = np.empty_like(emit)
    start = np.zeros((labels, 1), dtype=np.int32)
    start[2::2] = FORBIDDEN
    forward[0] = emit[0] + start
    # Short segments come first: at a step, those that have ended are the first `ended` columns.
    ended = np.searchsorted(sizes, steps, side="right").tolist()
    moves_of = transitions[:, :, None]
    for step in range(1, width):
        out = ended[step]
        moves = forward[step - 1][:, None, out:] + moves_of
        forward[step, :, :out] = forward[step - 1, :, :out]
        np.add(moves.max(axis=0), emit[step, :, out:], out=forward[step, :, out:])
    backward = np.zeros_like(emit)
    for step in range(width - 1, 0, -1):
        out = ended[step]
        after = backward[step, :, out:] + emit[step, :, out:]
        backward[step - 1, :, out:] = (after[None, :, :] + moves_of).max(axis=1)
    best = _follow(forward, inside, transitions)
    total = forward + backward
    chosen = np.take_along_axis(total, best[:, None, :].astype(np.int64), axis=1)
    np.put_along_axis(total, best[:, None, :].astype(np.int64), np.int32(2 * FORBIDDEN), axis=1)
    gap = chosen[:, 0, :] - total.max(axis=1)
    return _Block(place[inside], best.T[inside], gap.T[inside])


def _follow(
    forward: IntArray, inside: npt.NDArray[np.bool_], transitions: IntArray
) -> npt.NDArray[np.int8]:
    """Walk back from the best last tag; ties go to the lower tag number."""
    width, _, rows = forward.shape
    best = np.zeros((width, rows), dtype=np.int8)
    tag = forward[width - 1].argmax(axis=0)
    best[width - 1] = tag
    for step in range(width - 1, 0, -1):
        moves = forward[step - 1][:, :] + transitions[:, tag]
        tag = np.where(inside[:, step], moves.argmax(axis=0), tag)
        best[step - 1] = tag
    return best
