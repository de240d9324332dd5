"""The card keeps what people wrote and fills what the build measured."""

import pytest

from builder.errors import ConfigError
from builder.render.card import fill_blocks, read_blocks, split_front_matter

CARD = """\
Prose before.

<!-- pressmark:begin summary -->
old
<!-- pressmark:end summary -->

Prose after, with a stray <!-- comment -->.
"""


def test_blocks_are_filled_and_prose_is_kept() -> None:
    filled = fill_blocks(CARD, {"summary": "new"})
    assert filled == CARD.replace("old", "new")


def test_filling_twice_changes_nothing() -> None:
    once = fill_blocks(CARD, {"summary": "two\n\nparagraphs"})
    assert fill_blocks(once, {"summary": "two\n\nparagraphs"}) == once
    assert read_blocks(once) == {"summary": "two\n\nparagraphs"}


def test_backslashes_in_a_block_are_text() -> None:
    assert r"a \1 b" in fill_blocks(CARD, {"summary": r"a \1 b"})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (CARD, "unknown block 'summary'"),
        ("<!-- pressmark:begin x -->\n", "has no partner"),
        ("<!-- pressmark:end x -->\n", "has no partner"),
        (
            "<!-- pressmark:begin x -->\n<!-- pressmark:begin y -->\n<!-- pressmark:end x -->\n",
            "has no partner",
        ),
    ],
)
def test_a_broken_template_is_refused(body: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        fill_blocks(body, {"load": ""})


def test_front_matter_is_split_off() -> None:
    assert split_front_matter("---\ntags: [a]\n---\n# Title\n") == ({"tags": ["a"]}, "# Title\n")
    assert split_front_matter("# Title\n") == ({}, "# Title\n")


@pytest.mark.parametrize("text", ["---\n- a list\n---\n", "---\na: [\n---\n"])
def test_front_matter_must_be_a_mapping(text: str) -> None:
    with pytest.raises(ConfigError, match="YAML"):
        split_front_matter(text)
