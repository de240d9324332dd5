"""A build that is killed goes on where it was, and ends with the same bytes."""

import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

#: Reports of finished work; what is not finished ends in `.part`.
DONE = "out.partial/kept/*/*[0-9a-f]/report.json"

#: The command with slices so small that a few kilobytes are many tasks.
COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had it ignored
from builder import pipeline
from builder.cli import main
pipeline.SLICE_BYTES = 6_000
sys.exit(main(sys.argv[1:]))
"""


def start(folder: Path, out: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", COMMAND, "build", str(folder), "--out", str(out)]
    return subprocess.Popen(
        [*command, "--workers", "2", "--quiet"], stderr=subprocess.PIPE, text=True
    )


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Two hundred articles in one file."""
    folder = tmp_path / "news"
    folder.mkdir()
    draw = random.Random(3)
    words = ["harbour", "council", "spring", "price", "worker", "tax", "rule", "owner", "change"]
    texts = (" ".join(draw.choices(words, k=80)).capitalize() + "." for _ in range(200))
    lines = (json.dumps({"id": f"{n}", "text": text}) + "\n" for n, text in enumerate(texts))
    (folder / "news.jsonl").write_text("".join(lines))
    return folder


@pytest.mark.parametrize(
    ("how", "kept"),
    [
        (signal.SIGKILL, 1),
        pytest.param(signal.SIGKILL, 12, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, 5, marks=pytest.mark.slow),
    ],
)
def test_a_killed_build_goes_on(tmp_path: Path, news: Path, how: signal.Signals, kept: int) -> None:
    out = tmp_path / "out"
    with start(news, out) as build:
        while len(found := list(tmp_path.glob(DONE))) < kept:
            assert build.poll() is None, "the build ended before it was stopped"
            time.sleep(0.01)
        build.send_signal(how)
        _, messages = build.communicate()
    assert "Traceback" not in messages
    assert not out.exists()
    assert set(found) <= set(tmp_path.glob(DONE))
    with start(news, out) as again, start(news, tmp_path / "whole") as whole:
        assert (again.wait(), whole.wait()) == (0, 0)
    assert hashes(out) == hashes(tmp_path / "whole")
    assert not (tmp_path / "out.partial").exists()
