"""Decide which day a page declares as that of its publication.

Three witnesses are heard: what the page declares to programs, what it prints for people, and
what htmldate finds. Each knows something that the others do not: programs stamp in UTC, so that
an evening falls on the next day; people see the local day; and htmldate searches everywhere.
"""

import datetime as dt
import functools
import re
from pathlib import Path
from typing import Any, Final

import builder.text
from builder.readers.page import Declared
from builder.text.date_fields import read_declared_date
from builder.text.date_patterns import DateRules, load_date_rules
from builder.text.dates import DeclaredDates, hint_dates, resolve_date
from builder.text.normalize import normalize
from schema.hints import DateHint
from schema.terms import DateKind, DatePrecision

__all__ = ["printed_date", "published_date", "visible_text"]

#: Elements that begin and end a line of their own.
_BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "dd", "details", "dialog", "div"}
    | {"dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4"}
    | {"h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p", "pre", "section"}
    | {"summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)

#: Elements whose text nobody sees.
_HIDDEN: Final = frozenset(
    ("head", "iframe", "noscript", "object", "script", "select", "style", "svg", "template")
)

#: A time of day in UTC, at the end of a date.
_UTC = re.compile(r"(\d\d):\d\d(?::\d\d(?:\.\d{1,9})?)? ?(?:Z|[+-]00:?00|GMT|UTC)$", re.IGNORECASE)

#: The address of a copy in an archive, with the day on which it was taken.
_ARCHIVED = re.compile(r"https?://web\.archive\.org/web/(\d{4})(\d\d)(\d\d)")

#: Before it, half of the Earth is still in the day before; after it, the other half in the next.
_NOON: Final = 12

_DAY: Final = dt.timedelta(days=1)


def visible_text(tree: Any) -> str:
    """Return what a page shows, a line for each block.

    Args:
        tree: an lxml HTML element.
    """
    parts: list[str] = []
    pending: list[tuple[Any, bool]] = [(tree, False)]
    while pending:
        element, is_over = pending.pop()
        tag = element.tag if isinstance(element.tag, str) else None
        if tag in _BLOCKS:
            parts.append("\n")
        if is_over or tag is None or tag in _HIDDEN:
            parts.append(" ".join((element.tail or "").split("\n")))
        else:
            parts.append(" ".join((element.text or "").split("\n")))
            pending.append((element, True))
            pending.extend((child, False) for child in reversed(element))
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def printed_date(
    tree: Any, declared: Declared, url: str | None, fetched: str | None
) -> DateHint | None:
    """Return the day of publication that a page prints, or shows in its address.

    The day on which an archive took its copy is none: pages print the day of the visit.

    Args:
        tree: an lxml HTML element.
        declared: what the page declares.
        url: where the page was found, if that is known.
        fetched: when it was fetched; nothing is published later.
    """
    hints = hint_dates(
        normalize(visible_text(tree)),
        _language(declared.language),
        _rules(),
        DeclaredDates(url=declared.url or url, language=declared.language, fetched=fetched),
    )
    found = resolve_date(hints)
    if found is None or found.precision is not DatePrecision.DAY:
        return None
    copied = _ARCHIVED.match(url or declared.url or "")
    taken = _read("-".join(copied.groups())) if copied else None
    return None if taken and abs(found.value - taken) <= _DAY else found


def published_date(declared: Declared, printed: DateHint | None, found: str | None) -> str | None:
    """Choose among the witnesses.

    The declared day counts, but for two cases in which the printed one does: it is the day
    beside, as a time in UTC may be for those who live there; or it is the declared day of the
    last change, and no line calls it so: then the page was published anew. Nothing counts if
    nothing is printed and htmldate finds another day than the declared one. If nothing is
    declared that can be read, the printed day counts, then what htmldate found. Its first of
    January is never heard: it mostly stands for a lone year, such as that of a copyright.

    Args:
        declared: what the page declares.
        printed: what `printed_date` returned for it.
        found: what htmldate found, an ISO day.

    Returns:
        A date as it is declared, or an ISO day; None if nothing tells it, or if the witnesses
        disagree.
    """
    day = _read(declared.date)
    if found and found.endswith("-01-01"):
        found = None
    if day is None:
        return printed.value.isoformat() if printed else found or declared.date
    if printed is None:
        return declared.date if found in {None, day.isoformat()} else None
    if printed.kind is not DateKind.PUBLISHED or printed.value == day:
        return declared.date
    days = {_read(declared.modified), _day_beside(declared.date or "", day)}
    return printed.value.isoformat() if printed.value in days else declared.date


def _day_beside(declared: str, day: dt.date) -> dt.date | None:
    """Return the other day that it was somewhere on Earth at a time in UTC."""
    time = _UTC.search(declared)
    if time is None:
        return None
    return day - _DAY if int(time[1]) < _NOON else day + _DAY


def _read(declared: str | None) -> dt.date | None:
    found = read_declared_date(declared) if declared else None
    return found.value if found and found.precision is DatePrecision.DAY else None


def _language(declared: str | None) -> str:
    """Return the primary subtag of a declared language."""
    primary = (declared or "").replace("_", "-").partition("-")[0].strip().lower()
    return primary if re.fullmatch("[a-z]{2,3}", primary) else "und"


@functools.cache
def _rules() -> DateRules:
    return load_date_rules(Path(builder.text.__file__).parent / "rules" / "dates")
