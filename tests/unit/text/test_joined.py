"""Code points of texts that are read as one."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.joined import GROUP_CHARS, KEPT_GROUPS, LEAST_KEPT, text_codes

TEXTS = st.lists(st.text(st.sampled_from("aé漢\U0001f600\ud800"), max_size=4), max_size=4)


@given(st.lists(TEXTS, max_size=2 * KEPT_GROUPS), st.sampled_from([1, LEAST_KEPT, GROUP_CHARS]))
def test_code_points_are_those_of_the_texts_however_often_they_are_asked_for(
    groups: list[list[str]], times: int
) -> None:
    groups = [[text * times for text in texts] for texts in groups[:3]] + groups[3:]
    for texts in [*groups, *reversed(groups)]:
        codes, bounds = text_codes(texts)
        assert codes.tolist() == list(map(ord, "".join(texts)))
        assert np.diff(bounds).tolist() == list(map(len, texts))


def test_the_same_texts_are_read_once() -> None:
    texts = ["a" * LEAST_KEPT, "b"]
    codes, bounds = text_codes(texts)
    again, others = text_codes(list(texts))
    assert again is codes
    assert others is bounds
    assert text_codes([*texts, ""])[1].size == bounds.size + 1


@pytest.fixture
def _busy_threads():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("_busy_threads")
def test_threads_may_ask_at_the_same_time() -> None:
    texts = [[f"{number}" * LEAST_KEPT] for number in range(4 * KEPT_GROUPS)]

    def ask(number: int) -> None:
        for at in range(2_000):
            text = texts[(at * 7 + number) % len(texts)]
            assert text_codes(text)[0][0] == ord(text[0][0])

    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(ask, range(4))] == [None] * 4
