"""Collect the date evidence of an article, and resolve its date of publication or abstain.

It knows what declares a date: fields, HTML, the URL, labelled and lone dated lines, datelines.
It refuses to guess: a date that the text merely speaks of is a mention and never becomes the date,
and there is no clock, so the future begins where the caller says (`not_after`).
The rules, with their figures, are in `docs/dates.md`.
"""

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from builder.text.date_fields import DeclaredDay, is_default, read_declared_date, read_url_date
from builder.text.date_header import choose_places
from builder.text.date_numbers import DateNumbers, find_numbers, western_digits
from builder.text.date_patterns import DateRules, find_printed_dates
from builder.text.date_places import DatePlace, Page, find_places
from builder.text.outline import Outline, outline
from schema.hints import DateHint
from schema.terms import DateBasis, DateKind, DatePrecision

__all__ = ["DatedText", "DeclaredDates", "hint_all_dates", "hint_dates", "resolve_date"]

GRACE = dt.timedelta(days=1)
"""How far days may be apart that are the same: time zones, and midnight."""

NEWEST = dt.date(2199, 12, 31)
"""The bound where the caller knows none; it has to lie somewhere, since there is no clock."""

OLDEST_HEADER = dt.date(1990, 1, 1)
"""A lone date before the web is history, not the head of a web page; metadata may be older."""

MAX_FIELD = 150
"""Code points of a declared field in which a printed date is looked for."""

MAX_MENTIONS = 1000
"""Mentions kept of one article, in order; only tables and attacks have more."""

_HOST = re.compile(
    r"[a-z]{2,6}://[^/?#]{1,250}?\.([a-z]{2,4})(?::[0-9]{1,5})?(?:[/?#]|\Z)", re.IGNORECASE
)
_AMERICAN_DOMAINS = frozenset({"us", "gov", "mil", "edu"})
_ENGLISH_DOMAINS = frozenset(
    {"au", "bd", "bw", "gh", "hk", "ie", "in", "jm", "ke", "lk", "ls", "mt", "mw", "my", "na"}
    | {"ng", "nz", "pk", "sg", "sz", "tt", "tz", "ug", "uk", "za", "zm", "zw"}
)
"""Countries with English-language news that write the day first."""


class DeclaredDates(NamedTuple):
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


NOTHING_DECLARED = DeclaredDates()


class DatedText(NamedTuple):
    """A text whose dates are asked for, and what is known of it.

    `text` is normalized raw text, `language` its BCP 47 tag, `und` if unknown; `outlined` and
    `numbers` are what `outline_all` and `find_numbers` return for it.
    """

    text: str
    language: str
    declared: DeclaredDates
    outlined: Outline
    numbers: DateNumbers


def hint_dates(
    text: str, language: str, rules: DateRules, declared: DeclaredDates = NOTHING_DECLARED
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
    numbers = find_numbers([text], rules.names)[0]
    return hint_all_dates([DatedText(text, language, declared, outline(text), numbers)], rules)[0]


def hint_all_dates(articles: Sequence[DatedText], rules: DateRules) -> list[list[DateHint]]:
    """Return what `hint_dates` returns for each article, in less time.

    All of them take one step before the next begins, so that its code stays in the cache.
    """
    languages = [_with_region(one.language, one.declared) for one in articles]
    hints = [
        list(_declared_hints(one.declared, language, rules))
        for one, language in zip(articles, languages, strict=True)
    ]
    limits = list(map(_limit, articles, hints))
    texts = [
        western_digits(one.text) if one.numbers.has_other_digits else one.text for one in articles
    ]
    dates = [
        find_printed_dates(text, language, rules, one.numbers)
        for text, language, one in zip(texts, languages, articles, strict=True)
    ]
    pages = [
        find_places(text, found, rules, one.outlined)
        for text, found, one in zip(texts, dates, articles, strict=True)
    ]
    return [
        [hint for hint in declared if hint.kind is DateKind.FETCHED or hint.value <= limit]
        + _printed_hints(text, page, limit)
        for declared, limit, text, page in zip(hints, limits, texts, pages, strict=True)
    ]


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
        hint.basis is DateBasis.URL and abs(hint.value - finest.value) > GRACE for hint in hints
    ):
        return None
    if finest.precision is not DatePrecision.DAY:
        for hint in ranked:
            finer = _FINENESS.index(hint.precision) < _FINENESS.index(finest.precision)
            if finer and _covers(finest, hint):
                return hint
    return finest


def _limit(article: DatedText, declared: Sequence[DateHint]) -> dt.date:
    """Return the last day that an article can be of."""
    fetched = [_last_day(hint) for hint in declared if hint.kind is DateKind.FETCHED]
    # One day of grace: the printed day is local, the bound may be UTC.
    return min(*fetched, article.declared.not_after or NEWEST, NEWEST) + GRACE


def _last_day(hint: DateHint) -> dt.date:
    """Return the last day of the day, month or year that a hint names."""
    if hint.precision is DatePrecision.DAY:
        return hint.value
    month = hint.value.month if hint.precision is DatePrecision.MONTH else 12
    return hint.value.replace(month=month, day=monthrange(hint.value.year, month)[1])


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
    if day is not None or len(field) > MAX_FIELD:
        return day
    printed = find_printed_dates(western_digits(field), language, rules)
    values = {date.value for date in printed}
    if len(values) != 1 or any(date.other is not None for date in printed):
        return None
    value = values.pop()
    return None if is_default(value) else DeclaredDay(value, DatePrecision.DAY)


def _printed_hints(text: str, page: Page, limit: dt.date) -> list[DateHint]:
    if not page.places:
        return []
    possible = [place for place in page.places if _can_be_head(place, limit)]
    chosen = {choice.place.date.start: choice for choice in choose_places(possible, page, text)}
    hints: list[DateHint] = []
    for place in page.places:
        choice = chosen.get(place.date.start)
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
