"""Numbers of dates: none is missed that patterns would read, for any text in any company."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.date_numbers import (
    OTHER_DIGITS,
    DateNumbers,
    find_numbers,
    fold_name,
    name_letters,
    number_table,
    western_digits,
)
from builder.text.date_patterns import find_printed_dates, load_date_rules
from builder.tools import RULES as FOLDER

RULES = load_date_rules(FOLDER / "dates")

PARTS = st.sampled_from(
    (
        *("2025", "1999", "2568", "7", "11", "31.12.2024", "1/2/03", "٢٠٢٥", "２", "၁", "٣", "200"),
        *("12345", ".", "/", "-", "–", ":", ",", " ", "\u00a0", "\n", "a", "h", "年", "년", "月"),
        *("日", "20:15", "202220", "th", "st", "de ", "d'", "of ", "º", "tháng ", "TH", "thg. "),
        *("x" * 43, "x" * 16, "\0", "\ud800", "😀", "\u0307", "-yil ", " gada ", "พ.ย."),
        *("may", "Nov", "NİSAN", "ni̇san", "août", "AOUT", "ἰ", "ſept", "sept", "März", "mai"),
    )
)
MONTHS = st.sampled_from(sorted(RULES.months))
TEXTS = st.lists(
    PARTS | MONTHS | MONTHS.map(str.upper) | MONTHS.map(str.title) | st.text(max_size=2),
    max_size=24,
).map("".join)
TAGS = st.sampled_from(("und", "en", "en-US", "fr", "tr", "vi", "hr", "th"))


def agrees_on_dates(text: str, tag: str = "und") -> bool:
    """Say whether the dates read at the numbers found are those read at all places."""
    (found,), western = find_numbers([text], RULES.names), western_digits(text)
    every = list(range(len(text)))
    slow = find_printed_dates(western, tag, RULES, DateNumbers(every, every, every, True))
    return find_printed_dates(western, tag, RULES, found) == slow


@given(TEXTS, TAGS)
def test_no_number_of_a_date_is_missed(text: str, tag: str) -> None:
    """The kernel leaves out only numbers that no pattern reads a date at."""
    assert agrees_on_dates(text, tag)


@pytest.mark.parametrize("between", ["", " ", "x" * 39, "x" * 40, "x" * 19 + "\n" + "x" * 20])
@pytest.mark.parametrize("day", ["7 mai", "mai 7", "٧ mai", "7tháng 5", "7thMai"])
def test_a_year_of_a_date_has_a_day_near(day: str, between: str) -> None:
    """On its line, and so near that patterns look at it."""
    for text in (f"{day}{between}2019", f"2019{between}{day}", f"2019 {between} {day} 20"):
        assert agrees_on_dates(text)


def test_a_year_without_a_day_near_is_left_out() -> None:
    """A number alone makes no day, nor does the name of a month, or the beginning of one."""
    texts = ["7 mai 2019", "in 2019", "Mai 2019", "7 Maikäfer 2019", "7 Käfer 2019", "7\nmai 2019"]
    found = find_numbers(texts, RULES.names)
    assert [one.years for one in found] == [[6], [], [], [], [], []]


@given(st.lists(TEXTS, max_size=6))
def test_texts_do_not_know_each_other(texts: list[str]) -> None:
    """A text has the same numbers in any company."""
    alone = [find_numbers([text], RULES.names)[0] for text in texts]
    assert find_numbers(texts, RULES.names) == alone


@given(TEXTS)
def test_other_digits_are_seen(text: str) -> None:
    """Wherever they stand."""
    for one in (text, "x" * 600 + text, text + "x" * 600):
        found = find_numbers([one], RULES.names)[0]
        assert found.has_other_digits == bool(OTHER_DIGITS.search(one))


def test_all_digits_that_are_printed_are_in_the_range_of_the_kernel() -> None:
    """It looks only at some stretches of the table."""
    others = [ord(one) for one in map(chr, range(0x10000)) if OTHER_DIGITS.match(one)]
    assert all(0x660 <= code < 0x1800 or 0xFF10 <= code <= 0xFF19 for code in others)
    assert (number_table() & 15).nonzero()[0].tolist() == [*range(48, 58), *others]


def test_letters_are_folded_as_names_are() -> None:
    """Those of one form; what folds to several, and a dot above, may be any letter."""
    letters = name_letters()
    for code, sign in enumerate(map(chr, range(0x10000))):
        folded = fold_name(sign)
        if sign == "\u0307" or len(folded) > 1:
            assert letters[code] == 0xFFFF
        else:
            assert letters[code] == (ord(folded) if folded.isalpha() else 0)


@pytest.mark.parametrize("unit", ["x", "語", "1", "1.", "2025 ", "7 mai 2025", "1 .1 .", "٣", "\0"])
def test_a_megabyte_comes_to_an_end(unit: str) -> None:
    """Also of numbers as near to each other as they can be."""
    text = unit * (1_000_000 // len(unit))
    found = find_numbers([text], RULES.names)[0]
    assert len(found.years) == len(re.findall("2025", text)) * (unit != "2025 ")
