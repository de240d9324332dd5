"""A card is measured before it is believed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.publish.card import Card, CardError, loads, read_card
from builder.publish.patterns import matches

CARD = """---
license: mit
configs:
- config_name: default
  data_files:
  - split: train
    path: [data/fr/train-*-of-00001.parquet, data/en/train-*-of-00001.parquet]
  - split: test
    path: data/fr/test-*-of-00001.parquet
- config_name: audit
  data_files: audit/*.parquet
- config_name: folder
  data_dir: extra
---
# News
"""


def test_licence_configs_and_patterns_are_read() -> None:
    card = read_card(CARD)
    assert card.license == "mit"
    assert card.configs == ("default", "audit", "folder")
    assert card.patterns == (
        "data/fr/train-*-of-00001.parquet",
        "data/en/train-*-of-00001.parquet",
        "data/fr/test-*-of-00001.parquet",
        "audit/*.parquet",
        "extra/**",
    )


@pytest.mark.parametrize(
    ("path", "loaded"),
    [
        ("data/fr/train-00000-of-00001.parquet", True),
        ("data/fr/train-00000-of-00002.parquet", False),
        ("data/fr/deep/train-00000-of-00001.parquet", False),
        ("extra/any/thing.txt", True),
        ("notes.md", False),
        ("dataset_infos.json", True),
        ("news.py", True),
        ("other.py", False),
    ],
)
def test_what_readers_would_load_is_known(path: str, loaded: bool) -> None:
    assert loads(read_card(CARD), path, "news") is loaded


def test_without_configs_readers_guess_and_anything_may_be_data() -> None:
    assert loads(Card("mit", None), "data/x.parquet", "news")
    assert not loads(Card("mit", None), "README.md", "news")


def test_a_card_without_yaml_declares_nothing() -> None:
    assert read_card("# News\n") == Card(None, None)
    assert read_card("---\n\n---\n") == Card(None, None)


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "---\n" + "\n".join(lines) + "\n---\n"


HOSTILE = {
    "bomb": bomb(30),
    "loop": "---\na: &a [*a]\n---\n",
    "deep": "---\na: " + "[" * 100_000 + "\n---\n",
    "deep flow": "---\na: " + "[" * 500 + "]" * 500 + "\nb: {" + "\n---\n",
    "tag": "---\na: !!python/object/apply:os.system [true]\n---\n",
    "list": "---\n- a\n---\n",
    "broken": "---\na: [\n---\n",
    "large": "---\na: " + "x" * 5_000_000 + "\n---\n",
    "merge": "---\na: &a {b: 1}\nc: {<<: [" + ", ".join(["*a"] * 400_000) + "]}\n---\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_is_refused(name: str) -> None:
    with pytest.raises(CardError):
        read_card(HOSTILE[name])


def test_a_few_aliases_are_no_bomb() -> None:
    card = read_card("---\nx: &x [a, b]\ny: *x\nlicense: mit\n---\n")
    assert card.license == "mit"


_PATTERN = st.text("ab*?/", max_size=8)
_PATH = st.text("ab/", max_size=8)


@given(_PATTERN, _PATH)
def test_patterns_match_as_their_expressions_do(pattern: str, path: str) -> None:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    spelled = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    expression = "".join(spelled.get(part, re.escape(part)) for part in parts)
    # A `**/` inside a name reaches the end of a folder that it stands in.
    if re.search(r"[^/]\*\*/", pattern):
        return
    assert matches(pattern, path) == (re.fullmatch(expression, path, re.DOTALL) is not None)


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [("[a-c]/x", "b/x", True), ("[!a-c]/x", "b/x", False), ("[^ab]", "c", True), ("[", "[", True)],
)
def test_classes_of_characters(pattern: str, path: str, found: bool) -> None:
    assert matches(pattern, path) is found


def test_no_pattern_runs_away() -> None:
    assert not matches("*a" * 200 + "b", "a" * 2000)
