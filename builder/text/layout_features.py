"""Describe each segment of a text by its surface: sizes, signs, capitals, place, echo.

Knows no language, no words and no publishers: words are only counted, measured and
compared with the other words of the same text.  All features are rounded to a grid, so
that small differences in arithmetic cannot change a decision.
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
    NEWLINE,
    OPENER,
    OTHER,
    SEPARATOR,
    SPACE,
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
    letter_table,
    read_page,
    total,
    word_table,
)
from builder.text.segments import Segment

__all__ = ["GRID", "LIMIT", "describe_segments", "segment_weights"]

# Features are multiples of 1 / GRID, at most LIMIT in size: exact in any arithmetic.
GRID = 32
LIMIT = 8.0

# Words shorter than this are too common to tell a topic.
_MIN_ECHO = 4

# Words of one text are told apart by so many bits: a few collisions do no harm.
_BUCKET_BITS = 14
_BUCKETS = 1 << _BUCKET_BITS

_CUE_GROUPS = {"related": 0, "comment": 0, "sources": 0}
_CUE_GROUPS |= dict.fromkeys(("byline", "date_header", "photo", "reading_time"), 1)


def describe_segments(
    text: str, segments: Sequence[Segment], cues: Iterable[Proposal] = ()
) -> Floats:
    """Compute the features of all segments of one text.

    Args:
        text: normalized text of one article.
        segments: what `segment` returned for it.
        cues: what the typed cues propose to remove from it, if they are known.

    Returns:
        An array of shape (segments, features), multiples of 1 / GRID.
    """
    page = read_page(text, segments)
    rows = [
        *_signs(page),
        *_edges(page),
        *_words(page),
        *_lines(page, segments),
        *_places(page),
        *_repeats(page),
        *_cues(page, cues),
    ]
    table = np.empty((len(rows), len(segments)))
    for at, row in enumerate(rows):
        table[at] = row
    np.clip(table, -LIMIT, LIMIT, out=table)
    table *= GRID
    np.rint(table, out=table)
    table *= 1.0 / GRID
    return table.T


def segment_weights(features: Floats) -> Floats:
    """Recover the weight of each segment (characters, ideographs thrice) from its features."""
    weights: Floats = np.rint(np.square(np.square(features[:, 1] + 3.0)))
    return np.maximum(weights, 1.0)


def _signs(page: Page) -> list[Floats]:
    """Count characters of each class, relative to the size of the segment."""
    counts, size = page.counts, (page.ends - page.starts).astype(np.float64)
    letters = total(counts, (UPPER, LOWER, LETTER, IDEOGRAPH, MARK))
    stops = total(counts, STOPS)
    shares = (UPPER, DIGIT, IDEOGRAPH, LETTER, SPACE, OTHER)
    rare = (
        COLON,
        CLOSER,
        OPENER,
        SEPARATOR,
        SLASH,
        DASH,
        AT,
        MONEY,
        COPYRIGHT,
        QUESTION,
        ELLIPSIS,
    )
    return [
        fourth_root(size),
        fourth_root(page.weight) - 3.0,
        fourth_root(stops),
        fourth_root(counts[COMMA]),
        8.0 * letters / size - 6.0,
        *(4.0 * counts[kind] / size for kind in shares),
        20.0 * counts[COMMA] / page.weight,
        20.0 * stops / page.weight,
        fourth_root(page.weight / (stops + 1.0)) - 2.0,
        *fourth_root(counts[rare, :]),
    ]


def _edges(page: Page) -> list[Floats]:
    """Tell what a segment begins and ends with."""
    first = page.classes[page.starts]
    second = page.classes[np.minimum(page.starts + 1, page.ends - 1)]
    last = page.classes[page.ends - 1]
    inner = page.classes[np.maximum(page.ends - 2, page.starts)]
    ending = np.where(last == CLOSER, inner, last)
    groups = {
        "first": (UPPER, LOWER, DIGIT, OPENER, CLOSER, DASH, SEPARATOR),
        "ending": (STOP, FREE_STOP, QUESTION, ELLIPSIS, COLON, COMMA, DIGIT),
    }
    return [
        *((first == kind).astype(np.float64) for kind in groups["first"]),
        *((ending == kind).astype(np.float64) for kind in groups["ending"]),
        (last == CLOSER).astype(np.float64),
        (last == UPPER).astype(np.float64),
        ((first == OPENER) | (first == CLOSER)) * (second == UPPER).astype(np.float64),
    ]


def _words(page: Page) -> list[Floats]:
    """Measure the words of a segment, and look for them elsewhere in the text."""
    number = page.starts.size
    is_word = word_table()[page.classes]
    edges = np.flatnonzero(is_word[1:] != is_word[:-1]) + 1
    if is_word[0]:
        edges = np.append(0, edges)
    if edges.size % 2:
        edges = np.append(edges, is_word.size)
    begins, ends = edges[0::2], edges[1::2]
    owner, size = page.owner[begins], ends - begins
    first = page.classes[begins]
    second = page.classes[np.minimum(begins + 1, ends - 1)]
    is_upper, is_digit = first == UPPER, first == DIGIT
    is_small = (first == LOWER) | (first == LETTER)
    marks = (
        np.ones(size.size, dtype=np.bool_),
        is_small & (size <= 3),
        is_upper,
        is_upper & (second == UPPER) & (size > 1),
        is_digit,
        is_digit & (size == 4),
        is_digit & (size <= 2),
        size >= 7,
        size,
    )
    totals = [np.bincount(owner, weights=mark, minlength=number) for mark in marks]
    words, short, upper, capitals, digits, years, days, long, length = totals
    some = np.maximum(words, 1.0)
    return [
        fourth_root(words),
        length / some / 2.0 - 2.0,
        4.0 * short / some,
        4.0 * upper / some,
        4.0 * capitals / some,
        4.0 * digits / some,
        fourth_root(years),
        fourth_root(days),
        4.0 * long / some,
        fourth_root(_longest(owner, size, number)),
        *_echoes(page, begins, ends),
    ]


def _longest(owner: Ints, size: Ints, number: int) -> Floats:
    longest = np.zeros(number)
    if owner.size:
        at = np.flatnonzero(np.diff(owner, prepend=-1))
        longest[owner[at]] = np.maximum.reduceat(size, at)
    return longest


def _echoes(page: Page, begins: Ints, ends: Ints) -> list[Floats]:
    """Measure how many long words, or pairs of ideographs, come back elsewhere."""
    number = page.starts.size
    owner, bucket = _buckets(page, begins, ends)
    keys = np.sort(owner * _BUCKETS + bucket)
    keys = keys[np.diff(keys, prepend=-1) > 0]
    owner, bucket = keys // _BUCKETS, keys % _BUCKETS
    is_prose = page.is_prose[owner]
    anywhere = np.bincount(bucket, minlength=_BUCKETS)[bucket] > 1
    in_prose = np.bincount(bucket[is_prose], minlength=_BUCKETS)[bucket] - is_prose
    count = np.bincount(owner, minlength=number)
    some = np.maximum(count, 1).astype(np.float64)

    def share(values: npt.NDArray[np.generic]) -> Floats:
        return np.bincount(owner, weights=values, minlength=number) / some

    return [
        4.0 * share(anywhere),
        4.0 * share(in_prose > 0),
        2.0 * share(fourth_root(in_prose)),
        fourth_root(some),
    ]


def _buckets(page: Page, begins: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Hash the words of at least four characters and the pairs of ideographs.

    The hash of a word knows its letters, and which are first and last, but not the
    order of the others: good enough to recognise a word within one text, and cheap.
    """
    codes = letter_table()[page.codes]
    long = np.flatnonzero(ends - begins >= _MIN_ECHO)
    begins, ends = begins[long], ends[long]
    hashes = np.cumsum(codes, dtype=np.uint64)
    words = hashes[ends - 1] - hashes[begins]
    words += codes[begins] * np.uint64(3) + codes[ends - 1] * np.uint64(5)
    ideographs = page.classes == IDEOGRAPH
    owner = page.owner[begins]
    if page.counts[IDEOGRAPH].any():
        pairs = np.flatnonzero(ideographs[1:] & ideographs[:-1])
        words = np.concatenate([words, codes[pairs] * np.uint64(3) + codes[pairs + 1]])
        owner = np.concatenate([owner, page.owner[pairs]])
    words *= np.uint64(0x9E3779B97F4A7C15)
    return owner, (words >> np.uint64(64 - _BUCKET_BITS)).astype(np.int64)


