"""What the entity tagger knows about a word: skeleton, cues, signs."""

from pathlib import Path

import pytest

from builder.text.entities.cues import Cues, cue_listing
from builder.text.entities.features import key_of
from builder.text.entities.places import Places, place_spans
from builder.text.entities.skeleton import skeleton
from builder.text.entities.tokens import is_sign, tokenize
from builder.text.entities.vocabulary import Vocabulary
from training.entities.data import WRITTEN, read_records
from training.entities.features import TypeFeatures

CUES = Cues(
    cue_listing(
        {
            "title": "президент* *kanzler mr",
            "org": "université* gmbh",
            "given": "владимир martin tim",
            "orgname": "total",
            "legal": "se",
            "people": "suisse*",
        }
    )
)


@pytest.mark.parametrize(
    "names",
    [("Владимир", "Vladimír", "Władimir"), ("Тарас", "Taras"), ("Београд", "Beograd")],
)
def test_one_name_has_one_skeleton_in_many_languages(names: tuple[str, ...]) -> None:
    assert len({skeleton(name) for name in names}) == 1


def test_a_skeleton_keeps_scripts_it_does_not_know() -> None:
    assert skeleton("北京") == "北京"
    assert skeleton("Straße") == "strasse"
    assert skeleton("") == ""


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("президента", "title"),
        ("prezidenta", "title"),
        ("Bundeskanzler", "title"),
        ("MR", "title"),
        ("Universités", "org"),
        ("GmbH", "org"),
        ("Martin", "given"),
        ("martin", ""),
        ("Martina", "given~"),
        ("Timo", ""),
        ("Владимира", "given~"),
        ("Total", "orgname"),
        ("total", ""),
        ("SE", "legal"),
        ("se", ""),
        ("Paris", ""),
    ],
)
def test_cues_know_inflected_words_and_names_by_their_capital(word: str, label: str) -> None:
    assert CUES.find(word) == label


def test_a_sign_is_read_with_the_one_behind_it_but_stays_one_token() -> None:
    text = "習近平は中国。A社"
    vocabulary = Vocabulary()
    tokens = tokenize([text], vocabulary)
    names = [vocabulary.names[number] for number in tokens.types]
    assert names == ["習近", "近平", "平は", "は中", "中国", "国", "。", "A", "社"]
    assert [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)] == list(text)
    single = Vocabulary(pairs=False)
    assert [single.names[number] for number in tokenize([text], single).types] == list(text)


def test_features_read_from_afar_are_features_of_the_word_itself() -> None:
    """The tagger sums the own features once; the columns say at which distance each was trained."""
    features = TypeFeatures({}, CUES)
    for word in ("Владимира", "中国", "中", "GmbH", "2025", "’"):
        by_distance = features.linear(word)
        assert all(set(by_distance[n]) <= set(by_distance[0]) for n in (1, 2, 3))
        assert is_sign(word) == (word[0] == "中")


def test_the_whole_name_of_a_country_is_no_cue() -> None:
    country = TypeFeatures({key_of("Suisse"): 1}, CUES)
    assert "c=" in country.linear("Suisse")[0]
    assert "c=people" in country.linear("suisse")[0]
    assert "c=people" in country.linear("Suisses")[0]


PLACES = Places(
    "mul\tcity\tnur sultan\nmul\tcity\t上海\nzh\tIN\t印度\nzh\tID\t印度尼西亚\nja\tTH\tタイ", {}
)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("puisque Nur-Sultan entretient", "fr", [("Nur-Sultan", None)]),
        ("印度尼西亚和印度和上海", "zh", [("印度尼西亚", "ID"), ("印度", "IN"), ("上海", None)]),
        ("タイのタイトルとタイ", "ja", [("タイ", "TH"), ("タイ", "TH")]),
    ],
)
def test_listed_places_are_found_whole(
    text: str, language: str, expected: list[tuple[str, str | None]]
) -> None:
    spans = place_spans(text, range(len(text)), PLACES, language, 0.9)
    assert [(text[s.start : s.end], s.iso) for s in spans] == expected


def test_marked_passages_are_read_with_the_places_of_their_names(tmp_path: Path) -> None:
    file = tmp_path / "nl-news.txt"
    file.write_text("[Ans Smit|PER] sprak in [Ede|LOC].\nNiets te zien.\n", "utf-8")
    first, second = read_records(file)
    assert first.text == "Ans Smit sprak in Ede."
    assert [(first.text[s:e], label) for s, e, label in first.spans] == [
        ("Ans Smit", "PER"),
        ("Ede", "LOC"),
    ]
    assert (first.language, second.text, second.spans) == ("nl", "Niets te zien.", [])


@pytest.mark.parametrize("line", ["[Ede] sprak.", "[Ede|GPE]", "Ede|LOC]", "[[Ede|LOC]]"])
def test_a_mark_that_is_none_names_its_line(line: str, tmp_path: Path) -> None:
    file = tmp_path / "nl-news.txt"
    file.write_text(f"Niets.\n{line}\n", "utf-8")
    with pytest.raises(ValueError, match=r"nl-news\.txt:2"):
        list(read_records(file))


@pytest.mark.parametrize("file", sorted(WRITTEN.glob("*.txt")), ids=lambda file: file.stem)
def test_written_passages_are_marked_to_the_letter(file: Path) -> None:
    records = list(read_records(file))
    for record in records:
        for start, end, label in record.spans:
            name = record.text[start:end]
            assert name == name.strip(), label
            assert any(char.isalnum() for char in name), label
    assert len({record.text for record in records}) == len(records)
