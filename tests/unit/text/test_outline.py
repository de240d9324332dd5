"""Outlines: equal to slow twins, for any lines and numbers, and for texts in any company."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text import date_patterns
from builder.text.date_patterns import western_digits
from builder.text.outline import BYLINE_PROSE, OTHER_DIGITS, PROSE, outline, outline_all

LINES = st.sampled_from(
    (
        *("a" * 27, "b" * 70, "c" * 139, "語", "語" * 28, "語" * 56, "é" * 139, "😀" * 28, "한"),
        *(" " * 28, " ", "\u2028", "\x1c", "\x00", "\ud800", ".", "。", "॥", "\n\n", "d" * 420),
    )
)
NUMBERS = st.sampled_from(
    (
        *(
            "2025",
            "1999",
            "7",
            "11",
            "31.12.2024",
            "1/2/03",
            "٢٠٢٥",
            "２",
            "၁",
            "٣",
            "200",
            "12345",
        ),
        *(".", "/", "-", "–", ":", ",", " ", "\u00a0", "\n", "a", "h", "年", "20:15", "202220"),
    )
)
TEXTS = st.lists(LINES | NUMBERS | st.text(max_size=3), max_size=40).map("".join)
NUMERIC_TEXTS = st.lists(NUMBERS, max_size=20).map("".join)


def slow_body(lines, rule) -> tuple[int, int]:  # type: ignore[no-untyped-def]  # as below
    """Find the best run line by line, with Python's own facts of characters."""
    best, total, start, body = 0.0, 0.0, 0, (0, -1)
    for number, line in enumerate(lines[: rule.most]):
        if len(line) < 28:
            total -= 0.7 if total > 0 and line.strip() else 0.0
            continue
        if not line.strip() and not rule.white_costs:
            continue
        total, start = (total, start) if total > 0 else (0.0, number)
        total += slow_points(line, rule) or -0.7
        if total > best:
            best, body = total, (start, number)
    return body


def slow_points(line, rule) -> float:  # type: ignore[no-untyped-def]  # a rule has no public name
    wide = len(re.findall("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", line))
    more = len(line) if rule.is_whole and wide else wide
    width = len(line) + 1.5 * (more if len(line) < rule.narrow else 0)
    is_ended = line.rstrip().endswith(rule.stops)
    is_prose = line.strip() and (width >= 140 or (width >= 70 and is_ended))
    return min(width, 400.0) / 60.0 if is_prose else 0.0


@given(TEXTS)
def test_lines_and_bodies_are_those_of_the_slow_twin(text: str) -> None:
    """The kernel finds where the lines begin, and the best runs of prose among them."""
    lines, found = text.split("\n"), outline(text)
    assert found.starts[0] == 0
    assert [text[first : last - 1] for first, last in pairwise(found.starts)] == lines
    assert found.body == slow_body(lines, PROSE)
    assert found.byline_body == slow_body(lines, BYLINE_PROSE)


def has_digit_near(text: str, year: tuple[int, int]) -> bool:
    start, end = year
    before = text[max(0, start - date_patterns.DATE_WINDOW) : start].rpartition("\n")[2]
    after = text[end : end + date_patterns.DATE_WINDOW].partition("\n")[0]
    return re.search("[0-9]", before + after) is not None


def agrees_on_numbers(text: str) -> bool:
    """Say whether matches at the places found are all matches that there are."""
    found, western = outline(text), western_digits(text)
    for pattern, places in (
        (date_patterns._YEAR, found.years),
        (date_patterns._NUMERIC, found.numerics),
    ):
        slow = [match.span() for match in pattern.finditer(western)]
        if pattern is date_patterns._YEAR:
            slow = [span for span in slow if has_digit_near(western, span)]
        if [match.span() for match in date_patterns._matches(pattern, western, places)] != slow:
            return False
    return found.has_other_digits == bool(OTHER_DIGITS.search(text))


@given(NUMERIC_TEXTS | TEXTS)
def test_no_number_of_a_date_is_missed(text: str) -> None:
    """The kernel leaves out only numbers that no pattern matches."""
    assert agrees_on_numbers(text)


@pytest.mark.parametrize("between", ["", " ", "x" * 43, "x" * 44, "x" * 21 + "\n" + "x" * 20])
@pytest.mark.parametrize("digit", ["7", "٧"])
def test_a_year_of_a_date_has_a_digit_near(between: str, digit: str) -> None:
    """On its line, and so near that patterns look at it."""
    assert agrees_on_numbers(f"{digit}{between}a2019")
    assert agrees_on_numbers(f"2019a{between}{digit}")


@given(st.lists(TEXTS, max_size=6))
def test_texts_do_not_know_each_other(texts: list[str]) -> None:
    """A text has the same outline in any company."""
    assert outline_all(texts) == [outline(text) for text in texts]


def test_lines_behind_the_last_one_count_for_dates_only() -> None:
    """Bylines stand near the top of what is a page, not a book."""
    found = outline("\n" * 3000 + "x" * 200)
    assert (found.body, found.byline_body) == ((3000, 3000), (0, -1))


@pytest.mark.parametrize(
    "unit", ["x", "語", " ", "\n", "1", "1.", "2025 ", "1 .1 .", "٣", "\0", "😀"]
)
def test_a_megabyte_comes_to_an_end(unit: str) -> None:
    """Also of numbers as near to each other as they can be."""
    text = unit * (1_000_000 // len(unit))
    assert outline(text).starts[-1] == len(text) + 1
    assert agrees_on_numbers(text)
