"""The default entity tagger: tokens, decoding, rules, and the laws of its output."""

import itertools
import json
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from builder.text.entities import (
    BuiltinTagger,
    EntityTagger,
    NoneTagger,
    TaggedSpan,
    TaggerOutputError,
    checked_spans,
    load_builtin,
    load_gazetteer,
)
from builder.text.entities.decode import FORBIDDEN, TAGS, allowed_transitions, decode
from builder.text.entities.rules import carried_names, with_final_dots
from builder.text.entities.store import pack_arrays, unpack_arrays
from builder.text.entities.titles import with_quoted_titles
from builder.text.entities.tokens import tokenize
from builder.text.entities.vocabulary import Vocabulary

SHIPPED = Path(__file__).parents[3] / "builder" / "text" / "models" / "entities"
TEXTS = (
    ("Le président Emmanuel Macron a reçu Angela Merkel à Paris.", "fr"),
    ("", "fr"),
    ("The U.S. and Japan signed the deal in New York, said John F. Kennedy Jr.", "en"),
    ("Президент России Владимир Путин прибыл в Казахстан.", "ru"),
    ("\n\n  \u200f", "en"),
    ("Bundeskanzler Olaf Scholz besuchte Warschau und traf Donald Tusk. " * 30, "de"),
    ("MACRON REÇOIT MERKEL A PARIS POUR PARLER DE L'EUROPE", "fr"),
    ("a" * 5000 + " Berlin", "de"),
)


@pytest.fixture(scope="module")
def tagger() -> BuiltinTagger:
    return load_builtin(SHIPPED)


def words(text: str) -> list[str]:
    vocabulary = Vocabulary()
    tokens = tokenize([text], vocabulary)
    return [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]


def test_tokens_keep_their_offsets_in_any_script() -> None:
    text = "L’Ouzbékistan, U.S. 2025:東京で Kassym-Jomart"
    expected = "L ’ Ouzbékistan , U.S. 2025 : 東 京 で Kassym - Jomart"
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two.", 2),
        ("Dr. Smith met J. K. Rowling. She smiled.", 2),
        ("One.\nTwo", 2),
        ("He said: “Stop.” Then he left.", 2),
        ("approx. twenty", 1),
        ("一。二", 2),
        ("", 0),
        ("word " * 400, 3),
    ],
)
def test_segments_end_where_sentences_do(text: str, count: int) -> None:
    assert len(tokenize([text], Vocabulary()).bounds) == count + 1


def slow_best(scores: np.ndarray, transitions: np.ndarray) -> tuple[tuple[int, ...], list[int]]:
    """Try all tag sequences: the oracle of the decoder."""
    best: dict[tuple[int, ...], int] = {}
    for tags in itertools.product(range(scores.shape[1]), repeat=len(scores)):
        value = sum(int(scores[i, t]) for i, t in enumerate(tags))
        value += sum(int(transitions[a, b]) for a, b in itertools.pairwise(tags))
        value += FORBIDDEN if TAGS[tags[0]].startswith("I") else 0
        best[tags] = value
    top = max(best.values())
    chosen = min(tags for tags, value in best.items() if value == top)
    margins = [
        top - max(value for tags, value in best.items() if tags[i] != chosen[i])
        for i in range(len(scores))
    ]
    return chosen, margins


def test_decoding_equals_trying_everything() -> None:
    random_numbers = np.random.default_rng(7)
    transitions = allowed_transitions(random_numbers.integers(-90, 90, (9, 9)).astype(np.int32))
    sizes = [1, 3, 2, 4, 1, 3]
    scores = random_numbers.integers(-10_000, 10_000, (sum(sizes), 9)).astype(np.int32)
    bounds = np.cumsum([0, *sizes]).astype(np.int32)
    found = decode(scores, bounds, transitions)
    for first, size in zip(bounds.tolist(), sizes, strict=False):
        tags, margins = slow_best(scores[first : first + size], transitions)
        assert tuple(found.tags[first : first + size].tolist()) == tags
        assert found.margins[first : first + size].tolist() == margins


def test_shipped_tagger_fits_the_protocol(tagger: EntityTagger) -> None:
    assert isinstance(tagger, EntityTagger)
    assert tagger.labels == {"PER", "LOC", "ORG", "MISC"}
    assert tagger.supports("fr")
    assert tagger.supports("pt-BR")
    assert not tagger.supports("und")
    assert not tagger.supports("")


