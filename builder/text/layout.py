"""Tell article from page by layout: a small network over the segments of one text.

Knows the surface of each segment (`layout_features`), its neighbours up to about thirty
segments away, and the text as a whole; decides for all segments together.  Refuses to
know languages, words or publishers, and never removes: it proposes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt

from builder.text.clean import Proposal
from builder.text.joined import text_groups
from builder.text.layout_features import (
    GRID,
    LIMIT,
    Features,
    describe_pages,
    segment_weights,
)
from builder.text.layout_page import Floats, Ints, read_pages
from builder.text.layout_words import Lexicon, load_lexicon
from builder.text.segments import Segments

__all__ = [
    "LayoutModel",
    "choose_segments",
    "load_layout",
    "propose_layout",
    "propose_layouts",
    "score_segments",
]

RULE = "layout"

# How likely a segment is article at log odds s: half of 1 + x / sqrt(1 + x * x), where
# x = (s - DOUBT) / SPREAD.  Much flatter than the logistic curve, since the network is surer
# than it is right about publishers that it has not seen.  On the development pages all of SPREAD
# 2.5 to 4 with DOUBT 0.3 to 1.1 are within F1 .003 of each other: a greater SPREAD loses fewer
# articles, a greater DOUBT leaves less noise.  With these, a segment of a page that the network
# is sure of stays from log odds of about 0.2 on.
SPREAD = 3.0
DOUBT = 0.4

# Weights are stored as integers, in units of 1 / WEIGHT_GRID; activations are cut to
# multiples of 1 / ACTIVATION_GRID up to ACTIVATION_LIMIT.  As long as no sum of products
# reaches MANTISSA units, all arithmetic in 32-bit floats is exact, whatever the order of
# summation, so that scores are the same on every machine; `load_layout` makes sure of it.
WEIGHT_GRID = 512
ACTIVATION_GRID = 64
ACTIVATION_LIMIT = 16.0
MANTISSA = 1 << 24

# So many rows are multiplied at once: products of this size are done by one thread, where
# larger ones would wake all threads of the algebra library, at ten times the cost when
# the other cores are busy with other articles.
ROWS = 64

Layer = tuple[Features, Features]


@dataclass(frozen=True, eq=False)
class LayoutModel:
    """The lexicon, and the weights: matrices of shape (inputs, outputs), with their biases.

    A block has one matrix for the segment and those before and after it at its distance,
    side by side: (inputs, 3 * outputs).
    """

    lexicon: Lexicon
    entry: Layer
    blocks: tuple[tuple[int, Layer], ...]
    pool_after: int
    pool: Layer
    hidden: Layer
    output: Layer


def load_layout(
    path: Path, words: Path, read: Callable[[Path], Lexicon] = load_lexicon
) -> LayoutModel:
    """Read the weights of a layout model and the words that it counts.

    Args:
        path: an `.npz` file made by `training.cleaning.train`.
        words: what `load_lexicon` reads.
        read: reads it; a cheaper way than that gives the same.

    Raises:
        OSError: a file cannot be read.
        KeyError, ValueError: a file is no layout model or lexicon of this version.
    """
    with np.load(path, allow_pickle=False) as stored:
        grids = [int(stored[f"{name}_grid"]) for name in ("feature", "weight", "activation")]
        if grids != [GRID, WEIGHT_GRID, ACTIVATION_GRID]:
            raise ValueError(f"{path} belongs to another version of the layout features")

        def layer(name: str, most: float = ACTIVATION_GRID * ACTIVATION_LIMIT) -> Layer:
            weights, bias = stored[f"{name}_weight"], stored[f"{name}_bias"]
            sums = np.abs(weights.astype(np.int64)).sum(axis=0) * most + np.abs(bias) * GRID
            if sums.max() >= MANTISSA:
                raise ValueError(f"{path}: the weights of {name} are too large to be exact")
            return weights.astype(np.float32) / WEIGHT_GRID, bias.astype(np.float32) / WEIGHT_GRID

        def block(name: str) -> Layer:
            weights, bias = layer(name)
            return np.hstack(np.split(weights, 3)), bias

        dilations = stored["dilations"].tolist()
        return LayoutModel(
            lexicon=read(words),
            entry=layer("entry", GRID * LIMIT),
            blocks=tuple((step, block(f"block{at}")) for at, step in enumerate(dilations)),
            pool_after=int(stored["pool_after"]),
            pool=layer("pool"),
            hidden=layer("hidden"),
            output=layer("output"),
        )


def propose_layout(
    text: str,
    segments: Segments,
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
        Proposals in order, one for each run of neighbouring segments; empty if every
        segment is more likely noise than not.
    """
    return propose_layouts([text], [segments], model, [cues])[0]


def propose_layouts(
    texts: Sequence[str],
    segmented: Sequence[Segments],
    model: LayoutModel,
    cues: Sequence[Iterable[Proposal]],
) -> list[list[Proposal]]:
    """Propose for many texts what `propose_layout` proposes for each alone, in less time."""
    scores = score_texts(texts, segmented, model, cues)
    return [_decide(*found) for found in zip(segmented, scores, strict=True)]


def score_segments(
    text: str,
    segments: Segments,
    model: LayoutModel,
    cues: Iterable[Proposal] = (),
) -> Features:
    """Score each segment: the log odds that it is part of the article."""
    return score_texts([text], [segments], model, [cues])[0]


