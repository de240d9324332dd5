"""Measure the words of each segment: their makes, their echo in the text, their topics.

Knows words by hashes only: whether one comes back elsewhere in the same text, and whether
it is one of the few by which pages of any publisher speak of themselves (`Lexicon`).
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from builder.text.characters import DIGIT, IDEOGRAPH, LETTER, LOWER, UPPER, basic_codes, class_table
from builder.text.layout_page import (
    CLASSES,
    Floats,
    Hashes,
    Ints,
    Pages,
    fourth_root,
    letter_table,
)

__all__ = ["TOPICS", "Lexicon", "describe_words", "load_lexicon"]

TOPICS = (
    "account",
    "social",
    "comment",
    "site",
    "rights",
    "related",
    "media",
    "byline",
    "trade",
    "section",
    "i",
    "you",
    "we",
    "said",
    "function",
)
"""Topics of the lexicon, in the order of their features."""

MAX_WORD = 6
"""Characters by which the lexicon knows a word: so many stand for all words that begin so."""

MAX_HANGUL = 2
"""The same for words of Hangul syllables, to which particles are glued."""

# Words shorter than this are too common to tell a topic of the text.
_MIN_ECHO = 4

# Words of one text are told apart by so many bits: a few collisions do no harm.
_BUCKET_BITS = 14

# The lexicon is searched for words that share so many bits with one of its own.
_FILTER_BITS = 16

_HANGUL = 0xAC00
_GOLDEN = np.uint32(0x9E3779B1)

# More segments than any text has: two counts share one number.
_MANY = float(1 << 26)

# Makes of words tell sizes below this apart.
_SIZES = 8


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Hashes of words and of pairs of ideographs, sorted, each with its topic."""

    keys: Hashes
    topics: Ints
    is_near: npt.NDArray[np.bool_]


class _Terms:
    """The words of a page and its pairs of ideographs, each with its segment."""

    def __init__(self, pages: Pages) -> None:
        self.begins, self.stops, self.owner = pages.begins, pages.stops, pages.owner
        if pages.counts[IDEOGRAPH].any():
            is_ideograph = pages.classes == IDEOGRAPH
            pairs = np.flatnonzero(is_ideograph[1:] & is_ideograph[:-1])
            owner = np.searchsorted(pages.ends, pairs, side="right")
            self.begins = np.concatenate([self.begins, pairs])
            self.stops = np.concatenate([self.stops, pairs + 2])
            self.owner = np.concatenate([self.owner, owner])


def load_lexicon(path: Path) -> Lexicon:
    """Read the words by which a page speaks of itself, in any language.

    Args:
        path: a TOML file, a table for each language: topic → words, parted by spaces.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is no TOML, or names a topic that does not exist.
    """
    topics: dict[int, int] = {}
    for language, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
        for topic, words in table.items():
            if topic not in TOPICS:
                raise ValueError(f"{path}: [{language}] unknown topic {topic!r}")
            for word in words.split():
                topics.setdefault(_key_of(word), TOPICS.index(topic))
    keys = np.array(sorted(topics), dtype=np.uint32)
    is_near = np.zeros(1 << _FILTER_BITS, dtype=np.bool_)
    is_near[keys >> np.uint32(32 - _FILTER_BITS)] = True
    return Lexicon(keys, np.array([topics[key] for key in keys.tolist()], np.int64), is_near)


def describe_words(pages: Pages, lexicon: Lexicon) -> Floats:
    """Compute the features of the words of each segment: a row for each feature."""
    terms = _Terms(pages)
    return np.concatenate([_makes(pages), _echoes(pages, terms), _topics(pages, terms, lexicon)])


def _makes(pages: Pages) -> Floats:
    """Count the words of each make."""
    number = pages.starts.size
    size = pages.stops - pages.begins
    make = pages.classes.take(pages.begins).astype(np.int64)
    make *= CLASSES
    make += pages.classes.take(np.minimum(pages.begins + 1, pages.stops - 1))
    make *= _SIZES
    make += np.minimum(size, _SIZES - 1)
    kinds, table = _kinds()
    joined = pages.owner * len(table)
    joined += kinds.take(make)
    found = np.bincount(joined, minlength=number * len(table))
    totals = (found.reshape(number, len(table)).astype(np.float64) @ table).T
    some = np.maximum(totals[0], 1.0)
    length = pages.counts[[LOWER, UPPER, LETTER, DIGIT]].sum(axis=0)
    rows = np.empty((10, number))
    rows[0] = length / some / 2.0 - 2.0
    rows[1:6] = 4.0 * totals[1:6] / some
    rows[6:9] = totals[[0, 6, 7]]
    rows[9] = 0.0
    filled = np.flatnonzero(totals[0])
    if filled.size:
        rows[9, filled] = np.maximum.reduceat(size, pages.word_bounds[filled])
    rows[6:] = fourth_root(rows[6:])
    return rows


