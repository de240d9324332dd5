"""Whether texts are sound is told as the schema tells it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from builder.text.soundness import are_sound
from schema.article import CONTROL_CHARACTERS, WHITE_SPACE

STRANGE = "\t\n \u00a0\u1680\u2009\u3000\x00\x0b\x1f\x7f\x85\x9f\u2028é漢\U00010000\U0010ffff\ud800"
FAULT = re.compile(
    rf"\A[{WHITE_SPACE}]|[{WHITE_SPACE}]\Z|[{WHITE_SPACE}]{{2}}|[{CONTROL_CHARACTERS}]|\A\Z"
)


@given(st.lists(st.one_of(st.text(max_size=9), st.text(alphabet=STRANGE + "ab", max_size=9))))
def test_soundness_is_what_the_classes_of_the_schema_say(texts: list[str]) -> None:
    assert are_sound(texts) == [FAULT.search(text) is None for text in texts]


def test_long_texts_are_read_to_their_end() -> None:
    long = "word " * 200_000
    assert are_sound([f"{long}end", f"{long}end ", f"{long} end", "end"]) == [
        True,
        False,
        False,
        True,
    ]
