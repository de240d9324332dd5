"""Flag what a reader should know of an article: from cues in its raw text, and from its shape.

It sees one article and the cues that were found in it. Flags about languages and entities
are set where those are known. A flag needs a notice that says something ("The rest of this
article is for subscribers"); a word of a menu ("Subscribe") raises none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import FREE_STOPS, STOP_SIGNS, white_table
from builder.text.cue_match import CueHit
from builder.text.joined import text_codes, text_groups
from builder.text.tables import character_table
from schema.terms import Flag

__all__ = ["find_all_flags", "find_flags", "prose_marks"]

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

TABLE_END = 0x40000
"""The first character that is not in the table: from here on, there are no letters."""

MIN_TICKER = 6
"""Lines that begin with a clock time and go on, from which a text is a ticker."""

_LETTER, _WIDE_LETTER, _STOP, _FREE_STOP, _CLOSER, _STOPLESS, _WHITE = 1, 2, 4, 8, 16, 32, 64
"""What a character is to prose; the first two sum up to its weight."""

_weigh_prose = native.kernel(
    "weigh_prose",
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
_CLOSERS = "\"'”’“‘»›«‹)]」』）"
"""What may close behind a stop; “ and « close in German and its neighbours."""
_STOPLESS_SCRIPTS = r"[\u0e00-\u0eff]"
"""Scripts that write no stop: Thai and Lao."""
_WIDE = r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""Scripts of which a letter says as much as some of ours; compiled where a text needs it, because
that takes milliseconds."""
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
    found = zip(raw_texts, texts, map(list, hits), _measures(texts), strict=True)
    return [_flags(*article) for article in found]


def _flags(raw_text: str, text: str, found: list[CueHit], prose: "_Prose") -> frozenset[Flag]:
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
    return frozenset(flags) | _shape_flags(raw_text, found, prose)


def _shape_flags(raw_text: str, hits: list[CueHit], prose: "_Prose") -> set[Flag]:
    """Return the flags of a text with little or no prose."""
    flags: set[Flag] = set()
    if prose.letters < SHORT_TEXT:
        cues = {hit.cue for hit in hits if _weight(raw_text[hit.start : hit.end]) >= MIN_NOTICE / 2}
        flags |= {Flag.VIDEO} if "player" in cues else set()
        flags |= {Flag.LOGIN_WALL} if "login" in cues else set()
    if prose.prose < MIN_SENTENCE:
        flags.add(Flag.NOT_ARTICLE)
    if prose.teasers >= MIN_INDEX_LINES and prose.prose < MAX_INDEX_PROSE * prose.letters:
        flags.add(Flag.INDEX)
    return flags


def _weight(text: str) -> int:
    """Return the letters of a text, an ideograph counting as the three letters it stands for."""
    return sum(map(str.isalpha, text)) + 2 * len(re.findall(_WIDE, text))


class _Prose(NamedTuple):
    """Letters of a text, those of them that are prose, and how many of its lines have no stop.

    A line that ends as a sentence does is prose, and so is one by its length where the script has
    no stops; a long line that breaks off counts with its whole sentences.
    """

    letters: int
    prose: int
    teasers: int


def _measures(texts: Sequence[str]) -> Iterator[_Prose]:
    """Yield how much prose each text has."""
    limits = np.array([MIN_SENTENCE, MAX_SENTENCE, MIN_PARAGRAPH, MIN_UNSTOPPED], np.int64)
    for group in text_groups(texts):
        codes, bounds = text_codes(texts[group])
        found = np.empty((bounds.size - 1, len(_Prose._fields)), np.int64)
        _weigh_prose(codes, bounds, bounds.size - 1, prose_marks(), TABLE_END, limits, found)
        yield from map(_Prose._make, found.tolist())


@character_table
def prose_marks() -> npt.NDArray[np.uint8]:
    """Build what each character below `TABLE_END` is to prose."""
    characters = np.arange(TABLE_END, dtype=np.uint32)
    marks = np.strings.isalpha(characters.view("<U1")).astype(np.uint8) * np.uint8(_LETTER)
    marks[: white_table().size][white_table()] |= _WHITE
    plane = "".join(map(chr, range(0x10000)))
    for pattern, mark in ((_WIDE, _WIDE_LETTER), (_STOPLESS_SCRIPTS, _STOPLESS)):
        for found in re.finditer(f"{pattern}+", plane):
            marks[slice(*found.span())] |= mark
    for signs, mark in ((STOP_SIGNS, _STOP), (FREE_STOPS, _FREE_STOP), (_CLOSERS, _CLOSER)):
        marks[list(map(ord, signs))] |= mark
    return marks
