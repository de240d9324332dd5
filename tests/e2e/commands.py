"""Run the command on small inputs, and say how it has to end."""

import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from builder.cli import main

ARTICLE = (
    "The council of the town met on Monday to talk about the new bridge over the river. "
    "After two hours the members voted for the plan, which costs four million euros. "
    "Work will begin in spring, the mayor said after the meeting, and last two years. "
)

Corpus = Callable[..., Path]


class Run(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def pressmark(*arguments: object) -> Run:
    """Run the command in this process, which is faster than as a user does."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = main([str(argument) for argument in arguments])
    return Run(code, out.getvalue(), err.getvalue())


def rejects(out: Path) -> list[dict[str, object]]:
    folder = out.with_name(f"{out.name}.rejects")
    rows: list[dict[str, object]] = pq.read_table(
        folder / "rejects-00000-of-00001.parquet"
    ).to_pylist()
    return rows


def build_ok(folder: Path, out: Path, *options: object) -> dict[str, object]:
    run = pressmark("build", folder, "--out", out, "--json", "--quiet", *options)
    assert "Traceback" not in run.stderr
    assert run.returncode == 0, run.stderr
    manifest: dict[str, object] = json.loads(run.stdout)
    return manifest


def fails(run: Run, code: int, message: str) -> None:
    assert "Traceback" not in run.stderr
    assert run.returncode == code, run.stderr
    assert message in run.stderr
