"""Lint of the card: every trap of the Hub and of `load_dataset` that is known."""

import pytest
import yaml

from builder.verify.card_configs import read_configs
from builder.verify.card_text import quote, read_card
from builder.verify.card_values import lint_values

FILES = sorted(
    [
        "LICENSE",
        "README.md",
        "audit/train-00000-of-00001.parquet",
        "data/ar/test-00000-of-00001.parquet",
        "data/fr/test-00000-of-00001.parquet",
        "data/fr/train-00000-of-00002.parquet",
        "data/fr/train-00001-of-00002.parquet",
        "data/fr/notes.txt",
        "manifest.json",
    ]
)
TRAIN = "data/fr/train-*-of-00002.parquet"
TEST = "data/fr/test-*-of-00001.parquet"


def codes(findings):
    return [finding.code.value for finding in findings]


def config(files, name="default", **more):
    return {"config_name": name, "data_files": files, **more}


def split(path, name="train"):
    return [{"split": name, "path": path}]


def lint_configs(*entries):
    return codes(read_configs({"configs": list(entries)}, FILES)[1])


# The text: fences and YAML.

GOOD = "---\nlicense: mit\n---\n\n# Title\n"


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        "\n\n" + GOOD,
        GOOD + "\n---\nmore\n---\n",
        GOOD + "```\n[More Information Needed]\n```\n",
    ],
    ids=["plain", "BOM", "CRLF", "leading lines", "rules below", "placeholder in code"],
)
def test_what_loaders_read_is_read(text):
    card = read_card(text.encode())
    assert card.findings == []
    assert card.data == {"license": "mit"}
    assert "# Title" in card.body


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("--- \nlicense: mit\n---\n", "CARD_FENCE"),
        ("---\nlicense: mit\n---  \n", "CARD_FENCE"),
        (" ---\nlicense: mit\n---\n", "CARD_FENCE"),
        ("# Title\n---\nlicense: mit\n---\n", "CARD_YAML"),
        ("", "CARD_YAML"),
        ("---\nlicense: mit\n", "CARD_YAML"),
        ("---\n- a\n---\n", "CARD_YAML"),
        ("---\nmit\n---\n", "CARD_YAML"),
        ("---\n---\n", "CARD_YAML"),
        ("---\nlicense: [\n---\n", "CARD_YAML"),
        ("---\nlicense: mit\nlicense: gpl\n---\n", "CARD_YAML"),
        ("---\na: {b: 1, b: 2}\n---\n", "CARD_YAML"),
        ("---\nno: 1\n---\n", "CARD_YAML"),
        ("---\n? [a]\n: 1\n---\n", "CARD_YAML"),
        ("---\na: !!python/object/apply:os.getcwd []\n---\n", "CARD_YAML"),
        ("---\na: 2025-99-99\n---\n", "CARD_YAML"),
        ("---\na: !!int ''\n---\n", "CARD_YAML"),
        ("---\na: !!bool maybe\n---\n", "CARD_YAML"),
        ("---\na: !!timestamp x\n---\n", "CARD_YAML"),
        ("---\na: \0\n---\n", "CARD_YAML"),
        ("---\na:\n  " + "- " * 100_000 + "\n---\n", "CARD_YAML"),
        ("---\na: " + "{a: " * 900 + "1" + "}" * 900 + "\n---\n", "CARD_YAML"),
        ("---\na: " + "[" * 100_000 + "\n---\n", "CARD_YAML"),
        (GOOD + "\n[More Information Needed]\n", "CARD_PLACEHOLDER"),
        (GOOD + "\n{{ dataset_summary }}\n", "CARD_PLACEHOLDER"),
        (GOOD + "x" * 1_000_001, "CARD_SIZE"),
    ],
)
def test_a_card_that_is_read_otherwise_than_it_looks_is_named(text, code):
    assert code in codes(read_card(text.encode()).findings)


def test_bytes_that_are_no_text_are_named():
    assert codes(read_card(b"---\n\xff\xfe\n---\n").findings) == ["CARD_YAML"]


@pytest.mark.parametrize("merged", [False, True], ids=["lists", "merge keys"])
def test_a_bomb_of_aliases_is_refused_unexploded(merged):
    lines = ["a0: &a0 {x: 1}"]
    for i in range(1, 40):
        again = ", ".join([f"*a{i - 1}"] * 3)
        lines.append(f"a{i}: &a{i} " + (f"{{<<: [{again}]}}" if merged else f"[{again}]"))
    card = read_card(("---\n" + "\n".join(lines) + "\n---\n").encode())
    assert codes(card.findings) == ["CARD_YAML"]
    assert "more than 1,000,000 values" in card.findings[0].message


