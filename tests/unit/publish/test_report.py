"""What was done is said in a line, and the last line reads the release."""

import json
from dataclasses import replace

import pytest

from builder.publish.plan import Plan
from builder.publish.publish import Published
from builder.publish.report import render_plan, render_published
from schema.findings import Finding, FindingCode

STRAY = Finding(FindingCode.CARD_STRAY, "a stranger", "data/x.parquet")
PLAN = Plan(
    repo_id="ada/news",
    revision="main",
    version="1.2.0",
    base="a" * 40,
    adds=tuple(f"data/{n}" for n in range(30)),
    replaces=("README.md",),
    deletes=(),
    unchanged=("LICENSE",),
    kept=("NOTES.md",),
    bytes_to_send=12_345,
    private=None,
    staged="",
    proposed=False,
    findings=(STRAY,),
)
DONE = Published(
    "published", PLAN, commit="b" * 40, tag="v1", load={"path": "ada/news", "revision": "v1"}
)


def test_a_plan_names_target_files_bytes_and_way() -> None:
    lines = list(render_plan(PLAN))
    assert lines[0] == "target      ada/news@main at aaaaaaaaaaaa"
    assert "    … and 10 more" in lines
    assert "to send     12,345 bytes at most" in lines
    assert lines[-1] == "by          one commit (31 operations fit)"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"staged": "--stage was given"}, "merged when it is whole (--stage was given)"),
        ({"proposed": True}, "a pull request for you to merge"),
        ({"adds": (), "replaces": ("x",)}, "one commit (1 operation fits)"),
        ({"base": None}, "ada/news@main (new"),
        ({"private": True}, "visibility  private"),
    ],
)
def test_a_plan_says_how(change: dict[str, object], says: str) -> None:
    assert says in "\n".join(render_plan(replace(PLAN, **change)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "code", "first"),
    [
        ("published", 0, "published as bbbbbbbbbbbb, tagged v1"),
        ("unchanged", 0, "unchanged: bbbbbbbbbbbb holds this release, tagged v1"),
        ("proposed", 0, "proposed: None"),
        ("planned", 1, "dry run: nothing was sent"),
        ("declined", 0, "nothing was sent"),
        ("refused", 1, "refused: 1 finding; nothing was published"),
    ],
)
def test_each_end_has_its_line_and_code(status: str, code: int, first: str) -> None:
    done = replace(DONE, status=status, findings=(STRAY,))  # type: ignore[arg-type]
    lines = list(render_published(done))
    assert (lines[0], done.exit_code) == (first, code)
    reads = status in ("published", "unchanged", "proposed")
    assert (lines[-1] == 'load_dataset("ada/news", revision="v1")') is reads


def test_json_is_plain() -> None:
    found = json.loads(json.dumps(replace(DONE, findings=(STRAY,)).as_json()))
    assert found["findings"][0]["code"] == "CARD_STRAY"
    assert found["plan"]["findings"][0]["path"] == "data/x.parquet"
    assert found["load_dataset"] == {"path": "ada/news", "revision": "v1"}
