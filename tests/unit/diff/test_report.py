"""A difference is said in lines, as JSON and as a changelog entry."""

import json
from pathlib import Path

import pytest

from builder.diff.difference import Difference, Moved, next_version, suggest_version
from builder.diff.report import difference_json, render_difference, write_changelog

GROWN = Difference(
    "1.4.2",
    "2.0.0",
    release_date="2026-01-31",
    added=("a" * 32,),
    moved=(Moved("b" * 32, "train", "test"),),
    languages={"fr": (3, 4), "en": (2, 2)},
    added_to_old_splits=1,
    files=("README.md",),
)


@pytest.mark.parametrize(
    ("difference", "level"),
    [
        (Difference("1.0.0", "1.0.0"), "none"),
        (Difference("1.0.0", "1.0.0", files=("README.md",)), "patch"),
        (Difference("1.0.0", "1.0.0", added=("a",), files=("x",)), "minor"),
        (Difference("1.0.0", "1.0.0", added=("a",), added_to_old_splits=1), "major"),
        (Difference("1.0.0", "1.0.0", removed=("a",)), "major"),
        (Difference("1.0.0", "1.0.0", changed=("a",), columns={"text": 1}), "major"),
        (Difference("1.0.0", "1.0.0", moved=(Moved("a", "train", "test"),)), "major"),
        (Difference("1.0.0", "1.0.0", schema=("column x is new",)), "major"),
    ],
)
def test_the_strongest_change_decides_the_level(difference: Difference, level: str) -> None:
    found = suggest_version(difference)
    assert found.level == level
    assert bool(found.reasons) == (level != "none")


def test_a_version_is_raised_where_the_level_says() -> None:
    levels = ("none", "patch", "minor", "major")
    assert [next_version("1.4.2", level) for level in levels] == [
        "1.4.2", "1.4.3", "1.5.0", "2.0.0",
    ]  # fmt: skip


def test_an_unknown_old_version_suggests_a_level_only() -> None:
    assert suggest_version(Difference(None, None, removed=("a",))).version is None


def test_lines_name_what_differs_and_the_version() -> None:
    lines = list(render_difference(GROWN))
    assert f"    {'b' * 32}  train → test" in lines
    assert "version   1.4.2 → 2.0.0" in lines


def test_json_is_plain() -> None:
    found = json.loads(json.dumps(difference_json(GROWN)))
    assert found["suggestion"]["level"] == "major"
    assert found["findings"][0]["code"] == "SPLIT_MOVED"
    assert found["moved"] == [{"id": "b" * 32, "old": "train", "new": "test"}]


def test_the_changelog_keeps_older_entries_below_and_repeats_none(tmp_path: Path) -> None:
    path = tmp_path / "CHANGES.md"
    path.write_text("# Changes\n\nAbout.\n\n## 1.4.2\n\n- First.\n", encoding="utf-8")
    write_changelog(path, GROWN)
    once = path.read_text(encoding="utf-8")
    write_changelog(path, GROWN)
    assert path.read_text(encoding="utf-8") == once
    assert once.startswith("# Changes\n\nAbout.\n\n## 2.0.0 (2026-01-31)\n\n- 1 article moved")
    assert once.endswith("\n\n## 1.4.2\n\n- First.\n")
    assert "- fr: 3 → 4 articles." in once
    assert "en:" not in once


def test_a_changelog_is_made_where_there_is_none(tmp_path: Path) -> None:
    write_changelog(tmp_path / "new.md", Difference("1.0.0", "1.0.0"))
    assert (tmp_path / "new.md").read_text(encoding="utf-8") == (
        "# Versions\n\n## 1.0.0\n\n- No difference.\n"
    )
