"""Choose the printed dates that date an article: head lines, glued labels, datelines.

It knows what a head line, a label in running text and a dateline look like, and weighs dated lines
by points; it refuses to choose where two dates are about as good. It knows nothing of declared
fields and URLs (`dates.py`), and no site.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

from builder.text.date_places import DatePlace, Page
from schema.terms import DateBasis, DateKind

__all__ = ["POINTS", "Choice", "choose_places", "find_facts"]

MAX_HEAD_LETTERS = 60
"""Other letters on an unlabelled head line: a byline or a section fits, a sentence does not."""

MAX_LABELLED_LETTERS = 150
"""Other letters on a labelled line: "Published … Last updated … 4 minute read" fits."""

MAX_HEAD_DATES = 400
"""With more dated lines the text is a list or an attack, and no line is its head."""

NEIGHBOUR_LINES = 6
"""Dated lines so near to each other are entries of one list, or labels of one article."""

CLOSE_LINES = 2
"""Lines between a dated line and the body that still count as adjacent."""

FAR_FROM_BODY = 12
"""Lines above the body from which a bare weekday and date is the day of the visit."""

MAX_DATELINE = 60
"""Code points before and behind the date that a dateline may have."""

GLUED_CHARS = 12
"""Code points (a weekday at most) between a date and the date of the change glued to it."""

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
    "today": -1,  # bare weekday and date above the body: perhaps the day of the visit
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


class Choice(NamedTuple):
    """A place that dates the article, and how."""

    place: DatePlace
    kind: DateKind
    basis: DateBasis


def choose_places(possible: list[DatePlace], page: Page, text: str) -> list[Choice]:
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
    for place, facts in zip(head, find_facts(head, page), strict=True):
        # An update does not compete with the date that it updates.
        if not facts["update"]:
            score = sum([points for fact, points in POINTS.items() if facts[fact]])
            best[place.date.value] = max(score, best.get(place.date.value, score))
    if not best:
        return None
    value = max(best, key=best.__getitem__)
    score = best.pop(value)
    is_clear = score - max(best.values(), default=score - MIN_MARGIN) >= MIN_MARGIN
    return value if score >= MIN_POINTS and is_clear else None


def find_facts(head: list[DatePlace], page: Page) -> Iterator[dict[str, bool]]:
    """Say for each dated line which of the `POINTS` it gets."""
    values = [place.date.value for place in head]
    different = len(set(values))
    several = different > 1
    newest = max(values) if several else None
    todays = [_is_todays(place, page, several=several) for place in head]
    others_than_todays = [number for number, is_todays in enumerate(todays) if not is_todays]
    is_only = len({values[number] for number in others_than_todays}) == 1
    updates = _find_updates(head)
    nearest = None
    for number, place in enumerate(head):
        if place.line <= page.first + CLOSE_LINES and number not in updates:
            nearest = values[number]
    published_before = False
    for number, place in enumerate(head):
        value, line, count = place.date.value, place.line, values.count(place.date.value)
        others = _neighbours(head, place) if several else ()
        published = place.label is DateKind.PUBLISHED
        yield {
            "only": is_only and not todays[number],
            "same_often": count >= 4,
            "same": 2 <= count <= 3,
            "nearest": value == nearest and line <= page.first + CLOSE_LINES,
            "close": abs(page.first - line) <= CLOSE_LINES,
            "first": others_than_todays[:1] == [number],
            "first_published": published and not published_before,
            "published": published,
            "before_update": number in updates.values(),
            "clock": place.clock,
            "alone": not others,
            "newest": value == newest,
            "many": different >= 4,
            "list": len(others) >= 2,
            "far": page.first - line > 20,
            "after": line > page.last,
            "top": line < 6 and several,
            "today": todays[number],
            "update": number in updates,
            "short": place.date.short,
        }
        published_before = published_before or published


def _neighbours(head: list[DatePlace], place: DatePlace) -> set[dt.date]:
    """Return the other dates of the lines around one."""
    near = [other for other in head if abs(other.line - place.line) <= NEIGHBOUR_LINES]
    return {other.date.value for other in near} - {place.date.value}


def _is_todays(place: DatePlace, page: Page, *, several: bool) -> bool:
    """Tell whether a line looks like the day of the visit, which many pages print at their top."""
    bare = place.weekday and not place.clock and place.label is None
    gap = page.first - place.line
    return bare and gap > (CLOSE_LINES if several else FAR_FROM_BODY)


def _find_updates(head: list[DatePlace]) -> dict[int, int]:
    """Pair each "updated" with the earlier date before it that it updates (numbers in `head`).

    A later date that is glued to an earlier one is an update too, without a word.
    """
    updates: dict[int, int] = {}
    for number, place in enumerate(head[1:], start=1):
        before = head[number - 1]
        near = place.line - before.line <= 2 and before.date.value <= place.date.value
        if near and before.label is not DateKind.UPDATED and _is_update(place, before):
            updates[number] = number - 1
    return updates


def _is_update(place: DatePlace, before: DatePlace) -> bool:
    if place.label is not None:
        return place.label is DateKind.UPDATED
    glued = place.line == before.line and place.date.start - before.date.end <= GLUED_CHARS
    return glued and place.date.value > before.date.value


def _of_value(value: dt.date, head: list[DatePlace]) -> list[Choice]:
    """Choose the first line with the value, all labelled ones, and the update beside them."""
    same = [place for place in head if place.date.value == value]
    labelled = [place for place in same if place.label is not None]
    choices = [
        Choice(place, place.label or DateKind.PUBLISHED, DateBasis.HEADER)
        for place in labelled or same[:1]
    ]
    if (
        labelled
        and same[0].label is None
        and {place.label for place in labelled} == {DateKind.UPDATED}
    ):
        choices.append(Choice(same[0], DateKind.PUBLISHED, DateBasis.HEADER))
    lines = [place.line for place in same[:1] + labelled]
    choices += [
        Choice(place, DateKind.UPDATED, DateBasis.HEADER)
        for place in head
        if place.label is DateKind.UPDATED
        and place.date.value > value
        and any(abs(place.line - line) <= 2 for line in lines)
    ]
    return choices


def _glued(possible: list[DatePlace], page: Page) -> list[Choice]:
    """Choose dates inside long lines: behind one label, or the only date, with a bare time."""
    prose = [place for place in possible if place.is_prose]
    for kind in (DateKind.PUBLISHED, DateKind.UPDATED):
        labelled = [place for place in prose if place.label is kind]
        values = {place.date.value for place in labelled}
        if len(values) > 1:
            return []
        if values and (kind is DateKind.PUBLISHED or _only_value(page) == values):
            return [Choice(place, kind, DateBasis.HEADER) for place in labelled]
    timed = [place for place in prose if place.clock and not place.is_led]
    if timed and len(_only_value(page)) == 1:
        return [Choice(timed[0], DateKind.PUBLISHED, DateBasis.HEADER)]
    return []


def _only_value(page: Page) -> set[dt.date]:
    return {place.date.value for place in page.places}


def _datelines(possible: list[DatePlace], text: str) -> list[Choice]:
    """Choose the dateline that opens a line of prose, if all such datelines agree."""
    found = [place for place in possible if place.is_prose and _is_dateline(place, text)]
    if len({place.date.value for place in found}) != 1:
        return []
    return [Choice(found[0], DateKind.PUBLISHED, DateBasis.DATELINE)]


def _is_dateline(place: DatePlace, text: str) -> bool:
    """Tell whether place, date and agency open the line."""
    if place.at > MAX_DATELINE:
        return False
    start, end = place.date.start, place.date.end
    if _WIRE_SIGN.match(text, end, end + 2):
        return True
    before = text[start - place.at : start].strip()
    opening = _DATELINE_BEFORE.fullmatch(before + " ") or _DATELINE_BEFORE.fullmatch(before)
    return bool(opening and _DATELINE_AFTER.match(text, end, end + MAX_DATELINE))
