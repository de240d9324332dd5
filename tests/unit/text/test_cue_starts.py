"""Words are looked up in C; a search for every phrase at every place says what has to be found."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from builder.text.cue_index import CAPITAL, OPENING
from builder.text.cue_match import MAX_MARKS, compiled, ends_word
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


def expected(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places where a phrase stands that may stand there, with its number."""
    folded = fold(text)
    mixed = any("\u0e00" <= char <= "\u0e7f" or "\u3400" <= char <= "\u9fff" for char in text)
    for number, cue in enumerate(RULES.cues):
        gate, size, *_ = RULES.index.cues[number].tolist()
        for at in range(len(text)):
            found = compiled(cue.phrase.pattern).match(folded, at)
            if (
                found
                and (cue.phrase.unspaced or cue.phrase.open_ended or ends_word(text, found.end()))
                and (mixed if cue.phrase.unspaced else _may_begin(text, at))
                and not (size and not ends_word(text, at + size))
                and not (_is_gated(gate, text[at]) and not _opens_line(text, at))
            ):
                yield at, number


def _is_gated(gate: int, char: str) -> bool:
    return gate == OPENING or (gate == CAPITAL and char.islower())


def _may_begin(text: str, at: int) -> bool:
    return at == 0 or not (text[at - 1].isalnum() or text[at - 1] == "_")


def _opens_line(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return len(line) < MAX_MARKS and not any(map(str.isalnum, line))


@given(st.lists(texts, max_size=4))
def test_every_place_of_a_phrase_is_found(texts: list[str]) -> None:
    """What is found beyond that only costs a pattern; it keeps to places of its gate."""
    for text, starts in zip(texts, find_starts(texts, RULES.index), strict=True):
        assert set(expected(text)) <= set(starts)
        assert starts == sorted(set(starts))
        for at, number in starts:
            gate = int(RULES.index.cues[number][0])
            assert not _is_gated(gate, text[at]) or _opens_line(text, at)


@given(st.lists(texts, max_size=6))
def test_texts_do_not_touch_each_other(texts: list[str]) -> None:
    alone = [next(find_starts([text], RULES.index)) for text in texts]
    together = list(find_starts(texts, RULES.index))
    assert all(set(one) <= set(other) for one, other in zip(alone, together, strict=True))
    assert together == alone


def test_a_glued_capital_is_a_start() -> None:
    text = "FollowShareLog in"
    sources = {
        RULES.cues[number].source: at for at, number in next(find_starts([text], RULES.index))
    }
    assert sources == {"share": 6, "(like|share) it [now]": 6, "log in": 11}


def test_there_is_room_for_as_many_starts_as_there_are() -> None:
    text = "follow us " * 5_000
    assert len(next(find_starts([text], RULES.index))) >= 5_000


def test_texts_without_a_word_have_no_start() -> None:
    assert list(find_starts(["", " ", "\n", "\0", "\U0010ffff"], RULES.index)) == [[]] * 5
    assert list(find_starts([], RULES.index)) == []
