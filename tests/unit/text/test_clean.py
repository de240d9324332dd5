"""Removing spans: nothing is lost, nothing is inserted, every character has a reason."""

import re

from hypothesis import given
from hypothesis import strategies as st

from builder.text.clean import Proposal, RemovedPiece, clean_text, clean_texts, remove_spans

TEXTS = st.text(alphabet="aбあ.é \n\t\u00a0\u3000\u2003", max_size=60)
RULES = st.sampled_from(["cue.newsletter", "layout", "repetition"])


@st.composite
def texts_with_proposals(draw: st.DrawFn) -> tuple[str, list[Proposal]]:
    text = draw(TEXTS)
    place = st.integers(min_value=-2, max_value=len(text) + 2)
    spans = draw(st.lists(st.tuples(place, place, RULES), max_size=6))
    return text, [Proposal(*span) for span in spans]


def restore(kept: str, removed: list[RemovedPiece], text: str) -> str:
    parts, taken, position = [], 0, 0
    for piece in removed:
        size = piece.start - position
        parts += [kept[taken : taken + size], text[piece.start : piece.end]]
        taken, position = taken + size, piece.end
    return "".join([*parts, kept[taken:]])


def oracle(text: str, proposals: list[Proposal]) -> str:
    """Clean slowly and obviously: character by character."""
    marked = {at for start, end, _ in proposals for at in range(max(start, 0), min(end, len(text)))}
    solid = [at for at, c in enumerate(text) if at not in marked and not c.isspace()]
    out = ""
    for before, at in zip([None, *solid], solid, strict=False):
        if before is not None:
            gap = range(before + 1, at)
            white = [i for i in gap if text[i].isspace()]
            free = [i for i in white if i not in marked]
            lines = [i for i in white if text[i] == "\n"]
            choice = [i for i in lines if i in free] or lines
            choice = choice or [i for i in free if text[i] == " "] or free
            choice = choice or [i for i in white if text[i] == " "] or white
            out += text[choice[0]] if choice else ""
        out += text[at]
    return out


@given(texts_with_proposals())
def test_kept_and_removed_restore_the_text(case: tuple[str, list[Proposal]]) -> None:
    """Kept text and removed pieces together are the text, to the character."""
    text, proposals = case
    kept, removed = remove_spans(text, proposals)
    assert restore(kept, removed, text) == text
    assert len(kept) + sum(p.end - p.start for p in removed) == len(text)


@given(texts_with_proposals())
def test_fast_removal_agrees_with_the_obvious_one(
    case: tuple[str, list[Proposal]],
) -> None:
    """The fast implementation equals its slow twin."""
    text, proposals = case
    assert remove_spans(text, proposals)[0] == oracle(text, proposals)


@given(texts_with_proposals(), st.randoms())
def test_order_of_proposals_is_irrelevant(
    case: tuple[str, list[Proposal]], random: st.DataObject
) -> None:
    """Shuffled and repeated proposals give the same result."""
    text, proposals = case
    shuffled = proposals * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert remove_spans(text, shuffled) == remove_spans(text, proposals)


@given(texts_with_proposals())
def test_cleaning_twice_changes_nothing(case: tuple[str, list[Proposal]]) -> None:
    """A cleaned text has no surplus white space left."""
    kept, _ = remove_spans(*case)
    assert remove_spans(kept, []) == (kept, [])


@given(texts_with_proposals())
def test_pieces_are_sorted_disjoint_and_explained(
    case: tuple[str, list[Proposal]],
) -> None:
    """Each removed character names all rules that proposed it, or is surplus space."""
    text, proposals = case
    end = 0
    for piece in remove_spans(text, proposals)[1]:
        assert end <= piece.start < piece.end
        end = piece.end
        for at in range(piece.start, piece.end):
            rules = {p.rule for p in proposals if p.start <= at < p.end}
            assert piece.rules == tuple(sorted(rules or {"space"}))
            assert rules or text[at].isspace()


@given(texts_with_proposals())
def test_no_surplus_white_space_survives(case: tuple[str, list[Proposal]]) -> None:
    """No two white characters stand together, and none at the edges."""
    kept, _ = remove_spans(*case)
    assert kept == kept.strip()
    assert not re.search(r"\s\s", kept)


