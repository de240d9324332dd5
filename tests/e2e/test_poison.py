"""An article that ends its worker becomes a reject, and all others are published."""

import hashlib
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from builder.config import BuildConfig
from builder.errors import OutputError
from builder.pipeline import BuildRequest, build
from builder.tools import TAGGERS
from tests.conftest import ROOT

#: A tagger that does what its text tells it to.
PLUGIN = """
import ctypes, faulthandler, os, sys, time

class Poisoned:
    name, version, labels = "poisoned", "1", frozenset()

    def supports(self, language):
        return True

    def annotate(self, texts, languages):
        for text in texts:
            for word in text.split():
                if word in DEEDS:
                    DEEDS[word]()
        return [[] for _ in texts]

def segfault():
    faulthandler.disable()  # pytest would write a page about it
    ctypes.string_at(0)

def spin():
    while True:
        pass

def swallow():
    held = []
    while True:
        held.append(bytearray(10_000_000))

def run_out():
    raise MemoryError

DEEDS = {
    "SEGFAULT": segfault,
    "EXIT": lambda: os._exit(3),
    "SYSTEMEXIT": lambda: sys.exit(3),
    "SPIN": spin,
    "SLEEP": lambda: time.sleep(1_000_000),
    "SWALLOW": swallow,
    "RUNOUT": run_out,
}

make = Poisoned
"""

#: Deed → code of its reject and what the message says.
EXPECTED = {
    "SEGFAULT": ("CRASHED", "the worker was ended by SIGSEGV"),
    "EXIT": ("CRASHED", "the worker ended itself with exit code 3"),
    "SYSTEMEXIT": ("STAGE_FAILED", "SystemExit: 3"),
    "SPIN": ("TIMED_OUT", "the worker took more than 3 s of processor time"),
    "SLEEP": ("TIMED_OUT", "the worker took more than 3 s of processor time"),
    "SWALLOW": ("OUT_OF_MEMORY", "the worker ran out of memory"),
    "RUNOUT": ("OUT_OF_MEMORY", "the worker ran out of memory"),
}


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "poisoned_plugin.py").write_text(PLUGIN, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "poisoned_plugin", raising=False)
    return "python:poisoned_plugin:make"