def test_spans_are_sorted_sound_and_scored(tagger: EntityTagger) -> None:
    found = tagger.annotate([t for t, _ in TEXTS], [language for _, language in TEXTS])
    assert len(found) == len(TEXTS)
    for (text, _), spans in zip(TEXTS, found, strict=True):
        assert spans == checked_spans(text, spans)
        assert all(0.0 <= s.score <= 1.0 and s.score == round(s.score, 3) for s in spans)
    french = {(TEXTS[0][0][s.start : s.end], s.label) for s in found[0]}
    assert french == {("Emmanuel Macron", "PER"), ("Angela Merkel", "PER"), ("Paris", "LOC")}


def test_unclaimed_language_gets_nothing(tagger: EntityTagger) -> None:
    assert tagger.annotate(["Emmanuel Macron", "Emmanuel Macron"], ["und", "xx"]) == [[], []]


def test_one_article_is_the_unit(tagger: EntityTagger) -> None:
    """Any batch, any order and a fresh or a used tagger give the same spans."""
    texts, languages = [t for t, _ in TEXTS] * 3, [language for _, language in TEXTS] * 3
    alone = [
        tagger.annotate([t], [language])[0] for t, language in zip(texts, languages, strict=True)
    ]
    assert tagger.annotate(texts, languages) == alone
    order = list(range(len(texts)))
    for seed in range(3):
        random.Random(seed).shuffle(order)
        shuffled = load_builtin(SHIPPED).annotate(
            [texts[i] for i in order], [languages[i] for i in order]
        )
        assert shuffled == [alone[i] for i in order]


