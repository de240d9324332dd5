"""Dates as they stand in texts, declared fields and addresses: what is read, and what is not."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builder.text
from builder.text import date_fields
from builder.text.date_fields import read_declared_date, read_url_date
from builder.text.date_numbers import western_digits
from builder.text.date_patterns import find_printed_dates, load_date_rules

RULES = load_date_rules(Path(builder.text.__file__).parent / "rules" / "dates")
NOV_7 = dt.date(2025, 11, 7)


def printed(text: str, language: str = "und") -> list[dt.date]:
    """Return the values of all dates found in a text, in order."""
    return [date.value for date in find_printed_dates(western_digits(text), language, RULES)]


# ------------------------------------------------------------------ how dates are printed


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "7 novembre 2025"),
        ("fr", "vendredi 7 nov. 2025"),
        ("en", "November 7, 2025"),
        ("en", "Nov. 7th, 2025"),
        ("en", "7th of November 2025"),
        ("de", "7. November 2025"),
        ("de", "07.11.2025"),
        ("de", "7.11.25"),
        ("es", "7 de noviembre de 2025"),
        ("es", "noviembre 7, 2025"),
        ("it", "7 novembre 2025"),
        ("pt", "7 de novembro de 2025"),
        ("ca", "7 de novembre del 2025"),
        ("nl", "7 november 2025"),
        ("pl", "7 listopada 2025"),
        ("cs", "7. listopadu 2025"),
        ("cs", "7. 11. 2025"),
        ("hr", "7. studenoga 2025."),
        ("sr", "7. новембар 2025."),
        ("ru", "7 ноября 2025 г."),
        ("uk", "7 листопада 2025"),
        ("be", "7 лістапада 2025"),
        ("bg", "7 ноември 2025 г."),
        ("el", "7 Νοεμβρίου 2025"),
        ("tr", "7 Kasım 2025 Cuma"),
        ("tr", "7 KASIM 2025"),
        ("az", "7 noyabr 2025"),
        ("kk", "2025 жылғы 7 қараша"),
        ("ky", "7-ноябрь, 2025"),
        ("uz", "2025-yil 7-noyabr"),
        ("hu", "2025. november 7."),
        ("ro", "7 noiembrie 2025"),
        ("fi", "7. marraskuuta 2025"),
        ("sv", "7 november 2025"),
        ("no", "7. november 2025"),
        ("da", "7. nov. 2025"),
        ("et", "7. november 2025"),
        ("lv", "2025. gada 7. novembrī"),
        ("lt", "2025 m. lapkričio 7 d."),
        ("id", "7 November 2025"),
        ("vi", "ngày 7 tháng 11 năm 2025"),
        ("vi", "07/11/2025"),
        ("ar", "٧ نوفمبر ٢٠٢٥"),
        ("ar", "7 تشرين الثاني 2025"),
        ("ar", "7 تشرين الثاني / نوفمبر 2025"),
        ("fa", "۷ نوامبر ۲۰۲۵"),
        ("he", "7 בנובמבר 2025"),
        ("hi", "7 नवंबर 2025"),
        ("th", "7 พ.ย. 2568"),
        ("th", "๗ พฤศจิกายน ๒๕๖๘"),
        ("zh", "2025年11月7日"),
        ("ja", "2025年11月7日(金)"),
        ("ko", "2025년 11월 7일"),
        ("ko", "2025.11.07 14:30"),
        ("und", "2025-11-07T14:30:00Z"),
        ("und", "2025/11/07"),
    ],
)
def test_a_date_is_read_as_its_language_prints_it(language: str, text: str) -> None:
    """Every form of the same day gives that day, with its place."""
    assert printed(text, language) == [NOV_7]


@pytest.mark.parametrize(
    "text",
    [
        "31 février 2025",
        "30/02/2025",
        "2025-13-01",
        "16 آبان 1404",
        "7 Nov 2568",
        "192.168.10.12",
        "1.2.3.4",
        "5-7 mai 2025",
        "du 3 au 7 novembre 2025",
        "12.10.2020-15.10.2020",
        "le 18 novembre",
        "novembre 2025",
        "令和7年11月7日",
        "tél. 01.02.03.04.05",
        "https://example.org/2025/11/07/article",
        "0707/11/2025",
    ],
)
def test_what_is_no_certain_day_is_not_read(text: str) -> None:
    """Impossible days, ranges, other calendars, numbers and half dates give nothing."""
    assert printed(text, "fr") == []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "07/11/2025", NOV_7),
        ("en", "07/11/2025", None),
        ("en", "07/11/2025, 25/12/2025", NOV_7),
        ("en", "11/07/2025, 12/25/2025", NOV_7),
        ("en", "11/07/2025, 12/25/2025, 25/12/2025", None),
        ("en-US", "11/07/2025", NOV_7),
        ("en-GB", "07/11/2025", NOV_7),
        ("en-US", "11/07/2025, 25/12/2025", None),
        ("de", "11/07/2025, 12/25/2025", None),
        ("en", "07.11.2025", NOV_7),
        ("en", "11/11/2025", dt.date(2025, 11, 11)),
    ],
)
def test_the_order_of_day_and_month_needs_evidence(
    language: str, text: str, expected: dt.date | None
) -> None:
    """Language, region and other dates of the page decide; where they disagree it stays open."""
    first = find_printed_dates(text, language, RULES)[0]
    assert (first.value if first.other is None else None) == expected


def test_a_name_of_two_months_is_read_in_its_own_language_only() -> None:
    """`listopada` is November in Polish and October in Croatian, and nothing elsewhere."""
    text = "7 listopada 2025"
    assert printed(text, "pl") == [NOV_7]
    assert printed(text, "hr") == [dt.date(2025, 10, 7)]
    assert printed(text, "und") == printed(text, "en") == []


def test_dates_glued_to_each_other_are_both_read() -> None:
    """Templates print the day of publication and of the last change without a gap."""
    assert printed("6. November 20257. November 2025", "de") == [dt.date(2025, 11, 6), NOV_7]


# ------------------------------------------------------------------ declared fields and URLs


@pytest.mark.parametrize(
    ("field", "value", "precision"),
    [
        ("2025-11-07", NOV_7, "day"),
        ("2025-11-07T23:59:00-05:00", NOV_7, "day"),
        ("2025-11-07 00:10:00+09", NOV_7, "day"),
        ("20251107", NOV_7, "day"),
        ("20251107T101500Z", NOV_7, "day"),
        ("Fri, 07 Nov 2025 23:30:00 -0500", NOV_7, "day"),
        ("Fri Nov  7 10:00:00 2025", NOV_7, "day"),
        ("7 November 2025", NOV_7, "day"),
        ("1762473600", NOV_7, "day"),
        ("1762473600000", NOV_7, "day"),
        ("2025-11", dt.date(2025, 11, 1), "month"),
        ("2025", dt.date(2025, 1, 1), "year"),
    ],
)
def test_a_declared_date_is_read_in_the_formats_of_programs(
    field: str, value: dt.date, precision: str
) -> None:
    """The printed local day counts; month and year are given by their first day."""
    day = read_declared_date(field)
    assert day is not None
    assert (day.value, day.precision) == (value, precision)


@pytest.mark.parametrize(
    "field",
    ["", "yesterday", "7/11/2025", "2025-02-30", "0001-01-01", "1970-01-01", "9" * 200, "12345"],
)
def test_an_unclear_declared_date_is_none(field: str) -> None:
    """Open orders, impossible days and default values of programs are not read."""
    assert read_declared_date(field) is None


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("https://example.org/2025/11/07/title", NOV_7),
        ("https://example.org/news/2025-11-07-title.html", NOV_7),
        ("https://example.org/a/20251107_title", NOV_7),
        ("https://example.org/2025/nov/07/title", NOV_7),
        ("https://example.org/2025/11/title", dt.date(2025, 11, 1)),
        ("https://web.archive.org/web/20120216182711/http://example.org/title", None),
        ("https://example.org/title?date=2025-11-07", None),
        ("https://example.org/2025/11/07/2025/11/08/x", None),
        ("https://example.org/99999999/id20251399", None),
        ("no url", None),
    ],
)
def test_the_path_of_a_url_declares_a_date(url: str, value: dt.date | None) -> None:
    """Only the path, only one day, and never an archive's own time stamp."""
    day = read_url_date(url)
    assert (day.value if day else None) == value


SLOW_YEAR = r"(?<![0-9])((?:19|20)[0-9]{2})"
SLOW_FORMS = (
    SLOW_YEAR + r"/([0-9]{1,2})/([0-9]{1,2})(?![0-9])",
    SLOW_YEAR + r"([-_.])([0-9]{2})\2([0-9]{2})(?![0-9])",
    SLOW_YEAR + r"([01][0-9])([0-3][0-9])(?![0-9])",
    r"/((?:19|20)[0-9]{2})/([a-z]{3})/([0-9]{1,2})(?![0-9])",
)
URL_PARTS = st.sampled_from(
    (*"/-_.123a", "19", "20", "2025", "1999", "11", "07", "nov", "/2025/11/07", "20251107")
)


@given(st.lists(URL_PARTS, max_size=12).map("".join))
def test_one_pattern_finds_the_days_of_four(path: str) -> None:
    """No day in an address hides another one of a different form."""
    slow = {one for form in SLOW_FORMS for one in map(date_fields._url_day, re.findall(form, path))}
    fast = set(map(date_fields._url_day, date_fields._URL_DAY.findall(path)))
    assert fast - {None} == slow - {None}
