"""Flags say what a reader should know, and a menu raises none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.characters import FREE_STOPS, STOP_SIGNS
from builder.text.cue_match import CueHit
from builder.text.flags import (
    MAX_SENTENCE,
    MAX_STUB_PROSE,
    MAX_TEASER,
    MIN_ENTRY,
    MIN_INDEX_PAGE,
    MIN_KEPT_ENTRIES,
    MIN_PARAGRAPH,
    MIN_SENTENCE,
    MIN_STUB_NOTICE,
    MIN_TICKER,
    MIN_UNSTOPPED,
    SHORT_TEXT,
    _measures,
    _weight,
    find_flags,
)
from schema.terms import Flag

BODY = "The council voted on Tuesday to repair the hall, which has been closed for three years."


def hit(text: str, phrase: str, cue: str) -> CueHit:
    start = text.index(phrase)
    return CueHit(start, start + len(phrase), cue)


def flags(raw: str, text: str, phrase: str = "", cue: str = "") -> set[Flag]:
    return set(find_flags(raw, text, [hit(raw, phrase, cue)] if phrase else []))


def test_plain_article_has_no_flag() -> None:
    assert flags(BODY, BODY) == set()


def test_notice_raises_its_flag_and_a_menu_word_does_not() -> None:
    notice = "You have read all your free articles."
    assert Flag.PAYWALLED in flags(f"{BODY}\n{notice}", BODY, notice, "paywall")
    assert flags(f"Subscribe\n{BODY}", BODY, "Subscribe", "paywall") == set()
    ended = "The liveblog has ended."
    assert Flag.LIVEBLOG in flags(f"{ended}\n{BODY}", BODY, ended, "liveblog")


def test_text_that_breaks_off_is_truncated() -> None:
    assert Flag.TRUNCATED in flags(BODY, f"{BODY} The mayor . . .")
    assert Flag.TRUNCATED in flags(BODY, f"{BODY} The mayor […]")
    assert Flag.TRUNCATED not in flags(BODY, f"{BODY} And then…")


def test_reprint_and_translation_come_from_kept_cues() -> None:
    assert flags(BODY, BODY, BODY, "reprint") == {Flag.REPRINT}
    assert flags(BODY, BODY, BODY, "translation") == {Flag.TRANSLATION}


SENTENCE = "Something happened in the hall again."
CLOCK = [f"{hour}:15" for hour in range(10, 16)]


def entries(times: list[str], *, around: str = "\n") -> str:
    return "\n".join(f"{time}{around}{SENTENCE}" for time in times)


@pytest.mark.parametrize(
    "ticker",
    [
        entries(CLOCK, around=" "),
        entries(CLOCK),
        entries(CLOCK, around=" \r\n"),
        entries([f"Updated {time}" for time in CLOCK], around="\nThe hall\n"),
        entries([f"{time} Uhr" for time in CLOCK]),
        entries([f"{minute}.'" for minute in range(10, 90, 10)]),
        entries([f"١٠:{minute}٥" for minute in "٠١٢٣٤٥"]),
    ],
)
def test_ticker_is_a_liveblog(ticker: str) -> None:
    """Also where its times went when it was cleaned, and the sentences stayed."""
    cleaned = re.sub(r"(?m)^.{0,13}$\n?", "", ticker)
    assert "again." in cleaned
    assert Flag.LIVEBLOG in flags(ticker, ticker)
    assert Flag.LIVEBLOG in flags(ticker, cleaned)


def test_a_ticker_has_enough_entries_and_little_else() -> None:
    few = entries(CLOCK[: MIN_TICKER - 1])
    assert Flag.LIVEBLOG not in flags(few, few)
    others = "\n".join([SENTENCE.replace("again", "before")] * 3)
    mixed = f"{others}\n{entries(CLOCK)}"
    assert Flag.LIVEBLOG in flags(mixed, mixed)
    mixed = f"{BODY}\n{mixed}"
    assert Flag.LIVEBLOG not in flags(mixed, mixed)
    ticker = entries(CLOCK)
    for kept, is_ticker in ((MIN_KEPT_ENTRIES - 1, False), (MIN_KEPT_ENTRIES, True)):
        raw = ticker.replace("Something", "Nothing", len(CLOCK) - kept)
        assert (Flag.LIVEBLOG in flags(raw, SENTENCE)) == is_ticker
    short = entries(CLOCK).replace(SENTENCE, "It was in the hall, they said."[-MIN_ENTRY:])
    assert Flag.LIVEBLOG not in flags(short, short)


@pytest.mark.parametrize(
    "notes",
    [
        "{n}8:91",  # results
        "{n}'2 point guard",
        "{n}0's fashion:",
        "{n}.05.1891:",
        "£{n}.50 buys a bowl of soup.",
        "Bread now costs £{n}2.50\n",
        "Leeds, 11.1{n}.26\n",
        "11.1{n}. ",
        "{n}.25 percent of those asked:",
    ],
)
def test_what_is_no_time_makes_no_liveblog(notes: str) -> None:
    text = "\n".join(f"{notes.format(n=number)} {SENTENCE}" for number in range(1, 10))
    assert Flag.LIVEBLOG not in flags(text, text)


def test_times_beside_an_article_make_no_liveblog() -> None:
    """Neither do lists of news, comments that were removed, nor the titles of a programme."""
    news = "\n".join(f"{time}\nCouncil votes on hall" for time in CLOCK)
    assert flags(f"{news}\n{BODY}", BODY) == set()
    assert flags(f"{BODY}\n{entries(CLOCK)}", BODY) == set()
    programme = "\n".join(f"{time} The second evening of songs" for time in CLOCK)
    assert Flag.LIVEBLOG not in flags(f"{BODY}\n{programme}", f"{BODY}\n{programme}")


def test_list_of_teasers_is_an_index_and_no_article() -> None:
    index = "\n".join(f"Council votes on hall number {number}" for number in range(15))
    assert {Flag.INDEX, Flag.NOT_ARTICLE} <= flags(index, index)


def menu(lines: int) -> str:
    return "\n".join(f"Council votes on hall number {number}" for number in range(lines))


def prose(letters: int) -> str:
    """Return one sentence of so many letters."""
    return "The hall " + "a" * (letters - len("Thehall")) + "."


STUB = {Flag.VIDEO, Flag.LOGIN_WALL, Flag.INDEX, Flag.NOT_ARTICLE}


@pytest.mark.parametrize(
    ("notice", "cue", "flag", "limit"),
    [
        ("Your browser does not support video.", "player", Flag.VIDEO, MAX_STUB_PROSE),
        ("Log in to read this", "truncated", Flag.LOGIN_WALL, MAX_STUB_PROSE),
        ("Log in or register", "login", Flag.LOGIN_WALL, MAX_TEASER),
        ("You have read all your free articles.", "paywall", Flag.LOGIN_WALL, MAX_STUB_PROSE),
        ("0:00 / 5:27", "", Flag.VIDEO, MAX_TEASER),
        ("0:00\n5:27", "", Flag.VIDEO, MAX_TEASER),
        ("1.5x", "", Flag.VIDEO, MAX_TEASER),
        ("720p", "", Flag.VIDEO, MAX_TEASER),
        ("Weather", "", Flag.INDEX, MAX_TEASER),
    ],
)
def test_a_page_without_an_article_says_what_it_is(
    notice: str, cue: str, flag: Flag, limit: int
) -> None:
    def raised(kept: str) -> set[Flag]:
        raw = f"{menu(MIN_INDEX_PAGE)}\n{kept}\n{notice}"
        return flags(raw, kept, notice if cue else "", cue) & STUB

    assert raised("The hall") == {flag, Flag.NOT_ARTICLE}
    assert raised(prose(limit - 1)) == {flag}
    assert raised(prose(MAX_STUB_PROSE)) == set()
    assert raised(prose(limit)) == set()


def test_a_list_of_something_is_no_stub() -> None:
    notice = "Your browser does not support video."
    for letters, expected in ((SHORT_TEXT - 1, {Flag.VIDEO}), (SHORT_TEXT, set())):
        text = prose(100) + "\n" + "a" * (letters - 100)
        assert flags(f"{text}\n{notice}", text, notice, "player") == expected


def test_a_word_of_a_menu_is_no_notice_on_a_stub() -> None:
    for letters, expected in ((MIN_STUB_NOTICE - 1, set()), (MIN_STUB_NOTICE, {Flag.LOGIN_WALL})):
        notice = "s" * letters
        assert flags(f"{prose(100)}\n{notice}", prose(100), notice, "paywall") == expected


def test_a_teaser_without_a_page_of_teasers_is_left_alone() -> None:
    teaser = prose(MAX_TEASER - 1)
    assert flags(f"{menu(MIN_INDEX_PAGE - 1)}\n{teaser}", teaser) == set()
    assert flags(f"{menu(MIN_INDEX_PAGE)}\n{teaser}", teaser) == {Flag.INDEX}


@pytest.mark.parametrize(
    "prose",
    [
        "የከተማው ምክር ቤት ማክሰኞ ዕለት ለሦስት ዓመታት ተዘግቶ የቆየውን አዳራሽ ለመጠገን ወሰነ።",
        "Քաղաքային խորհուրդը երեքշաբթի օրը որոշեց վերանորոգել երեք տարի փակ սրահը։",
        "မြို့တော်ကောင်စီသည် သုံးနှစ်ကြာ ပိတ်ထားသော ခန်းမကို ပြုပြင်ရန် အင်္ဂါနေ့တွင် ဆုံးဖြတ်ခဲ့သည်ဟု မြို့တော်ဝန်က ပြောကြားခဲ့သည်။",
        (
            "นายกรัฐมนตรีกล่าวเมื่อวันอังคารว่า รัฐบาลจะปรับปรุงสะพานข้ามแม่น้ำที่ปิดมาสามปี"
            " โดยใช้งบประมาณสองพันล้านบาท และคาดว่าจะแล้วเสร็จภายในปีหน้า ประชาชนควรใช้เส้นทางอื่น"
        ),
    ],
)
def test_prose_ends_as_its_script_ends_it(prose: str) -> None:
    assert flags(prose, prose) == set()
    assert flags(prose[:30], prose[:30]) == {Flag.NOT_ARTICLE}


@pytest.mark.parametrize("end", [" The mayor said that", " (AFP)", " Photo: Example News"])
@pytest.mark.parametrize(
    "prose", [BODY, "新图书馆周六上午正式开放，藏书两万余册。市长表示，旧馆已关闭三年。"]
)
def test_article_that_breaks_off_or_ends_in_a_credit_is_one(prose: str, end: str) -> None:
    """Sentences count in a text of one line and in a paragraph, wherever the line ends."""
    assert flags(prose + end, prose + end) == set()
    lines = f"Hall to reopen\n{BODY} {BODY} {BODY}{end}"
    assert flags(lines, lines) == set()


def test_menu_in_one_line_is_no_article() -> None:
    menu = " ".join(f"Council votes on hall number {number}" for number in range(40))
    assert flags(f"{menu}. More", f"{menu}. More") == {Flag.NOT_ARTICLE}


@pytest.mark.parametrize("quote", ["„%s“", "»%s«", "“%s”", "«%s»", "「%s」"])
def test_closing_quote_belongs_to_the_sentence(quote: str) -> None:
    assert flags(quote % BODY, quote % BODY) == set()


def test_ideographs_weigh_as_words() -> None:
    """A Chinese sentence is as much prose as its translation."""
    assert Flag.NOT_ARTICLE not in flags("", "新图书馆周六上午正式开放，藏书两万余册。")


END = rf"[{STOP_SIGNS}][\"'”’“‘»›«‹)\]」』）]{{0,3}}"


def slow_prose(text: str) -> tuple[int, int, int]:
    """Measure prose line by line, with Python's own facts of characters."""
    lines = [line.strip() for line in text.split("\n")]
    weights = list(map(_weight, lines))
    stopped = list(map(slow_is_stopped, lines))
    least = MIN_PARAGRAPH if len(lines) > 1 else MIN_SENTENCE
    prose = 0
    for line, weight, has_stop in zip(lines, weights, stopped, strict=True):
        if has_stop:
            prose += weight if weight >= MIN_SENTENCE else 0
        elif weight >= least:
            sentences = re.split(rf"(?<=[{FREE_STOPS}])|{END}(?=\s|\Z)", line)[:-1]
            parts = map(_weight, sentences)
            prose += sum(part for part in parts if MIN_SENTENCE <= part <= MAX_SENTENCE)
    return sum(weights), prose, sum(map(bool, lines)) - sum(stopped)