@cache
def _kinds() -> tuple[npt.NDArray[np.uint8], Floats]:
    """Give each make of word (first two classes, size) a kind, and tell what kinds count for.

    They count as words, short ones, with a capital, in capitals, numbers, long words,
    years and days.
    """
    kinds = np.zeros((CLASSES, CLASSES, _SIZES), dtype=np.uint8)
    rows: dict[tuple[bool, ...], int] = {}
    for first, second, size in np.ndindex(kinds.shape):
        is_upper, is_digit = first == UPPER, first == DIGIT
        row = (
            True,
            first in {LOWER, LETTER} and size <= 3,
            is_upper,
            is_upper and second == UPPER and size > 1,
            is_digit,
            size >= 7,
            is_digit and size == 4,
            is_digit and size <= 2,
        )
        kinds[first, second, size] = rows.setdefault(row, len(rows))
    return kinds.ravel(), np.array(list(rows), dtype=np.float64)


def _echoes(pages: Pages, terms: _Terms) -> Floats:
    """Measure how many long words, or pairs of ideographs, come back in other segments."""
    number = pages.starts.size
    words = pages.begins.size
    chosen = terms.stops - terms.begins >= _MIN_ECHO
    chosen[words:] = True
    long = np.flatnonzero(chosen)
    keys = _keys(pages, terms.begins.take(long), terms.stops.take(long))
    keys *= _GOLDEN
    joined = terms.owner.take(long) << _BUCKET_BITS
    joined |= keys >> np.uint32(32 - _BUCKET_BITS)
    joined.sort()
    joined = joined[np.append(True, joined[1:] != joined[:-1])] if joined.size else joined
    owner, bucket = joined >> _BUCKET_BITS, joined & ((1 << _BUCKET_BITS) - 1)
    is_prose = pages.is_prose.take(owner)
    bounds = np.append(np.searchsorted(owner, np.arange(number)), owner.size)
    weights = 1.0 + _MANY * is_prose
    both = np.empty(owner.size)
    for first, last in pairwise(bounds.take(pages.bounds).tolist()):
        own = bucket[first:last]
        both[first:last] = np.bincount(own, weights[first:last], minlength=1).take(own)
    in_prose = np.floor(both / _MANY)
    sums = np.zeros((3, owner.size + 1))
    np.cumsum(both - _MANY * in_prose > 1.0, out=sums[0, 1:])
    in_prose -= is_prose
    np.cumsum(in_prose > 0.0, out=sums[1, 1:])
    np.cumsum(np.rint(256.0 * fourth_root(in_prose)), out=sums[2, 1:])
    some = np.maximum(bounds[1:] - bounds[:-1], 1).astype(np.float64)
    rows = np.empty((4, number))
    rows[:3] = (sums[:, bounds[1:]] - sums[:, bounds[:-1]]) / some
    rows[:3] *= np.array([[4.0], [4.0], [2.0 / 256.0]])
    rows[3] = fourth_root(some)
    return rows


def _topics(pages: Pages, terms: _Terms, lexicon: Lexicon) -> Floats:
    """Measure the share of each topic in the words of a segment."""
    number, topics = pages.starts.size, len(TOPICS)
    longest = np.where(pages.codes.take(terms.begins) >= _HANGUL, MAX_HANGUL, MAX_WORD)
    keys = _lexicon_keys(pages, terms.begins, np.minimum(terms.stops, terms.begins + longest))
    near = np.flatnonzero(lexicon.is_near.take(keys >> np.uint32(32 - _FILTER_BITS)))
    keys = keys.take(near)
    places = np.minimum(np.searchsorted(lexicon.keys, keys), lexicon.keys.size - 1)
    found = lexicon.keys.take(places) == keys
    joined = terms.owner[near[found]] * topics + lexicon.topics[places[found]]
    counts = np.bincount(joined, minlength=number * topics).reshape(number, topics).T
    some = np.bincount(terms.owner, minlength=number)
    return 8.0 * counts / (some + 3.0)


def _keys(pages: Pages, begins: Ints, stops: Ints) -> Hashes:
    """Hash words: their letters in any order, and which are first and last.

    Good enough to recognise a word within one text, and cheap.
    """
    keys = pages.sums.take(stops) - pages.sums.take(begins)
    keys += pages.hashes.take(begins) * np.uint32(3)
    keys += pages.hashes.take(stops - 1) * np.uint32(5)
    return keys


def _lexicon_keys(pages: Pages, begins: Ints, stops: Ints) -> Hashes:
    """Hash words a little better: which letter is the second counts, too."""
    keys = _keys(pages, begins, stops)
    keys += pages.hashes.take(np.minimum(begins + 1, stops - 1)) * np.uint32(7)
    keys *= _GOLDEN
    return keys


def _key_of(word: str) -> int:
    """Hash one word of the lexicon as `_lexicon_keys` hashes words of a pages."""
    codes = basic_codes(word)
    if class_table()[codes[0]] != IDEOGRAPH:
        codes = codes[: MAX_HANGUL if codes[0] >= _HANGUL else MAX_WORD]
    mixed: list[int] = letter_table()[codes].tolist()
    second = mixed[min(1, len(mixed) - 1)]
    key = sum(mixed) + 3 * mixed[0] + 5 * mixed[-1] + 7 * second
    return key * int(_GOLDEN) % (1 << 32)
