"""Dates: what declares the date of publication, and when there is none."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builder.text
from builder.text.date_fields import read_url_date
from builder.text.date_header import POINTS
from builder.text.date_numbers import western_digits
from builder.text.date_patterns import find_printed_dates, load_date_rules
from builder.text.dates import DeclaredDates, hint_dates, resolve_date
from schema.hints import DateHint
from schema.terms import DateBasis, DateKind, DatePrecision

RULES = load_date_rules(Path(builder.text.__file__).parent / "rules" / "dates")
NOV_7 = dt.date(2025, 11, 7)
BODY = (
    "Le conseil municipal a adopté hier soir le budget de la ville pour l’année prochaine, après "
    "une longue discussion.\n"
    "Les élus de l’opposition regrettent la hausse des tarifs de la cantine et des transports, "
    "qui touchera surtout les familles.\n"
)


def resolved(text: str, tag: str = "fr", **declared: object) -> DateHint | None:
    """Return the hint that dates a text."""
    return resolve_date(hint_dates(text, tag, RULES, DeclaredDates(**declared)))  # type: ignore[arg-type]


# ------------------------------------------------------------------ what dates an article


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("fr", "Publié le 7 novembre 2025 à 14:30"),
        ("fr", "Par Jeanne Martin | 7 novembre 2025"),
        ("fr", "vendredi 7 novembre 2025"),
        ("en", "Published: November 7, 2025, 2:30 pm"),
        ("en", "By Ann Smith published 7 November 2025"),
        ("de", "Veröffentlicht am 7. November 2025 um 14:30 Uhr"),
        ("es", "Publicado el 7 de noviembre de 2025"),
        ("it", "Pubblicato il 7 novembre 2025 alle 14:30"),
        ("pt", "Publicado em 07/11/2025 às 14h30"),
        ("nl", "Gepubliceerd op 7 november 2025"),
        ("pl", "Data publikacji: 7 listopada 2025"),
        ("ru", "Опубликовано: 7 ноября 2025, 14:30"),
        ("uk", "Опубліковано 7 листопада 2025"),
        ("tr", "Yayınlanma tarihi: 7 Kasım 2025 14:30"),
        ("ar", "نشر في: 7 نوفمبر 2025"),
        ("fa", "تاریخ انتشار: ۷ نوامبر ۲۰۲۵"),
        ("he", "פורסם: 7 בנובמבר 2025"),
        ("zh", "发布时间：2025-11-07 10:20"),
        ("ja", "公開日 2025年11月7日 14:30"),
        ("ko", "입력 2025.11.07 14:30"),
        ("el", "Δημοσιεύθηκε: 7 Νοεμβρίου 2025"),
        ("kk", "Жарияланды: 2025 жылғы 7 қараша"),
        ("fi", "Julkaistu 7.11.2025 klo 14.30"),
        ("hi", "प्रकाशित: 7 नवंबर 2025"),
        ("vi", "Ngày đăng: 07/11/2025"),
    ],
)
def test_a_header_line_dates_the_article(language: str, line: str) -> None:
    """Labelled and lone dated lines between headline and body, in many languages."""
    text = f"Le budget de la ville est adopté\n{line}\n{BODY}"
    hint = resolved(text, language)
    assert hint is not None
    assert (hint.value, hint.kind, hint.basis) == (NOV_7, DateKind.PUBLISHED, DateBasis.HEADER)
    read = find_printed_dates(western_digits(text[hint.start : hint.end]), language, RULES)
    assert [date.value for date in read] == [NOV_7]


def test_a_label_glued_to_the_first_sentence_dates_the_article() -> None:
    """An extractor left `date` and the day before the first word of the body."""
    hint = resolved(" date 2025-11-07 " + BODY)
    assert hint is not None
    assert (hint.value, hint.basis, hint.start, hint.end) == (NOV_7, DateBasis.HEADER, 6, 16)


def test_a_label_inside_one_long_line_dates_the_article() -> None:
    """A flattened page keeps its label, if only one date has it."""
    flat = ("Accueil Politique Sports " * 50 + f"Publié le 7 novembre 2025 {BODY}").replace(
        "\n", " "
    )
    hint = resolved(flat)
    assert hint is not None
    assert hint.value == NOV_7
    assert resolved(flat + "Publié le 9 novembre 2025 Un autre article") is None


@pytest.mark.parametrize(
    "start",
    [
        "PARIS (AFP) – 7 nov. 2025 – ",
        "Paris, 7 novembre 2025 (AFP) - ",
        "PARIS, 7 nov. 2025 /PRNewswire/ -- ",
    ],
)
def test_a_dateline_dates_the_article(start: str) -> None:
    """Place, date and agency before the first sentence."""
    hint = resolved(start + BODY)
    assert hint is not None
    assert (hint.value, hint.basis) == (NOV_7, DateBasis.DATELINE)


@pytest.mark.parametrize(
    "text",
    [
        "Le 7 novembre 2025, le conseil a voté. " + BODY,
        "Le conseil a voté le 7 novembre 2025. " + BODY,
        "Le vendredi 7 novembre 2025 à 14:30, le conseil a voté. " + BODY,
        "Accueil\nvendredi 7 novembre 2025\n" + "Rubrique\n" * 20 + BODY,
        "Une étude publiée le 7 novembre 2025 dans une revue le confirme, selon la mairie. " + BODY,
        "A study published on 7 November 2025 in a journal says so, the council announced. " + BODY,
        "L’incendie du 7 novembre 2025 en bref\n" + BODY,
        "Titre\n" + BODY + "Consulté le 7 novembre 2025\n",
        "Titre\nJusqu’au 7 novembre 2025\n" + BODY,
        "Titre\n— Jeanne Martin (@jeanne) November 7, 2025\n" + BODY,
        "Correction, Nov. 7, 2025: " + BODY,
        "14:45\n-\n14:30\n-\n" + BODY,
    ],
)
def test_a_mention_never_dates_the_article(text: str) -> None:
    """Dates of events, studies, visits and posts stay mentions."""
    assert resolved(text) is None
    assert {hint.kind for hint in hint_dates(text, "fr", RULES)} <= {DateKind.MENTION}


def test_an_index_page_of_dated_teasers_has_no_date() -> None:
    """Many lines with different dates say nothing of the page."""
    teasers = "\n".join(
        f"{day} novembre 2025\nUn titre de plus pour la une\n" + "Un résumé assez court." * 2
        for day in range(1, 15)
    )
    assert resolved(teasers) is None


def test_published_goes_before_updated_and_both_are_kept() -> None:
    """The update beside it stays a hint."""
    text = f"Titre\nPublié le 7 novembre 2025 à 9:00 | Mis à jour le 9 novembre 2025 à 8:00\n{BODY}"
    hints = hint_dates(text, "fr", RULES)
    assert [(hint.kind, hint.value.day) for hint in hints] == [
        (DateKind.PUBLISHED, 7),
        (DateKind.UPDATED, 9),
    ]
    assert resolve_date(hints) == hints[0]


def test_a_later_date_glued_to_the_first_is_its_update() -> None:
    """Blog templates print both days without a word between."""
    text = f"Titre\nPublié le 7 novembre 2025samedi 8 novembre 2025\n{BODY}"
    hint = resolved(text)
    assert hint is not None
    assert hint.value == NOV_7


def test_an_update_alone_dates_the_article() -> None:
    """Nothing better is declared."""
    hint = resolved(f"Titre\nMis à jour le 7 novembre 2025\n{BODY}")
    assert hint is not None
    assert (hint.value, hint.kind) == (NOV_7, DateKind.UPDATED)


def test_the_date_of_the_day_above_the_menu_gives_way() -> None:
    """The page's own clock is not the article's date."""
    menu = "\n".join(["Accueil", "Politique", "Culture", "Sports", "Météo"] * 5)
    text = (
        f"dimanche 9 novembre 2025\n{menu}\nLe budget\nPublié le 7 novembre 2025 à 9:00\n{BODY * 3}"
    )
    hint = resolved(text)
    assert hint is not None
    assert hint.value == NOV_7


def test_later_comments_give_way_to_the_header() -> None:
    """Comments of following days, below the body, are not the article's date."""
    comments = "".join(
        f"Pseudo{day}\n{day} novembre 2025 à 10:0{day - 8}\nBravo !\n" for day in (8, 9)
    )
    hint = resolved(f"Titre\nPublié le 7 novembre 2025\n{BODY}Commentaires\n{comments}")
    assert hint is not None
    assert hint.value == NOV_7


