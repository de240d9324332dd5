"""The examples of the consumer's guide run on the built seeds."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "consumers.md").read_text()
EXAMPLES = re.findall(r"^#{2,3} (.*?)\n|^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def examples() -> list[object]:
    """Every example, named by the heading that it stands under."""
    found, heading = [], ""
    for title, code in EXAMPLES:
        heading = title or heading
        if code:
            found.append(pytest.param(code, id=heading))
    return found


def test_the_guide_has_an_example_for_each_library() -> None:
    names = " ".join(title for title, _ in EXAMPLES)
    for name in ("datasets", "Streaming", "Filters", "pandas", "polars", "duckdb"):
        assert name in names


@pytest.mark.parametrize("code", examples())
def test_the_example_runs(code: str, seeds: Path, tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "seeds").symlink_to(seeds)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "HF_HOME": str(tmp_path / "cache"),
            "HF_HUB_OFFLINE": "1",
            "PYTHONPATH": str(ROOT),
        },
    )
    assert done.returncode == 0, done.stderr