@pytest.fixture
def shipped(plugin: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same tagger as if it shipped, so that workers are forked."""
    import poisoned_plugin

    monkeypatch.setitem(TAGGERS, "poisoned", poisoned_plugin.make)
    return "poisoned"


def write_articles(folder: Path, deeds: tuple[str, ...], articles: int = 150) -> Path:
    """Write articles of which some hold the name of a deed."""
    folder.mkdir()
    told = {7 + 20 * place: deed for place, deed in enumerate(deeds)}
    lines = []
    for number in range(articles):
        plan = hashlib.sha256(str(number).encode()).hexdigest()[:24]
        text = f"The council chose plan {plan} on Monday. The mayor said no {told.get(number, '')}"
        lines.append(json.dumps({"text": f"{text} to it, and left.", "id": str(number)}))
    (folder / "articles.jsonl").write_text("\n".join(lines))
    return folder


def poisoned(tagger: str, **limits: float) -> BuildConfig:
    """Configure a build that does little besides tagging."""
    return BuildConfig.model_validate(
        {"entities": tagger, "cleaning": {"layout": False}, "limits": limits}
    )


def run(folder: Path, out: Path, config: BuildConfig, **how: object) -> dict[str, str]:
    """Build, and return the checksum of each file, of the rejects, too."""
    build(BuildRequest(folder, out, config, folder, **how))  # type: ignore[arg-type]
    return {
        path.relative_to(out.parent / place).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for place in (out.name, f"{out.name}.rejects")
        for path in sorted((out.parent / place).rglob("*"))
        if path.is_file()
    }


def rejects(out: Path) -> dict[str, tuple[str, str]]:
    rows = pq.read_table(out.with_name(f"{out.name}.rejects")).to_pylist()
    return {row["origin_id"]: (row["code"], row["message"]) for row in rows}


def test_an_article_that_ends_its_worker_is_a_reject(
    tmp_path: Path, shipped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builder.pipeline.SLICE_BYTES", 8_000)
    folder = write_articles(tmp_path / "in", ("SEGFAULT", "EXIT", "RUNOUT", "SYSTEMEXIT"))
    config = poisoned(shipped)
    one = run(folder, tmp_path / "one", config)
    assert run(folder, tmp_path / "two", config, workers=2) == one
    found = rejects(tmp_path / "one")
    assert {number: code for number, (code, _) in found.items()} == {
        "7": "CRASHED",
        "27": "CRASHED",
        "47": "OUT_OF_MEMORY",
        "67": "STAGE_FAILED",
    }
    assert found["7"][1] == "the worker was ended by SIGSEGV"
    counts = json.loads((tmp_path / "one/manifest.json").read_text())["counts"]["total"]
    assert counts == {"read": 150, "published": 146, "rejected": 4}


@pytest.mark.slow
def test_a_page_that_crashes_its_parser_is_a_reject(
    tmp_path: Path, shipped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("trafilatura")
    from builder.readers import html

    extract = html._extract

    def crash(library: object, page: str, *rest: object) -> object:
        return os._exit(9) if "EXIT" in page else extract(library, page, *rest)

    monkeypatch.setattr(html, "_extract", crash)
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "EXIT", "b"):
        text = f"The council of {name} chose a new plan on Monday, and the mayor left. " * 5
        page = f"<html><body><article><p>{text}</p></article></body></html>"
        (folder / f"{name}.html").write_text(page)
    run(folder, tmp_path / "out", poisoned(shipped))
    rows = pq.read_table(tmp_path / "out.rejects").to_pylist()
    assert [(row["path"], row["code"], row["stage"]) for row in rows] == [
        ("EXIT.html", "CRASHED", "read")
    ]


def test_a_crash_between_records_costs_the_rest_of_the_file(
    tmp_path: Path, shipped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from builder.readers import jsonl

    parse = jsonl._parse
    monkeypatch.setattr(
        jsonl, "_parse", lambda line: os._exit(9) if b"EXIT" in line else parse(line)
    )
    folder = write_articles(tmp_path / "in", ("EXIT",), articles=12)
    (folder / "z.txt").write_text("The mayor of another town said that she would stay for now.")
    run(folder, tmp_path / "out", poisoned(shipped))
    [row] = pq.read_table(tmp_path / "out.rejects").to_pylist()
    lines = (folder / "articles.jsonl").read_bytes().splitlines(keepends=True)
    assert (row["code"], row["path"]) == ("CRASHED", "articles.jsonl")
    assert row["record"] == sum(map(len, lines[:6])) + 1  # after the start of the last one read
    counts = json.loads((tmp_path / "out/manifest.json").read_text())["counts"]["total"]
    assert counts == {"read": 9, "published": 8, "rejected": 1}


def test_a_tool_that_dies_of_everything_ends_the_build(
    tmp_path: Path, shipped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builder.executors.quarantine.MAX_DEATHS", 3)
    folder = write_articles(tmp_path / "in", ("EXIT",) * 5)
    with pytest.raises(OutputError, match="3 worker processes died of one part"):
        run(folder, tmp_path / "out", poisoned(shipped))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_way_to_end_a_worker_has_its_code(
    tmp_path: Path, shipped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builder.executors.limits.BATCH_PATIENCE", 1)
    monkeypatch.setattr("builder.pipeline.SLICE_BYTES", 8_000)
    folder = write_articles(tmp_path / "in", tuple(EXPECTED))
    config = poisoned(shipped, seconds=3, memory_mb=300)
    one = run(folder, tmp_path / "one", config)
    assert run(folder, tmp_path / "two", config, workers=2) == one
    found = rejects(tmp_path / "one")
    assert len(found) == len(EXPECTED)
    for number, (code, message) in zip(sorted(found, key=int), EXPECTED.values(), strict=True):
        assert found[number][0] == code
        assert message in found[number][1]


@pytest.mark.slow
@pytest.mark.timeout(3600)  # each worker loads everything anew
@pytest.mark.parametrize(
    ("executor", "workers"),
    [
        ("processes", 2),
        pytest.param("ray", 2, marks=pytest.mark.skipif(not find_spec("ray"), reason="needs Ray")),
        pytest.param(
            "dask", 2, marks=pytest.mark.skipif(not find_spec("distributed"), reason="needs Dask")
        ),
    ],
)
def test_a_plug_in_that_crashes_is_isolated_by_every_executor(
    tmp_path: Path, plugin: str, executor: str, workers: int
) -> None:
    folder = write_articles(tmp_path / "in", ("SEGFAULT", "RUNOUT"))
    (folder / "pressmark.toml").write_text(f'entities = "{plugin}"\ncleaning.layout = false\n')

    def build_here(name: str, count: int) -> bytes:
        out = tmp_path / f"{name}{count}"
        command = [sys.executable, "-m", "builder", "build", folder, "--out", out]
        command += ["--executor", name, "--workers", str(count), "--quiet"]
        path = os.pathsep.join([str(tmp_path), str(ROOT)])
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": path})
        rejected = sorted(code for code, _ in rejects(out).values())
        assert rejected == ["CRASHED", "OUT_OF_MEMORY"]
        return (out / "manifest.json").read_bytes()

    assert build_here(executor, workers) == build_here("processes", 1)
