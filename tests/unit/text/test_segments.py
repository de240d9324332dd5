"""Segments cover a text, in order, in any script, in linear time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.characters import classify
from builder.text.segments import segment

PIECES = st.sampled_from(
    [
        "word",
        "»",
        "Word",
        "J.",
        "3.",
        "14:45",
        "|",
        "»",
        "“Oui.”",
        "。",
        "世界",
        "мир.",
        "ö!",
        "नमस्ते।",
        "سلام؟",
        " ",
        " ",
        "\n",
        "\u3000",
        "x" * 90,
    ]
)
TEXTS = st.lists(PIECES, max_size=200).map("".join) | st.text(max_size=400)


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in segment(text)]


@given(TEXTS)
def test_each_solid_character_lies_in_exactly_one_segment(text: str) -> None:
    """Segments are ordered, disjoint, tight, and leave only white space between."""
    end = 0
    for found in segment(text):
        assert end <= found.start < found.end
        assert not text[end : found.start].strip()
        inner = text[found.start : found.end]
        assert inner == inner.strip()
        end = found.end
    assert not text[end:].strip()


@given(TEXTS)
def test_no_segment_crosses_a_line(text: str) -> None:
    """Lines are respected."""
    assert not any("\n" in piece for piece in pieces(text))


def test_lines_of_usual_length_stay_whole() -> None:
    """A paragraph is one segment, whatever it holds."""
    text = "Titre\n\nUne phrase. Une autre phrase.\n 14:45 \nFin.\n" + "Encore. " * 20
    assert pieces(text)[:4] == ["Titre", "Une phrase. Une autre phrase.", "14:45", "Fin."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Il pleut. Il neige.", ["Il pleut.", "Il neige."]),
        ("Er kam am 3. Mai an. Sie ging.", ["Er kam am 3. Mai an.", "Sie ging."]),
        ("So said J. Smith. He left.", ["So said J. Smith.", "He left."]),
        ("« Oui ! » Il partit.", ["« Oui ! »", "Il partit."]),
        ("“Yes.” He left.", ["“Yes.”", "He left."]),
        ("我来了。你走了！", ["我来了。", "你走了！"]),
        ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
        ("वह आया। वह गया।", ["वह आया।", "वह गया।"]),
        ("هل جاء؟ نعم.", ["هل جاء؟", "نعم."]),
        ("It cost 3.5 million. Fine.", ["It cost 3.5 million.", "Fine."]),
    ],
)
def test_a_long_line_is_cut_at_the_stops_of_all_scripts(text: str, expected: list[str]) -> None:
    """Stops end sentences; initials, days and decimals do not."""
    filler = " X" + "x" * 1200
    assert pieces(text + filler)[: len(expected)] == expected


def test_a_menu_glued_to_a_sentence_is_cut_off() -> None:
    """Separators, times and capitals are borders inside a giant sentence."""
    menu = "Home | Politics 14:45 Weather Forecast "
    text = menu + "The council met on monday and voted for the plan of the mayor. " * 5
    found = pieces(text)
    assert found[:4] == ["Home", "|", "Politics", "14:45 Weather"]
    assert any(piece.startswith("The council met") for piece in found)


def test_mixed_text_gets_both_views() -> None:
    """Short lines stay lines beside a long line that is cut."""
    text = "Menu\nSport\n" + "A sentence of the article. " * 60
    kinds = [found.kind for found in segment(text)]
    assert kinds[:2] == ["line", "line"]
    assert kinds[2:] == ["sentence"] * 60


def test_classes_know_signs_of_many_scripts() -> None:
    """A stop is a stop in any script; a character beyond the basic plane is no letter."""
    assert len(set(classify(".؟।።").tolist())) == 1
    assert len(set(classify("中あ\U00020000").tolist())) == 1
    assert classify("\U0001f600").tolist() == [0]


@pytest.mark.parametrize(
    "unit", ["x", "X ", ". ", "\n", " ", "a.", "。", "1:", "| ", "“", "a b. C ", "\ud800"]
)
def test_hostile_text_comes_to_an_end(unit: str) -> None:
    """A megabyte of anything is cut, and the pieces lie in order."""
    text = (unit * 1_000_000)[:1_000_000]
    ends = [0, *(piece.end for piece in segment(text))]
    assert ends == sorted(ends)
