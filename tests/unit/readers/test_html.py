"""HTML pages: text, declared evidence, hostile pages. Needs the extra `html`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schema.article import RawArticle
from schema.reject import Reject, RejectCode
from tests.unit.readers.reading import articles, codes, read_all

pytest.importorskip("trafilatura")
pytestmark = pytest.mark.slow

PARAGRAPHS = [
    "The town council decided on Tuesday evening to reopen the old swimming pool next summer.",
    "It had been closed for three years because the roof was no longer safe, the mayor said.",
    "Residents had collected more than four thousand signatures and a good part of the money.",
    "Work is to begin in spring, and the first swimmers are expected in the middle of June.",
]

LINKED = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebPage", "datePublished": "2001-01-01"},
        {
            "@type": ["NewsArticle"],
            "headline": "Pool reopens",
            "datePublished": "2025-11-07T10:00:00+01:00",
            "dateModified": "2025-11-08T09:00:00+01:00",
            "author": [{"@type": "Person", "name": "Ada Miller"}, {"name": "https://x.org/a"}],
        },
    ],
}


def page(body: str = "", head: str = "", linked: Any = None) -> str:
    script = f'<script type="application/ld+json">{json.dumps(linked)}</script>' if linked else ""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return (
        f'<html lang="en-GB"><head><title>Pool reopens</title>{head}{script}</head><body>'
        f'<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>'
        f"<article><h1>Pool reopens</h1>{text}{body}</article>"
        f"<footer>All rights reserved</footer></body></html>"
    )


def read(tmp_path: Path, content: str | bytes, **params: Any) -> RawArticle | Reject:
    path = tmp_path / "a.html"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (outcome,) = read_all(path, **params)
    return outcome


def test_a_page_gives_its_text_and_what_it_declares(tmp_path: Path) -> None:
    """The menu is gone, the paragraphs stand in lines, the evidence is marked as the page's."""
    head = (
        '<meta property="og:site_name" content="The Example">'
        '<link rel="canonical" href="https://example.org/pool">'
    )
    found = read(tmp_path, page(head=head, linked=LINKED))
    assert isinstance(found, RawArticle)
    assert "\n".join(PARAGRAPHS) in found.text
    assert "Sport" not in found.text
    assert found.basis == "html"
    assert found.date == "2025-11-07T10:00:00+01:00"
    assert found.modified == "2025-11-08T09:00:00+01:00"
    assert found.title == "Pool reopens"
    assert found.authors == ("Ada Miller",)
    assert found.publisher == "The Example"
    assert found.url == "https://example.org/pool"
    assert found.language == "en-GB"
    assert found.origin.record == 0
    assert found.origin.sha256 is not None


@pytest.mark.parametrize("missing", ["undefined", "null", "nan", " "])
def test_what_stands_for_a_missing_value_declares_nothing(tmp_path: Path, missing: str) -> None:
    """Templates write it into all places; the next one that says something is heard."""
    linked = {
        "@type": "NewsArticle",
        "datePublished": "2025-11-07",
        "author": [{"@type": "Person", "name": missing}, missing],
        "publisher": {"@type": "Organization", "name": "Example News"},
    }
    names = ("author", "og:site_name", "og:title")
    head = "".join(f'<meta property="{name}" content="{missing}">' for name in names)
    found = read(tmp_path, page(head=head, linked=linked))
    assert isinstance(found, RawArticle)
    assert (found.authors, found.publisher) == ((), "Example News")
    assert found.title != missing


def test_meta_elements_declare_dates_where_there_is_no_json(tmp_path: Path) -> None:
    """Broken JSON-LD is passed over."""
    head = (
        '<script type="application/ld+json">{"datePublished": </script>'
        '<meta property="article:published_time" content="2024-03-01T08:00:00Z">'
        '<meta property="article:modified_time" content="2024-03-02">'
    )
    found = read(tmp_path, page(head=head))
    assert isinstance(found, RawArticle)
    assert (found.date, found.modified) == ("2024-03-01T08:00:00Z", "2024-03-02")


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("2024-03-01T08:00:00Z", "2024-03-01T08:00:00Z"),
        ("20240301T08:00:00Z", "20240301T08:00:00Z"),
        ("2024", "2024"),
        ("yesterday", "yesterday"),
    ],
)
def test_dates_are_read_by_the_clock_of_the_page_only(
    tmp_path: Path, declared: str, expected: str
) -> None:
    """No relative date is resolved, and a lone year does not become the first of January."""
    head = f'<meta property="article:published_time" content="{declared}">'
    found = read(tmp_path, page(head=head, body="<footer>© 2019 The Example</footer>"))
    assert isinstance(found, RawArticle)
    assert found.date == expected


