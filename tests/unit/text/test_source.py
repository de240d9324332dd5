"""Source hints come from what is declared or labelled, and from nowhere else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.bylines import find_authors
from builder.text.cue_rules import CueRules, load_cues
from builder.text.cues import find_cues
from builder.text.names import leading_name, listed_names, looks_like_person
from builder.text.outline import outline
from builder.text.source import hint_sources, resolve_source
from schema.article import Origin, RawArticle
from schema.hints import SourceHint
from schema.terms import SourceBasis, SourceKind

RULES = Path(__file__).parents[3] / "builder" / "text" / "rules"
BODY = (
    "The council voted on Tuesday evening to repair the hall, which has been closed for three "
    "years because of its roof, and the work will begin in March, the mayor told the meeting."
)


@pytest.fixture(scope="module")
def rules() -> CueRules:
    return load_cues(RULES)


def raw(text: str = "", **declared: object) -> RawArticle:
    return RawArticle.model_validate(
        {"origin": Origin(path="a.txt", record=0), "text": text, **declared}
    )


NAME_PARTS = (
    *("Anna", "Roth", "J.", "Inc.", "de", "von", "O’Neil", "Neto.", "der", "3", "Ⅳ", "山田", "ß"),
    *(" ", "\u00a0", "  ", "-", "—", ".", ",", "x" * 30, "\0", "\ud800", "_", "&"),
)


def registrable(host: str) -> str | None:
    return ".".join(host.split(".")[-2:]) if "." in host else None


def hints(text: str, rules: CueRules, **declared: object) -> list[SourceHint]:
    return hint_sources(text, raw(text, **declared), find_cues(text, "und", rules), registrable)


def named(found: list[SourceHint], kind: SourceKind) -> list[str]:
    return [hint.value for hint in found if hint.kind is kind]


def test_declared_fields_are_hints_without_a_place(rules: CueRules) -> None:
    found = hints(
        BODY,
        rules,
        url="https://news.example.org/a",
        publisher=" Valley  Post ",
        authors=("A. Roe",),
    )
    assert [(one.kind, one.value, one.basis) for one in found] == [
        (SourceKind.URL, "https://news.example.org/a", SourceBasis.METADATA),
        (SourceKind.DOMAIN, "example.org", SourceBasis.URL),
        (SourceKind.PUBLISHER, "Valley Post", SourceBasis.METADATA),
        (SourceKind.AUTHOR, "A. Roe", SourceBasis.METADATA),
    ]
    assert resolve_source(found) == "example.org"


def test_source_falls_back_to_the_declared_publisher_and_never_to_the_text(rules: CueRules) -> None:
    assert resolve_source(hints(BODY, rules, publisher="Valley Post")) == "Valley Post"
    text = f"{BODY}\nSign up for the Valley Post newsletter"
    found = hints(text, rules)
    assert named(found, SourceKind.PUBLISHER) == ["Valley Post"]
    assert resolve_source(found) is None


@pytest.mark.parametrize("url", ["http://[broken", "", "   ", "no host at all"])
def test_broken_url_gives_no_domain(url: str, rules: CueRules) -> None:
    assert named(hints(BODY, rules, url=url), SourceKind.DOMAIN) == []


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        ("By Hannah Colley", SourceKind.AUTHOR, "Hannah Colley"),
        ("Von Miriam Falk, Hohenbruck", SourceKind.AUTHOR, "Miriam Falk"),
        ("Par Élise Marchand", SourceKind.AUTHOR, "Élise Marchand"),
        ("Автор: Анна Лебедева", SourceKind.AUTHOR, "Анна Лебедева"),
        ("记者：王小明", SourceKind.AUTHOR, "王小明"),
        ("Hannah Colley | 12 March 2024", SourceKind.AUTHOR, "Hannah Colley"),
        ("Édité par : Анна Лебедева", SourceKind.EDITOR, "Анна Лебедева"),
        ("Translated by Ruth Meyer", SourceKind.EDITOR, "Ruth Meyer"),
        ("LONDON (Reuters) - It rained.", SourceKind.AGENCY, "Reuters"),
        (
            "This article was originally published by Northern Mail.",
            SourceKind.ORIGINAL_SOURCE,
            "Northern Mail",
        ),
        ("Suivez-nous sur Facebook", SourceKind.PLATFORM, "Facebook"),
    ],
)
def test_labelled_name_is_a_hint_at_its_place(
    line: str, kind: SourceKind, value: str, rules: CueRules
) -> None:
    text = f"The hall reopens\n{line}\n{BODY}\n{BODY}"
    found = [hint for hint in hints(text, rules) if hint.kind is kind]
    assert [hint.value for hint in found][:1] == [value]
    assert all(text[hint.start : hint.end] == hint.value for hint in found)


@pytest.mark.parametrize(
    "line",
    [
        "The hall",
        "World News",
        "By land and by sea",
        "Hannah Colley",
        "Facebook",
        "AP courses are popular",
        "Sign up for our newsletter",
    ],
)
def test_line_without_label_gives_no_hint(line: str, rules: CueRules) -> None:
    """A wrong hint is worse than none."""
    assert hints(f"{line}\n{BODY}", rules) == []


def test_authors_of_teasers_are_not_the_author(rules: CueRules) -> None:
    """A byline far from the body belongs to another article."""
    menu = "\n".join(f"Topic {number}" for number in range(40))
    text = f"By Ruth Meyer\n{menu}\nThe hall reopens\nBy Hannah Colley\n{BODY}\n{BODY}"
    spans = find_authors(text, find_cues(text, "en", rules), outline(text))
    assert [text[start:end] for start, end in spans] == ["Hannah Colley"]


def test_place_after_a_dash_is_no_author(rules: CueRules) -> None:
    """And a name has its particles besides: four words and a particle are a person."""
    line = "Por João Guimarães da Silva Neto — São Paulo"
    found = hints(f"Reabre a piscina\n{line}\n{BODY}\n{BODY}", rules)
    assert named(found, SourceKind.AUTHOR) == ["João Guimarães da Silva Neto"]


@pytest.mark.parametrize(
    ("notice", "publishers"),
    [
        ("© 2024 Northern Mail. All rights reserved.", ["Northern Mail"]),
        ("© 2024 Northern Mail e.V.", ["Northern Mail"]),
        ("© 2024 Northern Mail tous droits réservés", ["Northern Mail"]),
        ("© 2024 Northern Mail & Echo", []),
        ("© 2024 Northern Mail für den ganzen Norden", []),
    ],
)
def test_a_rights_notice_names_the_publisher_in_full_or_not_at_all(
    notice: str, publishers: list[str], rules: CueRules
) -> None:
    found = hints(f"Northern Mail\n{BODY}\n{BODY}\n{notice}", rules)
    assert named(found, SourceKind.PUBLISHER) == publishers


def test_an_author_to_follow_is_no_publisher(rules: CueRules) -> None:
    prompts = "Follow Hannah on Twitter\nFollow Northern Mail on Facebook"
    found = hints(f"The hall reopens\nBy Hannah Colley\n{BODY}\n{BODY}\n{prompts}", rules)
    assert named(found, SourceKind.PUBLISHER) == ["Northern Mail"]


def test_hints_do_not_repeat(rules: CueRules) -> None:
    found = hints(f"By Ruth Meyer\n{BODY}\nBy Ruth Meyer", rules, authors=("Ruth Meyer",))
    assert named(found, SourceKind.AUTHOR) == ["Ruth Meyer"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Anna Roth said", "Anna Roth"),
        ("Ludwig van der Meer", "Ludwig van der Meer"),
        ("Valley Post : news", "Valley Post"),
        ("France 24 reports", "France 24"),
        ("said nothing", None),
        ("X", None),
    ],
)
def test_leading_name_ends_where_small_letters_begin(text: str, name: str | None) -> None:
    found = leading_name(text, 0, len(text))
    assert (text[found.start : found.end] if found else None) == name


@given(st.lists(st.sampled_from(NAME_PARTS), max_size=12).map("".join))
def test_a_name_begins_with_itself(text: str) -> None:
    """What was found to be a name need not be read again."""
    found = leading_name(text, 0, len(text))
    assert found is None or leading_name(text, *found) == found


def test_listed_names_stop_at_a_role() -> None:
    text = "Anna Roth und Peter Holm, Redakteur"
    spans = listed_names(text, 0, len(text), frozenset({"redakteur"}))
    assert [text[start:end] for start, end in spans] == ["Anna Roth", "Peter Holm"]


@pytest.mark.parametrize(
    ("name", "person"),
    [("Anna Roth", True), ("Anna", False), ("News 24", False), ("AP TT", False), ("王小明", True)],
)
def test_shape_of_a_person(name: str, person: bool) -> None:
    assert looks_like_person(name) is person


def test_a_login_in_an_address_is_not_published(rules: CueRules) -> None:
    found = hints(BODY, rules, url="https://user:secret@news.example.org/a?b=1#c")
    assert named(found, SourceKind.URL) == ["https://news.example.org/a?b=1#c"]


@pytest.mark.parametrize(
    "url",
    [
        *("not a url", "http://two words.com/", "http://ex\u202eample.com/", "http://a<b>.com/"),
        f"https://{'a' * 300}.com/",
    ],
)
def test_what_is_no_address_is_no_hint(url: str, rules: CueRules) -> None:
    assert hints(BODY, rules, url=url) == []
