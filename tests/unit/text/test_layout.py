"""Layout scores: exact, alone on their text, and quick on hostile input."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builder.text
from builder.text.clean import remove_spans
from builder.text.layout import (
    DOUBT,
    SPREAD,
    _removed,
    choose_segments,
    load_layout,
    propose_layout,
    propose_layouts,
)
from builder.text.layout_features import GRID, LIMIT, describe_segments, segment_weights
from builder.text.layout_network import (
    ACTIVATION_GRID,
    ACTIVATION_LIMIT,
    WEIGHT_GRID,
    score_segments,
)
from builder.text.segments import Segments, segment, segment_all

TEXT = Path(builder.text.__file__).parent
LEXICON = TEXT / "rules" / "layout" / "words.toml"
WEIGHTS = TEXT / "models" / "layout.npz"
MODEL = load_layout(WEIGHTS, LEXICON)

ARTICLE = (
    "The old mill on the river turns again after forty years of silence.\n"
    "Volunteers spent three winters on the wheel, which measures five metres across. "
    "Most of the money came from a collection among the neighbours, the mayor said.\n"
    "“It was the stubbornness of a few people,” said Helen Birch, who keeps the museum.\n"
    "Flour is sold on Sundays. The mill will work until the first frost of the year."
)
MENU = "Home\nNews\nSport\nBusiness\nWeather\nCulture\nTravel\nSign in | Register\nShare\n"
WORDS = st.sampled_from(
    ["mill", "River", "|", "14:45", "。", "水车", "мельница", "سوق", ".", "\n", " ", "©", "5"]
)


def exact_scores(features: np.ndarray) -> list[float]:
    """Score in whole numbers of any size, layer by layer: the slow twin of the kernel."""
    stored = dict(np.load(WEIGHTS))
    members = len(stored["output_bias"])
    scores = np.array([member_scores(features, stored, at) for at in range(members)])
    return [float(score) for score in scores.astype(np.float32).mean(axis=0)]


def member_scores(features: np.ndarray, stored: dict[str, np.ndarray], member: int) -> list[float]:
    """Score with one of the networks."""

    def whole(values: np.ndarray, grid: int = 1) -> np.ndarray:
        scaled = values.astype(np.float64) * grid
        assert (scaled == np.rint(scaled)).all()
        return np.array([int(v) for v in scaled.ravel()], dtype=object).reshape(values.shape)

    def sums(state, name, grid=ACTIVATION_GRID):  # type: ignore[no-untyped-def]
        weight, bias = (whole(stored[f"{name}_{part}"][member]) for part in ("weight", "bias"))
        return state.dot(weight) + bias * grid

    def layer(state, name, grid=ACTIVATION_GRID):  # type: ignore[no-untyped-def]
        return np.maximum(sums(state, name, grid) * ACTIVATION_GRID // (grid * WEIGHT_GRID), 0)

    def capped(state):  # type: ignore[no-untyped-def]
        return np.minimum(np.maximum(state, 0), int(ACTIVATION_LIMIT * ACTIVATION_GRID))

    state = capped(layer(whole(features, GRID), "entry", GRID))
    for at, step in enumerate(stored["dilations"].tolist()):
        number, width = state.shape
        beside = np.zeros((number, 3 * width), dtype=object)
        beside[:, width : 2 * width] = state
        for row in range(number):
            if row >= step:
                beside[row, :width] = state[row - step]
            if row + step < number:
                beside[row, 2 * width :] = state[row + step]
        state = capped(state + layer(beside, f"block{at}"))
        if at == int(stored["pool_after"]):
            weights = whole(segment_weights(features))
            pooled = np.concatenate(
                [weights.dot(state) // weights.sum(), state.sum(axis=0) // number]
            )
            state = capped(state + capped(layer(pooled, "pool")))
    scores = sums(capped(layer(state, "hidden")), "output")
    return [int(score) / (WEIGHT_GRID * ACTIVATION_GRID) for score in scores[:, 0]]


def choose(scores: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    return choose_segments(scores, sizes, np.array([0, scores.size]))


@settings(max_examples=30, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=80).map("".join) | st.text(max_size=200))
def test_scores_equal_those_in_whole_numbers(text: str) -> None:
    """No rounding takes place beyond the grid, so every machine finds the same scores."""
    if not text.strip():
        return
    features = describe_segments(text, segment(text), MODEL.lexicon)
    units, bounds = np.rint(features * GRID).astype(np.int16), np.array([0, len(features)])
    padded = np.pad(units, [(0, 0), (0, -units.shape[1] % 4)])
    assert score_segments(padded, bounds, MODEL.networks).tolist() == exact_scores(features)


@given(st.lists(WORDS, min_size=1, max_size=60).map("".join) | st.text(max_size=200))
def test_features_lie_on_their_grid(text: str) -> None:
    """Features are finite multiples of the grid within the limit."""
    segments = segment(text)
    if not segments:
        return
    features = describe_segments(text, segments, MODEL.lexicon)
    assert features.shape[0] == len(segments)
    assert (np.abs(features) <= LIMIT).all()
    assert (features * GRID == np.rint(features * GRID)).all()


@given(st.lists(st.tuples(st.floats(-20, 20), st.integers(1, 500)), min_size=1, max_size=8))
def test_no_other_choice_is_expected_to_be_better(drawn: list[tuple[float, int]]) -> None:
    """Of all sets of segments, the one that is kept has the best expected F1."""
    scores = np.array([score for score, _ in drawn])
    sizes = np.array([size for _, size in drawn], dtype=np.float64)
    odds = (scores - DOUBT) / SPREAD
    likely = (1.0 + odds / np.sqrt(1.0 + odds**2)) / 2.0

    def gain(kept: Sequence[bool]) -> float:
        marked = np.array(kept)
        return 2.0 * (likely * sizes)[marked].sum() / (sizes[marked].sum() + (likely * sizes).sum())

    best = max(map(gain, itertools.product([True, False], repeat=len(drawn))))
    assert gain(choose(scores, sizes).tolist()) == pytest.approx(best)


def test_a_page_of_doubt_keeps_more() -> None:
    """The same doubtful segment goes from a sure page and stays on a doubtful one."""
    sizes = np.ones(5)
    assert not choose(np.array([9.0, 9.0, 9.0, 9.0, -0.5]), sizes)[-1]
    assert choose(np.array([0.5, 0.5, -9.0, -9.0, -0.5]), sizes)[-1]


PAGES = st.lists(st.lists(st.tuples(st.floats(-9, 9), st.integers(1, 99)), max_size=6), max_size=5)


@given(PAGES)
def test_segments_are_chosen_in_each_text_alone(pages: list[list[tuple[float, int]]]) -> None:
    """Neighbours change nothing, empty ones neither."""
    bounds = np.cumsum([0, *map(len, pages)])
    rows = np.array([row for page in pages for row in page], dtype=np.float64).reshape(-1, 2)
    columns = rows[:, 0].copy(), rows[:, 1].copy()
    alone = [choose(*(column[a:b] for column in columns)) for a, b in itertools.pairwise(bounds)]
    assert choose_segments(*columns, bounds).tolist() == [
        bool(kept) for found in alone for kept in found
    ]


@given(st.lists(st.lists(WORDS, max_size=40).map("".join), max_size=5))
def test_texts_are_read_as_each_alone(texts: list[str]) -> None:
    """What is proposed for a text does not depend on what is read with it."""
    segmented = segment_all(texts)
    found = propose_layouts(texts, segmented, MODEL, [[]] * len(texts))
    assert found == [propose_layout(text, segment(text), MODEL) for text in texts]


@pytest.mark.parametrize("joiner", ["\n", "\n\n", " "])
def test_a_clean_article_stays_whole(joiner: str) -> None:
    """Where there is nothing to clean, nothing is proposed."""
    text = ARTICLE.replace("\n", joiner)
    assert propose_layout(text, segment(text), MODEL) == []


def test_a_menu_before_the_headline_is_proposed() -> None:
    """The menu goes as one span, headline and article stay to the letter."""
    text = MENU + ARTICLE
    proposals = propose_layout(text, segment(text), MODEL)
    assert {proposal.rule for proposal in proposals} == {"layout"}
    assert remove_spans(text, proposals)[0] == ARTICLE


def test_nothing_is_proposed_for_nothing() -> None:
    """Empty and white texts have no segments and no proposals."""
    assert propose_layout("", segment(""), MODEL) == []
    assert propose_layout(" \n ", segment(" \n "), MODEL) == []


def test_a_text_never_goes_as_a_whole() -> None:
    """A page without any article is kept, for others to flag."""
    text = MENU * 30
    assert remove_spans(text, propose_layout(text, segment(text), MODEL))[0]


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    """Weights of another version do not load."""
    path = tmp_path / "layout.npz"
    grids = {"weight_grid": WEIGHT_GRID, "activation_grid": ACTIVATION_GRID}
    np.savez(path, feature_grid=GRID + 1, **grids)
    with pytest.raises(ValueError, match="another version"):
        load_layout(path, LEXICON)


def test_weights_that_cannot_be_summed_are_refused(tmp_path: Path) -> None:
    """A sum that overflows would be wrong without a word."""
    with np.load(TEXT / "models" / "layout.npz") as stored:
        arrays = dict(stored)
    arrays["block0_weight"] = np.full_like(arrays["block0_weight"], 30_000)
    np.savez(tmp_path / "layout.npz", **arrays)
    with pytest.raises(ValueError, match="too large for sums"):
        load_layout(tmp_path / "layout.npz", LEXICON)


def test_layers_of_another_shape_are_refused(tmp_path: Path) -> None:
    """The kernel reads as many weights as it knows of."""
    arrays = dict(np.load(WEIGHTS))
    arrays["block2_weight"] = arrays["block2_weight"][:, :-1]
    np.savez(tmp_path / "layout.npz", **arrays)
    with pytest.raises(ValueError, match="block2 has another shape"):
        load_layout(tmp_path / "layout.npz", LEXICON)


def test_numbers_of_another_type_are_refused(tmp_path: Path) -> None:
    """They would be cut to fit."""
    arrays = dict(np.load(WEIGHTS))
    arrays["block2_weight"] = arrays["block2_weight"].astype(np.int32)
    np.savez(tmp_path / "layout.npz", **arrays)
    with pytest.raises(ValueError, match="block2 has numbers of other types"):
        load_layout(tmp_path / "layout.npz", LEXICON)


@pytest.mark.parametrize("unit", ["x", "X ", "\n", "a\n", "a. B ", "中", "1:30 ", "| "])
def test_hostile_text_comes_to_an_end(unit: str) -> None:
    """A megabyte of anything is scored to its end."""
    text = (unit * 1_000_000)[:1_000_000]
    proposals = propose_layout(text, segment(text), MODEL)
    assert all(0 <= start < end <= len(text) for start, end, _ in proposals)


def slow_removed(keep: list[bool], scores: list[float]) -> list[tuple[int, int]]:
    """Join the neighbours that are not kept, one by one; segment i is [10 i, 10 i + 9)."""
    runs: list[tuple[int, int]] = []
    for at, (stays, _) in enumerate(zip(keep, scores, strict=True)):
        if not stays and runs and runs[-1][1] == 10 * at - 1:
            runs[-1] = (runs[-1][0], 10 * at + 9)
        elif not stays:
            runs.append((10 * at, 10 * at + 9))
    return runs if any(score >= 0 for score in scores) else []


SEGMENT = st.tuples(st.booleans(), st.sampled_from([-2.0, -0.5, 0.0, 1.5]))


@given(st.lists(st.lists(SEGMENT, max_size=6), min_size=1, max_size=5))
def test_runs_are_those_of_the_slow_twin(texts: list[list[tuple[bool, float]]]) -> None:
    """Also where texts without segments, or without an article, stand beside each other."""
    starts = np.array([10 * at for text in texts for at in range(len(text))], np.int64)
    segments = Segments(starts, starts + 9, np.zeros(starts.size, np.uint8))
    keep = np.array([stays for text in texts for stays, _ in text], np.bool_)
    scores = np.array([score for text in texts for _, score in text], np.float32)
    bounds = np.array([0, *itertools.accumulate(map(len, texts))], np.int64)
    found = [[proposal[:2] for proposal in own] for own in _removed(segments, scores, keep, bounds)]
    assert found == [
        slow_removed([stays for stays, _ in text], [score for _, score in text]) for text in texts
    ]
