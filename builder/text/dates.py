"""Collect the date evidence of an article, and resolve its date of publication or abstain.

It knows what declares a date: fields, HTML, the URL, labelled and lone dated lines, datelines.
It refuses to guess: a date that the text merely speaks of is a mention and never becomes the date,
and there is no clock, so the future begins where the caller says (`not_after`).
The rules, with their figures, are in `docs/dates.md`.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from builder.text.date_fields import DeclaredDay, read_declared_date, read_url_date
from builder.text.date_patterns import DateRules, find_printed_dates, western_digits
from builder.text.date_places import DatePlace, Page, find_places
from schema.hints import DateHint
from schema.terms import DateBasis, DateKind, DatePrecision

__all__ = ["DeclaredDates", "hint_dates", "resolve_date"]

OLDEST_HEADER = dt.date(1990, 1, 1)
"""A lone date before the web is history, not the head of a web page; metadata may be older."""

MAX_HEAD_LETTERS = 60
"""Other letters on an unlabelled head line: a byline or a section fits, a sentence does not."""

MAX_LABELLED_LETTERS = 150
"""Other letters on a labelled line: "Published … Last updated … 4 minute read" fits."""

MAX_HEAD_DATES = 400
"""With more dated lines the text is a list or an attack, and no line is its head."""

URL_GRACE = dt.timedelta(days=1)
"""How far the day in a URL may be from the printed one: time zones, and midnight."""

MAX_MENTIONS = 1000
"""Mentions kept of one article, in order; only tables and attacks have more."""

NEIGHBOUR_LINES = 6
"""Dated lines so near to each other are entries of one list, or labels of one article."""

POINTS = {
    "only": 3,  # no other date stands on a line of its own
    "same_often": 3,  # four and more lines have this date: head, comments, schema leftovers
    "same": 1,  # two or three lines have it
    "nearest": 3,  # the last dated line above the body, or in its first two lines
    "close": 2,  # within two lines of the first line of the body
    "first": 2,  # the first dated line of the text
    "first_published": 2,  # the first line that says "published"
    "published": 1,  # any line that says so
    "before_update": 1,  # followed within two lines by a later "updated"
    "clock": 1,  # a time of day is printed with it
    "alone": 1,  # no other date within six lines
    "newest": 1,  # the latest of several dates
    "many": -1,  # four and more different dates stand on lines: teasers
    "list": -1,  # two and more other dates within six lines: teasers
    "far": -1,  # more than twenty lines above the body: menu or teasers
    "after": -1,  # below the body: comments, teasers, footer
    "top": -1,  # in the first six lines, while there are other dates: today's date
    "today": -1,  # weekday without time or label, while there are other dates: today's date
    "update": -1,  # an "updated" within two lines below an earlier date
    "short": -1,  # the year has two digits
}
"""Points of a dated line. Logistic regression on the development pages (folds by domain), its
weights doubled and rounded; re-fit only with new pages at hand, never for single sites."""

MIN_POINTS = 5
"""A line with fewer is no header: exact .78, wrong .05 of the dated development pages."""

MIN_MARGIN = 2
"""Points by which the best date must lead another one, else the text abstains."""

_DATELINE_BEFORE = re.compile(
    r"[^\W\d_a-zà-ÿа-я][^\d\n.!?;:]{1,38}?(?:\([^()\n]{2,30}\)|/[^/\n]{2,20}/)?\s*[,(–—\-]\s*"
)
_DATELINE_AFTER = re.compile(
    r"\)?\s*(?:\([^()\n]{2,30}\)|/[^/\n]{2,20}/)?\s*[.,:]?\s*[–—\-:]{1,2}\s"
)
_WIRE_SIGN = re.compile(r"\s?[电電讯訊]")


_HOST = re.compile(
    r"[a-z]{2,6}://[^/?#]{1,250}?\.([a-z]{2,4})(?::[0-9]{1,5})?(?:[/?#]|\Z)", re.IGNORECASE
)
_AMERICAN_DOMAINS = frozenset({"us", "gov", "mil", "edu"})
_ENGLISH_DOMAINS = frozenset(
    ("au", "bd", "bw", "gh", "hk", "ie", "in", "jm", "ke", "lk", "ls", "mt", "mw", "my", "na")
    + ("ng", "nz", "pk", "sg", "sz", "tt", "tz", "ug", "uk", "za", "zm", "zw")
)
"""Countries with English-language news that write the day first."""


@dataclass(frozen=True)
class DeclaredDates:
    """What stands outside the text: fields as they are declared, and an upper bound.

    `basis` says who declares `published` and `updated`: the record (`metadata`) or the page
    (`html`). `not_after` is a day after which nothing can have been published, such as the day
    of the release; `fetched` is a second such bound. `language` is the declared tag, whose region
    tells 7/11 from 11/7 (`en-US`).
    """

    published: str | None = None
    updated: str | None = None
    fetched: str | None = None
    url: str | None = None
    basis: DateBasis = DateBasis.METADATA
    not_after: dt.date | None = None
    language: str | None = None


class _Choice(NamedTuple):
    place: DatePlace
    kind: DateKind
    basis: DateBasis


def hint_dates(
    text: str, language: str, rules: DateRules, declared: DeclaredDates = DeclaredDates()
) -> list[DateHint]:
    """Collect all date evidence of an article.

    Args:
        text: normalized raw text.
        language: BCP 47 tag of the text, `und` if unknown.
        rules: see `load_date_rules`.
        declared: fields, URL and upper bound.

    Returns:
        Declared hints first, then printed ones by their place; possibly none. A future or
        unreadable declared date is left out, and a printed one can only be a mention. Never raises.
    """
    language = _with_region(language, declared)
    hints = list(_declared_hints(declared, language, rules))
    fetched = [hint.value for hint in hints if hint.kind is DateKind.FETCHED]
    limits = [*fetched, *([declared.not_after] if declared.not_after else [])]
    # One day of grace: the printed day is local, the bound may be UTC.
    limit = min(limits) + dt.timedelta(days=1) if limits else dt.date.max
    hints = [hint for hint in hints if hint.kind is DateKind.FETCHED or hint.value <= limit]
    return hints + _printed_hints(text, language, rules, limit)


def resolve_date(hints: Sequence[DateHint]) -> DateHint | None:
    """Return the hint that gives the date of publication, or None.

    The rule: only `published` hints count; if there is none, `updated` hints; a mention or a
    fetch time never does. Among them the strongest basis decides: metadata, HTML, header, URL,
    dateline. There is no date if that basis names two different days, or if a printed header and
    the URL are more than a day apart. A month or a year agrees with a day inside it and gives way
    to it, whatever the basis of the day; a month in a URL decides nothing alone, since it may be
    a folder.

    Returns:
        One of `hints`, so that basis and place are known. None when nothing declares a date, or
        when the evidence disagrees.
    """
    for kind in (DateKind.PUBLISHED, DateKind.UPDATED):
        found = [hint for hint in hints if hint.kind is kind]
        strong = [hint for hint in found if not _is_url_month(hint)]
        if strong:
            return _strongest(strong)
    return None


def _is_url_month(hint: DateHint) -> bool:
    return hint.basis is DateBasis.URL and hint.precision is not DatePrecision.DAY


_STRENGTH = (
    DateBasis.METADATA,
    DateBasis.HTML,
    DateBasis.HEADER,
    DateBasis.URL,
    DateBasis.DATELINE,
)
_FINENESS = (DatePrecision.DAY, DatePrecision.MONTH, DatePrecision.YEAR)


def _strongest(hints: Sequence[DateHint]) -> DateHint | None:
    ranked = sorted(hints, key=lambda hint: _STRENGTH.index(hint.basis))
    best = [hint for hint in ranked if hint.basis is ranked[0].basis]
    finest = min(best, key=lambda hint: _FINENESS.index(hint.precision))
    if not all(_covers(hint, finest) for hint in best):
        return None
    if finest.basis is DateBasis.HEADER and any(
        hint.basis is DateBasis.URL and abs(hint.value - finest.value) > URL_GRACE for hint in hints
    ):
        return None
    if finest.precision is not DatePrecision.DAY:
        for hint in ranked:
            finer = _FINENESS.index(hint.precision) < _FINENESS.index(finest.precision)
            if finer and _covers(finest, hint):
                return hint
    return finest


def _covers(coarse: DateHint, fine: DateHint) -> bool:
    """Tell whether a day, month or year contains the (equally or more precise) other one."""
    if coarse.precision is DatePrecision.YEAR:
        return coarse.value.year == fine.value.year
    if coarse.precision is DatePrecision.MONTH:
        return (coarse.value.year, coarse.value.month) == (fine.value.year, fine.value.month)
    return coarse.value == fine.value and fine.precision is DatePrecision.DAY


def _with_region(language: str, declared: DeclaredDates) -> str:
    """Add the region that the declared tag or the country of the URL gives an English text."""
    if language != "en":
        return language
    primary, _, region = (declared.language or "").replace("_", "-").partition("-")
    if primary.lower() == "en" and re.fullmatch("[A-Za-z]{2}", region):
        return f"en-{region.upper()}"
    host = _HOST.match(declared.url or "")
    country = host[1].lower() if host else ""
    if country in _AMERICAN_DOMAINS:
        return "en-US"
    return f"en-{country.upper()}" if country in _ENGLISH_DOMAINS else language


def _declared_hints(declared: DeclaredDates, language: str, rules: DateRules) -> Iterator[DateHint]:
    for field, kind, basis in (
        (declared.published, DateKind.PUBLISHED, declared.basis),
        (declared.updated, DateKind.UPDATED, declared.basis),
        (declared.fetched, DateKind.FETCHED, DateBasis.METADATA),
    ):
        day = _declared_day(field, language, rules) if field else None
        if day is not None:
            yield DateHint(value=day.value, precision=day.precision, kind=kind, basis=basis)
    in_url = read_url_date(declared.url) if declared.url else None
    if in_url is not None:
        yield DateHint(
            value=in_url.value,
            precision=in_url.precision,
            kind=DateKind.PUBLISHED,
            basis=DateBasis.URL,
        )


def _declared_day(field: str, language: str, rules: DateRules) -> DeclaredDay | None:
    """Read a field in a program's format, else as a person prints the only date in it."""
    day = read_declared_date(field)
    if day is not None or len(field) > MAX_LABELLED_LETTERS:
        return day
    printed = find_printed_dates(western_digits(field), language, rules)
    values = {date.value for date in printed if date.other is None}
    if len(values) == 1 and all(date.other is None for date in printed):
        return DeclaredDay(values.pop(), DatePrecision.DAY)
    return None