def test_metadata_goes_before_text_and_a_fetch_time_is_never_the_date() -> None:
    """Declared fields come first; the fetch time is a hint and an upper bound."""
    text = f"Titre\nPublié le 9 novembre 2025\n{BODY}"
    hint = resolved(text, published="2025-11-07")
    assert hint is not None
    assert (hint.value, hint.basis, hint.start) == (NOV_7, DateBasis.METADATA, None)
    only_fetched = hint_dates(BODY, "fr", RULES, DeclaredDates(fetched="2025-11-07T10:00:00Z"))
    assert [hint.kind for hint in only_fetched] == [DateKind.FETCHED]
    assert resolve_date(only_fetched) is None


@pytest.mark.parametrize("bound", ["not_after", "fetched"])
def test_nothing_is_published_after_the_bound(bound: str) -> None:
    """A later printed date is a mention, a later declared one is dropped; one day is granted."""
    declared = {bound: dt.date(2025, 11, 5) if bound == "not_after" else "2025-11-05"}
    text = f"Titre\nPublié le 7 novembre 2025\n{BODY}"
    assert resolved(text, **declared, published="2025-11-07") is None
    assert resolved(text.replace("7 novembre", "6 novembre"), **declared) is not None


@pytest.mark.parametrize("fetched", ["2025-11", "2025"])
def test_a_vague_fetch_time_bounds_by_its_last_day(fetched: str) -> None:
    """What was fetched in November may have been published on any day of it."""
    hint = resolved(BODY, published="2025-11-07", fetched=fetched)
    assert hint is not None
    assert hint.value == NOV_7
    assert resolved(BODY, published="2026-01-07", fetched=fetched) is None