def _lines(page: Page, segments: Sequence[Segment]) -> list[Floats]:
    """Describe the line a segment lies in and the empty lines around it."""
    number = page.starts.size
    newlines = np.cumsum(page.classes == NEWLINE)
    gaps = np.empty(number + 1)
    gaps[1:-1] = newlines[page.starts[1:]] - newlines[page.ends[:-1] - 1]
    gaps[0] = gaps[-1] = 2.0
    line = newlines[page.starts] - newlines[page.starts[0]]
    sizes = np.bincount(line, weights=page.weight)
    members = np.bincount(line)[line]
    is_whole = np.array([s.kind == "line" for s in segments], dtype=np.float64)
    is_piece = np.array([s.kind == "piece" for s in segments], dtype=np.float64)
    return [
        np.minimum(gaps[:-1], 4.0) / 2.0,
        np.minimum(gaps[1:], 4.0) / 2.0,
        fourth_root(sizes[line]) - 3.0,
        fourth_root(members) - 1.0,
        is_whole,
        is_piece,
    ]


def _places(page: Page) -> list[Floats | np.float64]:
    """Tell where a segment lies, and what the text as a whole is like."""
    number = page.starts.size
    weight, prose = page.weight, np.where(page.is_prose, page.weight, 0.0)
    before, prose_before = np.cumsum(weight) - weight, np.cumsum(prose) - prose
    whole, all_prose = float(weight.sum()), float(prose.sum())
    rank = np.arange(number, dtype=np.float64)
    cased = total(page.counts, (UPPER, LOWER)).sum()
    letters = total(page.counts, (UPPER, LOWER, LETTER, IDEOGRAPH)).sum() + 1.0
    usual = all_prose / max(float(page.is_prose.sum()), 1.0)
    of_text = (
        fourth_root(whole) / 4.0,
        fourth_root(number),
        4.0 * all_prose / whole,
        fourth_root(usual),
        4.0 * cased / letters,
        4.0 * page.counts[IDEOGRAPH].sum() / letters,
        20.0 * total(page.counts, STOPS).sum() / whole,
    )
    return [
        4.0 * before / whole,
        4.0 * rank / number,
        fourth_root(before),
        fourth_root(whole - before - weight),
        4.0 * prose_before / max(all_prose, 1.0),
        fourth_root(prose_before),
        fourth_root(all_prose - prose_before - prose),
        page.is_prose.astype(np.float64),
        np.minimum(weight / max(usual, 1.0), 4.0),
        *(np.float64(value) for value in of_text),
    ]


