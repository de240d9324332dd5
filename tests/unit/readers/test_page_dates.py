"""Three witnesses of a page's date: what it declares, what it prints, what htmldate finds."""

import datetime as dt

import pytest
from lxml import html

from builder.readers.page import Declared, read_declared
from builder.readers.page_dates import printed_date, published_date, visible_text
from schema.hints import DateHint
from schema.terms import DateBasis, DateKind, DatePrecision


def printed(day: str, kind: DateKind = DateKind.PUBLISHED) -> DateHint:
    return DateHint(
        value=dt.date.fromisoformat(day),
        precision=DatePrecision.DAY,
        kind=kind,
        basis=DateBasis.HEADER,
        start=0,
        end=10,
    )


def test_a_line_is_what_a_block_shows() -> None:
    """Inline elements and source lines do not break a line, blocks do, scripts are unseen."""
    page = html.fromstring(
        "<html><head><title>T</title></head><body><h1>A <b>bold</b>\ntitle</h1>"
        "<script>var x;</script><!-- no -->by <i>Ann</i><p>One<br>two</p>tail\nend</body></html>"
    )
    assert visible_text(page) == "A bold title\nby Ann\nOne\ntwo\ntail end"


@pytest.mark.parametrize(
    ("declared", "day", "expected"),
    [
        ("2025-11-07T09:00:00+01:00", "2025-11-07", "2025-11-07T09:00:00+01:00"),
        ("2025-11-07T02:30:00Z", "2025-11-06", "2025-11-06"),
        ("2025-11-07T23:30:00.000Z", "2025-11-08", "2025-11-08"),
        ("Fri, 07 Nov 2025 02:30:00 GMT", "2025-11-06", "2025-11-06"),
        ("2025-11-07T13:30:00Z", "2025-11-06", "2025-11-07T13:30:00Z"),
        ("2025-11-07T23:30:00-05:00", "2025-11-08", "2025-11-07T23:30:00-05:00"),
        ("2025-11-07", "2025-11-30", "2025-11-07"),
    ],
)
def test_a_time_in_utc_gives_way_to_the_local_day(declared: str, day: str, expected: str) -> None:
    """Only the day that it was elsewhere at that time is believed."""
    assert published_date(Declared(date=declared), printed(day), None) == expected


def test_a_page_that_was_published_anew_has_its_printed_date() -> None:
    """The last change counts only where no line calls it a change."""
    declared = Declared(date="2021-12-14T15:41:07+01:00", modified="2022-02-04T15:33:00+01:00")
    assert published_date(declared, printed("2022-02-04"), None) == "2022-02-04"
    update = printed("2022-02-04", DateKind.UPDATED)
    assert published_date(declared, update, None) == declared.date


def test_witnesses_that_disagree_are_not_heard() -> None:
    """With nothing printed, two different days make none."""
    declared = Declared(date="2019-06-17")
    assert published_date(declared, None, "2017-07-12") is None
    assert published_date(declared, None, "2019-06-17") == "2019-06-17"
    assert published_date(declared, None, None) == "2019-06-17"


def test_what_is_printed_comes_before_what_is_found() -> None:
    """A page that declares nothing is read as people read it."""
    assert published_date(Declared(), printed("2020-02-05"), "2020-02-12") == "2020-02-05"
    assert published_date(Declared(), None, "2020-02-12") == "2020-02-12"
    assert published_date(Declared(), None, "2020-01-01") is None
    assert published_date(Declared(date="7.11.2025"), None, None) == "7.11.2025"


def test_marked_dates_count_if_there_is_one() -> None:
    """The teasers of a page carry dates of their own."""
    one = '<div><time itemprop="datePublished" datetime="2018-06-22">June</time></div>'
    two = one + '<div><time itemprop="datePublished" datetime="2018-06-23">June</time></div>'
    assert read_declared(html.fromstring(one)).date == "2018-06-22"
    assert read_declared(html.fromstring(f"<main>{two}</main>")).date is None


def test_the_day_of_an_archived_copy_is_no_date() -> None:
    """Pages print the day of the visit, and an archive visits, too."""
    page = html.fromstring("<body><p>10 November 2013</p><h1>A title</h1></body>")
    url = "https://web.archive.org/web/20131110121040/http://example.org/a-title/"
    assert printed_date(page, Declared(language="en"), None, None) is not None
    assert printed_date(page, Declared(language="en"), url, None) is None


def test_hostile_pages_come_to_an_end() -> None:
    """Depth and breadth of a page are no matter."""
    deep = html.fromstring("<div>" * 200 + "x" + "<br>" * 100_000)
    assert visible_text(deep) == "x"
