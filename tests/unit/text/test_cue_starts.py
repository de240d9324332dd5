"""Words are looked up in C; a search for every phrase at every place says what has to be found."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from builder.text.cue_index import CAPITAL, OPENING
from builder.text.cue_match import MAX_MARKS, Piece, compiled, ends_word
from builder.text.cue_rules import make_cues
from builder.text.cue_starts import find_starts
from builder.text.phrases import fold

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
        phrases = ["share", "log in", "2 comments", "# comments", "subscri*", "l'été"]
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
WORDS = (
    *("follow", "Follow", "us", "share", "Share", "it", "now", "log", "In", "Log", "by", "By"),
    *("comments", "subscribe", "l'été", "L’Été", "x", "press", "edition", "News", "İ", "ΣΑΣ"),
    *("2", "12", "1.5.2024", "２", "٣", "公開", "分享", "分", "版", "年", "關注", "我们", "ก"),
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
                and (cue.phrase.unspaced or cue.phrase.open_ended or ends_word(text, found.end()))
                and (mixed if cue.phrase.unspaced else _may_begin(text, at))
                and not (_is_gated(number, text[at]) and not _opens_line(text, at))
            ):
                yield at, number, found.end()


def _is_gated(number: int, char: str) -> bool:
    gate = RULES.index.cues[number][0]
    return bool(gate == OPENING or (gate == CAPITAL and char.islower()))


def _may_begin(text: str, at: int) -> bool:
    return at == 0 or not (text[at - 1].isalnum() or text[at - 1] == "_")


def _opens_line(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return len(line) < MAX_MARKS and not any(map(str.isalnum, line))


def rank(piece: Piece) -> tuple[int, bool, str, bool]:
    return -piece.end, piece.weak, piece.cue, not piece.prompt


@given(st.lists(texts, max_size=4))
def test_every_place_of_a_phrase_is_found(texts: list[str]) -> None:
    """A try beyond that only costs a pattern; a piece is one that counts, and is certain."""
    for text, (tries, pieces) in zip(texts, find_starts(texts, RULES), strict=True):
        best: dict[int, Piece] = {}
        for at, number, end in expected(text):
            cue = RULES.cues[number]
            if cue.phrase.plain and cue.is_piece:
                piece = Piece(at, end, cue.weak, cue.cue, cue.where == "prompt")
                best[at] = min(piece, best.get(at, piece), key=rank)
            else:
                assert (at, number) in tries
        assert tries == sorted(set(tries))
        assert all(pieces[at] == piece for at, piece in best.items())
        glued = [piece for at, piece in pieces.items() if at not in best]
        assert all(text[start - 1].islower() and ends_word(text, end) for start, end, *_ in glued)
        for at, number in tries:
            assert not _is_gated(number, text[at]) or _opens_line(text, at)


@given(st.lists(texts, max_size=6))
def test_texts_do_not_touch_each_other(texts: list[str]) -> None:
    alone = [next(find_starts([text], RULES)) for text in texts]
    together = list(find_starts(texts, RULES))
    assert together == alone


def test_a_glued_capital_is_a_start() -> None:
    tries, pieces = next(find_starts(["FollowShareLog in"], RULES))
    assert list(pieces.values()) == [
        Piece(6, 11, weak=False, cue="share", prompt=False),
        Piece(11, 17, weak=False, cue="share", prompt=False),
    ]
    assert [RULES.cues[number].source for _, number in tries] == ["(like|share) it [now]"]


def test_there_is_room_for_as_many_starts_as_there_are() -> None:
    text = "follow us " * 5_000 + "\nShare" * 5_000
    tries, pieces = next(find_starts([text], RULES))
    assert len(tries) >= 5_000
    assert len(pieces) == 5_000


def test_texts_without_a_word_have_no_start() -> None:
    assert list(find_starts(["", " ", "\n", "\0", "\U0010ffff"], RULES)) == [([], {})] * 5
    assert list(find_starts([], RULES)) == []
