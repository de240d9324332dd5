"""The page for those who bring articles: its examples run, its tables are true."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from builder.input.params import COLUMN_NAMES
from builder.readers import READERS
from schema.reject import RejectCode

PAGE = (Path(__file__).parents[2] / "docs/preparing-articles.md").read_text()

BLOCK = re.compile(r"^```(sh|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_examples_run_and_print_what_the_page_shows(tmp_path: Path) -> None:
    """Shell and Python blocks in their order, in one folder."""
    tool = tmp_path / "bin" / "pressmark"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m builder "$@"\n')
    tool.chmod(0o755)
    root = str(Path(__file__).parents[2])
    environment = os.environ | {
        "PATH": f"{tool.parent}:{os.environ['PATH']}",
        "PYTHONPATH": root,
    }
    printed = ""
    for kind, code in BLOCK.findall(PAGE):
        if kind == "text":
            assert printed == code
            continue
        command = ["sh", "-e", "-c", code] if kind == "sh" else [sys.executable, "-c", code]
        run = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr
        printed = run.stdout


def test_the_table_of_fields_is_that_of_the_code() -> None:
    """Every name that is understood is on the page, in its order."""
    table = PAGE.partition("## Fields")[2].partition("## Encodings")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \|", table, re.MULTILINE)
    assert {name: tuple(names.split(", ")) for name, names in rows} == dict(COLUMN_NAMES)


def test_every_suffix_extra_and_code_of_reading_is_on_the_page() -> None:
    """A format cannot be added without its documentation."""
    for reader in READERS.values():
        for suffix in reader.suffixes:
            plain = suffix.removesuffix(".gz").removesuffix(".zst")
            assert f"`{plain}`" in PAGE
        if reader.extra:
            assert f"pressmark[{reader.extra}]" in PAGE
    reading = list(RejectCode)[: list(RejectCode).index(RejectCode.TOO_LONG) + 1]
    assert all(f"`{code}`" in PAGE for code in reading)