def test_yaml_that_holds_itself_is_refused():
    assert codes(read_card(b"---\na: &a [*a]\n---\n").findings) == ["CARD_YAML"]


def test_what_a_message_quotes_stays_short():
    assert len(quote({"a": [{"b": "x" * 10_000}] * 1000})) < 500
    assert "\n" not in quote("a\nb")


# Single keys.


def lint(text, rows=5, files=FILES):
    data = {"license": "mit", "language": ["fr"], **yaml.safe_load(text)}
    return codes(lint_values(data, files, rows))


@pytest.mark.parametrize(
    "text",
    [
        "license: unknown",
        "license: [mit, cc-by-4.0]",
        "{license: other, license_name: mine}",
        "{license: other, license_name: mine, license_link: LICENSE}",
        "{license: other, license_name: mine, license_link: 'https://example.org/l'}",
        "language: [fr, 'no', zh, kaz, und, multilingual]",
        "language: fr",
        "size_categories: [n<1K]",
        "{task_categories: [token-classification], task_ids: [named-entity-recognition]}",
        "{annotations_creators: [machine-generated], language_creators: [found]}",
        "{multilinguality: [multilingual], pretty_name: Five, tags: [news]}",
        "{extra_gated_prompt: x, unknown_key: [1]}",
    ],
)
def test_values_that_the_hub_takes_have_no_findings(text):
    assert lint(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("license: null", "CARD_LICENCE"),
        ("license: CC-BY-4.0", "CARD_LICENCE"),
        ("license: gpl-2.0-or-later", "CARD_LICENCE"),
        ("license: 3", "CARD_LICENCE"),
        ("license: {a: 1}", "CARD_LICENCE"),
        ("license: other", "CARD_LICENCE"),
        ("{license: other, license_name: x, license_link: nowhere.txt}", "CARD_LICENCE"),
        ("language: null", "CARD_LANGUAGE"),
        ("language: [no]", "CARD_LANGUAGE"),
        ("language: [zh-Hans]", "CARD_LANGUAGE"),
        ("language: [french]", "CARD_LANGUAGE"),
        ("language: [FR]", "CARD_LANGUAGE"),
        ("language: [xx]", "CARD_LANGUAGE"),
        ("language: [1]", "CARD_LANGUAGE"),
        ("language: [[fr]]", "CARD_LANGUAGE"),
        ("size_categories: [small]", "CARD_FIELD"),
        ("size_categories: [1K<n<10K]", "CARD_COUNTS"),
        ("size_categories: {a: 1}", "CARD_FIELD"),
        ("task_categories: text-generation", "CARD_FIELD"),
        ("task_categories: [writing]", "CARD_FIELD"),
        ("task_ids: [news]", "CARD_FIELD"),
        ("task_ids: [[news]]", "CARD_FIELD"),
        ("annotations_creators: [me]", "CARD_FIELD"),
        ("language_creators: [no-annotation]", "CARD_FIELD"),
        ("multilinguality: [bilingual]", "CARD_FIELD"),
        ("pretty_name: [Five]", "CARD_FIELD"),
        ("pretty_name: 5", "CARD_FIELD"),
        ("tags: news", "CARD_FIELD"),
        ("tags: [1]", "CARD_FIELD"),
    ],
)
def test_values_that_the_hub_refuses_are_named(text, code):
    assert code in lint(text)


def test_a_licence_of_ones_own_needs_its_text():
    assert lint("{license: other, license_name: x}", files=["README.md"]) == ["CARD_LICENCE"]


def test_the_bare_word_for_norwegian_is_explained():
    data = {"license": "mit", **yaml.safe_load("language: [no]")}
    (found,) = lint_values(data, FILES, 5)
    assert "quote it: 'no'" in found.message


# Configs.


