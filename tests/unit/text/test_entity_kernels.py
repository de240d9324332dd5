"""What the entity tagger computes in C is what its models are defined to be."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.text.entities.cues import Cues
from builder.text.entities.decode import UNITS, allowed_transitions, decode
from builder.text.entities.features import TypeFeatures, key_of
from builder.text.entities.keys import KeyTable
from builder.text.entities.linear import LinearModel
from builder.text.entities.store import load_arrays
from builder.text.entities.tokens import Tokens, is_sign, tokenize
from builder.text.entities.traits import KNOWN, trait_table
from builder.text.entities.vocabulary import Vocabulary
from builder.text.entities.window import WindowModel
from tests.unit.text.slow_entities import slow_cue, slow_linear, slow_network, slow_tokens
from training.entities.features import TypeFeatures as Strings

SHIPPED = Path(__file__).parents[3] / "builder" / "text" / "models" / "entities"
LISTING = load_arrays(SHIPPED / "cues.bin")["text"].tobytes().decode("utf-8")
PLACES = load_arrays(SHIPPED / "gazetteer.bin")
CUES = Cues(LISTING)
FEATURES = TypeFeatures(KeyTable(PLACES["keys"]), PLACES["classes"], CUES)
STRINGS = Strings(dict(zip(PLACES["keys"].tolist(), PLACES["classes"].tolist(), strict=True)), CUES)

LISTED = [word.strip("*") for line in LISTING.splitlines()[:12] for word in line.split()[1:][:60]]
WORDS = st.one_of(
    st.text(st.characters(exclude_characters="\n"), min_size=1, max_size=30),
    st.text(
        "aàÀbcÇdeéEfşşİIıiΣσςЖжёЁŁß’'-–0٣²⑴½ÅĄ\u0301\u0327中国がハ・𝐀𝟘😀\ud800",
        min_size=1,
        max_size=9,
    ),
    st.builds(
        lambda front, word, back: front + word + back,
        st.sampled_from(["", "", "Ab", "ё"]),
        st.sampled_from([*LISTED, "Kazakhstan", "Paris", "Владимира", "中国", "が"]).flatmap(
            lambda word: st.sampled_from([word, word.title(), word.upper()])
        ),
        st.sampled_from(["", "", "a", "ova", "ского", "0"]),
    ),
)


def lines(words: list[str]) -> str:
    return "".join([f"{word}\n" for word in words])


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_hashes_are_those_of_the_strings_of_the_training(words: list[str]) -> None:
    found = FEATURES.keys_of(lines(words))
    for at, word in enumerate(words):
        linear = found.linear[at, : found.linear_sizes[at]].tolist()
        assert linear == [key_of(feature) for feature in STRINGS.linear(word)[0]]
        window = found.window[at, : found.window_sizes[at]].tolist()
        assert window == [key_of(feature) for feature in STRINGS.window(word)]


@given(WORDS)
def test_cues_are_found_by_whole_words_beginnings_and_ends(word: str) -> None:
    assert CUES.find(word) == slow_cue(LISTING, word)


@pytest.fixture(scope="module")
def linear() -> dict[str, Any]:
    return load_arrays(SHIPPED / "linear.bin")


@pytest.fixture(scope="module")
def window() -> dict[str, Any]:
    return load_arrays(SHIPPED / "window.bin")


SEGMENTS = st.lists(
    st.lists(st.tuples(WORDS, st.booleans()), min_size=1, max_size=9), min_size=1, max_size=3
)


def laid_out(segments: list[list[tuple[str, bool]]]) -> tuple[list[str], Tokens]:
    """Give every token a type of its own; a glued one begins where the one before ends."""
    tokens = [token for segment in segments for token in segment]
    ends = np.cumsum([len(word) + (not glued) for word, glued in tokens], dtype=np.int32)
    starts = ends - np.array([len(word) for word, _ in tokens], dtype=np.int32)
    bounds = np.cumsum([0, *map(len, segments)], dtype=np.int32)
    types = np.arange(len(tokens), dtype=np.int32)
    return [word for word, _ in tokens], Tokens(
        types, starts, ends, bounds, bounds[[0, -1]].astype(np.int64)
    )


@settings(max_examples=30, deadline=None)
@given(SEGMENTS)
def test_scores_are_those_of_the_models(
    linear: dict[str, Any], window: dict[str, Any], segments: list[list[tuple[str, bool]]]
) -> None:
    words, tokens = laid_out(segments)
    sides = LinearModel(linear), WindowModel(window)
    for side in sides:
        side.learn(FEATURES.keys_of(lines(words)), 0)
    scores = sides[0].scores(tokens)
    split = [list(zip(*segment, strict=True)) for segment in segments]
    expected = np.concatenate([slow_linear(linear, STRINGS, *parts) for parts in split])
    assert scores.tolist() == expected.tolist()
    sides[1].add_scores(tokens, scores)
    expected += np.concatenate([slow_network(window, STRINGS, *parts) for parts in split])
    assert scores.tolist() == expected.tolist()


def test_a_network_of_another_shape_is_refused(window: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="another shape"):
        WindowModel(window | {"weight1": window["weight1"][:, :-1]})


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 40), max_size=6))
def test_a_segment_is_decoded_by_itself(seed: int, sizes: list[int]) -> None:
    numbers = np.random.default_rng(seed)
    moves = allowed_transitions(numbers.integers(-9 * UNITS, 9 * UNITS, (9, 9)).astype(np.int32))
    scores = numbers.integers(-20_000, 20_000, (sum(sizes), 9)).astype(np.int32)
    bounds = np.cumsum([0, *sizes], dtype=np.int32)
    together = decode(scores, bounds, moves)
    for begin, end in pairwise(bounds):
        alone = decode(scores[begin:end], np.array([0, end - begin], dtype=np.int32), moves)
        assert together.tags[begin:end].tolist() == alone.tags.tolist()
        assert together.margins[begin:end].tolist() == alone.margins.tolist()


MARKS = "Mr. |J. K. |U.S. |12. |3.|в.В.|. |? |.” |.\n|\n\n| \n |。|！」|、|»|  |\t|\u2028|_|²"
CAPITALS = "x²|中|国|が|İSTANBUL |ΑΣ|LE |PARIS |EST |Œ|OŬ |ǅ|ǄA |ⒶⒷ |ªº|Ა|ა"
PIECES = st.one_of(WORDS, st.sampled_from(MARKS.split("|")), st.sampled_from(CAPITALS.split("|")))
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def segments_of(texts: list[str], vocabulary: Vocabulary) -> list[list[list[tuple[str, int, int]]]]:
    """Return the segments of each text as `slow_tokens` does."""
    tokens = tokenize(texts, vocabulary)
    rows = zip(tokens.types.tolist(), tokens.starts.tolist(), tokens.ends.tolist(), strict=True)
    places = [(vocabulary.name(number), start, end) for number, start, end in rows]
    found: list[list[list[tuple[str, int, int]]]] = []
    before = 0
    for text, (first, last) in zip(texts, pairwise(tokens.texts.tolist()), strict=True):
        found.append([])
        for begin, end in pairwise(tokens.bounds.tolist()):
            if first <= begin < last:
                segment = places[begin:end]
                found[-1].append([(word, a - before, b - before) for word, a, b in segment])
        before += len(text)
    return found


@given(st.lists(TEXTS, max_size=4))
def test_tokens_and_segments_are_those_of_each_text(texts: list[str]) -> None:
    assert segments_of(texts, Vocabulary()) == [slow_tokens(text) for text in texts]


@pytest.mark.parametrize("word", ["word ", "WORD ", "中国", "U.S. "])
def test_long_segments_are_cut(word: str) -> None:
    assert segments_of([word * 400], Vocabulary()) == [slow_tokens(word * 400)]


def test_a_vocabulary_grows_with_its_types() -> None:
    text = " ".join([*map(str, range(9_000)), "a" * 70_000, "A" * 70_000, "B C D " * 9_000])
    vocabulary = Vocabulary()
    once = segments_of([text], vocabulary)
    assert once == [slow_tokens(text)]
    known = len(vocabulary)
    assert segments_of([text], vocabulary) == once
    assert len(vocabulary) == known == len(set(vocabulary.names))


@given(st.characters())
def test_facts_of_characters_are_those_of_python(char: str) -> None:
    code = ord(char)
    traits = int(trait_table()[code]) if code < KNOWN else 0
    sign = is_sign(char)
    is_letter = re.fullmatch(r"[^\W\d_]", char) is not None and not sign
    facts = (char.isupper(), char.islower(), char.isalpha(), sign, is_letter, char.isdecimal())
    assert [traits >> bit & 1 for bit in range(7)] == [*facts, char.isspace()]
