"""What was prepared once is found again, and no result depends on whether it was."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from builder.prepared import MAX_KEPT, Arrays, prepared
from builder.text.cue_rules import CueRules, make_cues
from builder.text.cue_store import pack_cues, unpack_cues
from builder.text.cues import find_cues
from builder.text.language_model import load_py3langid, py3langid_files, unpack_py3langid
from builder.tools import RULES, load_tables
from schema import article


class Maker:
    """Makes arrays, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Arrays:
        self.made += 1
        return {"numbers": np.arange(12).reshape(3, 4), "words": np.array(["a", "été"])}


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "rules.txt"
    path.write_text("one")
    return path


def test_a_value_is_made_once(source: Path) -> None:
    make = Maker()
    first, second = (prepared("value", [source], make) for _ in range(2))
    assert make.made == 1
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert all(type(array) is np.ndarray for array in second.values())


def test_a_value_is_made_anew_when_a_source_changes(source: Path) -> None:
    make = Maker()
    prepared("value", [source], make)
    source.write_text("two")
    prepared("value", [source], make)
    assert make.made == 2


def test_a_value_is_made_anew_when_a_source_is_renamed(source: Path) -> None:
    """Names decide, too: rules of a language are in the order of their files."""
    make = Maker()
    prepared("value", [source], make)
    prepared("value", [source.rename(source.with_name("other.txt"))], make)
    assert make.made == 2


def test_versions_of_python_do_not_share_values(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Maker()
    prepared("value", [source], make)
    monkeypatch.setattr("builder.prepared._VERSIONS", "another Python")
    prepared("value", [source], make)
    assert make.made == 2


@pytest.mark.parametrize("content", [b"", b"5", b"[]", b'["other"]', b"[null]", b"\x93NUMPY"])
@pytest.mark.parametrize("damage", ["names.json", "numbers.npy"])
def test_what_is_damaged_is_made_again_once(
    source: Path, caches: Path, damage: str, content: bytes
) -> None:
    make = Maker()
    prepared("value", [source], make)
    next(caches.rglob(damage)).write_bytes(content)
    for _ in range(2):
        again = prepared("value", [source], make)
        assert make.made == 2
        assert np.array_equal(again["numbers"], np.arange(12).reshape(3, 4))


def test_tables_of_characters_are_made_anew_when_the_schema_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The schema says what white space is, and what controls are."""
    asked: list[Path] = []

    def record(name: str, sources: Sequence[Path], make: Callable[[], Arrays]) -> Arrays:
        del name
        asked.extend(sources)
        return make()

    monkeypatch.setattr("builder.tools.prepared", record)
    load_tables.__wrapped__()
    assert Path(article.__file__) in asked


def test_old_values_go(source: Path, caches: Path) -> None:
    for number in range(MAX_KEPT + 2):
        source.write_text(str(number))
        prepared("value", [source], Maker())
    prepared("other", [source], Maker())
    assert len(list(caches.glob("pressmark/value-*"))) == MAX_KEPT
    assert len(list(caches.glob("pressmark/other-*"))) == 1


def test_where_nothing_can_be_kept_values_are_made(source: Path, caches: Path) -> None:
    caches.write_text("a file, where the folder would be")
    make = Maker()
    prepared("value", [source], make)
    assert prepared("value", [source], make)["words"].tolist() == ["a", "été"]
    assert make.made == 2


@pytest.mark.parametrize("home", ["beside", ""])
def test_a_relative_home_is_none(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", home)
    monkeypatch.chdir(tmp_path)
    before = list(tmp_path.iterdir())
    assert prepared("value", [source], Maker())["words"].tolist() == ["a", "été"]
    assert list(tmp_path.iterdir()) == before


def test_prepared_cues_are_the_rules() -> None:
    """Rules in all scripts, written as arrays and read again, find the same cues."""
    files = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(RULES.glob("*.toml"))
        if path.stem in {"en", "ja", "ar", "mul"}
    }
    rules = make_cues(files)
    arrays = prepared("cues", [RULES / name for name in files], lambda: pack_cues(rules))
    again = unpack_cues(arrays)
    assert (again.languages, again.roles) == (rules.languages, rules.roles)
    assert _packed(again) == _packed(rules)
    text = "Sign up for our newsletter\n著者：山本太郎\nBy Ann Lee\nEnds."
    assert find_cues(text, "en", again) == find_cues(text, "en", rules)
    assert find_cues(text, "en", rules)


def _packed(rules: CueRules) -> dict[str, list[object]]:
    return {name: array.tolist() for name, array in pack_cues(rules).items()}


def test_prepared_identifier_says_the_same() -> None:
    made = load_py3langid()
    for _ in range(2):
        kept = load_py3langid(prepared("py3langid", py3langid_files(), unpack_py3langid))
    for text in ("Le pont a été inauguré lundi.", "The bridge", "Мост открыт.", "橋が開通", "?"):
        assert kept.identify(text) == made.identify(text)
