"""Segments cover a text, in order, in any script, in linear time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.characters import (
    CLOSER,
    COMMA,
    DIGIT,
    FREE_STOP,
    IDEOGRAPH,
    LETTER,
    LOWER,
    NEWLINE,
    OPENER,
    SEPARATOR,
    SPACE,
    STOP,
    UPPER,
    basic_codes,
    class_table,
)
from builder.text.segments import segment, segment_all

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


Row = tuple[int, int, str]
Word = tuple[int, int]


def classify(text: str) -> list[int]:
    return class_table()[basic_codes(text)].tolist()


def plain_segments(text: str) -> list[Row]:
    """Cut a text by the rules as they are written: the slow twin of the kernel."""
    found, begin = [], 0
    for line in text.split("\n"):
        tight = line.strip()
        if tight:
            start = begin + line.index(tight[0])
            is_long = len(tight) > 1000 or (len(tight) > 160 and len(tight) >= 0.6 * len(text))
            rows = plain_parts(tight) if is_long else [(0, len(tight), "line")]
            found += [(start + first, start + last, kind) for first, last, kind in rows]
        begin += len(line) + 1
    return found


def plain_parts(line: str) -> list[Row]:
    kinds = classify(line)
    sentences: list[list[Word]] = []
    words = plain_words(kinds)
    for at, word in enumerate(words):
        first = kinds[word[0]]
        quoted = first in {OPENER, CLOSER}
        continues = first in {LOWER, COMMA} or (quoted and kinds[word[0] + 1 :][:1] == [LOWER])
        is_ended = at and ends_sentence(kinds, words, at - 1) and not is_quote(kinds, word)
        if not at or (is_ended and not continues):
            sentences.append([])
        sentences[-1].append(word)
    found: list[Row] = []
    for sentence in sentences:
        is_giant = sentence[-1][1] - sentence[0][0] > 80
        starts = plain_pieces(kinds, sentence) if is_giant else [0]
        for start, stop in zip(starts, [*starts[1:], len(sentence)], strict=True):
            kind = "piece" if is_giant else "sentence"
            found.append((sentence[start][0], sentence[stop - 1][1], kind))
    return found


def plain_words(kinds: list[int]) -> list[Word]:
    found: list[Word] = []
    for at, kind in enumerate(kinds):
        if kind in {SPACE, NEWLINE}:
            continue
        over = kinds[at - 1 : at] == [FREE_STOP] or kinds[max(at - 2, 0) : at] == [
            FREE_STOP,
            CLOSER,
        ]
        if found and found[-1][1] == at and not (over and kind not in {FREE_STOP, CLOSER, STOP}):
            found[-1] = found[-1][0], at + 1
        else:
            found.append((at, at + 1))
    return found


def is_quote(kinds: list[int], word: Word) -> bool:
    return kinds[slice(*word)] == [CLOSER]


def is_stop(kinds: list[int], word: Word) -> bool:
    own = kinds[slice(*word)]
    for _ in range(2):
        own = own[:-1] if own[1:] and own[-1] == CLOSER else own
    short = own[:-1] and (
        (len(own) == 2 and own[0] in {UPPER, LOWER, LETTER}) or (len(own) <= 3 and own[-2] == DIGIT)
    )
    return own[-1] == FREE_STOP or (own[-1] == STOP and not short)


def ends_sentence(kinds: list[int], words: list[Word], at: int) -> bool:
    after = at and is_quote(kinds, words[at]) and is_stop(kinds, words[at - 1])
    return bool(after) or is_stop(kinds, words[at])


def is_alone(own: list[int]) -> bool:
    return own[0] == SEPARATOR and len(own) <= 2


def is_time(own: list[int]) -> bool:
    digits = own[0] == own[-1] == own[-2:][0] == DIGIT
    return len(own) in {4, 5} and digits and own[-3] in {COMMA, STOP}


def plain_pieces(kinds: list[int], words: list[Word]) -> list[int]:
    """Return which words open a piece of a giant sentence."""
    opened, border, far = [0], words[0][0], 0
    for at in range(1, len(words)):
        own, before = kinds[slice(*words[at])], kinds[slice(*words[at - 1])]
        initial = kinds[words[at][0] + (own[0] in {OPENER, CLOSER}) :][:1]
        parted = before[-1] == IDEOGRAPH and words[at][0] > words[at - 1][1]
        strong = is_alone(own) or is_alone(before) or is_time(own) or parted
        weak = initial == [UPPER] and len(own) > 1
        if strong or weak:
            border, far = words[at][0], 0
        more = (words[at][0] - border) // 160
        late = words[at][0] - words[opened[-1]][0] >= 12
        if strong or more > far or (weak and late):
            opened.append(at)
        far = more
    return opened


@given(TEXTS)
def test_segments_are_those_of_the_rules_as_written(text: str) -> None:
    """The kernel finds what its slow twin finds, also where every line is long."""
    for one in (text, text.replace("\n", " ") * 3 + " x" * 90, f"{text} {text}\n" * 4):
        assert [tuple(found) for found in segment(one)] == plain_segments(one)


@given(st.lists(TEXTS, max_size=5))
def test_texts_are_cut_as_each_alone(texts: list[str]) -> None:
    """Neighbours change nothing; any place of the segments can be asked for."""
    found = segment_all(texts)
    assert [list(one) for one in found] == [list(segment(text)) for text in texts]
    assert all([one[at] for at in range(len(one))] == list(one) for one in found)
    assert all(list(one[1:]) == list(one)[1:] for one in found)


def test_white_space_is_what_python_takes_for_it() -> None:
    """No other sign is stripped from a line."""
    spaces = [chr(code) for code in range(0x110000) if chr(code).isspace()]
    white = {chr(code) for code in range(0x10000) if class_table()[code] in {SPACE, NEWLINE}}
    assert set(spaces) == white


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
    assert len(set(classify(".؟।።"))) == 1
    assert len(set(classify("中あ\U00020000"))) == 1
    assert classify("\U0001f600") == [0]


@pytest.mark.parametrize(
    "unit", ["x", "X ", ". ", "\n", " ", "a.", "。", "1:", "| ", "“", "a b. C ", "\ud800"]
)
def test_hostile_text_comes_to_an_end(unit: str) -> None:
    """A megabyte of anything is cut, and the pieces lie in order."""
    text = (unit * 1_000_000)[:1_000_000]
    ends = [0, *(piece.end for piece in segment(text))]
    assert ends == sorted(ends)
