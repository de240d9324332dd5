"""Make training examples: labelled segments of pages, as they are.

Labels come from an alignment of the page with its gold text; the headline before the
article counts as article, repeated and optional text as neutral.  What the pages do not
show is made from them in `variations`.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from builder.text.cue_rules import CueRules
from builder.text.cues import propose_cues
from builder.text.layout_features import describe_segments
from builder.text.layout_words import Lexicon
from builder.text.segments import segment
from training.cleaning.align import aligned_tokens, token_spans
from training.cleaning.pages import GoldPage

__all__ = ["Example", "Labels", "Line", "Maker", "is_article", "labelled_views", "make_examples"]

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Example:
    """The segments of one text: features, share of article, tokens, share of neutral."""

    features: Floats
    article: Floats
    tokens: Floats
    neutral: Floats


@dataclass(frozen=True)
class Labels:
    """Each token of a text with its place, and whether it is article or neutral."""

    starts: list[int]
    article: list[float]
    neutral: list[float]


Line = tuple[str, Labels]


def is_article(line: Line) -> bool:
    """Tell whether a word of the line is article."""
    return sum(line[1].article) > 0


def labelled_views(page: GoldPage) -> list[list[Line]]:
    """Cut the whole page, and what stands near its article, into labelled lines."""
    views = (page.view(name) for name in ("lines", "near"))
    return [lines for view in views if (lines := _labelled_lines(page, view))]


def make_examples(page: GoldPage, views: list[list[Line]], maker: "Maker") -> Iterator[Example]:
    """Yield the page and its surroundings, in lines and in one line, and its article alone."""
    for lines in views:
        yield maker.make("\n", lines)
        yield maker.make(" ", lines)
    rng = random.Random(page.id)  # noqa: S311  # repeatable, not secret
    gold = [part for part in (page.title, *page.gold.split("\n")) if part.strip()]
    clean = [(part, _all(part)) for part in gold[rng.random() < 0.5 :]]
    yield maker.make(rng.choice(["\n", "\n", "\n\n", " "]), clean)


def _labelled_lines(page: GoldPage, text: str) -> list[Line]:
    """Cut a rendering into lines, each with the labels of its tokens."""
    spans = token_spans(text)
    raw = [token for token, _, _ in spans]
    gold = [token for token, _, _ in token_spans(page.gold)]
    article = [float(used) for used in aligned_tokens(raw, gold)]
    neutral = [0.0] * len(raw)
    _mark_optional(page, raw, article, neutral)
    lines: list[Line] = []
    start = at = 0
    for line in text.split("\n"):
        end, first = start + len(line), at
        while at < len(spans) and spans[at][1] < end:
            at += 1
        if line.strip():
            starts = [place - start for _, place, _ in spans[first:at]]
            lines.append((line, Labels(starts, article[first:at], neutral[first:at])))
        start = end + 1
    return lines


def _mark_optional(
    page: GoldPage, raw: list[str], article: list[float], neutral: list[float]
) -> None:
    """Mark where headline and optional text stand; the last headline before the body stays."""
    body = article.index(1.0) if 1.0 in article else 0
    for part in (page.title, *page.optional):
        tokens = [token for token, _, _ in token_spans(part)]
        size = len(tokens)
        places = [
            at
            for at in range(len(raw) - size + 1)
            if size > 1
            and raw[at] == tokens[0]
            and raw[at : at + size] == tokens
            and not any(article[at : at + size])
        ]
        for at in places:
            neutral[at : at + size] = [1.0] * size
        kept = [at for at in places if at <= body] if part == page.title else places
        if kept:
            article[kept[-1] : kept[-1] + size] = [1.0] * size


def _all(text: str) -> Labels:
    starts = [start for _, start, _ in token_spans(text)]
    return Labels(starts, [1.0] * len(starts), [0.0] * len(starts))


@dataclass(frozen=True)
class Maker:
    """Joins labelled lines to a text and describes its segments."""

    rules: CueRules | None
    lexicon: Lexicon
    language: str

    def make(self, joiner: str | list[str], lines: list[Line]) -> Example:
        """Make one example; `joiner` stands before each line, or each has its own."""
        joiners = [joiner] * len(lines) if isinstance(joiner, str) else joiner
        text = ""
        starts: list[int] = []
        for at, (line, labels) in enumerate(lines):
            text += (joiners[at] if at else "") + line
            starts += [len(text) - len(line) + start for start in labels.starts]
        segments = segment(text)
        first = np.searchsorted(starts, [found.start for found in segments])
        last = np.searchsorted(starts, [found.end for found in segments])

        def share(values: list[float]) -> Floats:
            sums = np.concatenate([[0.0], np.cumsum(values)])
            shares: Floats = (sums[last] - sums[first]) / np.maximum(last - first, 1)
            return shares.astype(np.float32)

        cues = propose_cues(text, self.language, self.rules) if self.rules else []
        return Example(
            features=describe_segments(text, segments, self.lexicon, cues),
            article=share([value for _, labels in lines for value in labels.article]),
            tokens=(last - first).astype(np.float32),
            neutral=share([value for _, labels in lines for value in labels.neutral]),
        )
