"""Read dates that are declared outside the text: metadata fields, HTML attributes and URLs.

It knows the formats in which programs write dates (ISO 8601, RFC 2822, epoch seconds, paths);
it refuses prose and any order of numbers that would have to be guessed.
A time zone is not applied: the day counts that is printed, as the newsroom's readers saw it.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import NamedTuple

from schema.terms import DatePrecision

__all__ = ["DeclaredDay", "is_default", "read_declared_date", "read_url_date"]

OLDEST_DECLARED = dt.date(1600, 1, 1)
"""Before the first newspapers a declared date is a default value or a slip."""

DEFAULTS = frozenset({dt.date(1970, 1, 1), dt.date(1969, 12, 31)})
"""What programs write where they know no date: time zero, east and west of Greenwich."""

OLDEST_IN_URL = dt.date(1990, 1, 1)
"""Before the web there were no addresses; such digits are article numbers."""

NEWEST_IN_URL = dt.date(2099, 12, 31)

MAX_FIELD = 80
"""Characters of a declared date that are looked at; the longest formats have about 45."""

MAX_URL = 2000
"""Characters of an address that are looked at."""

EPOCH_SECONDS = range(631_152_000, 4_102_444_800)
"""Epoch seconds from 1990 to 2099: numbers outside are not read as times."""

_ISO_DAY = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:[T _].*|Z|[+-]\d\d:?\d\d)?")
_ISO_MONTH = re.compile(r"(\d{4})-(\d{2})")
_ISO_YEAR = re.compile(r"\d{4}")
_NUMBER = re.compile(r"(\d{9,10})(?:\d{3})?(?:\.\d+)?")
_RFC_2822 = re.compile(
    r"(?:[a-z]{3,9},? )?(\d{1,2})[ -]([a-z]{3,9})[ -](\d{4})(?:,? \d\d?:\d\d.*)?", re.IGNORECASE
)
_C_TIME = re.compile(
    r"(?:[a-z]{3,9},? )?([a-z]{3,9})\.? (\d{1,2}),?(?: \d\d:\d\d:\d\d)?"
    r"(?: [a-z]{3,4})? (\d{4})(?:,? \d\d?:\d\d.*)?",
    re.IGNORECASE,
)
_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS = {form: number for number, name in enumerate(_NAMES, 1) for form in (name, name[:3])}
_MONTHS["sept"] = 9

_ARCHIVED = re.compile(r"^https?://web\.archive\.org/web/\d+[a-z_]*/", re.IGNORECASE)
_URL_YEAR = r"([12](?<![0-9][12])(?:(?<=1)9|(?<=2)0)[0-9]{2})"
"""A year after anything but a digit; it begins with a class of characters to be found fast."""
_URL_DAY = re.compile(
    _URL_YEAR + r"(?:/([0-9]{1,2})/([0-9]{1,2})|([-_.])([0-9]{2})\4([0-9]{2})"
    r"|([01][0-9])([0-3][0-9])|(?<=/[0-9]{4})/([a-z]{3})/([0-9]{1,2}))(?![0-9])"
)
_URL_MONTH = re.compile(r"/((?:19|20)[0-9]{2})[/-]([01][0-9])(?=/)")


class DeclaredDay(NamedTuple):
    """A declared date: its first day, and how much of it is declared."""

    value: dt.date
    precision: DatePrecision


def read_declared_date(declared: str) -> DeclaredDay | None:
    """Read the date of a metadata field or an HTML attribute.

    Args:
        declared: ISO 8601 (`2025-11-07T14:30+01:00`, `20251107`, `2025-11`), RFC 2822, the
            output of C's `ctime`, or seconds or milliseconds since 1970 (then the day in UTC).

    Returns:
        None for anything else, such as `7/11/2025`, whose order is not declared. Never raises.

    Example:
        >>> read_declared_date("Fri, 07 Nov 2025 23:30:00 -0500").value
        datetime.date(2025, 11, 7)
    """
    field = " ".join(declared[: MAX_FIELD + 1].split())
    if not field or len(field) > MAX_FIELD:
        return None
    for form, read in _FORMS:
        match = form.fullmatch(field)
        if match is not None:
            return read(match)
    return None


def _read_month(match: re.Match[str]) -> DeclaredDay | None:
    found = _day(int(match[1]), int(match[2]), 1)
    return found and DeclaredDay(found.value, DatePrecision.MONTH)


def _read_year(match: re.Match[str]) -> DeclaredDay | None:
    found = _day(int(match[0]), 1, 1)
    return found and DeclaredDay(found.value, DatePrecision.YEAR)


def _read_epoch(match: re.Match[str]) -> DeclaredDay | None:
    if int(match[1]) not in EPOCH_SECONDS:
        return None
    return DeclaredDay(dt.datetime.fromtimestamp(int(match[1]), dt.UTC).date(), DatePrecision.DAY)


def _read_month_name(name: str, year: str, day: str) -> DeclaredDay | None:
    return _day(int(year), _MONTHS.get(name.lower(), 0), int(day))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], DeclaredDay | None]], ...] = (
    (_ISO_DAY, lambda match: _day(int(match[1]), int(match[3]), int(match[4]))),
    (_ISO_MONTH, _read_month),
    (_ISO_YEAR, _read_year),
    (_NUMBER, _read_epoch),
    (_RFC_2822, lambda match: _read_month_name(match[2], match[3], match[1])),
    (_C_TIME, lambda match: _read_month_name(match[1], match[3], match[2])),
)


def read_url_date(url: str) -> DeclaredDay | None:
    """Read the date in the path of a URL, if there is exactly one.

    Only the path counts, not the query; an archive's own time stamp is no evidence.

    Example:
        >>> read_url_date("https://example.org/2025/11/07/title.html").value
        datetime.date(2025, 11, 7)
    """
    archived = _ARCHIVED.match(url, 0, MAX_URL)
    path = url[archived.end() if archived else 0 : MAX_URL]
    path = path.partition("?")[0].partition("#")[0]
    path = "/" + path.partition("://")[2].partition("/")[2] if "://" in path else path
    days = {day for day in map(_url_day, _URL_DAY.findall(path.lower())) if day}
    if days:
        return days.pop() if len(days) == 1 else None
    months = {_day(int(year), int(month), 1) for year, month in _URL_MONTH.findall(path)} - {None}
    month = months.pop() if len(months) == 1 else None
    return month and DeclaredDay(month.value, DatePrecision.MONTH)


def _url_day(parts: tuple[str, ...]) -> DeclaredDay | None:
    year, month, day = filter(str.isalnum, parts)
    found = _day(int(year), int(month) if month.isdecimal() else _MONTHS.get(month, 0), int(day))
    return found if found and OLDEST_IN_URL <= found.value <= NEWEST_IN_URL else None


def is_default(value: dt.date) -> bool:
    """Tell whether a declared day is what stands where none is known."""
    return value < OLDEST_DECLARED or value in DEFAULTS


def _day(year: int, month: int, day: int) -> DeclaredDay | None:
    try:
        value = dt.date(year, month, day)
    except ValueError:
        return None
    if is_default(value):
        return None
    return DeclaredDay(value, DatePrecision.DAY)
