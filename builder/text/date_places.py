"""Judge where printed dates stand: after which word, on what kind of line, how near the body.

It knows the words around dates (`rules/dates/words.toml`) and the shape of a news page as plain
text: menus, head, body, comments and teasers. It refuses to know any site.
Only `dates.py` decides; here are the facts it counts.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from builder.text.date_patterns import DateRules, PrintedDate
from builder.text.outline import PROSE, PROSE_CHARS, Outline
from schema.terms import DateKind

__all__ = ["DatePlace", "Page", "find_places"]

_KINDS = {"published": DateKind.PUBLISHED, "updated": DateKind.UPDATED}
"""What labels say in the words of `DateRules`; all others refuse a date."""

BEFORE = 72
"""Code points looked at before a date on its line, in search of a label."""

AFTER = 24
"""Code points looked at behind a date."""

MAX_LABEL_LINE = 40
"""Longest line, in code points, that can be a label for the line below."""

MAX_LABEL_WORDS = 4
"""Words of a label that are put together before they are looked up."""

MAX_LABEL_STEPS = 7
"""Words (articles, weekdays, clock times) skipped between a label and its date."""

LONG_LINE = 1000
"""A line of more code points is a flattened page: on it, only labels tell dates apart."""

IDEOGRAPH_WIDTH = 2.5
"""Letters that an ideograph is worth."""

_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MARKS = re.compile(
    r"[:：|•·,;()\[\]（）【】<>«»“”\"/–—＊*_~=►▶・.\-](?:(?<![.\-])|(?=\s|$)|(?<=\s-))"
)
_STRONG_MARK = re.compile(r"[|·•:：/»«()\[\]–—►\n\-](?:(?<!-)|(?<=\s-)(?=\s))")
_CLOCK = re.compile(
    r"[0-9]{1,2}[:.h時시点][0-9]{0,2}\S{0,6}|[0-9]{1,2}|[ap]\.?m\.?|uhr|utc|gmt|[ecmpbws]e?[sd]?t"
)
_CLOCK_AFTER = re.compile(
    r"[^\w\n]{0,6}(?:um|à|at|a las|às|alle|ore|kl|klo|в|о|saat|@|T|u|om)?\.?\s{0,2}"
    r"[0-9]{1,2}\s?[:.h時시点Hu]\s?[0-9]{2}(?![0-9])",
    re.IGNORECASE,
)
_CLOCK_BEFORE = re.compile(
    r"[0-9]{1,2}[:.][0-9]{2}(?:\s?(?:Uhr|h|[ap]\.?m\.?))?[^\w\n]{0,6}\Z", re.IGNORECASE
)
_POST_BEFORE = re.compile(r"\(@\w{1,30}\)[^\w\n]{0,4}\Z")
"""The signature of an embedded post: the date after it is the post's."""
_AFTER_GAP = re.compile(
    r"[\s,(（)）\-–|]{0,4}(?:[0-9]{1,2}\s?[:時]\s?[0-9]{2}(?::[0-9]{2})?分?[\s)）]{0,2})?"
)
_GOES_ON = re.compile(r"[^\W\d_]|[^\w\n]{0,4}[0-9]")
_LETTER = re.compile(r"[^\W\d_]")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_FILLED = re.compile(r"\S")


class DatePlace(NamedTuple):
    """A printed date and the facts of its place.

    `letters` counts the other letters on its line; `label` is the kind that a word declares, with
    None for no word; `label_opens` says that the word opens its line; `refused` that a word
    declares the date to be something else: an event, a visit, a comment. `is_led` says of a date
    with a time in prose that an article, a preposition or another small word stands directly
    before it. Of a bare date, one outside prose with neither word nor time, `is_worded` says that
    it is part of a phrase, and `weekday` that one stands before it.
    """

    date: PrintedDate
    line: int
    label: DateKind | None
    label_opens: bool
    refused: bool
    is_led: bool
    is_worded: bool
    clock: bool
    weekday: bool
    letters: int
    is_prose: bool
    is_long: bool
    at: int


class Page(NamedTuple):
    """All places of a text, and the lines [first, last] of its longest run of prose."""

    places: list[DatePlace]
    first: int
    last: int


def find_places(
    text: str, dates: Sequence[PrintedDate], rules: DateRules, outlined: Outline
) -> Page:
    """Describe the place of every date; `text` must be what the dates were found in."""
    starts, (first, last), *_ = outlined
    places = []
    for date in dates:
        number = bisect_right(starts, date.start) - 1
        places.append(_place(date, number, text, outlined, rules))
    return Page(places, first, max(last, 0))