def test_threads_share_a_tagger(tagger: BuiltinTagger, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one of them adds to the types, or forgets, is of no concern to the others."""
    texts = [" ".join(f"Anna{n % 50} Roth{n + at} Paris." for n in range(400)) for at in range(40)]
    expected = [tagger.annotate([text], ["en"]) for text in texts]
    monkeypatch.setattr("builder.text.entities.models.MAX_TYPES", 2_000)
    shared = load_builtin(SHIPPED)
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(lambda text: shared.annotate([text], ["en"]), texts)] == expected


def test_forgetting_types_changes_nothing(
    tagger: EntityTagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, languages = [t for t, _ in TEXTS], [language for _, language in TEXTS]
    expected = tagger.annotate(texts, languages)
    monkeypatch.setattr("builder.text.entities.models.MAX_TYPES", 3)
    monkeypatch.setattr("builder.text.joined.GROUP_CHARS", 10)
    assert load_builtin(SHIPPED).annotate(texts, languages) == expected


def test_gazetteer_and_none_fit_the_protocol() -> None:
    listed = load_gazetteer(SHIPPED)
    assert isinstance(listed, EntityTagger)
    assert isinstance(NoneTagger(), EntityTagger)
    text = "Marie Dupont vit au Kazakhstan."
    spans = listed.annotate([text, text], ["fr", "und"])
    assert {(text[s.start : s.end], s.label, s.iso) for s in spans[0]} == {
        ("Marie Dupont", "PER", None),
        ("Kazakhstan", "LOC", "KZ"),
    }
    assert spans[1] == []
    assert NoneTagger().annotate([text], ["fr"]) == [[]]
    assert not NoneTagger().supports("fr")


def named(text: str, name: str, label: str, score: float, at: int = 0) -> TaggedSpan:
    start = text.index(name, at)
    return TaggedSpan(start, start + len(name), label, score)


def test_a_doubtful_name_takes_the_label_it_has_elsewhere() -> None:
    text = "Truth Social grew. Nobody knows why. " * 12 + "Truth Social fell."
    sure, doubtful = named(text, "Truth Social", "ORG", 0.95), text.rindex("Truth Social")
    found = carried_names(text, [sure, TaggedSpan(doubtful, doubtful + 12, "LOC", 0.3)])
    assert [s.label for s in found] == ["ORG"] * 13
    certain = TaggedSpan(doubtful, doubtful + 12, "LOC", 0.9)
    assert carried_names(text, [sure, certain]) == [sure, certain]


def test_a_cut_name_of_a_person_takes_the_whole_one():
    name = "Noursoultan Nazarbaïev"
    text = (
        f"{name} est arrivé lundi. " + "Il a parlé de tout. " * 25 + f"Selon lui, {name} a signé."
    )
    first, second = text.index(name), text.rindex(name)
    whole = TaggedSpan(first, first + len(name), "PER", 0.9)
    cut = TaggedSpan(second + 12, second + len(name), "PER", 0.9)
    assert [span[:3] for span in carried_names(text, [whole, cut])] == [
        (first, first + len(name), "PER"),
        (second, second + len(name), "PER"),
    ]
    other = cut._replace(label="LOC")
    assert carried_names(text, [whole, other]) == [whole, other]


def test_a_quoted_title_holds_no_places() -> None:
    text = (
        'Face à l\'initiative chinoise « la Ceinture et la Route », le film "Paris" de « Paris ».'
    )
    belt, film = named(text, "Ceinture", "LOC", 0.8), named(text, "Paris", "LOC", 0.8)
    city = TaggedSpan(text.rindex("Paris"), text.rindex("Paris") + 5, "LOC", 0.8)
    found = with_quoted_titles(text, [belt, film, city])
    assert [(text[s.start : s.end], s.label) for s in found] == [
        ("la Ceinture et la Route", "MISC"),
        ("Paris", "LOC"),
        ("Paris", "LOC"),
    ]


def test_the_full_stop_of_an_abbreviation_belongs_to_the_name() -> None:
    text = "Enron Corp. paid. Roger II. von Sizilien traf Louis XIV. Dann"
    names = [
        named(text, "Enron Corp", "ORG", 0.9),
        named(text, "Roger II", "PER", 0.9),
        named(text, "Louis XIV", "PER", 0.9),
    ]
    found = [text[s.start : s.end] for s in with_final_dots(text, names)]
    assert found == ["Enron Corp.", "Roger II.", "Louis XIV"]


@pytest.mark.parametrize(
    ("span", "message"),
    [
        (TaggedSpan(0, 99, "PER", 0.5), "does not lie in a text"),
        (TaggedSpan(True, 4, "PER", 0.5), "no numbers for offsets"),
        (TaggedSpan(0.0, 4.0, "PER", 0.5), "no whole numbers for offsets"),
        (TaggedSpan(-1, 2, "PER", 0.5), "does not lie in a text"),
        (TaggedSpan(3, 3, "PER", 0.5), "does not lie in a text"),
        (TaggedSpan(2, 3, "PER", 0.5), "is blank"),
        (TaggedSpan(0, 2, "DOG", 0.5), "unknown label 'DOG'"),
        (TaggedSpan(0, 2, "PER", 1.5), "score 1.5"),
        (TaggedSpan(0, 2, "PER", float("nan")), "score nan"),
    ],
)
def test_unsound_spans_are_refused(span: TaggedSpan, message: str) -> None:
    with pytest.raises(TaggerOutputError, match=message):
        checked_spans("Al Gore", [span])


def test_numbers_of_numpy_are_numbers() -> None:
    span = TaggedSpan(np.int64(0), np.int32(7), "PER", np.float32(0.5))  # type: ignore[arg-type]
    [found] = checked_spans("Al Gore", [span])
    assert found == TaggedSpan(0, 7, "PER", 0.5)
    assert [type(value) for value in found[:2]] == [int, int]


def test_something_else_than_spans_is_refused() -> None:
    with pytest.raises(TaggerOutputError, match="not a span"):
        checked_spans("Al Gore", [(1, 2)])  # type: ignore[list-item]  # the error under test


def test_checked_spans_map_trim_and_choose() -> None:
    text = "“Paris”, (UN) and U.S. officials, French"
    spans = [
        TaggedSpan(0, 7, "GPE", 0.5),
        TaggedSpan(1, 4, "GPE", 0.9),
        TaggedSpan(9, 13, "ORG", 0.12345),
        TaggedSpan(18, 22, "GPE", 1, "US"),
        TaggedSpan(34, 40, "NORP", 0.9),
    ]
    assert checked_spans(text, spans) == [
        TaggedSpan(1, 6, "LOC", 0.5),
        TaggedSpan(9, 13, "ORG", 0.123),
        TaggedSpan(18, 22, "LOC", 1.0, "US"),
    ]


def test_packed_arrays_come_back_and_damage_is_named() -> None:
    arrays = {
        "keys": np.array([3, 9, 4_000_000_000], dtype=np.uint32),
        "table": np.arange(-6, 6, dtype=np.int16).reshape(3, 4),
        "scale": np.array(0.25),
    }
    packed = pack_arrays(arrays)
    found = unpack_arrays(packed)
    assert {name: array.tolist() for name, array in found.items()} == {
        name: array.tolist() for name, array in arrays.items()
    }
    with pytest.raises(ValueError, match="not a file of packed arrays"):
        unpack_arrays(packed[:-9])


def test_card_says_what_the_tagger_says(tagger: BuiltinTagger) -> None:
    card = json.loads((SHIPPED / "card.json").read_text("utf-8"))
    assert tagger.version == card["version"]
    for tier, languages in card["languages"].items():
        assert {tagger.tier(language) for language in languages} == {tier}
    assert set(card["metrics"]) <= set(card["languages"]["measured"])
    assert tagger.describe() == {key: card[key] for key in card if key != "fast"}
    fast = load_builtin(SHIPPED, fast=True)
    assert fast.name == "builtin-fast"
    assert fast.describe()["metrics"] == card["fast"]["metrics"]
    assert fast.annotate([TEXTS[0][0]], ["fr"])[0]
