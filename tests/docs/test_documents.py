"""A document that can lie is tested: examples run, references equal the code."""

import contextlib
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from builder.cli import cli
from builder.config import parse_config
from builder.scaffold import config_reference
from tests.conftest import ROOT

DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(path: Path, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(path.read_text()) if kind == language]


def commands() -> list[tuple[str, str]]:
    """Every command line of ours in a document."""
    found = []
    for path in DOCUMENTS:
        for block in blocks(path, "sh") + blocks(path, "bash") + blocks(path, "console"):
            for line in block.replace("\\\n", " ").splitlines():
                command = line.removeprefix("$ ").removeprefix(".venv/bin/")
                command = command.partition("  #")[0].partition(" | ")[0].strip()
                if command.startswith("pressmark "):
                    found.append((path.name, command))
    return found


@pytest.mark.parametrize(("document", "line"), commands())
def test_every_documented_command_exists_with_its_options(document: str, line: str) -> None:
    del document
    name, *arguments = shlex.split(line)[1:]
    if name.startswith("-"):
        return
    command = cli.commands[name]
    with contextlib.suppress(click.exceptions.Exit):
        command.make_context(name, arguments)


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_is_documented(name: str) -> None:
    assert any(f"pressmark {name}" in path.read_text() for path in DOCUMENTS)


def test_the_reference_of_the_configuration_is_generated() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert text.partition("<!-- generated -->\n\n")[2] == config_reference()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_toml_example_is_a_configuration(path: Path) -> None:
    for block in blocks(path, "toml"):
        if "[[" not in block:  # phrase files have tables of their own
            parse_config(tomllib.loads(block), path.name)


def test_the_examples_of_the_card_run_beside_the_folder(seeds: Path, tmp_path: Path) -> None:
    """Each reaches its end; Arrow may abort what comes after it (datasets, issue 7566)."""
    examples = blocks(seeds / "README.md", "python")
    assert len(examples) == 2
    for example in examples:
        ran = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", f"{example}\nprint('end', flush=True)"],
            check=False,
            cwd=seeds.parent,
            capture_output=True,
            text=True,
            env={**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        )
        assert ran.stdout.endswith("end\n"), ran.stderr


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / target).exists(), target
