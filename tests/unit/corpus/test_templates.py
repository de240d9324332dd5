"""A segment is template text if different articles of a source have it, not copies of one."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.corpus import templates
from builder.corpus.templates import RepetitionParams, SliceCounts, find_templates

FOOTER, MENU = 7, 8
SOURCE = 99

_numbers = itertools.count(1_000_000)

#: An article: source, hash of its text, letters of prose (0: a short line) by segment.
Article = tuple[int, int, dict[int, int]]


def article(*shared: tuple[int, int], own: int = 300, source: int = SOURCE) -> Article:
    """An article with so many letters of its own, and segments (hash, letters) that it shares."""
    return source, next(_numbers), {**dict(shared), next(_numbers): own}


def slices(articles: list[Article], size: int = 1000) -> list[SliceCounts]:
    found = []
    for start in range(0, len(articles), size):
        part = articles[start : start + size]
        rows = sorted(
            (key, row, part[row][2][key]) for row in range(len(part)) for key in part[row][2]
        )
        found.append(
            SliceCounts(
                np.array([source for source, _, _ in part], np.uint64),
                np.array([text for _, text, _ in part], np.uint64),
                np.array([key for key, _, _ in rows], np.uint64),
                np.array([row for _, row, _ in rows], np.int32),
                np.array([letters for _, _, letters in rows], np.int32),
            )
        )
    return found


def keys(articles: list[Article], **params: float) -> list[int]:
    return find_templates(slices(articles), RepetitionParams(**params)).keys.tolist()  # type: ignore[arg-type]


def test_a_line_that_recurs_in_enough_articles_is_template() -> None:
    rest = [article() for _ in range(25)]
    assert keys([*rest, *(article((MENU, 0)) for _ in range(5))]) == [MENU]
    assert keys([*rest, *(article((MENU, 0)) for _ in range(4))]) == []


def test_prose_has_to_recur_twice_as_often() -> None:
    rest = [article() for _ in range(25)]
    assert keys([*rest, *(article((FOOTER, 60)) for _ in range(9))]) == []
    assert keys([*rest, *(article((FOOTER, 60)) for _ in range(10))]) == [FOOTER]


def test_the_share_of_the_source_counts() -> None:
    rest = [article() for _ in range(400)]
    assert keys([*rest, *(article((MENU, 0)) for _ in range(40))]) == []
    assert keys([*rest, *(article((MENU, 0)) for _ in range(50))]) == [MENU]


def test_few_articles_have_no_template() -> None:
    assert keys([article((MENU, 0), (FOOTER, 60)) for _ in range(19)]) == []
    assert keys([article((MENU, 0), (FOOTER, 60)) for _ in range(20)]) == [FOOTER, MENU]


def test_of_an_unknown_source_four_times_as_many_are_needed() -> None:
    assert keys([article((MENU, 0), source=0) for _ in range(79)]) == []
    assert keys([article((MENU, 0), source=0) for _ in range(80)]) == [MENU]


def test_equal_articles_count_once() -> None:
    printed = article((MENU, 0))
    assert keys([article() for _ in range(30)] + [printed] * 20) == []


@pytest.mark.parametrize("copies", [6, 20, 40, 100])
def test_a_story_printed_many_times_is_no_template(copies: int) -> None:
    """Copies differ by a paragraph of their own, shorter than a fifth of the story."""
    story = [(2000 + number, 200) for number in range(6)]
    reprints = [article(*story, own=200) for _ in range(copies)]
    assert keys(reprints) == []
    assert keys([article() for _ in range(30)] + reprints) == []


@pytest.mark.parametrize("source", [SOURCE, 0])
@pytest.mark.parametrize("edited", [0.1, 0.3, 0.5])
def test_the_versions_of_a_story_are_no_template(edited: float, source: int) -> None:
    """Each version rewrites some of the paragraphs, and the last ones grow."""
    draw = random.Random(5)
    for versions in (5, 10, 20, 40):
        articles = [article(source=source) for _ in range(100)]
        for _ in range(10):
            story = [next(_numbers) for _ in range(8)]
            for _ in range(versions):
                story = [next(_numbers) if draw.random() < edited / 4 else key for key in story]
                story.append(next(_numbers))
                articles.append((source, next(_numbers), dict.fromkeys(story, 200)))
        assert keys(articles) == []


def test_versions_do_not_hide_the_template_of_their_source() -> None:
    story = [(3000 + number, 200) for number in range(6)]
    reprints = [article(*story, (MENU, 0), own=30) for _ in range(30)]
    assert keys([article((MENU, 0)) for _ in range(30)] + reprints) == [MENU]


def test_a_page_with_more_template_than_article_still_witnesses() -> None:
    terms = [(4000 + number, 100) for number in range(8)]
    assert len(keys([article(*terms, own=300) for _ in range(30)])) == 8
    assert keys([article(*terms, own=150) for _ in range(30)]) == []


def test_sources_are_counted_apart() -> None:
    articles = [article((MENU, 0)) for _ in range(30)]
    articles += [article((MENU + 1, 0), source=5) for _ in range(30)]
    assert find_templates(slices(articles), RepetitionParams()).sources == 2


def test_no_articles_have_no_template() -> None:
    assert keys([]) == []
    assert find_templates(slices([]), RepetitionParams()).sources == 0


@given(
    st.lists(st.sets(st.integers(1, 12), min_size=1), min_size=1, max_size=30),
    st.integers(1, 7),
    st.randoms(use_true_random=False),
)
def test_slices_their_order_and_partitions_change_nothing(
    drawn: list[set[int]], size: int, draw: random.Random
) -> None:
    articles: list[Article] = [
        (
            number % len(drawn) % 2,
            number % len(drawn),
            {(key << 59) + number % len(drawn) % 2: 40 * (key % 3) for key in sorted(found)},
        )
        for number, found in enumerate(drawn + drawn[:10])
    ]
    params = RepetitionParams(min_source=3, min_articles=2, min_share=0.2)
    wanted = find_templates(slices(articles), params)
    parts = slices(articles, size)
    draw.shuffle(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "PARTITION_ROWS", 5)
        found = find_templates(parts, params)
    assert found.keys.tolist() == wanted.keys.tolist()
    assert found.sources == wanted.sources