@pytest.mark.parametrize(
    "field",
    ["1970-01-01", "1970-01-01T00:00:00Z", "January 1, 1970", "1969-12-31T19:00:00-05:00"],
)
@pytest.mark.parametrize("name", ["published", "updated", "fetched"])
def test_what_programs_write_where_they_know_no_date_is_none(name: str, field: str) -> None:
    """Neither a format of programs nor the reading of a person's date lets it pass."""
    assert hint_dates(BODY, "en", RULES, DeclaredDates(**{name: field})) == []


def test_a_month_gives_way_to_a_day_inside_it() -> None:
    """Coarse metadata and a printed day agree, if the day lies in the month."""
    text = f"Titre\nPublié le 7 novembre 2025\n{BODY}"
    finer = resolved(text, published="2025-11")
    assert finer is not None
    assert (finer.value, finer.basis) == (NOV_7, DateBasis.HEADER)
    coarse = resolved(text, published="2025-10")
    assert coarse is not None
    assert (coarse.value, coarse.precision) == (dt.date(2025, 10, 1), DatePrecision.MONTH)


def test_a_header_and_a_url_that_disagree_give_no_date() -> None:
    """More than a day apart, nobody knows which is right; a month in a URL decides nothing."""
    text = f"Titre\nPublié le 7 novembre 2025\n{BODY}"
    near = resolved(text, url="https://example.org/2025/11/06/titre")
    assert near is not None
    assert near.value == NOV_7
    assert resolved(text, url="https://example.org/2024/11/06/titre") is None
    alone = resolved(BODY, url="https://example.org/2025/11/07/titre")
    assert alone is not None
    assert alone.basis is DateBasis.URL
    assert resolved(BODY, url="https://example.org/2025/11/titre") is None