def slow_is_stopped(line: str) -> bool:
    if re.search(rf"{END}\Z", line[-8:]):
        return True
    return len(line) >= MIN_UNSTOPPED and bool(re.search("[\u0e00-\u0eff]", line[-8:]))


PIECES = st.sampled_from(
    (
        *(
            "a" * 39,
            "b" * 40,
            "é" * 60,
            "c" * 199,
            "d" * 601,
            "漢" * 14,
            "ไทย" * 40,
            "๑",
            "\U00020000",
        ),
        *(
            ". ",
            ".",
            "?!",
            "。",
            "。」",
            "...",
            ".”",
            '.")’ ',
            ".))))",
            "၊",
            "།",
            "»",
            "9",
            "\ud800",
        ),
        *(" ", "\n", "\n\n", "\u3000", "\x1c", "\u00a0", "\0", "\U0010ffff"),
    )
)


@given(st.lists(st.text() | st.lists(PIECES, max_size=24).map("".join), max_size=5))
def test_prose_is_that_of_the_slow_twin(texts: list[str]) -> None:
    """The kernel reads lines and sentences as patterns do."""
    assert list(_measures(texts)) == list(map(slow_prose, texts))


def test_the_prose_of_a_megabyte_is_measured() -> None:
    for text in (". " * 500_000, "a" * 1_000_000, "漢。" * 500_000, "\n" * 1_000_000):
        assert list(_measures([text])) == [slow_prose(text)]