def test_a_page_without_text_is_a_reject(tmp_path: Path) -> None:
    """Nothing, white space, and a page of links only."""
    for content in ("", " \n", "<html></html>", "<html><body><script>1</script></body></html>"):
        found = read(tmp_path, content)
        assert isinstance(found, Reject), content
        assert found.code is RejectCode.EMPTY_TEXT


def test_a_broken_character_in_the_article_is_a_reject_and_elsewhere_it_is_not(
    tmp_path: Path,
) -> None:
    """No character of an article is lost in silence."""
    head = b'<meta charset="utf-8"><script>"\xff"</script>'
    whole = page().replace("<head>", "<head>MARK").encode().replace(b"MARK", head)
    assert isinstance(read(tmp_path, whole), RawArticle)
    found = read(tmp_path, whole.replace(b"mayor said", b"mayor s\xe1id"))
    assert isinstance(found, Reject)
    assert found.code is RejectCode.UNKNOWN_ENCODING


def test_legacy_pages_are_read_by_their_label(tmp_path: Path) -> None:
    """A page of its time keeps its letters."""
    russian = "Правительство вчера обсудило проект бюджета на следующий год. " * 5
    content = page(body=f"<p>{russian}</p>", head='<meta charset="windows-1251">')
    found = read(tmp_path, content.encode("cp1251"))
    assert isinstance(found, RawArticle)
    assert russian.strip() in found.text


@pytest.mark.parametrize(
    "content",
    [
        "<div>" * 20_000 + PARAGRAPHS[0],
        "<a href='x'>" * 20_000,
        "<p>" + "x" * 1_000_000,
        "<table>" * 2_000,
        "&" * 500_000,
        "<!--" * 100_000,
        "\x00" * 1000 + page(),
        page(body="&#xD800; &#0; &#x110000; &#1;"),
        page(linked={"@type": "NewsArticle", "datePublished": 5, "author": {"name": [[1]]}}),
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>" + page(),
    ],
    ids=range(10),
)
def test_hostile_pages_are_one_outcome(tmp_path: Path, content: str) -> None:
    """Deep, endless, broken: never an error, and never more than one outcome."""
    found = read(tmp_path, content)
    found.model_dump_json()


def test_invisible_characters_survive_the_extraction(tmp_path: Path) -> None:
    """Persian non-joiners, emoji, marks of direction: as characters and as references."""
    sentence = (
        "دولت می\u200cخواهد بودجه\u200cی سال آینده را بررسی کند، وزیر گفت (\u200f2025\u200e). "
        "तीन \u0915\u094d\u200d\u0937 और \U0001f469\u200d\U0001f4bb "
    )
    spelled = sentence.replace("\u200c", "&zwnj;").replace("\u200d", "&#8205;")
    for written in (sentence, spelled):
        found = read(tmp_path, page(body=f"<p>{written * 3}</p><p>Linear A: \U00010600.</p>"))
        assert isinstance(found, RawArticle)
        assert (sentence * 3).strip() in found.text
        assert "\U00010600" in found.text


def test_the_limits_hold_for_pages(tmp_path: Path) -> None:
    """A page over the limit of bytes or characters is a reject."""
    for limits in ({"max_record_bytes": 100}, {"max_chars": 50}):
        found = read(tmp_path, page(), **limits)
        assert isinstance(found, Reject)
        assert found.code is RejectCode.TOO_LONG


def test_many_pages_are_read_in_order(tmp_path: Path) -> None:
    """A page's result does not depend on those before it."""
    for number in range(5):
        (tmp_path / f"{number}.htm").write_text(page(body=f"<p>Number {number} of five.</p>"))
    together = articles(read_all(tmp_path))
    alone = [articles(read_all(tmp_path / f"{number}.htm"))[0] for number in range(5)]
    assert together == alone
    assert codes(read_all(tmp_path, 1)) == [None] * 5