def _printed_hints(text: str, language: str, rules: DateRules, limit: dt.date) -> list[DateHint]:
    western = western_digits(text)
    dates = find_printed_dates(western, language, rules)
    if not dates:
        return []
    page = find_places(western, dates, rules)
    possible = [place for place in page.places if _can_be_head(place, limit)]
    chosen = {choice.place: choice for choice in _choose(possible, page, western)}
    hints: list[DateHint] = []
    for place in page.places:
        choice = chosen.get(place)
        if choice is None and (place.date.other or place.date.short):
            continue
        if choice is None and len(hints) >= MAX_MENTIONS:
            continue
        hints.append(
            DateHint(
                value=place.date.value,
                precision=DatePrecision.DAY,
                kind=choice.kind if choice else DateKind.MENTION,
                basis=choice.basis if choice else DateBasis.TEXT,
                start=place.date.start,
                end=place.date.end,
            )
        )
    return hints


def _can_be_head(place: DatePlace, limit: dt.date) -> bool:
    in_time = OLDEST_HEADER <= place.date.value <= limit
    return in_time and place.date.other is None and not place.refused


def _choose(possible: list[DatePlace], page: Page, text: str) -> list[_Choice]:
    """Choose the places that date the article: a header line, a glued label, or a dateline."""
    head = [place for place in possible if _is_head(place)]
    if len(head) <= MAX_HEAD_DATES:
        value = _best_value(head, page)
        if value is not None:
            return _of_value(value, head)
    glued = _glued(possible, page)
    return glued or _datelines(possible, text)