def _repeats(page: Page) -> list[Floats]:
    """Tell which segments come more than once in the text, word for word or in shape."""
    keys = _hash_segments(page)
    order = np.argsort(keys, kind="stable")
    opens = np.flatnonzero(np.diff(keys[order], prepend=~keys[order[:1]]))
    sizes = np.diff(opens, append=keys.size)
    copies = np.empty(keys.size)
    copies[order] = np.repeat(np.where(sizes > 1, sizes, 0), sizes)
    again = copies > 0.0
    again[order[opens]] = False
    return [fourth_root(copies), again.astype(np.float64), _shapes(page)]


def _cues(page: Page, cues: Iterable[Proposal]) -> list[Floats]:
    """Measure how much of each segment the cues cover: headings, furniture, the rest.

    A heading ("Related", "Comments") says what comes after it, furniture (byline, date,
    caption) stands beside the article, the rest asks the reader for something.
    """
    number = page.starts.size
    covered = np.zeros((3, number))
    for start, end, rule in cues:
        group = _CUE_GROUPS.get(rule.removeprefix("cue."), 2)
        first = int(np.searchsorted(page.ends, start, side="right"))
        last = int(np.searchsorted(page.starts, end, side="left"))
        for at in range(first, last):
            common = min(end, int(page.ends[at])) - max(start, int(page.starts[at]))
            covered[group, at] += common / int(page.ends[at] - page.starts[at])
    np.minimum(covered, 1.0, out=covered)
    return list(4.0 * covered)


def _hash_segments(page: Page) -> npt.NDArray[np.uint64]:
    """Hash each segment: the sum of its characters, each times its place."""
    codes = letter_table()[page.codes]
    plain = np.append(np.uint64(0), np.cumsum(codes))
    codes *= np.arange(codes.size, dtype=np.uint64)
    placed = np.append(np.uint64(0), np.cumsum(codes))
    starts = page.starts.astype(np.uint64)
    plain, placed = plain[page.ends] - plain[starts], placed[page.ends] - placed[starts]
    hashes: npt.NDArray[np.uint64] = placed - starts * plain + plain * np.uint64(0x9E3779B1)
    return hashes


def _shapes(page: Page) -> Floats:
    """Count the segments of the same make: ends, digits, separators, rough size."""
    kinds = (DIGIT, SEPARATOR, COLON, DASH, SLASH)
    shape = page.classes[page.starts].astype(np.int64) * CLASSES + page.classes[page.ends - 1]
    shape = shape * 16 + np.minimum(fourth_root(page.weight) * 2.0, 15.0).astype(np.int64)
    for kind in kinds:
        shape = shape * 4 + np.minimum(page.counts[kind], 3.0).astype(np.int64)
    shape = (shape * 0x9E3779B1 >> 12) % _BUCKETS
    return fourth_root(np.bincount(shape, minlength=_BUCKETS)[shape]) - 1.0
