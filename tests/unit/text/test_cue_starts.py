"""Words are looked up in C; a search for every phrase at every place says what has to be found."""

import re
from collections.abc import Iterator
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.cue_index import CAPITAL, OPENING
from builder.text.cue_match import MAX_MARKS, Piece, compiled, ends_word
from builder.text.cue_rules import make_cues
from builder.text.cue_starts import find_starts
from builder.text.folding import fold
from builder.text.phrases import parse_phrase

RULES = make_cues(
    {
        "en.toml": """language = "en"
        [[cue]]
        class = "social"
        where = "contains"
        phrases = ["follow us", "(like|share) it [now]", "{date} edition", "© # press"]
        [[cue]]
        class = "login"
        where = "prompt"
        weak = true
        phrases = ["Share", "follow us now"]
        [[cue]]
        class = "share"
        where = "whole"
        phrases = ["share", "log in", "# comments", "subscri*", "l'été"]
        [[cue]]
        class = "byline"
        where = "line"
        phrases = ["by {name}"]
        """,
        "zh.toml": """language = "zh"
        [[cue]]
        class = "date_header"
        where = "contains"
        phrases = ["{date} (公開|配信)", "# 年 版", "分享", "分", "關注 我们"]
        """,
    }
)
PLAIN = {"share", "log in", "l'été", "follow us now"}
WORDS = (
    *("follow", "Follow", "us", "share", "Share", "it", "now", "log", "In", "Log", "by", "By"),
    *("comments", "subscribe", "l'été", "L’Été", "x", "press", "edition", "News", "İ", "ΣΑΣ"),
    *("2", "12", "5 may 2024", "公開", "分享", "分", "版", "年", "關注", "我们", "ก"),
    *("©", "_", "é", "\u0301", "\U00020000", "\U0001f600", "\U000e0041", "\ud800", "\0", "•"),
)
SPACES = ("", "", " ", " ", " ", "\n", "\u00a0", " - ", ", ", "\t", "\u3000", "• " * 25)
tokens = st.tuples(st.sampled_from(WORDS), st.sampled_from(SPACES)).map("".join)
texts = st.lists(tokens, max_size=25).map("".join)


def expected(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield where a phrase stands that may stand there, with its number and its end."""
    folded = fold(text)
    mixed = any("\u0e00" <= char <= "\u0e7f" or "\u3400" <= char <= "\u9fff" for char in text)
    for number, cue in enumerate(RULES.cues):
        for at in range(len(text)):
            found = compiled(cue.phrase.pattern).match(folded, at)
            if (
                found
                and (cue.phrase.unspaced or not _is_word(text, found.end()))
                and (mixed if cue.phrase.unspaced else at == 0 or not _is_word(text, at - 1))
                and not (_is_gated(number, text[at]) and not _opens_line(text, at))
            ):
                yield at, number, found.end()


def _is_gated(number: int, char: str) -> bool:
    gate = RULES.index.cues[number][0]
    return bool(gate == OPENING or (gate == CAPITAL and char.islower()))


def _is_word(text: str, at: int) -> bool:
    return text[at : at + 1].isalnum() or text[at : at + 1] == "_"


def _opens_line(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return len(line) < MAX_MARKS and not any(map(str.isalnum, line))


def rank(piece: Piece) -> tuple[int, bool, str, bool]:
    return -piece.end, piece.weak, piece.cue, not piece.prompt


@given(st.lists(texts, max_size=4))
def test_every_place_of_a_phrase_is_found(texts: list[str]) -> None:
    """A try beyond that only costs a pattern; a piece is one that counts, and is certain."""
    for text, (_, tries, pieces) in zip(texts, find_starts(texts, RULES), strict=True):
        best: dict[int, Piece] = {}
        for at, number, end in expected(text):
            cue = RULES.cues[number]
            if cue.phrase.plain and cue.is_piece:
                piece = Piece(at, end, cue.weak, cue.cue, cue.where == "prompt")
                best[at] = min(piece, best.get(at, piece), key=rank)
            else:
                assert (at, number) in tries
        assert tries == sorted(set(tries))
        assert all(rank(pieces[at]) <= rank(piece) for at, piece in best.items())
        for start, piece in pieces.items():
            assert start == piece.start
            assert ends_word(text, piece.end)
            assert re.sub(r"[^\w']+", " ", fold(text)[start : piece.end]) in PLAIN
        for at, number in tries:
            assert not _is_gated(number, text[at]) or _opens_line(text, at)


@given(st.lists(texts, max_size=6))
def test_texts_do_not_touch_each_other(texts: list[str]) -> None:
    alone = [next(find_starts([text], RULES)) for text in texts]
    together = list(find_starts(texts, RULES))
    assert together == alone


def test_a_glued_capital_is_a_start() -> None:
    _, tries, pieces = next(find_starts(["FollowShareLog in"], RULES))
    assert list(pieces.values()) == [
        Piece(6, 11, weak=False, cue="share", prompt=False),
        Piece(11, 17, weak=False, cue="share", prompt=False),
    ]
    assert tries == []


def test_there_is_room_for_as_many_starts_as_there_are() -> None:
    text = "follow us " * 5_000 + "\nShare" * 5_000
    _, tries, pieces = next(find_starts([text], RULES))
    assert len(tries) >= 5_000
    assert len(pieces) == 5_000


def test_texts_without_a_word_have_no_start() -> None:
    found = find_starts(["", " ", "\n", "\0", "\U0010ffff"], RULES)
    assert [(tries, pieces) for _, tries, pieces in found] == [([], {})] * 5
    assert list(find_starts([], RULES)) == []


@given(st.lists(texts, max_size=4))
def test_lines_are_those_of_the_text(texts: list[str]) -> None:
    """Each has the borders that it has when it is stripped; one more stands behind the text."""
    for text, found in zip(texts, find_starts(texts, RULES), strict=True):
        begins, starts, ends = found.lines
        lines = text.split("\n")
        assert begins == [0, *accumulate(len(line) + 1 for line in lines)]
        assert starts[:-1] == [
            begin + len(line) - len(line.lstrip())
            for begin, line in zip(begins, lines, strict=False)
        ]
        assert ends[:-1] == [
            start + len(line.strip()) for start, line in zip(starts, lines, strict=False)
        ]


@pytest.mark.parametrize(
    ("phrase", "openings", "plain"),
    [
        ("read more", ("read more",), True),
        ("l’été", ("l'été",), True),
        ("关注 我们", ("关注 我们",), True),
        ("(log|sign) in to {any}", ("log in to", "sign in to"), False),
        ("follow [us] on x", ("follow",), False),
        ("[the] press", ("press", "the"), False),
        ("subscri* now", ("subscri",), False),
        ("© # press", ("©",), False),
        ("# comments", (), False),
    ],
)
def test_openings_are_what_all_matches_begin_with(
    phrase: str, openings: tuple[str, ...], plain: bool
) -> None:
    found = parse_phrase(phrase).phrase
    assert (found.openings, found.plain) == (openings, plain)