def score_texts(
    texts: Sequence[str],
    segmented: Sequence[Segments],
    model: LayoutModel,
    cues: Sequence[Iterable[Proposal]],
) -> list[Features]:
    """Score the segments of many texts."""
    scores = [np.zeros(0, dtype=np.float32)] * len(texts)
    some = [at for at, segments in enumerate(segmented) if segments]
    for group in text_groups([texts[at] for at in some]):
        chosen = some[group]
        segments = [segmented[at] for at in chosen]
        pages = read_pages([texts[at] for at in chosen], segments)
        features = describe_pages(pages, segments, model.lexicon, [cues[at] for at in chosen])
        found = np.split(_run_network(features, pages.bounds, model), pages.bounds[1:-1])
        for at, own in zip(chosen, found, strict=True):
            scores[at] = own
    return scores


def _decide(segments: Segments, scores: Features) -> list[Proposal]:
    """Propose the runs of segments that go, unless all are more likely noise than not."""
    if not segments or scores.max() < 0.0:
        return []
    sizes = (segments.ends - segments.starts).astype(np.float64)
    keep = choose_segments(scores.astype(np.float64), sizes)
    return _removed(segments, keep)


def _run_network(features: Features, bounds: Ints, model: LayoutModel) -> Features:
    """Score the segments of some texts; those of a text lie between two bounds."""
    text = np.repeat(np.arange(bounds.size - 1), np.diff(bounds))
    state = _active(_product(features, model.entry))
    for at, (step, (matrix, bias)) in enumerate(model.blocks):
        change = _gather(_multiply(state, matrix), step, bounds)
        change += bias
        np.maximum(change, 0.0, out=change)
        state = _active(state + change)
        if at == model.pool_after:
            whole = _active(
                _product(_summary(state, segment_weights(features), bounds), model.pool)
            )
            state = _active(state + whole[text])
    state = _active(_product(state, model.hidden))
    scores: Features = _product(state, model.output)[:, 0]
    return scores


def choose_segments(scores: Floats, sizes: Floats) -> npt.NDArray[np.bool_]:
    """Choose the segments to keep, so that their F1 with the article is expected to be best.

    What is more likely article than half of that F1 stays: on a page that the network is
    sure of, what is likely; on one that it is not, nearly everything.

    Args:
        scores: log odds of each segment, at least one.
        sizes: their sizes, in any unit.

    Returns:
        For each segment, whether it stays; at least one does.

    Source: Lipton, Elkan and Naryanaswamy, Optimal Thresholding of Classifiers to Maximize
        F1 Measure (2014).
    """
    odds = (scores - DOUBT) / SPREAD
    likely = 0.5 + 0.5 * odds / np.sqrt(1.0 + odds * odds)
    order = np.argsort(-likely, kind="stable")
    article = np.cumsum((likely * sizes)[order])
    gain = article / (np.cumsum(sizes[order]) + article[-1])
    keep: npt.NDArray[np.bool_] = likely >= likely[order[gain.argmax()]]
    return keep


def _product(values: Features, layer: Layer) -> Features:
    """Multiply by the weights and add the bias."""
    matrix, bias = layer
    product = _multiply(values, matrix)
    product += bias
    return product


def _multiply(values: Features, matrix: Features) -> Features:
    """Multiply by a matrix, a few rows at a time."""
    number = values.shape[0]
    if number <= ROWS:
        return values @ matrix
    product = np.empty((number, matrix.shape[1]), dtype=np.float32)
    for at in range(0, number, ROWS):
        np.matmul(values[at : at + ROWS], matrix, out=product[at : at + ROWS])
    return product


def _active(values: Features) -> Features:
    """Cut negative and very large values, and round down to the grid of activations."""
    np.clip(values, 0.0, ACTIVATION_LIMIT, out=values)
    values *= ACTIVATION_GRID
    np.floor(values, out=values)
    values *= 1.0 / ACTIVATION_GRID
    return values


def _gather(beside: Features, step: int, bounds: Ints) -> Features:
    """Add to each row what the rows `step` before and after it in its text hold for it."""
    width = beside.shape[1] // 3
    before, own, after = beside[:, :width], beside[:, width : 2 * width], beside[:, 2 * width :]
    state = own.copy()
    for first, last in pairwise(bounds.tolist()):
        if last - first > step:
            state[first + step : last] += before[first : last - step]
            state[first : last - step] += after[first + step : last]
    return state


def _summary(state: Features, weights: Floats, bounds: Ints) -> Features:
    """Average the segments of each text, by weight and by number."""
    exact, first = state.astype(np.float64), bounds[:-1]
    weighed = np.add.reduceat(exact * weights[:, np.newaxis], first)
    weighed /= np.add.reduceat(weights, first)[:, np.newaxis]
    even = np.add.reduceat(exact, first) / np.diff(bounds)[:, np.newaxis]
    return _active(np.hstack([weighed, even]).astype(np.float32))


def _removed(segments: Segments, keep: npt.NDArray[np.bool_]) -> list[Proposal]:
    """Join neighbouring segments that are not kept."""
    edges = np.flatnonzero(np.diff(keep, prepend=True, append=True))
    starts, ends = segments.starts[edges[::2]], segments.ends[edges[1::2] - 1]
    return list(map(Proposal, starts.tolist(), ends.tolist(), repeat(RULE)))