def _place(
    date: PrintedDate, number: int, text: str, outlined: Outline, rules: DateRules
) -> DatePlace:
    start, stop = outlined.bounds(number)
    before = text[max(start, date.start - BEFORE) : date.start]
    after = text[date.end : min(stop, date.end + AFTER)]
    is_prose = _is_prose(text, start, stop)
    label = _label_before(before, rules, must_be_capital=is_prose)
    kind = label.kind if label else _label_behind(after, rules)
    if _POST_BEFORE.search(before):
        kind = "refused"
    if kind is None and not _LETTER.search(before):
        kind = _label_above(text, outlined, number, rules)
    clock = bool(_CLOCK_AFTER.match(after) or _CLOCK_BEFORE.search(before))
    is_bare = kind is None and not (clock or is_prose)
    behind = "" if is_prose else text[date.end : stop]
    return DatePlace(
        date=date,
        line=number,
        label=_KINDS.get(kind) if kind else None,
        label_opens=label is not None and label.opens and date.start - start <= BEFORE,
        refused=kind is not None and kind not in _KINDS,
        is_led=clock and is_prose and _is_led(before, rules),
        is_worded=is_bare and _is_worded(before, behind, rules),
        clock=clock,
        weekday=is_bare and _ends_with_weekday(before, rules),
        letters=LONG_LINE
        if is_prose
        else len(_NO_LETTERS.sub("", text[start : date.start] + behind)),
        is_prose=is_prose,
        is_long=stop - start > LONG_LINE,
        at=date.start - start,
    )


def _words(text: str) -> list[str]:
    return _MARKS.sub(" ", text).split()


def _ends_with_weekday(before: str, rules: DateRules) -> bool:
    return not rules.weekdays.isdisjoint(_words(before[-30:].casefold())[-2:])


def _is_small(word: str) -> bool:
    return len(word) > 1 and word[0].islower()


def _leading_word(before: str, rules: DateRules) -> str:
    """Return the word that leads to the date without a mark between, weekdays and times apart."""
    near = _STRONG_MARK.split(before)[-1]
    words = _words(near)
    while words and (
        words[-1].casefold() in rules.weekdays or _CLOCK.fullmatch(words[-1].casefold())
    ):
        words.pop()
    return words[-1] if words else ""


def _is_led(before: str, rules: DateRules) -> bool:
    leading = _leading_word(before, rules)
    return _is_small(leading) or leading.casefold() in rules.fillers


def _is_worded(before: str, behind: str, rules: DateRules) -> bool:
    """Tell whether the date is part of a phrase: "the fire of 3 May 2019 in brief".

    The word before it, or two longer words of its line, begin with a small letter.
    """
    leading = _leading_word(before, rules)
    if _is_small(leading) and leading.casefold() not in rules.fillers:
        return True
    words = _words(f"{before} {behind}")
    long = [word.casefold() for word in words if len(word) > 3 and word[0].islower()]
    return sum(word not in rules.fillers and word not in rules.weekdays for word in long) >= 2


def _is_skipped(word: str, rules: DateRules) -> bool:
    """Tell whether a word may stand between a label and its date."""
    if len(word) == 1 or word in rules.weekdays or word in rules.fillers:
        return True
    return _CLOCK.fullmatch(word) is not None


class _Label(NamedTuple):
    kind: str
    opens: bool


def _label_before(before: str, rules: DateRules, *, must_be_capital: bool) -> _Label | None:
    """Find the label that ends where the date begins, skipping articles, weekdays and times.

    In prose ("a study published on …") a label counts only if it starts like a title.
    """
    folded = _words(before.casefold())
    most = len(folded)
    for stop in range(most, max(0, most - MAX_LABEL_STEPS), -1):
        word = folded[stop - 1]
        sizes = range(min(MAX_LABEL_WORDS, stop), 0, -1) if word in rules.last_words else ()
        for size in sizes:
            kind = rules.labels.get(" ".join(folded[stop - size : stop]))
            if kind is not None:
                opens = stop == size
                is_small = _words(before)[stop - size][0].islower()
                return None if must_be_capital and is_small and not opens else _Label(kind, opens)
        if _IDEOGRAPH.match(word[-1]):
            for size in range(min(8, len(word)), 0, -1):
                kind = rules.labels.get(word[-size:])
                if kind is not None:
                    return _Label(kind, stop == 1 and size == len(word))
        if not _is_skipped(word, rules):
            return None
    return None


def _label_behind(after: str, rules: DateRules) -> str | None:
    """Find a label that follows the date and its time: `2025年11月7日 18:30 更新`."""
    gap = _AFTER_GAP.match(after)
    rest = after[gap.end() :].casefold() if gap else ""
    for phrase, kind in rules.labels_behind.get(rest[:1], ()):
        # A label that goes on, or that another date follows, belongs to what comes next.
        if rest.startswith(phrase) and not _GOES_ON.match(rest, len(phrase)):
            return kind
    return None


def _label_above(text: str, outlined: Outline, number: int, rules: DateRules) -> str | None:
    """Find a label that fills the line above, at most one empty line away."""
    for above in range(number - 1, max(number - 3, -1), -1):
        start, stop = outlined.bounds(above)
        if _FILLED.search(text, start, stop):
            fits = stop - start <= MAX_LABEL_LINE
            return rules.labels.get(" ".join(_words(text[start:stop].casefold()))) if fits else None
    return None


def _is_prose(text: str, start: int, stop: int) -> bool:
    """Tell whether a line with a date alone is prose."""
    width = float(stop - start)
    if width >= PROSE_CHARS:
        return True
    line = text[start:stop]
    if not line.isascii() and _IDEOGRAPH.search(line):
        width *= IDEOGRAPH_WIDTH
    return width >= PROSE_CHARS or (
        width * 2 >= PROSE_CHARS and line.rstrip().endswith(PROSE.stops)
    )
