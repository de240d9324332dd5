"""Flag what a reader should know of an article: from cues in its raw text, and from its shape.

It sees one article and the cues that were found in it. Flags about languages and entities
are set where those are known. A flag needs a notice that says something ("The rest of this
article is for subscribers"); a word of a menu ("Subscribe") raises none.
"""

import re
from bisect import bisect_left
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

MIN_STUB_NOTICE = 15
"""Letters of a cue that says something on a page without an article ("Log in to read this")."""

MAX_STUB_PROSE = 180
"""Letters of prose from which a text is no stub, whatever stands beside it. With fewer, a notice
that the rest is for others, or of a player, says what stands in place of the article. (Of 651
articles of the web, three have fewer.)"""

MAX_TEASER = 90
"""Letters of prose from which it is more than one teaser: two short sentences of news. A page with
fewer is known by less: many teasers, the controls of a player, or a request to log in, which on
other pages is one to log in and comment."""

SHORT_TEXT = 700
"""Letters of such a text, titles included; with more of them, it is a list of something."""

MIN_SENTENCE = 40
"""Letters of a sentence of news; teasers and menus are shorter or have no stop."""

MIN_INDEX_LINES = 10
MAX_INDEX_PROSE = 0.25
"""A list of teasers has so many lines without a stop, and no more than this share of prose."""

MIN_INDEX_PAGE = 20
"""Lines without a stop in the raw text of a page of teasers; cleaning may leave but one."""

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
"""Sentences of a ticker that follow a clock time of their own."""

MIN_KEPT_ENTRIES = 3
MIN_KEPT_SHARE = 2 / 3
"""So many of them are left by cleaning, and so much of all sentences that are left. Comments have
times, too, but they go; articles tell the time now and then."""

MIN_ENTRY = 24
"""Letters of a sentence of a ticker."""

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
_CLOCK = r"(\d{1,2}) ?([:：.h時时시]) ?(\d{2})"
_MONEY = "£€$¥₩₽₺₴₸"
_BEGINS_IN_TIME = re.compile(
    rf"\n[^\w\n{_MONEY}]{{0,4}}(?:{_CLOCK}(?![\d.])|\d{{1,3}}\.?['’′](?![\ds'’′]))"
)
_ENDS_IN_TIME = re.compile(rf"(?<![\d.,{_MONEY}]){_CLOCK}\Z")
"""Clock times at either end of a line, and minutes of a match; not days of a month, nor prices."""
_PLAYER = re.compile(
    r"\n(?:\d{1,2}:\d{2} ?/ ?\d{1,2}:\d{2}|0?0:00\n\d{1,2}:\d{2}|[012][.,]\d{1,2}x|\d{3,4}p)(?=\n)"
)
"""Controls of a player: played and whole time, speeds, resolutions."""


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
    if _is_ticker(raw_text, text):
        flags.add(Flag.LIVEBLOG)
    return frozenset(flags) | _shape_flags(raw_text, found, prose)


def _is_ticker(raw_text: str, text: str) -> bool:
    """Tell whether there are many sentences behind a time of their own, and most of those kept."""
    lines = raw_text.split("\n")
    times = _entry_times(raw_text, lines)
    if len(times) < MIN_TICKER:
        return False
    kept = set(map(str.strip, text.split("\n")))
    entries = kept_entries = kept_sentences = behind = place = 0
    for line in lines:
        place += len(line) + 1
        if _is_entry(line):
            before = bisect_left(times, place)
            is_timed, is_kept = before > behind, line.strip() in kept
            behind = before
            entries += is_timed
            kept_sentences += is_kept
            kept_entries += is_timed and is_kept
    least = max(MIN_KEPT_ENTRIES, MIN_KEPT_SHARE * kept_sentences)
    return entries >= MIN_TICKER and kept_entries >= least


def _entry_times(text: str, lines: Iterable[str]) -> list[int]:
    """List the places of the times at either end of a line."""
    begun = _BEGINS_IN_TIME.finditer(f"\n{text}")
    times = {found.start() for found in begun if _is_clock(found)}
    place = 0
    for line in lines:
        ended = line.rstrip()
        if ended[-1:].isdigit():
            found = _ENDS_IN_TIME.search(ended[-8:])
            if found and _is_clock(found) and place not in times:
                times.add(place + len(line))
        place += len(line) + 1
    return sorted(times)


def _is_clock(found: re.Match[str]) -> bool:
    """Tell whether it is the minute of a match, or there are such hours and minutes.

    One digit before a point is part of a number.
    """
    hour, sign, minute = found.groups()
    if sign is None:
        return True
    return int(hour) < 25 and int(minute) < 60 and (sign != "." or len(hour) == 2)


def _is_entry(line: str) -> bool:
    """Tell whether a line ends as a sentence does, and is long enough for an entry of a ticker."""
    ended = line.rstrip().rstrip(_CLOSERS)
    return ended.endswith((*STOP_SIGNS, *FREE_STOPS, "…")) and _weight(ended) >= MIN_ENTRY


def _shape_flags(raw_text: str, hits: list[CueHit], prose: "_Prose") -> set[Flag]:
    """Return the flags of a text with little or no prose."""
    stub = _stub_flag(raw_text, hits, prose)
    flags = {stub} if stub else set()
    if prose.prose < MIN_SENTENCE:
        flags.add(Flag.NOT_ARTICLE)
    is_list = prose.teasers >= MIN_INDEX_LINES and prose.prose < MAX_INDEX_PROSE * prose.letters
    if is_list and not stub:
        flags.add(Flag.INDEX)
    return flags


def _stub_flag(raw_text: str, hits: list[CueHit], prose: "_Prose") -> Flag | None:
    """Say what stands in place of an article on a page that has but a sentence or two."""
    if prose.prose >= MAX_STUB_PROSE or prose.letters >= SHORT_TEXT:
        return None
    notices = {hit.cue for hit in hits if _weight(raw_text[hit.start : hit.end]) >= MIN_STUB_NOTICE}
    is_teaser = prose.prose < MAX_TEASER
    if is_teaser and _PLAYER.search(f"\n{raw_text}\n"):
        return Flag.VIDEO
    if notices & {"paywall", "truncated"} or (is_teaser and "login" in notices):
        return Flag.LOGIN_WALL
    if "player" in notices:
        return Flag.VIDEO
    if is_teaser and next(_measures([raw_text])).teasers >= MIN_INDEX_PAGE:
        return Flag.INDEX
    return None


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