@given(st.lists(texts_with_proposals(), max_size=5))
def test_texts_do_not_know_each_other(cases: list[tuple[str, list[Proposal]]]) -> None:
    """Cleaning many texts at once gives what cleaning each alone gives."""
    texts, typed = [text for text, _ in cases], [proposals for _, proposals in cases]
    weak = [proposals[::2] for proposals in typed]
    alone = [clean_text(*case) for case in zip(texts, typed, weak, strict=True)]
    together = [(kept, removed.pieces()) for kept, removed in clean_texts(texts, typed, weak)]
    assert together == alone


def test_any_number_of_rules_is_told_apart() -> None:
    """A set of rules is as large as there are rules."""
    rules = [f"cue.{number:03}" for number in range(200)]
    proposals = [Proposal(number, 400 - number, rule) for number, rule in enumerate(rules)]
    kept, removed = remove_spans("x" * 400, proposals)
    assert not kept
    assert [piece.rules for piece in removed[:200]] == [
        tuple(rules[: number + 1]) for number in range(200)
    ]


def test_a_paragraph_break_becomes_one_newline() -> None:
    """A newline wins over the spaces around it."""
    text = "One.  \n\n Two."
    assert remove_spans(text, [])[0] == "One.\nTwo."


def test_a_newline_inside_a_removed_span_still_separates() -> None:
    """Paragraphs around a removed menu do not flow together."""
    text = "One. menu\nmenu Two."
    assert remove_spans(text, [Proposal(5, 14, "layout")]) == (
        "One.\nTwo.",
        [
            RemovedPiece(4, 5, ("space",)),
            RemovedPiece(5, 9, ("layout",)),
            RemovedPiece(10, 14, ("layout",)),
            RemovedPiece(14, 15, ("space",)),
        ],
    )


def test_a_single_no_break_space_is_kept_as_it_is() -> None:
    """White space is never rewritten, only removed."""
    assert remove_spans("10\u00a0000 km", []) == ("10\u00a0000 km", [])


def test_nothing_is_inserted_where_there_was_no_space() -> None:
    """A gap without white space closes without one."""
    assert remove_spans("abXXcd", [Proposal(2, 4, "layout")])[0] == "abcd"


def test_overlapping_rules_are_all_named() -> None:
    """Where two rules overlap, the receipt names both."""
    text = "Body. Subscribe now to us"
    removed = remove_spans(text, [Proposal(6, 19, "layout"), Proposal(16, 25, "cue.newsletter")])[1]
    assert removed == [
        RemovedPiece(5, 6, ("space",)),
        RemovedPiece(6, 16, ("layout",)),
        RemovedPiece(16, 19, ("cue.newsletter", "layout")),
        RemovedPiece(19, 25, ("cue.newsletter",)),
    ]


def test_weak_evidence_never_empties_a_text() -> None:
    """If layout would remove everything the typed cues left, it is overruled."""
    text = "Body of the article. Subscribe!"
    typed = [Proposal(21, 31, "cue.newsletter")]
    weak = [Proposal(0, 31, "layout")]
    assert clean_text(text, typed, weak)[0] == "Body of the article."


def test_typed_and_weak_evidence_are_removed_together() -> None:
    """Both kinds of evidence count when enough text remains."""
    text = "Menu Body of the article. Subscribe!"
    typed, weak = [Proposal(26, 36, "cue.newsletter")], [Proposal(0, 4, "layout")]
    assert clean_text(text, typed, weak)[0] == "Body of the article."


def test_a_hostile_text_comes_to_an_end() -> None:
    """One megabyte of white space or of proposals is no problem."""
    text = "a \n" * 350_000
    proposals = [Proposal(i, i + 2, f"rule{i % 5}") for i in range(0, len(text), 7)]
    cleaned, removed = remove_spans(text, proposals)
    assert len(cleaned) + sum(piece.end - piece.start for piece in removed) == len(text)
    assert remove_spans(" " * 1_000_000, [])[0] == ""
