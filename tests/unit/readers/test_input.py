"""Which field speaks for which of our names, and what types it may have."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from builder.input.article import record_article
from builder.input.columns import ColumnMap
from builder.input.params import COLUMN_NAMES, InputParams
from builder.input.rejects import Place, excerpt
from schema.article import RawArticle
from schema.reject import Reject, RejectCode


def outcome(
    record: dict[str, Any], unknown: Counter[str] | None = None, **params: Any
) -> RawArticle | Reject:
    made = InputParams(**params)
    counter: Counter[str] = Counter() if unknown is None else unknown
    return record_article(record, Place("a.jsonl", 7, "0" * 64), ColumnMap(made), made, counter)


def article(record: dict[str, Any], **params: Any) -> RawArticle:
    found = outcome(record, **params)
    assert isinstance(found, RawArticle), found
    return found


def test_declared_fields_are_kept_as_they_stand() -> None:
    """Nothing is parsed, split or trimmed before the record stages."""
    found = article(
        {
            "text": " Body. ",
            "id": 12,
            "url": "https://example.org/a",
            "date": "7 novembre 2025",
            "modified": "2025-11-08T10:00:00+01:00",
            "fetched": "2025",
            "title": " Title ",
            "authors": ["A. B.", None, " ", {"name": "C"}],
            "publisher": {"@type": "Organization", "name": "Example"},
            "language": "FR-fr",
        }
    )
    assert found.model_dump(exclude={"origin"}) == {
        "text": " Body. ",
        "url": "https://example.org/a",
        "date": "7 novembre 2025",
        "modified": "2025-11-08T10:00:00+01:00",
        "fetched": "2025",
        "title": " Title ",
        "authors": ("A. B.", "C"),
        "publisher": "Example",
        "language": "FR-fr",
        "basis": "metadata",
    }
    assert found.origin.model_dump() == {
        "path": "a.jsonl",
        "record": 7,
        "id": "12",
        "sha256": "0" * 64,
    }


@pytest.mark.parametrize(
    ("name", "synonym"), [(name, other) for name, all_ in COLUMN_NAMES.items() for other in all_]
)
def test_every_synonym_is_understood(name: str, synonym: str) -> None:
    """All names of the written list work, in any case and with separators."""
    for spelled in (synonym, synonym.upper(), "_".join(synonym), synonym.title()):
        record = {spelled: "value"} | ({} if name == "text" else {"text": "Body."})
        found = article(record)
        value = found.origin.id if name == "id" else getattr(found, name)
        assert value == (("value",) if name == "authors" else "value")


def test_our_own_name_wins_and_the_other_is_reported() -> None:
    """`text` beside `body` is no doubt; the other field is counted as unread."""
    unknown: Counter[str] = Counter()
    found = outcome({"body": "No.", "text": "Yes.", "Title": "T", "title": "t"}, unknown)
    assert isinstance(found, RawArticle)
    assert (found.text, found.title) == ("Yes.", "t")
    assert unknown == {"body": 1, "Title": 1}


@pytest.mark.parametrize(
    "missing",
    [" ", "\u3000", "nan", "NaT", "None", "null", "N/A", "<NA>", "Unknown", "-", "--", "?"],
)
def test_what_stands_for_a_missing_value_is_none(missing: str) -> None:
    """No source is called "N/A", and a synonym with a value goes before one without."""
    fields = ("url", "date", "modified", "fetched", "title", "publisher", "language")
    record = {"text": "Body.", "id": "7"} | dict.fromkeys(fields, missing)
    found = article(record | {"authors": [missing, {"name": missing}, "A. B."]})
    assert [getattr(found, name) for name in fields] == [None] * len(fields)
    assert found.authors == ("A. B.",)
    assert not article({"text": "Body.", "publisher": {"name": missing}}).publisher
    assert article({"text": "Body.", "title": missing, "headline": "T"}).title == "T"


def test_only_a_blank_text_or_id_is_none() -> None:
    """An article may consist of a word, and an id of a sign."""
    assert article({"text": " ", "body": "Body.", "id": " "}).text == "Body."
    assert article({"text": "None", "id": "-"}).origin.id == "-"
    assert article({"text": "None", "id": " "}).origin.id is None


def test_a_reject_names_the_record_by_its_own_id() -> None:
    """Also where another field is wrong; an id that is none itself is not shown."""
    for record in ({"text": 1}, {"text": "Body.", "date": 7}, {"body": "One.", "content": "Two."}):
        assert [outcome(record | {"id": own}).origin_id for own in (7, "a", 1.5)] == [
            "7",
            "a",
            None,
        ]


def test_two_possible_texts_are_a_reject_that_names_both() -> None:
    """Which of two fields is the article cannot be guessed; a map decides."""
    record = {"content": "One.", "body": "Two."}
    found = outcome(record)
    assert isinstance(found, Reject)
    assert found.code is RejectCode.NO_TEXT_FIELD
    assert "'body'" in found.message
    assert "'content'" in found.message
    assert article(record, map={"text": "content"}).text == "One."
    assert article({"content": "One.", "body": None}).text == "One."
    assert article({"content": "Same.", "body": "Same."}).text == "Same."


def test_a_map_overrides_the_list() -> None:
    """A mapped name is read from its column only, and that column speaks for nothing else."""
    record = {"text": "Body.", "date": "2025-11-07", "title": "T"}
    found = article(record, map={"fetched": "date", "title": ""})
    assert (found.date, found.fetched, found.title) == (None, "2025-11-07", None)
    missing = outcome(record, map={"text": "story"})
    assert isinstance(missing, Reject)
    assert missing.code is RejectCode.NO_TEXT_FIELD
    assert "'title'" in missing.message


def test_a_map_may_name_several_columns_and_nested_fields() -> None:
    """The first with a value counts; a dot reaches into objects unless a column is called so."""
    mapping = {"text": ["story", "meta.body"], "url": "meta.url"}
    assert article({"story": "A.", "meta": {"body": "B.", "url": "u"}}, map=mapping).text == "A."
    nested = article({"story": None, "meta": {"body": "B.", "url": "u"}}, map=mapping)
    assert (nested.text, nested.url) == ("B.", "u")
    assert article({"text": "A.", "meta.url": "dotted"}, map={"url": "meta.url"}).url == "dotted"
    assert article({"text": "A.", "meta": "no object"}, map={"url": "meta.url"}).url is None


def test_the_columns_that_nobody_reads_are_counted_by_record() -> None:
    """A partly read object is not unknown."""
    unknown: Counter[str] = Counter()
    record = {"text": "A.", "meta": {"url": "u"}, "topic": 3, "line\nbreak": 1}
    for _ in range(2):
        outcome(record, unknown, map={"url": "meta.url"})
    assert unknown == {"meta.url": 0, "topic": 2, "line break": 2}


def test_unknown_keys_of_the_configuration_are_refused() -> None:
    """The message says what is known."""
    for wrong in (
        {"map": {"txt": "a"}},
        {"encodings": ["hex"]},
        {"encodings": ["x"]},
        {"max_char": 5},
    ):
        with pytest.raises(ValidationError):
            InputParams(**wrong)
    with pytest.raises(ValidationError, match=r"unknown name 'txt' \(known: authors, date"):
        InputParams(map={"txt": "a"})


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("a\nb\x00c\u202ed", "a b c d"),
        ("\ud800x", "x"),
        (b"caf\xe9 \xff", "caf\\xe9 \\xff"),
        (b"\x00" * 300, ""),
        ("é" * 300, "é" * 200),
        ("\x00" * 250, ""),
    ],
)
def test_excerpts_are_short_and_printable(raw: str | bytes, shown: str) -> None:
    """What reaches a terminal or a report cannot change it."""
    assert excerpt(raw) == shown
    assert len(shown) <= 200
