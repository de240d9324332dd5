"""Find the authors of an article: after a label near its body, or alone beside its date.

A page names many people: authors of teasers, columnists, people in the news. So a name
counts only where a byline stands: right above the first line of the body, or right below
its last. It knows shapes and places; the words that label an author come as cues.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from builder.text.cue_match import CueHit
from builder.text.folding import fold
from builder.text.names import PLACE_DASH, NameSpan, leading_name, looks_like_person
from builder.text.outline import MAX_LINES, Outline
from builder.text.phrases import DATE_PATTERN

__all__ = ["find_authors"]

LINES_ABOVE = 22
LINES_INSIDE = 6
LINES_BELOW = 10
"""Lines above the body, at its start and below it where a byline may stand; leads and captions
often come before it. Measured on the 434 development pages with authors: with these .46 of the
pages get a right name and .04 only wrong ones; more lines bring as many wrong as right ones."""

DATE_DISTANCE = 1
"""Lines between a date and a lone name that it vouches for. 2: .47 right, .06 wrong; without
lone names .36 and .02."""

MAX_NAME_LINE = 90
MAX_NAME_WORDS = 4
"""Words of an author's name besides its particles: João Guimarães da Silva Neto has four."""

MAX_AUTHORS = 8

MAX_LONE_LINE = 40
"""Characters from which on a line with one word is no entry of a menu."""

_DATE = re.compile(rf"(?<![\w.]){DATE_PATTERN}(?!\w)")
_DATE_SIGN = re.compile(r"\d(?:\d{3}|\W\d{1,2}\W\d)")
"""What stands in every date: four digits, or three numbers in a row."""

# Each of these begins with a plain character class, which is what makes a search fast.
_CUT_MARK = "[,;/&|·•・、，–—]"
_CUT = re.compile(
    r"[\s,;/&|·•・、，–—](?:(?<!\s)\s*"
    rf"|(?<=\s)(?:\s*{_CUT_MARK}\s*|\s*-\s*|\s+|(?<=[^\W\d_]\s)(?=\d)))"
)
_JOIN = re.compile(r"\s(?:and|und|et|y|e|и|та|і|en|og|och|ve|και)\s")
_CASED = re.compile(r"[a-zß-öø-ÿа-яα-ω]")
_GLUED_LABEL = re.compile(r"(?!Mc|Mac|De|Di|Du|La|Le|Van|Da|Del|El|Al)\w{1,3}?(?<=[a-z])(?=[A-Z])")
_GLUED_TAIL = re.compile(
    r"[A-ZÀ-ÖØ-ÞА-Я\d](?:(?<=[a-zß-öø-ÿа-я]{4}[A-ZÀ-ÖØ-ÞА-Я])|(?<=[^\W\d_]{2}\d))"
)
_LONE_WORD = re.compile(r"[\s:]{0,3}([^\W\d_][^\W\d_A-Z]{2,20})[\s.]{0,3}")
_LETTER = re.compile(r"[^\W\d_]")


class _Page(NamedTuple):
    """A text, its outline, how many lines are looked at, and the body: lines [first, last]."""

    text: str
    outlined: Outline
    lines: int
    first: int
    last: int

    def line(self, number: int) -> str:
        return self.outlined.line(self.text, number)

    def bounds(self, number: int) -> tuple[int, int]:
        return self.outlined.bounds(number)


def find_authors(text: str, hits: Sequence[CueHit], outlined: Outline) -> list[NameSpan]:
    """Return the spans of the names of the authors, in order of place.

    Args:
        text: normalized raw text.
        hits: what `find_cues` returned for it; author labels come with them.
        outlined: the outline of the text.
    """
    first, last = outlined.byline_body
    if last < 0:
        return []
    lines = min(len(outlined.starts) - 1, MAX_LINES)
    page = _Page(text, outlined, lines, first, last)
    labelled = _labelled(page, hits)
    return (labelled or _beside_date(page))[:MAX_AUTHORS]


def _near(page: _Page, number: int) -> bool:
    """Say whether a line lies where the byline of the body stands."""
    above = page.first - LINES_ABOVE <= number < page.first + LINES_INSIDE
    return above or page.last - 1 <= number <= page.last + LINES_BELOW


def _labelled(page: _Page, hits: Sequence[CueHit]) -> list[NameSpan]:
    """Return the names after the labels that are nearest to the start of the body."""
    found: dict[int, list[NameSpan]] = {}
    for hit in hits:
        if hit.cue != "byline" or hit.hint != "author":
            continue
        number = bisect_right(page.outlined.starts, hit.start, hi=page.lines) - 1
        if not _near(page, number):
            continue
        names = _hit_names(page.text, hit) if hit.value else _after_label(page, number, hit.end)
        if names:
            found.setdefault(number, []).extend(names)
    if not found:
        return []
    above = [number for number in found if number <= page.first + LINES_INSIDE]
    nearest = max(above) if above else min(found)
    return list(dict.fromkeys(found[nearest]))


def _hit_names(text: str, hit: CueHit) -> list[NameSpan]:
    name = _person(text, NameSpan(*hit.value)) if hit.value else None
    return [name] if name else []


