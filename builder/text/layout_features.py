"""Describe each segment of a text by its surface: sizes, signs, capitals, place, echo.

Knows no publisher and no grammar: words are counted, measured, compared with the other
words of the same text, and looked up in a small lexicon of words by which pages speak of
themselves.  All features are rounded to a grid, so that small differences in arithmetic
cannot change a decision.
"""

from collections.abc import Iterable, Sequence

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
    Page,
    fourth_root,
    read_page,
)
from builder.text.layout_words import Lexicon, describe_words
from builder.text.segments import Segment

__all__ = ["GRID", "LIMIT", "Features", "describe_segments", "segment_weights"]

# Features are multiples of 1 / GRID, at most LIMIT in size: exact in any arithmetic.
GRID = 32
LIMIT = 8.0

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
    text: str, segments: Sequence[Segment], lexicon: Lexicon, cues: Iterable[Proposal] = ()
) -> Features:
    """Compute the features of all segments of one text.

    Args:
        text: normalized text of one article.
        segments: what `segment` returned for it.
        lexicon: words by which pages speak of themselves.
        cues: what the typed cues propose to remove from it, if they are known.

    Returns:
        An array of shape (segments, features), multiples of 1 / GRID.
    """
    page = read_page(text, segments)
    blocks = (
        _signs(page),
        _edges(page),
        describe_words(page, lexicon),
        _lines(page, segments),
        _places(page),
        _run(page),
        _repeats(page),
        _cues(page, cues),
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


def _signs(page: Page) -> Floats:
    """Count characters of each class, relative to the size of the segment."""
    counts, size, weight = page.counts, page.size, page.weight
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


def _edges(page: Page) -> Floats:
    """Tell what a segment begins and ends with."""
    classes, starts, ends = page.classes, page.starts, page.ends
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


def _lines(page: Page, segments: Sequence[Segment]) -> Floats:
    """Describe the line a segment lies in and the empty lines around it."""
    number = page.starts.size
    line = np.searchsorted(page.newlines, page.starts)
    line -= line[0]
    gaps = np.full(number + 1, 2.0)
    gaps[1:-1] = line[1:] - line[:-1]
    sizes = np.bincount(line, weights=page.weight)
    kinds = [found[2] for found in segments]
    rows = np.empty((6, number))
    rows[0] = np.minimum(gaps[:-1], 4.0) / 2.0
    rows[1] = np.minimum(gaps[1:], 4.0) / 2.0
    rows[2] = sizes[line]
    rows[3] = np.bincount(line)[line]
    rows[2:4] = fourth_root(rows[2:4])
    rows[2] -= 3.0
    rows[3] -= 1.0
    rows[4] = [kind == "line" for kind in kinds]
    rows[5] = [kind == "piece" for kind in kinds]
    return rows


def _places(page: Page) -> Floats:
    """Tell where a segment lies, and what the text as a whole is like."""
    number, counts, weight = page.starts.size, page.counts, page.weight
    prose = weight * page.is_prose
    before, prose_before = np.cumsum(weight) - weight, np.cumsum(prose) - prose
    whole, all_prose = float(weight.sum()), float(prose.sum())
    kinds = counts.sum(axis=1)
    letters = kinds[[UPPER, LOWER, LETTER, IDEOGRAPH]].sum() + 1.0
    usual = all_prose / max(float(page.is_prose.sum()), 1.0)
    rows = np.empty((16, number))
    rows[0] = before
    rows[1] = whole - before - weight
    rows[2] = prose_before
    rows[3] = all_prose - prose_before - prose
    rows[:4] = fourth_root(rows[:4])
    rows[4] = 4.0 * before / whole
    rows[5] = np.arange(number) * (4.0 / number)
    rows[6] = 4.0 * prose_before / max(all_prose, 1.0)
    rows[7] = page.is_prose
    rows[8] = np.minimum(weight / max(usual, 1.0), 4.0)
    rows[9] = fourth_root(whole) / 4.0
    rows[10] = fourth_root(number)
    rows[11] = 4.0 * all_prose / whole
    rows[12] = fourth_root(usual)
    rows[13] = 4.0 * (kinds[UPPER] + kinds[LOWER]) / letters
    rows[14] = 4.0 * kinds[IDEOGRAPH] / letters
    rows[15] = 20.0 * kinds[list(STOPS)].sum() / whole
    return rows


def _run(page: Page) -> Floats:
    """Find the run of segments with the most prose, and tell how far each segment is from it.

    Source: the maximum-subsequence extraction of Pasternack and Roth (2009), with sizes
    for scores.
    """
    number = page.starts.size
    score = np.where(page.is_prose, page.weight, -np.maximum(page.weight, _GAP))
    sums = np.zeros(number + 1)
    np.cumsum(score, out=sums[1:])
    gain = sums[1:] - np.minimum.accumulate(sums)[:-1]
    last = int(gain.argmax())
    first = int(sums[: last + 1].argmin())
    ranks = np.arange(number)
    rows = np.empty((4, number))
    rows[0] = (ranks >= first) & (ranks <= last)
    rows[1] = fourth_root(np.maximum(first - ranks, 0))
    rows[2] = fourth_root(np.maximum(ranks - last, 0))
    rows[3] = fourth_root(max(float(gain[last]), 0.0)) / 2.0
    return rows


def _repeats(page: Page) -> Floats:
    """Tell which segments come more than once in the text, letter for letter or in shape."""
    keys = (page.sums[page.ends] - page.sums[page.starts]).astype(np.int64)
    keys += page.hashes[page.starts] * np.int64(3) + page.size.astype(np.int64) * 0x9E3779B1
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    opens = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    sizes = np.append(opens[1:], keys.size) - opens
    copies = np.repeat(np.where(sizes > 1, sizes, 0), sizes)
    rows = np.empty((3, keys.size))
    rows[0, order] = fourth_root(copies)
    rows[1, order] = copies > 0
    rows[1, order[opens]] = 0.0
    rows[2] = _shapes(page)
    return rows


def _shapes(page: Page) -> Floats:
    """Count the segments of the same make: ends, digits, separators, rough size."""
    shape: Ints = page.classes[page.starts].astype(np.int64) * CLASSES
    shape += page.classes[page.ends - 1]
    shape = shape * 16 + np.minimum(fourth_root(page.weight) * 2.0, 15.0).astype(np.int64)
    few = np.minimum(page.counts[(DIGIT, SEPARATOR, COLON, DASH, SLASH), :], 3.0)
    shape = shape * 1024 + (4.0 ** np.arange(5.0) @ few).astype(np.int64)
    shape = (shape * 0x9E3779B1 >> 12) % _SHAPES
    return fourth_root(np.bincount(shape, minlength=_SHAPES)[shape]) - 1.0


def _cues(page: Page, cues: Iterable[Proposal]) -> Floats:
    """Measure how much of each segment the cues cover: headings, furniture, the rest.

    A heading ("Related", "Comments") says what comes after it, furniture (byline, date,
    caption) stands beside the article, the rest asks the reader for something.
    """
    covered = np.zeros((_OTHER_CUES + 1, page.starts.size))
    for start, end, rule in cues:
        group = _CUE_GROUPS.get(rule.removeprefix("cue."), _OTHER_CUES)
        first = int(np.searchsorted(page.ends, start, side="right"))
        last = int(np.searchsorted(page.starts, end, side="left"))
        for at in range(first, last):
            common = min(end, int(page.ends[at])) - max(start, int(page.starts[at]))
            covered[group, at] += common / int(page.ends[at] - page.starts[at])
    np.minimum(covered, 1.0, out=covered)
    covered *= 4.0
    return covered
