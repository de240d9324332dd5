"""Every example of every page runs, in the order of the page, in a folder with built seeds."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import ROOT, SEEDS

#: Pages with a test of their own.
TESTED = ("consumers.md", "preparing-articles.md")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = ("sh", "python", "text")

#: Why a line of an example is not run here.
SKIPPED = {
    r"^make ": "the Makefile is what runs this test",
    r"hf://|publish|revision=": "needs the Hub; tests/hub runs these commands against a server",
    r"s3://": "needs a store; tests/e2e runs these commands against a server",
    r"--pyargs builder\.contract": "tests/unit/test_contract.py runs it",
    r"training\.": "measures for minutes, on data of your own",
    r"diff ": "tests/unit/diff runs it on two releases",
}


def runnable(path: Path) -> list[tuple[str, str]]:
    return [(kind, code) for kind, code in FENCE.findall(path.read_text()) if kind in RUN]


def lines(code: str) -> str:
    """Leave out lines that cannot run here, with what continues them."""
    joined = code.replace("\\\n", " ")
    kept = [line for line in joined.split("\n") if not any(re.search(s, line) for s in SKIPPED)]
    return "\n".join(kept).replace(".venv/bin/", "").replace(" --open", "")


def run(kind: str, code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    tool = folder / "bin" / "pressmark"
    environment = {
        **os.environ,
        "PATH": f"{tool.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HF_HOME": str(folder / "cache"),
        "HF_HUB_OFFLINE": "1",
    }
    python = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.run(
        ["sh", "-e", "-c", lines(code)] if kind == "sh" else python,
        check=False,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [path for path in PAGES if path.name not in TESTED and runnable(path)],
    ids=lambda path: path.name,
)
def test_the_examples_run_and_print_what_the_page_shows(
    path: Path, seeds: Path, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    tool = tmp_path / "bin" / "pressmark"
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m builder "$@"\n')
    tool.chmod(0o755)
    if path.name != "quick-start.md":  # which brings articles of its own
        shutil.copytree(SEEDS, tmp_path / "articles")
        (tmp_path / "articles" / "pressmark.toml").unlink()
        for name in ("seeds", "news"):
            shutil.copytree(seeds, tmp_path / "dist" / name)
    printed = ""
    for kind, code in runnable(path):
        if kind == "text":
            assert printed == code
            continue
        missing = [
            name for name in re.findall(r"^import (\w+)", code, re.MULTILINE) if not find_spec(name)
        ]
        if missing:
            pytest.skip(f"{missing[0]} is not installed")
        done = run(kind, code, tmp_path)
        assert done.returncode == 0, f"{code}\n{done.stderr}"
        printed = done.stdout


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_command_hides_in_a_fence_without_a_language(path: Path) -> None:
    """Only fences of a language are run; the reference of commands repeats their help."""
    for kind, code in FENCE.findall(path.read_text()):
        if kind == "" and path.name != "commands.md":
            assert not code.startswith(("pressmark ", "python -m", "pytest "))
