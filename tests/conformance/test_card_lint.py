"""The lint of cards against `load_dataset` itself: what it refuses, we refuse.

The traps are facts about a library, so they are asked of the library.
"""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.verify.card_configs import read_configs
from builder.verify.card_numbers import check_info
from builder.verify.card_text import read_card
from builder.verify.shards import read_shard, shard_place

pytestmark = pytest.mark.slow
datasets = pytest.importorskip("datasets")

SHARDS = {
    "data/train-00000-of-00001.parquet": 3,
    "data/test-00000-of-00001.parquet": 2,
}

#: YAML of cards that load, by what is special about them.
LOADS = {
    "plain": """
configs:
- config_name: default
  data_files: [{split: train, path: data/train-*-of-00001.parquet}]
""",
    "default: true": """
configs:
- config_name: fr
  default: true
  data_files: [{split: train, path: [data/train-*-of-00001.parquet]}]
- {config_name: de, data_files: data/test-*-of-00001.parquet}
""",
    "one config of any name": """
configs: [{config_name: zh-Hans, data_files: data/train-*-of-00001.parquet}]
""",
    "dots in a split": """
configs: [{config_name: a, data_files: [{split: train.x_1, path: data/train-*-of-00001.parquet}]}]
""",
    "true counts": """
configs: [{config_name: a, data_files: [{split: train, path: data/train-*-of-00001.parquet}]}]
dataset_info: {config_name: a, splits: [{name: train, num_examples: 3, num_bytes: 40}]}
""",
}

#: YAML of cards that do not load, by what is wrong with them.
FAILS = {
    "bare no": """
configs: [{config_name: no, data_files: data/train-*-of-00001.parquet}]
""",
    "no default": """
configs:
- {config_name: a, data_files: data/train-*-of-00001.parquet}
- {config_name: b, data_files: data/train-*-of-00001.parquet}
""",
    "two defaults": """
configs:
- {config_name: default, data_files: data/train-*-of-00001.parquet}
- {config_name: b, default: true, data_files: data/train-*-of-00001.parquet}
""",
    "data_dir": """
configs: [{config_name: a, data_dir: data, data_files: "train-*-of-00001.parquet"}]
""",
    "data_dir beside whole paths": """
configs: [{config_name: a, data_dir: nowhere, data_files: data/train-*-of-00001.parquet}]
""",
    "no match": """
configs: [{config_name: a, data_files: data/de/train-*.parquet}]
""",
    "a folder as path": """
configs: [{config_name: a, data_files: data}]
""",
    "dash in a split": """
configs:
- config_name: a
  data_files: [{split: train-clean, path: data/train-*-of-00001.parquet}]
""",
    "a third key": """
configs:
- config_name: a
  data_files: [{split: train, path: data/train-*-of-00001.parquet, x: 1}]
""",
    "a mapping of splits": """
configs: [{config_name: a, data_files: {train: data/train-*-of-00001.parquet}}]
""",
    "a split twice": """
configs:
- config_name: a
  data_files:
  - {split: train, path: data/train-*-of-00001.parquet}
  - {split: train, path: data/test-*-of-00001.parquet}
""",
    "forbidden name": """
configs: [{config_name: a/b, data_files: data/train-*-of-00001.parquet}]
""",
    "configs is a mapping": """
configs: {config_name: a, data_files: data/train-*-of-00001.parquet}
""",
    "no name": """
configs: [{data_files: data/train-*-of-00001.parquet}]
""",
    "bad stars": """
configs: [{config_name: a, data_files: data/tr**}]
""",
    "wrong count": """
configs: [{config_name: a, data_files: [{split: train, path: data/train-*-of-00001.parquet}]}]
dataset_info: {config_name: a, splits: [{name: train, num_examples: 4, num_bytes: 5}]}
""",
    "a split only in the YAML": """
configs: [{config_name: a, data_files: [{split: train, path: data/train-*-of-00001.parquet}]}]
dataset_info:
  config_name: a
  splits: [{name: train, num_examples: 3}, {name: test, num_examples: 2}]
""",
    "a split only in the files": """
configs:
- config_name: a
  data_files:
  - {split: train, path: data/train-*-of-00001.parquet}
  - {split: test, path: data/test-*-of-00001.parquet}
dataset_info: {config_name: a, splits: [{name: train, num_examples: 3}]}
""",
    "features that miss a column": """
configs: [{config_name: a, data_files: [{split: train, path: data/train-*-of-00001.parquet}]}]
dataset_info: {config_name: a, features: [{name: id, dtype: string}]}
""",
}

#: YAML of cards that load, but not what they say.
MISLEADS = {
    "one of two matches nothing": """
configs:
- config_name: a
  data_files: [{split: train, path: [data/train-*-of-00001.parquet, data/x-*.parquet]}]
""",
    "a key twice": """
configs: [{config_name: a, data_files: data/train-*-of-00001.parquet}]
configs: [{config_name: a, data_files: data/train-*-of-00001.parquet}]
""",
    "wrong bytes": """
configs: [{config_name: a, data_files: [{split: train, path: data/train-*-of-00001.parquet}]}]
dataset_info: {config_name: a, splits: [{name: train, num_examples: 3, num_bytes: 5}]}
""",
    "one file in two splits": """
configs:
- config_name: a
  data_files:
  - {split: train, path: data/train-*-of-00001.parquet}
  - {split: test, path: data/train-*-of-00001.parquet}
""",
}


@pytest.fixture
def folder(tmp_path):
    for path, rows in SHARDS.items():
        table = pa.table({"id": [str(i) for i in range(rows)], "n": list(range(rows))})
        (tmp_path / path).parent.mkdir(exist_ok=True)
        pq.write_table(table, tmp_path / path)
    return tmp_path


def lint(folder, text):
    """Return the findings about the card alone; the rows are no articles here."""
    (folder / "README.md").write_text(text)
    card = read_card(text.encode())
    paths = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    configs, findings = read_configs(card.data, paths)
    shards = {path: read_shard(folder / path, shard_place(path)) for path in SHARDS}
    for shard in shards.values():
        shard.findings.clear()
    return [*card.findings, *findings, *check_info(card.data, configs, shards)]


def load(folder, cache):
    return datasets.load_dataset(str(folder), cache_dir=str(cache))


@pytest.mark.parametrize("yaml", LOADS.values(), ids=LOADS)
def test_what_loads_has_no_findings(folder, tmp_path_factory, yaml):
    assert lint(folder, f"---{yaml}---\n") == []
    assert load(folder, tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize("yaml", FAILS.values(), ids=FAILS)
def test_what_fails_has_findings(folder, tmp_path_factory, yaml):
    assert lint(folder, f"---{yaml}---\n")
    with pytest.raises(Exception, match=r"(?s)."):  # any error: that is what users meet
        load(folder, tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize("yaml", MISLEADS.values(), ids=MISLEADS)
def test_what_loads_silently_otherwise_has_findings(folder, tmp_path_factory, yaml):
    assert lint(folder, f"---{yaml}---\n")
    assert load(folder, tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize("fence", ["--- ", "---\t"])
def test_a_fence_with_spaces_hides_the_configs_without_an_error(folder, tmp_path_factory, fence):
    """The worst trap: it loads, but what it loads is guessed."""
    text = f"{fence}{LOADS['dots in a split']}---\n"
    assert "CARD_FENCE" in [finding.code for finding in lint(folder, text)]
    assert "train.x_1" not in load(folder, tmp_path_factory.mktemp("cache"))
