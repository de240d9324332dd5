"""The scan knows what it needs of an article without annotating it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.corpus.templates import RepetitionParams
from builder.readers import Piece, Slice
from builder.scan import may_recur
from builder.text.source import declared_source, hint_sources, resolve_source
from schema.article import Origin, RawArticle

URLS = ("https://www.blatt.example/a", "blatt.example", "http://[", "https://127.0.0.1/", " ")


def domain(host: str) -> str | None:
    return ".".join(host.split(".")[-2:]) if "example" in host else None


@given(
    st.sampled_from([*URLS, None]),
    st.sampled_from(["Dat Blatt", " Dat\nBlatt ", "", None]),
    st.sampled_from([(), ("Anna Beck",)]),
)
def test_the_source_is_the_one_that_the_article_gets(
    url: str | None, publisher: str | None, authors: tuple[str, ...]
) -> None:
    raw = RawArticle(
        origin=Origin(path="a", record=0), text="x", url=url, publisher=publisher, authors=authors
    )
    registrable: Callable[[str], str | None] = domain
    assert declared_source(raw, registrable) == resolve_source(hint_sources("x", raw, [], domain))


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        (["text"] * 79, False),
        (["text"] * 80, True),
        (["html"] * 19, False),
        (["text"] * 19 + ["html"], True),
        (["jsonl"], True),
        ([], False),
    ],
)
def test_few_files_of_one_article_each_are_not_scanned(formats: list[str], expected: bool) -> None:
    slices = [Slice(tuple(Piece(f"{at}", name, 0, 9) for at, name in enumerate(formats)))]
    assert may_recur(slices, RepetitionParams()) == expected
