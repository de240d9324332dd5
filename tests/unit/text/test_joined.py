"""Code points of texts that are read as one."""

import numpy as np
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