def _is_head(place: DatePlace) -> bool:
    """Tell whether a place is a line of its own for the date, as heads have it."""
    if place.is_long:
        return False
    if place.label is not None:
        return place.letters <= MAX_LABELLED_LETTERS or place.label_opens
    return place.letters <= MAX_HEAD_LETTERS and not place.is_prose and not place.is_worded


def _best_value(head: list[DatePlace], page: Page) -> dt.date | None:
    best: dict[dt.date, int] = {}
    for place, score in zip(head, score_places(head, page), strict=True):
        value = place.date.value
        best[value] = max(score, best.get(value, score))
    ranked = sorted(best.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < MIN_POINTS:
        return None
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < MIN_MARGIN:
        return None
    return ranked[0][0]


def score_places(head: list[DatePlace], page: Page) -> list[int]:
    """Return the points of every dated line: how sure it is the head of the article."""
    return [sum(POINTS[fact] for fact in facts) for facts in find_facts(head, page)]


def find_facts(head: list[DatePlace], page: Page) -> Iterator[list[str]]:
    """Yield the names in `POINTS` that hold for each dated line, in order."""
    counts = Counter(place.date.value for place in head)
    newest = max(counts, default=None)
    above = [place for place in head if place.line <= page.first + 2]
    nearest = above[-1].date.value if above else None
    published_before = False
    for number, place in enumerate(head):
        value, line = place.date.value, place.line
        near = [other for other in head if abs(other.line - line) <= NEIGHBOUR_LINES]
        others = {other.date.value for other in near} - {value}
        published = place.label is DateKind.PUBLISHED
        facts = {
            "only": len(counts) == 1,
            "same_often": counts[value] >= 4,
            "same": 2 <= counts[value] <= 3,
            "nearest": value == nearest and line <= page.first + 2,
            "close": abs(page.first - line) <= 2,
            "first": number == 0,
            "first_published": published and not published_before,
            "published": published,
            "before_update": _precedes_update(place, near),
            "clock": place.clock,
            "alone": not others,
            "newest": value == newest and len(counts) > 1,
            "many": len(counts) >= 4,
            "list": len(others) >= 2,
            "far": page.first - line > 20,
            "after": line > page.last,
            "top": line < 6 and len(counts) > 1,
            "today": place.weekday and not place.clock and place.label is None and len(counts) > 1,
            "update": _follows_earlier(place, near),
            "short": place.date.short,
        }
        published_before = published_before or published
        yield [fact for fact, holds in facts.items() if holds]


def _precedes_update(place: DatePlace, near: list[DatePlace]) -> bool:
    return place.label is not DateKind.UPDATED and any(
        other.label is DateKind.UPDATED
        and other.date.start > place.date.start
        and other.line - place.line <= 2
        and other.date.value >= place.date.value
        for other in near
    )


def _follows_earlier(place: DatePlace, near: list[DatePlace]) -> bool:
    return place.label is DateKind.UPDATED and any(
        other.date.start < place.date.start
        and place.line - other.line <= 2
        and other.date.value < place.date.value
        for other in near
    )


def _of_value(value: dt.date, head: list[DatePlace]) -> list[_Choice]:
    """Choose the first line with the value, all labelled ones, and the update beside them."""
    same = [place for place in head if place.date.value == value]
    labelled = [place for place in same if place.label is not None]
    anchors = labelled or same[:1]
    choices = [
        _Choice(place, place.label or DateKind.PUBLISHED, DateBasis.HEADER) for place in anchors
    ]
    if all(choice.kind is DateKind.UPDATED for choice in choices) and same[0].label is None:
        choices.append(_Choice(same[0], DateKind.PUBLISHED, DateBasis.HEADER))
    lines = [place.line for place in same[:1] + labelled]
    choices += [
        _Choice(place, DateKind.UPDATED, DateBasis.HEADER)
        for place in head
        if place.label is DateKind.UPDATED
        and place.date.value > value
        and any(abs(place.line - line) <= 2 for line in lines)
    ]
    return choices


def _glued(possible: list[DatePlace], page: Page) -> list[_Choice]:
    """Choose dates inside long lines: behind one label, or the only date, with a bare time."""
    prose = [place for place in possible if place.is_prose]
    for kind in (DateKind.PUBLISHED, DateKind.UPDATED):
        labelled = [place for place in prose if place.label is kind]
        values = {place.date.value for place in labelled}
        if len(values) > 1:
            return []
        if values and (kind is DateKind.PUBLISHED or _only_value(page) == values):
            return [_Choice(place, kind, DateBasis.HEADER) for place in labelled]
    timed = [place for place in prose if place.clock and not place.is_worded]
    if timed and len(_only_value(page)) == 1:
        return [_Choice(timed[0], DateKind.PUBLISHED, DateBasis.HEADER)]
    return []


def _only_value(page: Page) -> set[dt.date]:
    return {place.date.value for place in page.places}


def _datelines(possible: list[DatePlace], text: str) -> list[_Choice]:
    """Choose the dateline that opens a line of prose, if all such datelines agree."""
    found = [place for place in possible if place.is_prose and _is_dateline(place, text)]
    if len({place.date.value for place in found}) != 1:
        return []
    return [_Choice(found[0], DateKind.PUBLISHED, DateBasis.DATELINE)]


def _is_dateline(place: DatePlace, text: str) -> bool:
    if place.at > 60:
        return False
    start, end = place.date.start, place.date.end
    if _WIRE_SIGN.match(text, end, end + 2):
        return True
    before = text[start - place.at : start].strip()
    opening = _DATELINE_BEFORE.fullmatch(before + " ") or _DATELINE_BEFORE.fullmatch(before)
    return bool(opening and _DATELINE_AFTER.match(text, end, end + 48))
