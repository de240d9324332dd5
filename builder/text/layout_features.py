"""Describe each segment of a text by its surface: sizes, signs, capitals, place, echo.

Knows no publisher and no grammar: words are counted, measured, compared with the other
words of the same text, and looked up in a small lexicon of words by which pages speak of
themselves.  All features are rounded to a grid, so that small differences in arithmetic
cannot change a decision.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from builder.text.characters import (
    CLOSER,
    COMMA,
    DASH,
    DIGIT,
    FREE_STOP,
    IDEOGRAPH,
    LETTER,
    LOWER,
    MARK,
    OPENER,
    OTHER,
    SEPARATOR,
    STOP,
    UPPER,
)
from builder.text.clean import Proposal
from builder.text.layout_page import (
    AT,
    CLASSES,
    COLON,
    COPYRIGHT,
    ELLIPSIS,
    MONEY,
    QUESTION,
    SLASH,
    STOPS,
    Floats,
    Ints,
    Pages,
    fourth_root,
    read_pages,
)
from builder.text.layout_words import Lexicon, describe_words
from builder.text.segments import LINE, PIECE, Segments

__all__ = [
    "FEATURES",
    "GRID",
    "LIMIT",
    "Features",
    "describe_pages",
    "describe_segments",
    "segment_weights",
]

# Features are multiples of 1 / GRID, at most LIMIT in size: exact in any arithmetic.
GRID = 32
LIMIT = 8.0

FEATURES = 105
"""Features of a segment."""

Features = npt.NDArray[np.float32]

_LETTERS = (UPPER, LOWER, LETTER, IDEOGRAPH, MARK)
_SHARES = (UPPER, DIGIT, IDEOGRAPH, LETTER, OTHER)
_RARE = (COLON, CLOSER, OPENER, SEPARATOR, SLASH, DASH, AT, MONEY, COPYRIGHT, QUESTION, ELLIPSIS)
_FIRST = np.array([[UPPER], [LOWER], [DIGIT], [OPENER], [CLOSER], [DASH], [SEPARATOR]])
_LAST = np.array([[STOP], [FREE_STOP], [QUESTION], [ELLIPSIS], [COLON], [COMMA], [DIGIT]])

# Segments of one make fall into so many buckets.
_SHAPES = 1 << 12

# What a segment without prose takes from a run of prose, at least, in characters.
_GAP = 40.0

_CUE_GROUPS = {"related": 0, "comment": 1, "sources": 2}
_CUE_GROUPS |= dict.fromkeys(("byline", "date_header", "reading_time"), 3)
_CUE_GROUPS |= {"photo": 4}
_OTHER_CUES = 5


def describe_segments(
    text: str, segments: Segments, lexicon: Lexicon, cues: Iterable[Proposal] = ()
) -> Features:
    """Compute the features of all segments of one text.

    Args:
        text: normalized text of one article.
        segments: what `segment` returned for it, at least one.
        lexicon: words by which pages speak of themselves.
        cues: what the typed cues propose to remove from it, if they are known.

    Returns:
        An array of shape (segments, features), multiples of 1 / GRID.
    """
    return describe_pages(read_pages([text], [segments]), [segments], lexicon, [cues])


def describe_pages(
    pages: Pages,
    segmented: Sequence[Segments],
    lexicon: Lexicon,
    cues: Sequence[Iterable[Proposal]],
) -> Features:
    """Compute the features of all segments of many texts: the same as in each alone."""
    blocks = (
        _signs(pages),
        _edges(pages),
        describe_words(pages, lexicon),
        _lines(pages, segmented),
        _places(pages),
        _run(pages),
        _repeats(pages),
        _cues(pages, cues),
    )
    table = np.concatenate(blocks)
    np.clip(table, -LIMIT, LIMIT, out=table)
    table *= GRID
    np.rint(table, out=table)
    table *= 1.0 / GRID
    return np.ascontiguousarray(table.T, dtype=np.float32)


def segment_weights(features: Features) -> Floats:
    """Recover the weight of each segment (characters, ideographs thrice) from its features."""
    root = features[:, 1].astype(np.float64) + 3.0
    return np.maximum(np.rint(np.square(np.square(root))), 1.0)


def _signs(pages: Pages) -> Floats:
    """Count characters of each class, relative to the size of the segment."""
    counts, size, weight = pages.counts, pages.size, pages.weight
    stops = counts[STOPS, :].sum(axis=0)
    rows = np.empty((13 + len(_RARE), size.size))
    rows[0], rows[1], rows[2], rows[3] = size, weight, stops, counts[COMMA]
    rows[4] = weight / (stops + 1.0)
    rows[5:-8] = counts[_RARE, :]
    rows[:-8] = fourth_root(rows[:-8])
    rows[1] -= 3.0
    rows[4] -= 2.0
    rows[-8] = 8.0 * counts[_LETTERS, :].sum(axis=0) / size - 6.0
    rows[-7:-2] = 4.0 * counts[_SHARES, :] / size
    rows[-2] = 20.0 * counts[COMMA] / weight
    rows[-1] = 20.0 * stops / weight
    return rows


def _edges(pages: Pages) -> Floats:
    """Tell what a segment begins and ends with."""
    classes, starts, ends = pages.classes, pages.starts, pages.ends
    first, last = classes[starts], classes[ends - 1]
    second = classes[np.minimum(starts + 1, ends - 1)]
    ending = np.where(last == CLOSER, classes[np.maximum(ends - 2, starts)], last)
    rows = np.empty((17, starts.size))
    rows[:7] = first == _FIRST
    rows[7:14] = ending == _LAST
    rows[14] = last == CLOSER
    rows[15] = last == UPPER
    rows[16] = ((first == OPENER) | (first == CLOSER)) & (second == UPPER)
    return rows


def _lines(pages: Pages, segmented: Sequence[Segments]) -> Floats:
    """Describe the line a segment lies in and the empty lines around it."""
    number = pages.starts.size
    line = np.searchsorted(pages.newlines, pages.starts)
    line -= line[0]
    gaps = np.empty(number + 1)
    gaps[1:-1] = line[1:] - line[:-1]
    gaps[pages.bounds] = 2.0
    sizes = np.bincount(line, weights=pages.weight)
    kinds = np.concatenate([segments.kinds for segments in segmented])
    rows = np.empty((6, number))
    rows[0] = np.minimum(gaps[:-1], 4.0) / 2.0
    rows[1] = np.minimum(gaps[1:], 4.0) / 2.0
    rows[2] = sizes[line]
    rows[3] = np.bincount(line)[line]
    rows[2:4] = fourth_root(rows[2:4])
    rows[2] -= 3.0
    rows[3] -= 1.0
    rows[4] = kinds == LINE
    rows[5] = kinds == PIECE
    return rows


def _places(pages: Pages) -> Floats:
    """Tell where a segment lies, and what its text as a whole is like."""
    first, text = pages.bounds[:-1], pages.text
    counts, weight, is_prose = pages.counts, pages.weight, pages.is_prose
    prose = weight * is_prose
    before, prose_before = np.cumsum(weight) - weight, np.cumsum(prose) - prose
    before -= before[first][text]
    prose_before -= prose_before[first][text]
    kinds = np.add.reduceat(counts, first, axis=1)
    number = np.diff(pages.bounds)
    whole, all_prose = np.add.reduceat(weight, first), np.add.reduceat(prose, first)
    letters = kinds[[UPPER, LOWER, LETTER, IDEOGRAPH]].sum(axis=0) + 1.0
    usual = all_prose / np.maximum(np.add.reduceat(is_prose.astype(np.float64), first), 1.0)
    of_text = np.empty((7, number.size))
    of_text[0] = fourth_root(whole) / 4.0
    of_text[1] = fourth_root(number)
    of_text[2] = 4.0 * all_prose / whole
    of_text[3] = fourth_root(usual)
    of_text[4] = 4.0 * (kinds[UPPER] + kinds[LOWER]) / letters
    of_text[5] = 4.0 * kinds[IDEOGRAPH] / letters
    of_text[6] = 20.0 * kinds[list(STOPS)].sum(axis=0) / whole
    rows = np.empty((16, text.size))
    rows[0] = before
    rows[1] = whole[text] - before - weight
    rows[2] = prose_before
    rows[3] = all_prose[text] - prose_before - prose
    rows[:4] = fourth_root(rows[:4])
    rows[4] = 4.0 * before / whole[text]
    rows[5] = (np.arange(text.size) - first[text]) * (4.0 / number)[text]
    rows[6] = 4.0 * prose_before / np.maximum(all_prose, 1.0)[text]
    rows[7] = is_prose
    rows[8] = np.minimum(weight / np.maximum(usual, 1.0)[text], 4.0)
    rows[9:] = of_text[:, text]
    return rows


def _run(pages: Pages) -> Floats:
    """Find the run of segments with the most prose, and tell how far each segment is from it.

    Source: the maximum-subsequence extraction of Pasternack and Roth (2009), with sizes
    for scores.
    """
    number = pages.starts.size
    score = np.where(pages.is_prose, pages.weight, -np.maximum(pages.weight, _GAP))
    runs = np.array([_best_run(score[a:b], a) for a, b in pairwise(pages.bounds.tolist())])
    first, last, gain = runs.T[:, pages.text]
    ranks = np.arange(number)
    rows = np.empty((4, number))
    rows[0] = (ranks >= first) & (ranks <= last)
    rows[1] = np.maximum(first - ranks, 0)
    rows[2] = np.maximum(ranks - last, 0)
    rows[3] = np.maximum(gain, 0.0)
    rows[1:] = fourth_root(rows[1:])
    rows[3] /= 2.0
    return rows


def _best_run(score: Floats, offset: int) -> tuple[int, int, float]:
    """Return the first and last segment of the run with the largest sum, and that sum."""
    sums = np.append(0.0, np.cumsum(score))
    gain = sums[1:] - np.minimum.accumulate(sums)[:-1]
    last = int(gain.argmax())
    return offset + int(sums[: last + 1].argmin()), offset + last, float(gain[last])


def _repeats(pages: Pages) -> Floats:
    """Tell which segments come more than once in a text, letter for letter or in shape."""
    keys = (pages.sums[pages.ends] - pages.sums[pages.starts]).astype(np.int64)
    keys += pages.hashes[pages.starts] * np.int64(3) + pages.size.astype(np.int64) * 0x9E3779B1
    order = np.lexsort((keys, pages.text))
    keys, text = keys[order], pages.text[order]
    opens = np.flatnonzero(np.append(True, (keys[1:] != keys[:-1]) | (text[1:] != text[:-1])))
    sizes = np.append(opens[1:], keys.size) - opens
    copies = np.repeat(np.where(sizes > 1, sizes, 0), sizes)
    rows = np.empty((3, keys.size))
    rows[0, order] = fourth_root(copies)
    rows[1, order] = copies > 0
    rows[1, order[opens]] = 0.0
    rows[2] = _shapes(pages)
    return rows


def _shapes(pages: Pages) -> Floats:
    """Count the segments of the same make: ends, digits, separators, rough size."""
    shape: Ints = pages.classes[pages.starts].astype(np.int64) * CLASSES
    shape += pages.classes[pages.ends - 1]
    shape = shape * 16 + np.minimum(fourth_root(pages.weight) * 2.0, 15.0).astype(np.int64)
    few = np.minimum(pages.counts[(DIGIT, SEPARATOR, COLON, DASH, SLASH), :], 3.0)
    shape = shape * 1024 + (4.0 ** np.arange(5.0) @ few).astype(np.int64)
    shape = (shape * 0x9E3779B1 >> 12) % _SHAPES + pages.text * _SHAPES
    _, places, numbers = np.unique(shape, return_inverse=True, return_counts=True)
    return fourth_root(numbers[places]) - 1.0


def _cues(pages: Pages, cues: Sequence[Iterable[Proposal]]) -> Floats:
    """Measure how much of each segment the cues cover: headings, furniture, the rest.

    A heading ("Related", "Comments") says what comes after it, furniture (byline, date,
    caption) stands beside the article, the rest asks the reader for something.
    """
    covered = np.zeros((_OTHER_CUES + 1, pages.starts.size))
    spans = [
        (start + offset, end + offset, _CUE_GROUPS.get(rule.removeprefix("cue."), _OTHER_CUES))
        for offset, found in zip(pages.offsets[:-1].tolist(), cues, strict=True)
        for start, end, rule in found
    ]
    if not spans:
        return covered
    starts, ends, groups = np.array(spans).T
    firsts = np.searchsorted(pages.ends, starts, side="right")
    numbers = np.maximum(np.searchsorted(pages.starts, ends, side="left") - firsts, 0)
    span = np.repeat(np.arange(groups.size), numbers)
    at = firsts[span] + np.arange(span.size) - (np.cumsum(numbers) - numbers)[span]
    common = np.minimum(ends[span], pages.ends[at]) - np.maximum(starts[span], pages.starts[at])
    np.add.at(covered, (groups[span], at), common / pages.size[at])
    np.minimum(covered, 1.0, out=covered)
    covered *= 4.0
    return covered