@pytest.mark.parametrize(
    "entries",
    [
        [config(split([TRAIN]) + split(TEST, "test"))],
        [config(TRAIN)],
        [config([TRAIN])],
        [config(split(TRAIN), "fr")],
        [config(split(TRAIN), "fr", default=True), config(split(TEST, "test"), "b")],
        [config(split("./" + TRAIN))],
        [config(split(TRAIN, "train.part_1"))],
        [config(split(TRAIN)), config(split(TRAIN), "zh-Hans")],
        [config(split("data/fr/*-of-00002.parquet"))],
    ],
)
def test_configs_that_load_dataset_takes_have_no_findings(entries):
    assert lint_configs(*entries) == []


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        (["fr"], "CARD_CONFIG"),
        ([config(split(TRAIN), False)], "CARD_CONFIG"),
        ([config(split(TRAIN), 5)], "CARD_CONFIG"),
        ([config(split(TRAIN), "")], "CARD_CONFIG"),
        ([{"data_files": TRAIN}], "CARD_CONFIG"),
        ([config(split(TRAIN), "a/b")], "CARD_CONFIG"),
        ([config(split(TRAIN), "a*")], "CARD_CONFIG"),
        ([config(split(TRAIN), "a"), config(split(TRAIN), "a", default=True)], "CARD_CONFIG"),
        ([config(None)], "CARD_CONFIG"),
        ([config({"train": TRAIN})], "CARD_CONFIG"),
        ([config([])], "CARD_CONFIG"),
        ([config([TRAIN, {"split": "test", "path": TEST}])], "CARD_CONFIG"),
        ([config([{"split": "train", "path": TRAIN, "x": 1}])], "CARD_CONFIG"),
        ([config([{"split": "train"}])], "CARD_CONFIG"),
        ([config(split([]))], "CARD_CONFIG"),
        ([config(split([3]))], "CARD_CONFIG"),
        ([config(split({"a": 1}))], "CARD_CONFIG"),
        ([config(split(TRAIN) + split(TEST))], "CARD_CONFIG"),
        ([config(split("/etc/*.parquet"))], "CARD_CONFIG"),
        ([config(split("../x/*.parquet"))], "CARD_CONFIG"),
        ([config(split("https://example.org/x.parquet"))], "CARD_CONFIG"),
        ([config(split("data/a**"))], "CARD_CONFIG"),
        ([config(split(TRAIN), data_dir="data")], "CARD_CONFIG"),
        ([config(split(TRAIN), "a"), config(split(TRAIN), "b")], "CARD_DEFAULT"),
        ([config(split(TRAIN)), config(split(TRAIN), "b", default=True)], "CARD_DEFAULT"),
        ([config(split("data/de/*.parquet"))], "CARD_GLOB"),
        ([config(split("data/fr"))], "CARD_GLOB"),
        ([config(split("README.md"))], "CARD_GLOB"),
        ([config(split("data/fr/*", "all"))], "CARD_STRAY"),
        ([config(split([TRAIN, "data/fr/train-00001*"]))], "CARD_STRAY"),
        ([config(split(TRAIN) + split(TRAIN, "test"))], "CARD_STRAY"),
        ([config(split(TEST) + split("data/ar/test-*", "test"))], "CARD_STRAY"),
        ([config(split(TRAIN, "train-clean"))], "CARD_SPLIT"),
        ([config(split(TRAIN, "../train"))], "CARD_SPLIT"),
        ([config(split(TRAIN, None))], "CARD_SPLIT"),
        ([config(split(TRAIN, "train."))], "CARD_SPLIT"),
        ([config(split("data/fr/train-00000-of-00002.parquet"))], "FILE_MISSING"),
    ],
)
def test_configs_that_load_dataset_refuses_or_misreads_are_named(entries, code):
    assert code in lint_configs(*entries)


@pytest.mark.parametrize("data", [{}, {"configs": {}}, {"configs": []}, {"configs": "all"}])
def test_a_card_without_configs_leaves_loaders_guessing(data):
    configs, findings = read_configs(data, FILES)
    assert configs == []
    assert codes(findings) == ["CARD_CONFIG"]


def test_shards_of_two_releases_are_named():
    files = ["data/train-00000-of-00001.parquet", "data/train-00001-of-00002.parquet"]
    found = read_configs({"configs": [config(split("data/train-*"))]}, files)[1]
    assert codes(found) == ["CARD_STRAY"]
    assert "two releases" in found[0].message


def test_hidden_files_are_passed_over_as_loaders_do():
    files = ["data/.x-00000-of-00001.parquet", "data/x-00000-of-00001.parquet"]
    configs, found = read_configs({"configs": [config(split("data/*"))]}, files)
    assert found == []
    assert configs[0].splits == {"train": ["data/x-00000-of-00001.parquet"]}


def test_more_splits_than_the_viewer_shows_are_named():
    entries = [{"split": f"s{i}", "path": TRAIN} for i in range(31)]
    assert "CARD_CONFIG" in lint_configs(config(entries))
