"""What recurs in a source is proposed where it can be no part of the article."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.characters import (
    DIGIT,
    IDEOGRAPH,
    LOWER,
    NEWLINE,
    SPACE,
    basic_codes,
    class_table,
)
from builder.text.clean import Proposal, clean_text
from builder.text.normalize import normalize
from builder.text.repetition import (
    Counted,
    TemplateTable,
    count_segments,
    propose_repetitions,
    source_key,
    with_source,
)
from builder.text.segments import segment, segment_all
from tests.strategies import SPACES, WORDS

BODY = (
    "The harbour of the old town will be closed until the end of spring.",
    "Ships from the islands go to the new pier, said the mayor on Monday.",
    "Fishermen had asked for a later date because of the season of herring.",
)
PROMPT = "Sign up for the letter of the editors and read it every morning."


def count(text: str) -> Counted:
    return count_segments([text], [segment(text)])


def propose(text: str, templates: TemplateTable, source: str | None) -> list[Proposal]:
    return propose_repetitions([text], [segment(text)], templates, [source])[0]


def hashes(text: str) -> list[int]:
    return count(text).hashes.tolist()


def table(*lines: str, source: str | None = "a.example") -> TemplateTable:
    key = np.uint64(source_key(source))
    found = [with_source(count(line).hashes, key) for line in lines]
    return TemplateTable(np.unique(np.concatenate(found)))


def removed(lines: list[str], templates: TemplateTable, source: str | None = "a.example") -> str:
    text = "\n".join(lines)
    proposals = propose(text, templates, source)
    assert {proposal.rule for proposal in proposals} <= {"repetition"}
    return "|".join(text[proposal.start : proposal.end] for proposal in proposals)


def test_numbers_and_white_space_make_no_other_segment() -> None:
    assert hashes("Read all 12 comments") == hashes("Read  all\u00a07 comments")
    assert hashes("Read all 12 comments") != hashes("Read all comments")
    assert hashes("Read all comments") != hashes("read all comments")
    assert hashes("ab\ncd") != hashes("cd\nab")


@pytest.mark.parametrize("line", ["", "12:30", "1", "—", "Bayern 34 26 5 3", "2025-11-22", "x"])
def test_lines_of_numbers_and_signs_are_not_counted(line: str) -> None:
    assert hashes(line) == []


def test_short_sentences_are_not_counted_but_long_ones_are() -> None:
    text = " ".join([*BODY, "He agreed.", PROMPT])
    counted = count(text)
    assert len(counted.hashes) == 4
    assert (counted.letters >= 30).all()


def test_ten_ideographs_are_a_sentence() -> None:
    assert count("北京市政府星期一宣布新计划").letters >= 30


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), max_size=8))
def test_a_segment_has_the_same_hash_in_any_text(lines: list[list[str]]) -> None:
    texts = [normalize(" ".join(words)) for words in lines]
    whole = "\n".join(texts)
    segments = segment(whole)
    if any(piece.kind != "line" for piece in segments):
        return
    alone = [value for text in texts for value in hashes(text)]
    assert hashes(whole) == alone


@given(st.text(st.sampled_from([*"aZ9.\n", *SPACES, "京", "👩", "\u0301"]), max_size=80))
def test_any_text_is_counted(text: str) -> None:
    text = normalize(text)
    counted = count(text)
    columns = {len(counted.places), len(counted.hashes), len(counted.letters)}
    assert columns == set(counted.sizes.tolist())
    assert max(columns) <= len(segment(text))
    assert propose(text, TemplateTable(counted.hashes), None) == []


def plain_count(text: str) -> list[tuple[int, int, int]]:
    """Count and hash as it is written: the slow twin of the kernel."""
    found = []
    for number, (start, end, kind) in enumerate(segment(text)):
        kinds = class_table()[basic_codes(text[start:end])].tolist()
        letters = sum(3 if k == IDEOGRAPH else LOWER <= k < IDEOGRAPH for k in kinds)
        if letters < max(2 if kind == "line" else 30, 3 * kinds.count(DIGIT)):
            continue
        codes = basic_codes(text[start:end]).tolist()
        kept = [
            ord("0") if kinds[at] == DIGIT else code
            for at, code in enumerate(codes)
            if kinds[at] not in {SPACE, NEWLINE} and kinds[max(at - 1, 0) : at + 1] != [DIGIT] * 2
        ]
        value = sum(code * 0x9E3779B97F4A7C15**power for power, code in enumerate(kept))
        value = (value + len(kept)) % 2**64
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            value = (value ^ value >> shift) * factor % 2**64
        found.append((number, value ^ value >> 31, letters))
    return found


@given(st.lists(st.text(st.sampled_from([*"aZ9.\n", *SPACES, "京", "👩", "\u0301", "\ud800"]))))
def test_hashes_are_those_of_the_rule_as_written(texts: list[str]) -> None:
    texts += [f"{text} " * 12 for text in texts]
    counted = count_segments(texts, segment_all(texts))
    plain = [plain_count(text) for text in texts]
    assert counted.sizes.tolist() == [len(rows) for rows in plain]
    columns = (column.tolist() for column in counted[1:])
    assert list(zip(*columns, strict=True)) == [row for rows in plain for row in rows]


def plain_propose(text: str, templates: TemplateTable) -> list[str]:
    """Propose by the rule as it is written, the lines joined that follow each other."""
    segments = segment(text)
    counted, keys = count(text), set(templates.keys.tolist())
    bound = with_source(counted.hashes, np.uint64(source_key("a.example"))).tolist()
    recurs = {place: key in keys for place, key in zip(counted.places.tolist(), bound, strict=True)}
    is_long = dict(zip(counted.places.tolist(), counted.letters >= 30, strict=True))
    own = [place for place in recurs if is_long[place] and not recurs[place]]
    chosen = []
    for place in recurs if own else ():
        block = [place]
        while recurs.get(block[-1] + 1):
            block.append(block[-1] + 1)
        while recurs.get(block[0] - 1):
            block.insert(0, block[0] - 1)
        is_inside = own[0] <= place <= own[-1] and not is_long[place] and len(block) < 3
        if recurs[place] and not is_inside:
            chosen.append(place)
    joined: list[list[int]] = []
    for place in chosen:
        if joined and joined[-1][-1] == place - 1:
            joined[-1].append(place)
        else:
            joined.append([place])
    return [text[segments[run[0]].start : segments[run[-1]].end] for run in joined]


@given(st.lists(st.lists(st.sampled_from(["Home", "12", "Share", "Print", PROMPT, *BODY]))))
def test_what_is_proposed_follows_the_rule_as_written(pages: list[list[str]]) -> None:
    templates = table("Home\nShare\nPrint", PROMPT)
    texts = ["\n".join(lines) for lines in pages]
    sources = ["a.example"] * len(texts)
    found = propose_repetitions(texts, segment_all(texts), templates, sources)
    for text, proposals in zip(texts, found, strict=True):
        assert [text[one.start : one.end] for one in proposals] == plain_propose(text, templates)


def test_recurring_lines_go_before_and_after_the_article() -> None:
    lines = ["Home", "Politics", *BODY, "Share", PROMPT]
    assert (
        removed(lines, table("Home\nPolitics\nShare", PROMPT)) == f"Home\nPolitics|Share\n{PROMPT}"
    )


def test_between_paragraphs_one_short_line_stays_and_a_prompt_goes() -> None:
    lines = [BODY[0], "Background", BODY[1], PROMPT, BODY[2]]
    assert removed(lines, table("Background", PROMPT)) == PROMPT


def test_a_block_goes_also_between_paragraphs() -> None:
    lines = [BODY[0], "Share", "Print", "Save", BODY[1]]
    assert removed(lines, table("Share\nPrint\nSave")) == "Share\nPrint\nSave"
    assert removed(lines, table("Share\nPrint")) == ""


def test_a_table_says_nothing_about_other_sources() -> None:
    lines = [*BODY, PROMPT]
    assert removed(lines, table(PROMPT)) == PROMPT
    assert removed(lines, table(PROMPT), "b.example") == ""
    assert removed(lines, table(PROMPT), None) == ""
    assert removed(lines, table(PROMPT, source=None), None) == PROMPT


def test_each_of_many_texts_is_read_as_if_it_were_alone() -> None:
    texts = ["\n".join([*BODY, PROMPT]), "", PROMPT, "\n".join([PROMPT, *BODY])]
    sources = ["a.example", "a.example", None, "b.example"]
    templates = TemplateTable(np.union1d(table(PROMPT).keys, table(PROMPT, source=None).keys))
    found = propose_repetitions(texts, segment_all(texts), templates, sources)
    assert found == [propose(*pair) for pair in zip(texts, [templates] * 4, sources, strict=True)]
    assert [len(proposals) for proposals in found] == [1, 0, 0, 0]
    assert propose_repetitions([], [], templates, []) == []


def test_a_text_of_which_everything_recurs_is_left_alone() -> None:
    lines = ["Home", *BODY]
    assert removed(lines, table(*lines)) == ""


def test_an_empty_table_proposes_nothing() -> None:
    assert removed(["Home", *BODY], TemplateTable(np.zeros(0, np.uint64))) == ""


def test_the_receipt_names_repetition_beside_other_rules() -> None:
    text = "\n".join([*BODY, PROMPT])
    weak = propose(text, table(PROMPT), "a.example")
    typed = [weak[0]._replace(rule="cue.newsletter")]
    cleaned, pieces = clean_text(text, typed, weak)
    assert cleaned == "\n".join(BODY)
    assert ("cue.newsletter", "repetition") in [piece.rules for piece in pieces]


def test_a_source_has_a_key_of_its_own_and_unknown_is_zero() -> None:
    assert source_key(None) == 0
    assert source_key("a.example") not in (0, source_key("b.example"))
