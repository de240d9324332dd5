"""The features of segments are those of a slow and obvious twin, for any text."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builder.text
from builder.text import characters as c
from builder.text.characters import basic_codes, class_table
from builder.text.clean import Proposal
from builder.text.layout_features import GRID, LIMIT, describe_segments
from builder.text.layout_words import TOPICS, Lexicon, letter_table, load_lexicon
from builder.text.segments import Segment, segment

LEXICON = load_lexicon(Path(builder.text.__file__).parent / "rules" / "layout" / "words.toml")

QUESTION, COLON, AT, MONEY, COPYRIGHT, SLASH, ELLIPSIS = range(16, 23)
FINE = ("?!？！؟", ":：", "@#", "€$£¥₽₴₺₹₩%％", "©®™", "/\\", "…⋯")
STOPS = (c.STOP, c.FREE_STOP, QUESTION, ELLIPSIS)
GOLDEN = 0x9E3779B1


class Read(NamedTuple):
    """A segment; words are spans in its text, pairs of ideographs are terms, too."""

    segment: Segment
    codes: list[int]
    kinds: list[int]
    counts: Counter[int]
    words: list[tuple[int, int]]
    terms: list[tuple[int, int]]

    def total(self, *kinds: int) -> int:
        return sum(self.counts[kind] for kind in kinds)

    @property
    def weight(self) -> int:
        return len(self.codes) + 2 * self.counts[c.IDEOGRAPH]

    @property
    def prose(self) -> bool:
        return self.weight >= 90 and self.total(*STOPS) > 0

    def key(self, start: int, end: int, second: int = 0) -> int:
        mixed = letter_table()[self.codes[start:end]].tolist()
        letter = mixed[min(1, len(mixed) - 1)]
        return (sum(mixed) + 3 * mixed[0] + 5 * mixed[-1] + second * letter) * GOLDEN % 2**32

    @property
    def buckets(self) -> set[int]:
        spans = [span for span in self.words if span[1] - span[0] >= 4]
        spans += self.terms[len(self.words) :]
        return {self.key(*span) >> 18 for span in spans}


def read(text: str, found: Segment) -> Read:
    piece = text[found.start : found.end]
    codes, fine = basic_codes(piece).tolist(), class_table().tolist()
    for kind, signs in enumerate(FINE, start=QUESTION):
        for sign in signs:
            fine[ord(sign)] = kind
    kinds = [fine[code] for code in codes]
    words: list[tuple[int, int]] = []
    pairs = []
    for at, kind in enumerate(kinds):
        if kinds[at : at + 2] == [c.IDEOGRAPH] * 2:
            pairs.append((at, at + 2))
        if c.LOWER <= kind <= c.DIGIT and kind != c.IDEOGRAPH:
            joins = words and words[-1][1] == at
            words[-1:] = [(words[-1][0], at + 1)] if joins else [*words[-1:], (at, at + 1)]
    return Read(found, codes, kinds, Counter(kinds), words, words + pairs)


def root(value: float) -> float:
    return sqrt(sqrt(value))


def signs(own: Read) -> list[float]:
    size, weight, stops = len(own.codes), own.weight, own.total(*STOPS)
    rare = (COLON, c.CLOSER, c.OPENER, c.SEPARATOR, SLASH, c.DASH)
    rare += (AT, MONEY, COPYRIGHT, QUESTION, ELLIPSIS)
    letters = own.total(c.UPPER, c.LOWER, c.LETTER, c.IDEOGRAPH, c.MARK)
    return [
        *(root(size), root(weight) - 3, root(stops), root(own.counts[c.COMMA])),
        root(weight / (stops + 1)) - 2,
        *(root(own.counts[kind]) for kind in rare),
        8 * letters / size - 6,
        *(4 * own.counts[k] / size for k in (c.UPPER, c.DIGIT, c.IDEOGRAPH, c.LETTER, c.OTHER)),
        20 * own.counts[c.COMMA] / weight,
        20 * stops / weight,
    ]


def edges(own: Read) -> list[float]:
    first, second, last = own.kinds[0], own.kinds[:2][-1], own.kinds[-1]
    ending = own.kinds[-2:][0] if last == c.CLOSER else last
    opens = (c.UPPER, c.LOWER, c.DIGIT, c.OPENER, c.CLOSER, c.DASH, c.SEPARATOR)
    closes = (c.STOP, c.FREE_STOP, QUESTION, ELLIPSIS, COLON, c.COMMA, c.DIGIT)
    return [
        *(first == kind for kind in opens),
        *(ending == kind for kind in closes),
        *(last == c.CLOSER, last == c.UPPER),
        first in {c.OPENER, c.CLOSER} and second == c.UPPER,
    ]


def makes(own: Read) -> list[float]:
    words = [own.kinds[slice(*span)] for span in own.words]
    some = max(len(words), 1)
    numbers = [word for word in words if word[0] == c.DIGIT]
    shares = (
        sum(word[0] in {c.LOWER, c.LETTER} and len(word) <= 3 for word in words),
        sum(word[0] == c.UPPER for word in words),
        sum(word[:2] == [c.UPPER] * 2 for word in words),
        len(numbers),
        sum(len(word) >= 7 for word in words),
    )
    return [
        own.total(c.LOWER, c.UPPER, c.LETTER, c.DIGIT) / some / 2 - 2,
        *(4 * share / some for share in shares),
        root(len(words)),
        root(sum(len(word) == 4 for word in numbers)),
        root(sum(len(word) <= 2 for word in numbers)),
        root(max(map(len, words), default=0)),
    ]


def echoes(own: Read, text: Sequence[Read]) -> list[float]:
    others = [other for other in text if other is not own]
    again = sum(any(bucket in other.buckets for other in others) for bucket in own.buckets)
    prose = [sum(b in other.buckets and other.prose for other in others) for b in own.buckets]
    some = max(len(own.buckets), 1)
    often = sum(round(256 * root(number)) for number in prose)
    rows = (again / some * 4, sum(n > 0 for n in prose) / some * 4, often / some * (2 / 256))
    return [*rows, root(some)]


def topics(own: Read, lexicon: Lexicon) -> list[float]:
    known = dict(zip(lexicon.keys.tolist(), lexicon.topics.tolist(), strict=True))
    counts: Counter[int] = Counter()
    for start, end in own.terms:
        longest = 2 if own.codes[start] >= 0xAC00 else 6
        counts[known.get(own.key(start, min(end, start + longest), 7), -1)] += 1
    return [8 * counts[topic] / (len(own.terms) + 3) for topic in range(len(TOPICS))]


def lines(own: Read, text: Sequence[Read], whole: str) -> list[float]:
    at = text.index(own)
    breaks = [whole.count("\n", 0, other.segment.start) for other in text]
    gaps = [2, *(b - a for a, b in pairwise(breaks)), 2]
    beside = [other.weight for other, line in zip(text, breaks, strict=True) if line == breaks[at]]
    return [
        *(min(gaps[at], 4) / 2, min(gaps[at + 1], 4) / 2),
        *(root(sum(beside)) - 3, root(len(beside)) - 1),
        *(own.segment.kind == "line", own.segment.kind == "piece"),
    ]


def places(own: Read, text: Sequence[Read]) -> list[float]:
    at, number = text.index(own), len(text)
    weights, prose = [o.weight for o in text], [o.weight * o.prose for o in text]
    whole, all_prose = sum(weights), sum(prose)
    usual = all_prose / max(sum(o.prose for o in text), 1)
    cased = sum(o.total(c.UPPER, c.LOWER) for o in text)
    ideographs = sum(o.counts[c.IDEOGRAPH] for o in text)
    letters = cased + ideographs + sum(o.counts[c.LETTER] for o in text) + 1
    return [
        *(root(sum(weights[:at])), root(sum(weights[at + 1 :]))),
        *(root(sum(prose[:at])), root(sum(prose[at + 1 :]))),
        *(4 * sum(weights[:at]) / whole, at * (4 / number)),
        *(4 * sum(prose[:at]) / max(all_prose, 1), own.prose),
        min(own.weight / max(usual, 1), 4),
        *(root(whole) / 4, root(number), 4 * all_prose / whole, root(usual)),
        *(4 * cased / letters, 4 * ideographs / letters),
        20 * sum(o.total(*STOPS) for o in text) / whole,
    ]


def run(own: Read, text: Sequence[Read]) -> list[float]:
    at, score = text.index(own), [o.weight if o.prose else -max(o.weight, 40) for o in text]
    sums = [sum(score[:end]) for end in range(len(score) + 1)]
    gains = [sums[end + 1] - min(sums[: end + 1]) for end in range(len(score))]
    last = gains.index(max(gains))
    first = sums.index(min(sums[: last + 1]))
    away = (root(max(first - at, 0)), root(max(at - last, 0)))
    return [first <= at <= last, *away, root(max(gains[last], 0)) / 2]


def repeats(own: Read, text: Sequence[Read]) -> list[float]:
    def key(one: Read) -> int:
        mixed = letter_table()[one.codes].tolist()
        return sum(mixed) % 2**32 + 3 * mixed[0] + len(mixed) * GOLDEN

    def shape(one: Read) -> int:
        few = (c.DIGIT, c.SEPARATOR, COLON, c.DASH, SLASH)
        whole = (one.kinds[0] * 23 + one.kinds[-1]) * 16 + int(min(root(one.weight) * 2, 15))
        whole = whole * 1024 + sum(4**at * min(one.counts[k], 3) for at, k in enumerate(few))
        return (whole * GOLDEN >> 12) % 4096

    keys, shapes = list(map(key, text)), list(map(shape, text))
    copies = keys.count(key(own))
    again = key(own) in keys[: text.index(own)]
    return [root(copies if copies > 1 else 0), again, root(shapes.count(shape(own))) - 1]


def cued(own: Read, cues: Sequence[Proposal]) -> list[float]:
    groups = {"related": 0, "comment": 1, "sources": 2, "byline": 3, "date_header": 3}
    groups |= {"reading_time": 3, "photo": 4}
    covered = [0.0] * 6
    for start, end, rule in cues:
        common = min(end, own.segment.end) - max(start, own.segment.start)
        covered[groups.get(rule.removeprefix("cue."), 5)] += max(common, 0) / len(own.codes)
    return [min(share, 1) * 4 for share in covered]


def plain_features(text: str, cues: Sequence[Proposal]) -> list[list[float]]:
    page = [read(text, found) for found in segment(text)]
    rows = [
        [
            *(*signs(own), *edges(own), *makes(own), *echoes(own, page), *topics(own, LEXICON)),
            *(*lines(own, page, text), *places(own, page), *run(own, page)),
            *(*repeats(own, page), *cued(own, cues)),
        ]
        for own in page
    ]
    return [[round(max(-LIMIT, min(v, LIMIT)) * GRID) / GRID for v in row] for row in rows]


PIECES = st.sampled_from(
    [
        *("word", "Word", "WORDS", "subscribe", "Newsletter", "2024", "14:45", "1,5 €", "©", "İst"),
        *(
            " ",
            " ",
            "\n",
            "\n\n\n",
            "|",
            "“Oui.”",
            "。",
            "订阅",
            "世界",
            "\U00020000",
            "👩",
            "댓글을",
        ),
        *("мир.", "नमस्ते।", "?", "…", "/", "@x", "—", "\ud800", "\x00", "a\u0301", "x" * 90),
        "A sentence of the article long enough to count as prose: it has a stop at its end, too. ",
    ]
)
RULES = ("cue.related", "cue.comment", "cue.photo", "cue.byline", "cue.newsletter")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.sampled_from(RULES)), max_size=4),
)
def test_features_are_those_of_the_slow_twin(
    text: str, drawn: list[tuple[float, float, str]]
) -> None:
    """Equal to the last bit: nothing depends on an order of sums."""
    cues = [
        Proposal(*sorted((int(a * len(text)), int(b * len(text)))), rule) for a, b, rule in drawn
    ]
    found = describe_segments(text, segment(text), LEXICON, cues)
    assert found.tolist() == plain_features(text, cues)


@pytest.mark.parametrize("text", ["", "\n \n", "a", "\ud800", "\x00", "中" * 300, "a\n" * 300])
def test_odd_texts_have_features_too(text: str) -> None:
    """None has no row, one character has one."""
    found = describe_segments(text, segment(text), LEXICON)
    assert found.dtype == np.float32
    assert found.tolist() == plain_features(text, [])