def test_the_region_of_tag_or_url_decides_the_order_of_english_numbers() -> None:
    """Without a region 07/11/2025 dates nothing."""
    text = f"The budget\nPublished 07/11/2025 14:30\n{BODY}"
    assert resolved(text, "en") is None
    british = resolved(text, "en", url="https://www.example.co.uk/budget")
    american = resolved(text, "en", language="en_US")
    assert british is not None
    assert american is not None
    assert (british.value, american.value) == (NOV_7, dt.date(2025, 7, 11))


def test_several_declared_readings_of_a_person_are_read_too() -> None:
    """A field as a person writes it counts, if it holds one date."""
    hint = resolved(BODY, published="Publié le 7 novembre 2025 à 14 h")
    assert hint is not None
    assert hint.value == NOV_7
    assert resolved(BODY, published="7 novembre 2025, 9 novembre 2025") is None


def test_every_fact_has_points_and_the_guide_lists_them() -> None:
    """The table of points is documented, each with its number."""
    guide = Path(__file__).parents[3] / "docs" / "dates.md"
    text = guide.read_text(encoding="utf-8")
    for fact, points in POINTS.items():
        assert f"| `{fact}` | {points:+d} |".replace("-", "−") in text.replace("-", "−")


# ------------------------------------------------------------------ any text, and fast

FRAGMENTS = st.sampled_from(
    (
        *("7 novembre 2025", "2025-11-07", "Publié le ", "Mis à jour ", "\n", " ", BODY, "7/11/25"),
        *(
            "–",
            "１２",
            "٢٠٢٥",
            "2025年11月7日",
            "Nov 7, 2025",
            "(",
            "12:30",
            "\u200f",
            "a",
            "20259",
        ),
        "PARIS, ",
    )
)


@given(st.lists(FRAGMENTS | st.text(max_size=20), max_size=30).map("".join))
def test_hints_of_any_text_are_valid_and_in_place(text: str) -> None:
    """Offsets show a date, hints are sorted, and a mention never becomes the date."""
    hints = hint_dates(text, "fr", RULES)
    assert [hint.start for hint in hints] == sorted(hint.start or 0 for hint in hints)
    for hint in hints:
        assert hint.start is not None
        assert any(character.isdigit() for character in text[hint.start : hint.end])
    date = resolve_date(hints)
    assert date is None or date.kind in (DateKind.PUBLISHED, DateKind.UPDATED)


@given(st.text(max_size=200), st.text(max_size=90))
def test_hostile_fields_raise_nothing(url: str, field: str) -> None:
    """Whatever metadata hold, there is an answer."""
    declared = DeclaredDates(published=field, fetched=field, url=url)
    resolve_date(hint_dates("", "en", RULES, declared))
    read_url_date("https://example.org/" + url)


HOSTILE = (
    "2020 ",
    "1 May 2020 ",
    "a 1 2020 ",
    "1/2/2020 ",
    "1.",
    "2020年1月1日",
    "7 listopada 2020\n",
    "Published 7 May 2020, updated 8 May 2020\n",
    "(",
    " ",
    "1 a a 2020",
    "٢٠٢٥ ",
    "A, 7 May 2020 - ",
    "A (B) (B) (B) - 7 May 2020 - ",
    "A,,,,,,,,,",
)


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_lines_come_to_an_end(unit: str) -> None:
    """A megabyte of it is searched to its end, and what is found lies in it."""
    text = unit * (1_000_000 // len(unit))
    hints = hint_dates(text, "en", RULES)
    assert all(hint.start is None or text[hint.start : hint.end] for hint in hints)
