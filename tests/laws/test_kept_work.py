"""Finished work is used again, and never makes a difference."""

import importlib
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builder import pipeline, tasks, tools
from builder.config import BuildConfig, parse_config
from builder.errors import OutputError
from builder.kept import RECORD_SETTINGS, Store, code_files
from builder.pipeline import BuildRequest, build
from schema.manifest import BuildManifest

Make = Callable[..., BuildManifest]

IDENTIFIER = """
from schema.hints import LanguageGuess


class Identifier:
    name = "fixed"
    version = "TAG"

    def identify(self, text):
        return LanguageGuess(tag="TAG", score=1.0)


make = Identifier
"""

#: Settings of the corpus stages and of the output: work that is kept does not depend on them.
OTHER_SETTINGS = {
    *("name", "pretty_name", "version", "license", "license_name", "license_link"),
    *("license_file", "card", "duplicates", "audit", "min_config_rows", "max_reject_rate"),
    *("citation", "repetition", "clusters", "splits", "limits", "output"),
}


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "SLICE_BYTES", 3_000)


@pytest.fixture
def worked_on(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The input's ids of all articles that go through the record stages from now on."""
    found: list[str] = []
    process = tasks.process_batch

    def note(batch: Any, tools: Any) -> Any:
        found.extend(str(raw.origin.id) for raw in batch if raw.origin.path != "sample")
        return process(batch, tools)

    monkeypatch.setattr(tasks, "process_batch", note)
    return found


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Build what lies in `news`, with finished work in `cache` unless told otherwise."""

    def run(out: str = "out", cache: str | None = "cache", **options: Any) -> BuildManifest:
        config = parse_config({"entities": "none", **options}, "test")
        folder = tmp_path / "news"
        kept = tmp_path / cache if cache else None
        request = BuildRequest(
            folder, tmp_path / out, config, folder, executor="inline", cache=kept
        )
        return build(request)

    return run


def write(folder: Path, name: str, seeds: list[int]) -> None:
    """Write a file of articles, some of which share a line that may recur often enough."""
    folder.mkdir(exist_ok=True)
    records = []
    for seed in seeds:
        draw = random.Random(seed)
        words = [f"{draw.choice('bdfgklmnprst')}{draw.choice('aeiou')}{n % 7}r" for n in range(60)]
        text = f"{' '.join(words).capitalize()}.\nRead all our stories about the harbour here."
        url = f"https://example{seed % 3}.org/{seed}"
        records.append({"id": f"{seed}", "text": text, "url": url, "desk": "local"})
    records.append({"id": "blank", "text": " "})
    (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))


def write_corpus(folder: Path) -> None:
    for number in range(5):
        write(folder, f"{number}.jsonl", list(range(number * 20, number * 20 + 20)))


def test_a_second_build_does_nothing_again(
    tmp_path: Path, make: Make, worked_on: list[str]
) -> None:
    write_corpus(tmp_path / "news")
    first = make()
    assert len(worked_on) == 100
    worked_on.clear()
    assert make() == first
    assert first.inputs.unknown_fields == {"desk": 100}
    assert first.counts.rejects == {"EMPTY_TEXT": 5}
    assert worked_on == []


def test_only_what_changed_is_done_again(tmp_path: Path, make: Make, worked_on: list[str]) -> None:
    """A new article, an added file and one that goes: their slices, and not one more."""
    write_corpus(tmp_path / "news")
    make(repetition={"min_source": 10_000})
    worked_on.clear()
    write(tmp_path / "news", "2.jsonl", [*range(40, 59), 777])
    write(tmp_path / "news", "9.jsonl", [888])
    (tmp_path / "news/0.jsonl").unlink()
    changed = make(repetition={"min_source": 10_000})
    assert {"777", "888"} <= set(worked_on)
    assert set(worked_on) <= {*map(str, range(40, 60)), "777", "888"}
    assert changed == make("fresh", cache=None, repetition={"min_source": 10_000})


def test_kept_work_never_makes_a_difference(tmp_path: Path, make: Make) -> None:
    """After any change of input or template text, bytes are those of a new build."""
    draw = random.Random(5)
    write_corpus(tmp_path / "news")
    often = {"repetition": {"min_source": 5, "min_share": 0.3}}
    for number in range(6):
        seeds = [draw.randrange(200) for _ in range(draw.randrange(1, 30))]
        write(tmp_path / "news", f"{draw.randrange(7)}.jsonl", seeds)
        built = make(**often)
        assert built == make("fresh", cache=None, **often), number
        assert built.templates is not None


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "no report"])
def test_damaged_work_is_done_again(
    tmp_path: Path, make: Make, worked_on: list[str], harm: str
) -> None:
    """As a power cut leaves it: any file may be short, empty or wrong."""
    write_corpus(tmp_path / "news")
    first = make()
    worked_on.clear()
    name = "report.json" if harm == "no report" else "part.arrow"
    path = min((tmp_path / "cache").rglob("part.arrow")).with_name(name)
    data = path.read_bytes()
    path.unlink()  # it may be linked elsewhere
    path.write_bytes({"cut": data[:-9], "flip": data[:99] + b"?" + data[100:]}.get(harm, b""))
    assert make() == first
    assert 0 < len(worked_on) < 100


def test_settings_decide_what_can_be_used(tmp_path: Path, make: Make, worked_on: list[str]) -> None:
    write_corpus(tmp_path / "news")
    make()
    worked_on.clear()
    make(version="1.0.1", splits={"salt": "other"}, duplicates="reject")
    assert worked_on == []
    make(cleaning={"cues": False})
    assert len(worked_on) == 100


def test_each_setting_is_one_or_the_other() -> None:
    """A new key of the configuration has to say whether kept work depends on it."""
    assert not RECORD_SETTINGS & OTHER_SETTINGS
    assert set(BuildConfig.model_fields) == RECORD_SETTINGS | OTHER_SETTINGS


def test_loops_in_c_are_code_too() -> None:
    """Work that other kernels did is not used again."""
    root = Path(pipeline.__file__).parents[1]
    found = set(code_files(root))
    assert found > {*(root / "builder/native").glob("*.[ch]"), Path(pipeline.__file__)}
    assert {path.suffix for path in found} == {".c", ".h", ".py"}


def test_work_that_is_not_used_is_forgotten(tmp_path: Path, make: Make) -> None:
    write_corpus(tmp_path / "news")
    make()
    before = len(list((tmp_path / "cache").rglob("report.json")))
    for number in range(4):
        (tmp_path / f"news/{number}.jsonl").unlink()
    make()
    assert 0 < len(list((tmp_path / "cache").rglob("report.json"))) < before


def test_nothing_but_kept_work_is_ever_removed(tmp_path: Path, make: Make) -> None:
    """A folder of somebody's is no cache, and two builds share none at the same time."""
    write_corpus(tmp_path / "news")
    (tmp_path / "cache/ab").mkdir(parents=True)
    (tmp_path / "cache/ab/thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="holds other files"):
        make()
    make(cache="mine")
    (tmp_path / "mine/ab").mkdir(exist_ok=True)
    (tmp_path / "mine/ab/thesis.txt").write_text("years of work")
    make(cache="mine")
    assert (tmp_path / "mine/ab/thesis.txt").exists()
    with Store(tmp_path / "mine").in_use(), pytest.raises(OutputError, match="another build uses"):
        make(cache="mine")


def test_another_language_model_is_other_work(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plug-in or a model file is known by name and version, not by its spec."""
    write_corpus(tmp_path / "news")
    module = tmp_path / "kept_identifier.py"
    monkeypatch.syspath_prepend(tmp_path)
    for tag in ("en", "fr"):
        module.write_text(IDENTIFIER.replace("TAG", tag))
        sys.modules.pop("kept_identifier", None)
        importlib.invalidate_caches()
        tools._identifier.cache_clear()  # as in a process of its own
        sys.dont_write_bytecode = True
        assert set(make(language="python:kept_identifier:make").stats.languages) == {tag}


def test_a_build_that_fails_leaves_its_work_to_the_next(
    tmp_path: Path, make: Make, worked_on: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies in the work folder, which goes when a build has ended well."""
    write_corpus(tmp_path / "news")

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_decide", fail)
        with pytest.raises(KeyboardInterrupt):
            make(cache=None)
    assert sorted(path.name for path in (tmp_path / "out.partial").iterdir()) == [
        ".pressmark",
        "kept",
    ]
    worked_on.clear()
    make(cache=None)
    assert worked_on == []
    assert not (tmp_path / "out.partial").exists()
