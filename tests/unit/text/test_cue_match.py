"""Cues are found in C; trying every phrase at every place with `re` says what has to be found."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.cue_match import CueHit
from builder.text.cue_programs import Programs
from builder.text.cue_rules import make_cues, read_cues
from builder.text.cues import find_all_cues, find_cues
from tests.unit.text.slow_cues import slow_cues

FILES = {
    "en.toml": """language = "en"
    roles = ["editor"]
    [[cue]]
    class = "social"
    where = "contains"
    phrases = ["follow us", "(like|share) it [now]", "{date} edition", "© # press", "a ... share"]
    [[cue]]
    class = "login"
    where = "prompt"
    weak = true
    phrases = ["Share", "follow us now"]
    [[cue]]
    class = "share"
    where = "whole"
    phrases = ["share", "log in", "# comments", "subscri*", "l'été", "© {name}"]
    [[cue]]
    class = "newsletter"
    where = "prompt"
    phrases = ["subscribe", "log (in|out)", "{date} news"]
    [[cue]]
    class = "byline"
    where = "line"
    hint = "author"
    phrases = ["by {name}", "edition : {name}"]
    [[cue]]
    class = "agency"
    where = "credit"
    hint = "agency"
    phrases = ["press"]
    [[cue]]
    class = "publisher"
    where = "label"
    hint = "publisher"
    phrases = ["news"]
    [[cue]]
    class = "sources"
    where = "heading"
    phrases = ["edition"]
    [[cue]]
    class = "related"
    where = "heading"
    phrases = ["comments", "(more|other) news"]
    """,
    "fr.toml": """language = "fr"
    [[cue]]
    class = "paywall"
    where = "starts"
    only = true
    phrases = ["now", "log [in] now"]
    [[cue]]
    class = "paywall"
    where = "whole"
    only = true
    phrases = ["press", "share"]
    """,
    "zh.toml": """language = "zh"
    [[cue]]
    class = "date_header"
    where = "contains"
    phrases = ["{date} (公開|配信)", "# 年 版", "分享", "分", "關注 我们"]
    """,
}
RULES, READ = make_cues(FILES), read_cues(FILES)
FOLDER = Path(__file__).parents[3] / "builder" / "text" / "rules"
ALL_FILES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.toml"))}
ALL, ALL_READ = make_cues(ALL_FILES), read_cues(ALL_FILES)

WORDS = (
    *("follow", "Follow", "us", "share", "Share", "it", "now", "log", "In", "Log", "by", "By"),
    *("comments", "Subscribe", "l'été", "L’Été", "x", "press", "Edition", "News", "İ", "ΣΑΣ"),
    *("2", "12", "5 may 2024", "公開", "分享", "分", "版", "年", "關注", "我们", "ก", "12:30"),
    *("\n12:30", "\n• One", "\n- Two", "Ann Lee", "editor", "and", "more news", "A long word."),
    *("©", "_", "é", "\u0301", "\U00020000", "\U0001f600", "\U000e0041", "\ud800", "\0", "•"),
    *("\n08:45\n" * 5, "e" * 130, "z" * 301, "\n• Edition", "\n• Comments", "\nMore news"),
)
SPACES = (
    *("", "", " ", " ", " ", " ", "\n", "\n", "\u00a0", " - ", ", ", "\t", "\u3000", "• " * 25),
    *(". ", "! ", ": ", "(", ") ", "„", "“", '"', "/", " | "),
)
tokens = st.tuples(st.sampled_from(WORDS), st.sampled_from(SPACES)).map("".join)
texts = st.lists(tokens, max_size=25).map("".join)
languages = st.sampled_from(["en", "fr", "fr-CA", "und"])


def alone(text: str, language: str = "fr") -> list[CueHit]:
    return find_cues(text, language, RULES)


@given(texts, languages)
def test_found_is_what_a_slow_search_finds(text: str, language: str) -> None:
    assert find_cues(text, language, RULES) == slow_cues(text, language, READ)


@st.composite
def phrases(draw: st.DrawFn) -> str:
    """Say a phrase of the rules, in one of the ways that it may be said."""
    said = draw(st.sampled_from([cue.source for cue, _ in ALL_READ.cues]))
    while found := re.search(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]", said):
        options = (found[1] or found[2]).split("|") + ([""] if found[2] else [])
        said = said[: found.start()] + draw(st.sampled_from(options)) + said[found.end() :]
    for sign, word in (("{name}", "Ann Lee"), ("{date}", "5 may 2024"), ("{time}", "12:30")):
        said = said.replace(sign, word)
    said = said.replace("#", "12").replace("*", "x").replace("...", "so so").replace(" :", ":")
    return draw(st.sampled_from([said, said.capitalize(), said.upper()]))


@given(st.lists(st.tuples(phrases(), st.sampled_from(SPACES)).map("".join), max_size=6), languages)
def test_every_phrase_of_the_rules_is_found(said: list[str], language: str) -> None:
    text = "".join(said)
    assert find_cues(text, language, ALL) == slow_cues(text, language, ALL_READ)


@pytest.mark.parametrize("path", sorted((FOLDER.parents[2] / "tests/golden/cues").glob("*.txt")))
def test_a_page_has_what_a_slow_search_finds(path: Path) -> None:
    text, language = path.read_text(encoding="utf-8"), path.name[:2]
    assert find_cues(text, language, ALL) == slow_cues(text, language, ALL_READ)


@given(st.lists(texts, max_size=6))
def test_texts_do_not_touch_each_other(texts: list[str]) -> None:
    together = find_all_cues(texts, lambda numbers: ["fr" for _ in numbers], RULES)
    assert list(together) == [alone(text) for text in texts]


def test_only_texts_with_a_bound_phrase_are_asked_for_their_language() -> None:
    asked: list[int] = []

    def ask(numbers: list[int]) -> list[str]:
        asked.extend(numbers)
        return ["fr" for _ in numbers]

    texts = ["x", "Press", "x" * 70_000, "x\nPress"]
    assert [len(hits) for hits in find_all_cues(texts, ask, RULES)] == [0, 2, 0, 2]
    assert asked == [1, 3]


def test_glued_capitals_are_a_bar() -> None:
    found = [(hit.start, hit.end) for hit in alone("ShareShareLog in")]
    assert found == [(0, 5), (5, 10), (10, 16)]


def test_there_is_room_for_as_many_as_there_are() -> None:
    assert len(alone("follow us now. " * 5_000 + "\nShare" * 5_000)) >= 10_000


def test_headings_in_a_list_of_headings_list_the_rest() -> None:
    text = "x\n" + "• Edition\n• Comments\n" * 300
    assert alone(text) == slow_cues(text, "fr", READ)


def test_texts_without_a_word_have_no_cue() -> None:
    nothing = ["", " ", "\n", "\0", "\U0010ffff"]
    assert [alone(text) for text in nothing] == [[]] * 5
    assert list(find_all_cues([], lambda _: [], RULES)) == []


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a+", "unexpected '+'"),
        ("(?:a", "never closed"),
        ("a)", "unexpected"),
        (r"\1", "unexpected"),
    ],
)
def test_programs_refuse_what_phrases_do_not_use(pattern: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Programs().add(pattern)


def test_programs_tell_so_many_sets_apart() -> None:
    programs = Programs()
    for letter in range(33):
        programs.add(f"[{chr(97 + letter)}]")
    with pytest.raises(ValueError, match="33 sets"):
        programs.sets()
