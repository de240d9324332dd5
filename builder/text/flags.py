"""Flag what a reader should know of an article: from cues in its raw text, and from its shape.

It sees one article and the cues that were found in it. Flags about languages and entities
are set where those are known. A flag needs a notice that says something ("The rest of this
article is for subscribers"); a word of a menu ("Subscribe") raises none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import FREE_STOPS, STOP_SIGNS
from builder.text.cue_match import CueHit
from builder.text.joined import text_codes, text_groups
from builder.text.tables import character_table
from schema.terms import Flag

__all__ = ["find_all_flags", "find_flags", "weight_table"]

MIN_NOTICE = 18
"""Letters of a cue that says something, in scripts with capitals and spaces; an ideograph counts
three times."""

SHORT_TEXT = 400
"""A text with fewer letters than this may be what surrounds a video or a request to log in."""

MIN_SENTENCE = 40
"""Letters of a sentence of news; teasers and menus are shorter or have no stop."""

MIN_INDEX_LINES = 10
MAX_INDEX_PROSE = 0.25
"""A list of teasers has so many lines without a stop, and no more than this share of prose."""

MIN_PARAGRAPH = 200
"""Letters of one line of several that is more than a teaser: its sentences count, also if it
breaks off. In a text of one line they always do."""

MAX_SENTENCE = 600
"""Letters of a sentence; what runs on for longer before a stop is a menu."""

MIN_UNSTOPPED = 120
"""Characters of a line of prose in a script without stops; headlines and teasers are shorter."""

END_CHARS = 100
"""Characters at the end of a text in which it says that it goes on."""

STOP_CHARS = 8
"""Characters at the end of a line in which its stop stands."""

TABLE_END = 0x40000
"""The first character that is not in the table: from here on, there are no letters."""

MIN_TICKER = 6
"""Lines that begin with a clock time and go on, from which a text is a ticker."""

_weigh_lines = native.kernel(
    "weigh_lines",
    *(native.U32, native.I64, native.SIZE, native.U8, native.SIZE, native.I64, native.I64),
)

_BY_NOTICE: Mapping[str, Flag] = {
    "liveblog": Flag.LIVEBLOG,
    "paywall": Flag.PAYWALLED,
    "truncated": Flag.TRUNCATED,
}
_BY_CUE: Mapping[str, Flag] = {"reprint": Flag.REPRINT, "translation": Flag.TRANSLATION}

_CUT_OFF = re.compile(r"(?:\. \. \.|\[(?:\.{3}|…)\]|\((?:\.{3}|…)\)|\[\+\d+ chars\])\s*\Z")
_OPEN_END = re.compile(r"(?:\.{3}|…)\s*\Z")
_END = rf"[{STOP_SIGNS}][\"'”’“‘»›«‹)\]」』）]{{0,3}}"
"""A stop and the quotes that it closes; “ and « close them in German and its neighbours."""
_STOP = re.compile(rf"{_END}\Z")
_SENTENCE_END = re.compile(rf"(?<=[{FREE_STOPS}])|{_END}(?=\s|\Z)")
_UNSTOPPED = re.compile(r"[\u0e00-\u0eff]")
"""Scripts that write no stop: Thai and Lao."""
_WIDE = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TICKER_LINE = re.compile(r"\n\W{0,4}\d{1,2}[:.h]\d{2}\b[^\n]{12}")


def find_flags(raw_text: str, text: str, hits: Iterable[CueHit]) -> frozenset[Flag]:
    """Return the flags of an article.

    Args:
        raw_text: normalized raw text, in which the cues were found.
        text: cleaned text.
        hits: what `find_cues` returned for the raw text.
    """
    return find_all_flags([raw_text], [text], [hits])[0]


def find_all_flags(
    raw_texts: Sequence[str], texts: Sequence[str], hits: Sequence[Iterable[CueHit]]
) -> list[frozenset[Flag]]:
    """Return what `find_flags` returns for each article, in less time."""
    found = zip(raw_texts, texts, map(list, hits), _line_weights(texts), strict=True)
    return [_flags(*article) for article in found]


def _flags(raw_text: str, text: str, found: list[CueHit], weights: list[int]) -> frozenset[Flag]:
    flags = {_BY_CUE[hit.cue] for hit in found if hit.cue in _BY_CUE}
    flags |= {
        _BY_NOTICE[hit.cue]
        for hit in found
        if hit.cue in _BY_NOTICE and _weight(raw_text[hit.start : hit.end]) >= MIN_NOTICE
    }
    end = text[-END_CHARS:]
    if _CUT_OFF.search(end) or (Flag.PAYWALLED in flags and _OPEN_END.search(end)):
        flags.add(Flag.TRUNCATED)
    if len(_TICKER_LINE.findall(f"\n{text}")) >= MIN_TICKER:
        flags.add(Flag.LIVEBLOG)
    return frozenset(flags) | _shape_flags(raw_text, text, found, weights)


def _shape_flags(raw_text: str, text: str, hits: list[CueHit], weights: list[int]) -> set[Flag]:
    """Return the flags of a text with little or no prose."""
    lines = [line.strip() for line in text.split("\n")]
    total = sum(weights)
    stopped = list(map(_is_stopped, lines))
    least = MIN_PARAGRAPH if len(lines) > 1 else MIN_SENTENCE
    prose = sum(map(partial(_prose, least=least), lines, weights, stopped))
    flags: set[Flag] = set()
    if total < SHORT_TEXT:
        cues = {hit.cue for hit in hits if _weight(raw_text[hit.start : hit.end]) >= MIN_NOTICE / 2}
        flags |= {Flag.VIDEO} if "player" in cues else set()
        flags |= {Flag.LOGIN_WALL} if "login" in cues else set()
    if prose < MIN_SENTENCE:
        flags.add(Flag.NOT_ARTICLE)
    teasers = sum(not stop for line, stop in zip(lines, stopped, strict=True) if line)
    if teasers >= MIN_INDEX_LINES and prose < MAX_INDEX_PROSE * total:
        flags.add(Flag.INDEX)
    return flags


def _is_stopped(line: str) -> bool:
    """Say whether a line ends as a sentence does, or is one by its length where none has a stop."""
    end = line[-STOP_CHARS:]
    if _STOP.search(end):
        return True
    return len(line) >= MIN_UNSTOPPED and _UNSTOPPED.search(end) is not None


def _prose(line: str, weight: int, is_stopped: bool, least: int) -> int:
    """Return the letters of a line that are prose.

    A line of at least `least` letters that breaks off counts with its whole sentences.
    """
    if weight < MIN_SENTENCE:
        return 0
    if is_stopped:
        return weight
    if weight < least:
        return 0
    *sentences, _ = _SENTENCE_END.split(line)  # the last one has no stop
    found = map(_weight, sentences)
    return sum(letters for letters in found if MIN_SENTENCE <= letters <= MAX_SENTENCE)


def _weight(text: str) -> int:
    """Return the letters of a text, an ideograph counting as the three letters it stands for."""
    return sum(map(str.isalpha, text)) + 2 * len(_WIDE.findall(text))


def _line_weights(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield the weights of the lines of each text."""
    for group in text_groups(texts):
        codes, bounds = text_codes(texts[group])
        ends = np.empty_like(bounds)
        lines = sum(text.count("\n") + 1 for text in texts[group])
        sums = np.empty(lines, dtype=np.int64)
        _weigh_lines(codes, bounds, len(bounds) - 1, weight_table(), TABLE_END, sums, ends)
        weights = sums.tolist()
        for first, last in pairwise(ends.tolist()):
            yield weights[first:last]


@character_table
def weight_table() -> npt.NDArray[np.uint8]:
    """Build the weight of each character below `TABLE_END`."""
    characters = np.arange(TABLE_END, dtype=np.uint32)
    weights = np.strings.isalpha(characters.view("<U1")).astype(np.uint8)
    for found in re.finditer(f"{_WIDE.pattern}+", "".join(map(chr, range(0x10000)))):
        weights[slice(*found.span())] += 2
    return weights