def _after_label(page: _Page, number: int, end: int) -> list[NameSpan]:
    """Return the names on the rest of the line, or on the next one if the rest is empty."""
    _, rest_end = page.bounds(number)
    same_line = _LETTER.search(page.text, end, rest_end) is not None
    if not same_line:
        number = next(
            (
                later
                for later in range(number + 1, min(number + 4, page.lines))
                if page.line(later).strip()
            ),
            number,
        )
        end, rest_end = page.bounds(number)
        if rest_end - end > MAX_NAME_LINE:
            return []
    names: list[NameSpan] = []
    rest_end = min(rest_end, end + MAX_NAME_LINE)
    place = PLACE_DASH.search(page.text, end, rest_end)
    parts = _parts(page.text, end, place.start() if place else rest_end)
    for first, last in parts:
        name = _leading_person(page.text, first, last)
        if name is None and not names and same_line:
            name = _first_name(page.text, first, last, alone=len(parts) == 1)
        if name is None:
            break
        names.append(name)
    return names


def _leading_person(text: str, start: int, end: int) -> NameSpan | None:
    """Return the person's name that a stretch begins with."""
    name = leading_name(text, start, end)
    return _person(text, name) if name else None


def _person(text: str, name: NameSpan) -> NameSpan | None:
    """Return a name without words glued to it, if it is a person's."""
    first, last = name
    glued = _GLUED_LABEL.match(text, first, last)
    first = glued.end() if glued else first
    tail = _GLUED_TAIL.search(text, first, last)
    last = tail.start() if tail else last
    return NameSpan(first, last) if looks_like_person(text[first:last], MAX_NAME_WORDS) else None


def _first_name(text: str, start: int, end: int, *, alone: bool) -> NameSpan | None:
    """Return the one word of a stretch if it may be the name that a blog's author goes by."""
    found = _LONE_WORD.fullmatch(text, start, end)
    if found is None or not (alone or found[1][0].isupper()):
        return None
    return NameSpan(*found.span(1))


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts = [found.span() for found in _CUT.finditer(text, start, end)]
    cuts += [found.span() for found in _JOIN.finditer(text, start, end)]
    parts, position = [], start
    for first, last in [*sorted(cuts), (end, end)]:
        if text[position:first].strip(" :.\u00a0"):
            parts.append((position, first))
        position = max(position, last)
    return parts


def _beside_date(page: _Page) -> list[NameSpan]:
    """Return the lone names that stand beside a date right above the body."""
    first = max(0, page.first - LINES_ABOVE)
    start, _ = page.bounds(first)
    _, stop = page.bounds(min(page.first + LINES_INSIDE, page.lines) - 1)
    lines = list(map(str.strip, page.text[start:stop].split("\n")))
    short = [at for at, line in enumerate(lines) if 0 < len(line) <= MAX_NAME_LINE]
    dated = [at for at in short if _dates_on(lines[at])]
    if not dated:
        return []
    before = list(accumulate(map(bool, lines), initial=0))
    beside = {
        before[at] + step for at in dated for step in range(-DATE_DISTANCE, DATE_DISTANCE + 1)
    }
    for at in reversed(short):
        names = _names_on(page, first + at) if before[at] in beside else []
        if names:
            return names
    return []


def _dates_on(line: str) -> list[tuple[int, int]]:
    if not _DATE_SIGN.search(line):
        return []
    return [found.span() for found in _DATE.finditer(fold(line))]


def _names_on(page: _Page, number: int) -> list[NameSpan]:
    """Return the person names of a line that holds names, a date and marks only."""
    start, end = page.bounds(number)
    dates = _dates_on(page.text[start:end])
    names: list[NameSpan] = []
    for first, last in _parts(page.text, start, end):
        if any(first - start < to and at < last - start for at, to in dates):
            continue
        name = _leading_person(page.text, first, last)
        if name is None or page.text[name.end : last].strip(" .:\u00a0"):
            return []
        printed = page.text[name.start : name.end]
        if not _CASED.search(printed) or _is_menu(page, printed):
            return names
        names.append(name)
    return names


def _is_menu(page: _Page, printed: str) -> bool:
    """Say whether a word of a would-be name also stands in small letters or on its own line."""
    words = [word for word in printed.split() if len(word) > 2]
    return any(_fills_line(page, word) or _stands(page.text, word.lower()) for word in words)


def _fills_line(page: _Page, word: str) -> bool:
    """Say whether a word stands alone on a line, which may be indented a little."""
    at = page.text.find(word)
    while at >= 0:
        number = bisect_right(page.outlined.starts, at) - 1
        start, end = page.bounds(number)
        if number >= page.lines:
            return False
        if end - start < MAX_LONE_LINE and page.text[start:end].strip() == word:
            return True
        at = page.text.find(word, end)
    return False


def _stands(text: str, word: str) -> bool:
    """Say whether a word stands in a text, not as a part of another one."""
    at = text.find(word)
    while at >= 0:
        around = text[max(0, at - 1) : at] + text[at + len(word) : at + len(word) + 1]
        if not any(sign.isalnum() or sign == "_" for sign in around):
            return True
        at = text.find(word, at + 1)
    return False
