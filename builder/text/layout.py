"""Tell article from page by layout: a small network over the segments of one text.

Knows the surface of each segment (`layout_features`), its neighbours up to about thirty
segments away, and the text as a whole; decides for all segments together.  Refuses to
know languages, words or publishers, and never removes: it proposes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from builder.text.clean import Proposal
from builder.text.layout_features import GRID, describe_segments, segment_weights
from builder.text.segments import Segment

__all__ = ["LayoutModel", "load_layout", "propose_layout", "score_segments"]

RULE = "layout"

# A line goes when it is more likely noise than not; a part of a line only from these log
# odds on, since its borders are uncertain and a lost article is worse than noise left.
# On two folds of the development pages in one line, 0 gives F1 .903 and 2.6 % of pages
# lost, -0.5 gives .901 and 1.8 %.
LEAST_IN_LINE = -0.4

# Weights are stored as 16-bit integers, in units of 1 / WEIGHT_GRID; activations are cut to
# multiples of 1 / ACTIVATION_GRID below ACTIVATION_LIMIT.  All products and sums are then
# exact in 64-bit floats, whatever the order of summation, so that scores are the same on
# every machine.
WEIGHT_GRID = 4096
ACTIVATION_GRID = 256
ACTIVATION_LIMIT = 255.0

# So many rows are multiplied at once: products of this size are done by one thread, where
# larger ones would wake all threads of the algebra library, at ten times the cost when
# the other cores are busy with other articles.
ROWS = 64

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayoutModel:
    """Weights of the network: matrices of shape (inputs, outputs), with their biases."""

    entry: tuple[Floats, Floats]
    blocks: tuple[tuple[int, Floats, Floats], ...]
    pool_after: int
    pool: tuple[Floats, Floats]
    hidden: tuple[Floats, Floats]
    output: tuple[Floats, Floats]


def load_layout(path: Path) -> LayoutModel:
    """Read the weights of a layout model.

    Args:
        path: an `.npz` file made by `training.cleaning.train`.

    Raises:
        OSError: the file cannot be read.
        KeyError, ValueError: the file is no layout model of this version.
    """
    with np.load(path, allow_pickle=False) as stored:
        if int(stored["feature_grid"]) != GRID or int(stored["weight_grid"]) != WEIGHT_GRID:
            raise ValueError(f"{path} belongs to another version of the layout features")

        def layer(name: str) -> tuple[Floats, Floats]:
            weights = stored[f"{name}_weight"].astype(np.float64) / WEIGHT_GRID
            return weights, stored[f"{name}_bias"].astype(np.float64) / WEIGHT_GRID

        dilations = stored["dilations"].tolist()
        return LayoutModel(
            entry=layer("entry"),
            blocks=tuple((step, *layer(f"block{at}")) for at, step in enumerate(dilations)),
            pool_after=int(stored["pool_after"]),
            pool=layer("pool"),
            hidden=layer("hidden"),
            output=layer("output"),
        )


def propose_layout(
    text: str,
    segments: Sequence[Segment],
    model: LayoutModel,
    cues: Iterable[Proposal] = (),
) -> list[Proposal]:
    """Propose the segments that do not look like part of the article.

    Args:
        text: normalized text of one article.
        segments: what `segment` returned for it.
        model: what `load_layout` returned.
        cues: what the typed cues propose for this text: evidence about its neighbours.

    Returns:
        Proposals in order, one for each run of neighbouring segments; empty if the
        whole text would go.
    """
    if not segments:
        return []
    is_line = np.array([found.kind == "line" for found in segments])
    least = np.where(is_line, 0.0, LEAST_IN_LINE)
    keep = score_segments(text, segments, model, cues) >= least
    if not keep.any():
        return []
    return list(_runs(segments, keep.tolist()))


def score_segments(
    text: str,
    segments: Sequence[Segment],
    model: LayoutModel,
    cues: Iterable[Proposal] = (),
) -> Floats:
    """Score each segment: the log odds that it is part of the article."""
    features = describe_segments(text, segments, cues)
    weights = segment_weights(features)
    state = _active(_product(features, model.entry))
    for at, (step, matrix, bias) in enumerate(model.blocks):
        state = _active(state + np.maximum(_product(_around(state, step), (matrix, bias)), 0.0))
        if at == model.pool_after:
            whole = np.concatenate([weights @ state / weights.sum(), state.mean(axis=0)])
            whole = _active(_active(whole) @ model.pool[0] + model.pool[1])
            state = _active(state + whole)
    state = _active(_product(state, model.hidden))
    scores: Floats = _product(state, model.output)[:, 0]
    return scores


def _product(values: Floats, layer: tuple[Floats, Floats]) -> Floats:
    """Multiply by the weights and add the bias, a few rows at a time."""
    matrix, bias = layer
    product = np.empty((values.shape[0], matrix.shape[1]))
    for at in range(0, values.shape[0], ROWS):
        np.matmul(values[at : at + ROWS], matrix, out=product[at : at + ROWS])
    product += bias
    return product


def _active(values: Floats) -> Floats:
    """Cut negative values, and round down to the grid of activations."""
    np.clip(values, 0.0, ACTIVATION_LIMIT, out=values)
    values *= ACTIVATION_GRID
    np.floor(values, out=values)
    values *= 1.0 / ACTIVATION_GRID
    return values


def _around(state: Floats, step: int) -> Floats:
    """Put each row beside those `step` before and after it; zeros beyond the edges."""
    number, width = state.shape
    beside = np.zeros((number, 3 * width))
    beside[:, width : 2 * width] = state
    if step < number:
        beside[step:, :width] = state[:-step]
        beside[:-step, 2 * width :] = state[step:]
    return beside


def _runs(segments: Sequence[Segment], keep: Sequence[bool]) -> Iterable[Proposal]:
    """Join neighbouring segments that are not kept."""
    start = -1
    for at, kept in enumerate(keep):
        if not kept and start < 0:
            start = segments[at].start
        elif kept and start >= 0:
            yield Proposal(start, segments[at - 1].end, RULE)
            start = -1
    if start >= 0:
        yield Proposal(start, segments[-1].end, RULE)
