"""The citation file format's own library accepts `CITATION.cff`."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from builder.config import parse_config
from builder.pipeline import BuildRequest, build
from builder.render.licences import SPDX
from tests.unit.render.test_citation import CITATION

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("cffconvert") is None, reason="cffconvert is not installed"),
]

#: In a process of its own: the library warns of other libraries, and warnings are errors here.
VALIDATE = """
import sys
from cffconvert import Citation
for path in sys.argv[1:]:
    citation = Citation(open(path, encoding="utf-8").read())
    citation.validate()
    print(citation.as_bibtex())
"""
LICENCE_IDS = """
import json, pathlib, sys
import cffconvert
root = pathlib.Path(cffconvert.__file__).parent
schema = json.loads((root / "schemas/1.2.0/schema.json").read_text())
print(set(sys.argv[1:]) - set(schema["definitions"]["license-enum"]["enum"]))
"""


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_a_build_writes_is_valid(seeds: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.txt").write_text("The bridge over the river is closed for two weeks. " * 5)
    config = parse_config(
        {"license": "cc-by-4.0", "release_date": "2026-01-31", "citation": CITATION}, "the test"
    )
    build(BuildRequest(source, tmp_path / "out", config, source, workers=1))
    printed = run(VALIDATE, *(str(folder / "CITATION.cff") for folder in (seeds, tmp_path / "out")))
    assert "10.5281/zenodo.1003150" in printed


def test_the_format_knows_every_licence() -> None:
    assert run(LICENCE_IDS, *SPDX.values()).strip() == "set()"
