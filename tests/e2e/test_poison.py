"""An article that ends its worker becomes a reject, and all others are published."""

import hashlib
import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from builder.config import BuildConfig
from builder.pipeline import BuildRequest, build
from builder.tools import TAGGERS

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
    "SPIN": ("TIMED_OUT", "the worker took more than 1 s of processor time"),
    "SLEEP": ("TIMED_OUT", "the worker took more than 1 s of processor time"),
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
