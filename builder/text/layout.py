"""Tell article from page by layout: small networks over the segments of one text.

They know the surface of each segment (`layout_features`), its neighbours up to about thirty
segments away, and the text as a whole (`layout_network`); what stays is decided for all segments
together.  Refuses to know languages, words or publishers, and never removes: it proposes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.clean import Proposal
from builder.text.joined import text_groups
from builder.text.layout_features import Features, Places, describe_texts
from builder.text.layout_network import LayoutNetwork, load_networks, score_segments
from builder.text.layout_words import Lexicon, load_lexicon
from builder.text.segments import Segments, join_segments

__all__ = [
    "LayoutModel",
    "choose_segments",
    "load_layout",
    "propose_layout",
    "propose_layouts",
]

RULE = "layout"

# How likely a segment is article at log odds s: half of 1 + x / sqrt(1 + x * x), where
# x = (s - DOUBT) / SPREAD.  Much flatter than the logistic curve, since the networks are surer
# than they are right about publishers that they have not seen.  On the development pages all of
# SPREAD 4 to 6 with DOUBT 0.6 to 1.2 are within F1 .009 of each other: a greater SPREAD loses
# fewer articles, a greater DOUBT leaves less noise.  With these, a segment of a page that the
# networks are sure of stays from log odds of about 0.65 on.
SPREAD = 5.0
DOUBT = 0.9

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_join_removed = native.kernel(
    "join_removed",
    *(native.F32, native.U8, native.I64, native.SIZE),
    *(native.I64, native.I64, native.I64, native.I64),
)

_choose_segments = native.kernel(
    "choose_segments", native.F64, native.F64, native.I64, native.SIZE, native.U8
)


@dataclass(frozen=True)
class LayoutModel:
    """Words that are features, and the networks that read features."""

    lexicon: Lexicon
    networks: tuple[LayoutNetwork, ...]


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
    return LayoutModel(networks=load_networks(path), lexicon=read(words))


def propose_layout(
    text: str,
    segments: Segments,
    model: LayoutModel,
    cues: Sequence[Proposal] = (),
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
    cues: Sequence[Sequence[Proposal]],
) -> list[list[Proposal]]:
    """Propose for many texts what `propose_layout` proposes for each alone, in less time."""
    proposed: list[list[Proposal]] = []
    for group in text_groups(texts):
        segments, bounds = join_segments(segmented[group])
        units = describe_texts(texts[group], segments, bounds, model.lexicon, cues[group])
        scores = score_segments(units, bounds, model.networks)
        sizes = (segments.ends - segments.starts).astype(np.float64)
        keep = choose_segments(scores.astype(np.float64), sizes, bounds)
        proposed += _removed(segments, scores, keep, bounds)
    return proposed


def choose_segments(scores: Floats, sizes: Floats, bounds: Places) -> Flags:
    """Choose the segments to keep, so that their F1 with the article is expected to be best.

    What is more likely article than half of that F1 stays: on a page that the network is
    sure of, what is likely; on one that it is not, nearly everything.

    Args:
        scores: log odds of each segment.
        sizes: their sizes, in any unit.
        bounds: between which the segments of each text lie.

    Returns:
        For each segment, whether it stays; at least one of each text does.

    Raises:
        MemoryError: there is no room for the work.

    Source: Lipton, Elkan and Naryanaswamy, Optimal Thresholding of Classifiers to Maximize
        F1 Measure (2014).
    """
    odds = (scores - DOUBT) / SPREAD
    likely = 0.5 + 0.5 * odds / np.sqrt(1.0 + odds * odds)
    keep = np.empty(scores.size, dtype=np.uint8)
    if _choose_segments(likely, sizes, bounds, bounds.size - 1, keep) < 0:
        raise MemoryError
    return keep.view(np.bool_)


def _removed(
    segments: Segments, scores: Features, keep: Flags, bounds: Places
) -> Iterator[list[Proposal]]:
    """Join the neighbouring segments of each text that are not kept.

    A text without a segment that is more likely article than not is left as it is.
    """
    spans, stops = np.empty((keep.size, 2), np.int64), np.empty_like(bounds)
    places = segments.starts, segments.ends
    found = _join_removed(
        scores, keep.view(np.uint8), bounds, bounds.size - 1, *places, spans, stops
    )
    proposals = [Proposal(start, end, RULE) for start, end in spans[:found].tolist()]
    for first, last in pairwise(stops.tolist()):
        yield proposals[first:last]
