"""Judge where printed dates stand: after which word, on what kind of line, how near the body.

It knows the words around dates (`rules/dates/words.toml`) and the shape of a news page as plain
text: menus, head, body, comments and teasers. It refuses to know any site.
Only `dates.py` decides; here are the facts it counts.
"""

import bisect
import re
from collections.abc import Sequence
from typing import NamedTuple

from builder.text.date_patterns import DateRules, PrintedDate
from builder.text.outline import PROSE, PROSE_CHARS, Outline
from schema.terms import DateKind

__all__ = ["DatePlace", "Page", "find_places"]

REFUSED = "refused"
"""Label of a date that a word declares to be of something else: an event, a visit, a comment."""

BEFORE = 72
"""Code points looked at before a date on its line, in search of a label."""

AFTER = 24
"""Code points looked at behind a date."""

MAX_LABEL_LINE = 40
"""Longest line, in code points, that can be a label for the line below."""

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


class DatePlace(NamedTuple):
    """A printed date and the facts of its place.

    `letters` counts the other letters on its line; `label` is the kind that a word declares, with
    None for no word; `label_opens` says that the word opens its line; `refused` that a word
    declares the date to be something else; `is_led` that an article, a preposition or another
    small word stands directly before it; `is_worded` that the date is part of a phrase.
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
    lines = _Lines(text, outlined)
    places = []
    for date in dates:
        number = bisect.bisect_right(starts, date.start) - 1
        places.append(_place(date, number, starts[number], lines, rules))
    return Page(places, first, max(last, 0))


class _Lines(dict[int, str]):
    """The lines of a text by their numbers, each cut out when it is first asked for."""

    def __init__(self, text: str, outlined: Outline) -> None:
        super().__init__()
        self._text, self._outlined = text, outlined

    def __missing__(self, number: int) -> str:
        line = self[number] = self._outlined.line(self._text, number)
        return line


def _place(
    date: PrintedDate, number: int, line_start: int, lines: _Lines, rules: DateRules
) -> DatePlace:
    line = lines[number]
    at, end = date.start - line_start, date.end - line_start
    before, after = line[max(0, at - BEFORE) : at], line[end : end + AFTER]
    is_prose = _is_prose(line)
    label = _label_before(before, rules, must_be_capital=is_prose)
    opens = label is not None and label.opens and at <= BEFORE
    kind = label.kind if label else _label_behind(after, rules)
    if _POST_BEFORE.search(before):
        kind = REFUSED
    if kind is None and not _LETTER.search(before):
        kind = _label_above(lines, number, rules)
    clock = bool(_CLOCK_AFTER.match(after) or _CLOCK_BEFORE.search(before))
    is_long = len(line) > LONG_LINE
    leading = _leading_word(before, rules)
    return DatePlace(
        date=date,
        line=number,
        label=kind if isinstance(kind, DateKind) else None,
        label_opens=opens,
        refused=kind == REFUSED,
        is_led=_is_small(leading) or leading.casefold() in rules.fillers,
        is_worded=not (clock or is_prose) and _is_worded(leading, before + " " + line[end:], rules),
        clock=clock,
        weekday=_ends_with_weekday(before, rules),
        letters=LONG_LINE if is_prose else len(_LETTER.findall(line[:at] + line[end:])),
        is_prose=is_prose,
        is_long=is_long,
        at=at,
    )


def _words(text: str) -> list[str]:
    return _MARKS.sub(" ", text).split()


def _ends_with_weekday(before: str, rules: DateRules) -> bool:
    return any(word in rules.weekdays for word in _words(before[-30:].casefold())[-2:])


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


def _is_worded(leading: str, line: str, rules: DateRules) -> bool:
    """Tell whether the date is part of a phrase: "the fire of 3 May 2019 in brief".

    The word before it, or two longer words of its line, begin with a small letter.
    """
    if _is_small(leading) and leading.casefold() not in rules.fillers:
        return True
    long = [word.casefold() for word in _words(line) if len(word) > 3 and word[0].islower()]
    return sum(word not in rules.fillers and word not in rules.weekdays for word in long) >= 2


def _is_skipped(word: str, rules: DateRules) -> bool:
    """Tell whether a word may stand between a label and its date."""
    if len(word) == 1 or word in rules.weekdays or word in rules.fillers:
        return True
    return _CLOCK.fullmatch(word) is not None


class _Label(NamedTuple):
    kind: DateKind | str
    opens: bool


def _label_before(before: str, rules: DateRules, *, must_be_capital: bool) -> _Label | None:
    """Find the label that ends where the date begins, skipping articles, weekdays and times.

    In prose ("a study published on …") a label counts only if it starts like a title.
    """
    words = _words(before)
    stop = len(words)
    folded = [word.casefold() for word in words]
    for _ in range(MAX_LABEL_STEPS):
        if not stop:
            return None
        for size in range(min(4, stop), 0, -1):
            kind = _kind(" ".join(folded[stop - size : stop]), rules)
            if kind is not None:
                opens = stop == size
                small = words[stop - size][:1].islower()
                return None if must_be_capital and small and not opens else _Label(kind, opens)
        word = folded[stop - 1]
        if _IDEOGRAPH.match(word[-1]):
            for size in range(min(8, len(word)), 0, -1):
                kind = _kind(word[-size:], rules)
                if kind is not None:
                    return _Label(kind, stop == 1 and size == len(word))
        if not _is_skipped(word, rules):
            return None
        stop -= 1
    return None


def _label_behind(after: str, rules: DateRules) -> DateKind | str | None:
    """Find a label that follows the date and its time: `2025年11月7日 18:30 更新`."""
    gap = _AFTER_GAP.match(after)
    rest = after[gap.end() :].casefold() if gap else ""
    if not rest or not _LETTER.match(rest):
        return None
    if not rest.startswith((*rules.after_refused, *rules.after_updated, *rules.after_published)):
        return None
    for kind, phrases in (
        (REFUSED, rules.after_refused),
        (DateKind.UPDATED, rules.after_updated),
        (DateKind.PUBLISHED, rules.after_published),
    ):
        for phrase in phrases:
            # A label that goes on, or that another date follows, belongs to what comes next.
            if rest.startswith(phrase) and not _GOES_ON.match(rest, len(phrase)):
                return kind
    return None


def _label_above(lines: _Lines, number: int, rules: DateRules) -> DateKind | str | None:
    """Find a label that fills the line above, at most one empty line away."""
    for above in (number - 1, number - 2):
        if above >= 0 and lines[above].strip():
            line = lines[above]
            if len(line) > MAX_LABEL_LINE:
                return None
            return _kind(" ".join(_words(line.casefold())), rules)
    return None


def _kind(phrase: str, rules: DateRules) -> DateKind | str | None:
    if phrase in rules.published:
        return DateKind.PUBLISHED
    if phrase in rules.updated:
        return DateKind.UPDATED
    return REFUSED if phrase in rules.refused else None


def _is_prose(line: str) -> bool:
    """Tell whether a line alone is prose."""
    width = float(len(line))
    if width < PROSE.narrow and not line.isascii() and _IDEOGRAPH.search(line):
        width *= IDEOGRAPH_WIDTH
    if width >= PROSE_CHARS:
        return not line.isspace()
    return width * 2 >= PROSE_CHARS and line.rstrip().endswith(PROSE.stops)
