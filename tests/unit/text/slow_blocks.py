"""The slow, obvious way to recognise columns of clock times, date lines and lists."""

import re
from collections.abc import Iterable

from builder.text.cue_rules import DATE_LINE

__all__ = ["clock_columns", "head_dates", "list_after"]

MIN_CLOCKS = 5
"""Clock times in a row, with nothing but marks between them, that make a ticker's column. A
timetable or a race has words between its times."""

HEAD_LINES = 12
HEAD_CHARS = 1200
"""Lines and characters at the head of a text where a lone date line is a header."""

PROSE_CHARS = 120
"""A line this long that ends in a stop is prose."""

MAX_ITEM = 220
MAX_ITEMS = 20
"""Longest line of a list and most lines of it; longer ones are text, not links."""

_CLOCK_LINE = re.compile(r"\n[^\w\n]{0,5}(\d{1,2})[:h](\d{2})[^\w\n]{0,5}(?=\n|\Z)")
_CLOCK_GAP = re.compile(r"[^\w]{0,12}")
_DATE_LINE = re.compile(DATE_LINE)
_DIGIT = re.compile(r"\d")
_LINE = re.compile(r"[^\n]+")
_BULLETS, _STOPS, _CLOSERS = "•·▪‣◦●○■□►▶→»*–—-", ".!?…。！？।؟۔", "\"'”’»›)]」』）"
_MARK = re.compile(rf"\s{{0,8}}(?:[{_BULLETS}]|\d{{1,2}}[.)]|\[\d{{1,2}}\])\s{{0,4}}")
_FINAL_STOP = re.compile(rf"[{_STOPS}][{re.escape(_CLOSERS)}]{{0,3}}\s*$")
_MARKS, _FINALS = frozenset(_BULLETS + "["), frozenset(_STOPS + _CLOSERS)
"""Characters other than digits that a mark begins with, and those that a sentence ends with."""


def clock_columns(text: str) -> list[tuple[int, int]]:
    """Return the spans of columns that hold clock times and nothing else."""
    runs: list[list[int]] = []
    for found in _CLOCK_LINE.finditer("\n" + text):
        if int(found[1]) > 23 or int(found[2]) > 59:
            continue
        start, end = found.start(), found.end() - 1
        gap = runs and _CLOCK_GAP.fullmatch(text, runs[-1][1], start)
        if gap:
            runs[-1][1] = end
            runs[-1][2] += 1
        else:
            runs.append([start, end, 1])
    return [
        (_with_marks_before(text, start), end) for start, end, count in runs if count >= MIN_CLOCKS
    ]


def head_dates(folded: str) -> list[tuple[int, int]]:
    """Return the lines above the first prose that hold a date and nothing else."""
    found = []
    for number, line in enumerate(_LINE.finditer(folded, 0, min(len(folded), HEAD_CHARS))):
        start, end = line.span()
        if number >= HEAD_LINES or _is_prose(folded, start, end):
            break
        has_digit = end - start <= 60 and _DIGIT.search(folded, start, end)
        if has_digit and _DATE_LINE.fullmatch(folded, start, end):
            found.append((start, end))
    return found


def list_after(text: str, at: int, *, needs_marks: bool) -> list[tuple[int, int, tuple[int, int]]]:
    """Return the lines of the list that follows a heading, each with its item's own span.

    A list with marks ("• …") ends where the marks end. One without marks is taken whole if
    it runs to the end of the text; else, unless `needs_marks`, only its first line is, since
    a later one may be a subhead.
    """
    marked: list[tuple[int, int, int]] = []
    plain: list[tuple[int, int, int]] = []
    end = at - 1
    for line in text[at : at + MAX_ITEM * MAX_ITEMS].split("\n"):
        start, end = end + 1, end + 1 + len(line)
        tight = line.strip()
        if not tight:
            continue
        mark = None
        if tight[0] in _MARKS or tight[0].isdecimal():
            mark = _MARK.match(line)
        if len(line) > MAX_ITEM or (mark and not line[mark.end() :].strip()):
            break
        if mark and not plain:
            marked.append((start, end, start + mark.end()))
        elif marked or len(plain) >= MAX_ITEMS or _is_sentence(text, start, end, tight):
            break
        else:
            plain.append((start, end, start + mark.end() if mark else start))
    else:
        if not marked and len(plain) > 1:
            return _items(text, plain)
    if marked:
        return _items(text, marked)
    return [] if needs_marks else _items(text, plain[:1])


def _items(
    text: str, lines: Iterable[tuple[int, int, int]]
) -> list[tuple[int, int, tuple[int, int]]]:
    """Give each line of a list the span of what it says behind its mark."""
    items = []
    for start, end, behind in lines:
        tight = text[behind:end].strip()
        first = text.index(tight, behind, end)
        items.append((start, end, (first, first + len(tight))))
    return items


def _is_sentence(text: str, start: int, end: int, tight: str) -> bool:
    if tight[-1] not in _FINALS:
        return False
    return _FINAL_STOP.search(text, max(start, end - 6), end) is not None


def _is_prose(text: str, start: int, end: int) -> bool:
    return end - start >= PROSE_CHARS and _FINAL_STOP.search(text, end - 6, end) is not None


def _with_marks_before(text: str, start: int) -> int:
    """Move the start of a column over the dash that belongs to its first time."""
    back = start
    while back > 0 and start - back < 6 and not text[back - 1].isalnum():
        back -= 1
    head = text[back:start]
    return start - len(head.lstrip()) if head.strip() in ("-", "–", "—", "•", "·") else start
