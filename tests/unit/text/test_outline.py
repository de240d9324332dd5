"""Outlines: equal to slow twins, for any lines, and for texts in any company."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.outline import BYLINE_PROSE, PROSE, outline, outline_all

LINES = st.sampled_from(
    (
        *("a" * 27, "b" * 70, "c" * 139, "語", "語" * 28, "語" * 56, "é" * 139, "😀" * 28, "한"),
        *(" " * 28, " ", "\u2028", "\x1c", "\x00", "\ud800", ".", "。", "॥", "\n\n", "d" * 420),
    )
)
TEXTS = st.lists(LINES | st.text(max_size=3), max_size=40).map("".join)


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


@given(st.lists(TEXTS, max_size=6))
def test_texts_do_not_know_each_other(texts: list[str]) -> None:
    """A text has the same outline in any company."""
    assert outline_all(texts) == [outline(text) for text in texts]


def test_lines_behind_the_last_one_count_for_dates_only() -> None:
    """Bylines stand near the top of what is a page, not a book."""
    found = outline("\n" * 3000 + "x" * 200)
    assert (found.body, found.byline_body) == ((3000, 3000), (0, -1))


@pytest.mark.parametrize("unit", ["x", "語", " ", "\n", "1.", "\0", "😀"])
def test_a_megabyte_comes_to_an_end(unit: str) -> None:
    """Also of lines as short as they can be."""
    text = unit * (1_000_000 // len(unit))
    assert outline(text).starts[-1] == len(text) + 1
