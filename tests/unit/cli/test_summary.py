"""The last lines of a command fit 80 columns and name what looks odd."""

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from builder.cli import main
from builder.cli.summary import show_summary
from builder.cli.terminal import align_columns, draw_progress, show_verdict
from schema.findings import Finding, FindingCode
from schema.manifest import BuildManifest

TEXT = "The bridge over the river will be closed for two weeks, the ministry said on Monday. " * 3


def lines(show, *arguments: object) -> list[str]:
    with redirect_stderr(StringIO()) as err:
        show(*arguments)
    return err.getvalue().splitlines()


def build(tmp_path: Path, config: str, records: list[dict[str, object]]) -> tuple[str, str]:
    """Run the command, and return what it says on both channels, one line each paragraph."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "pressmark.toml").write_text(config)
    (source / "notes.csv").write_text("a,b")
    (source / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        main(["build", str(source), "--out", str(tmp_path / "out"), "--workers", "1", "--json"])
    return out.getvalue(), err.getvalue()


@pytest.fixture
def manifest(seeds: Path) -> BuildManifest:
    return BuildManifest.model_validate_json((seeds / "manifest.json").read_bytes())


def test_the_seeds_in_a_table(manifest: BuildManifest) -> None:
    shown = lines(show_summary, manifest, Path("dist/seeds"))
    assert shown[:4] == [
        "seeds 1.0.0: 5 read, 5 published, 0 rejected",
        "",
        "language  train  validation  test  articles",
        "fr            3           1     1         5",
    ]
    assert not [line for line in shown if line.startswith("warning")]
    assert shown[-1] == "look   pressmark report dist/seeds"


def test_many_names_fit(manifest: BuildManifest) -> None:
    languages = {f"x{number}": {"train": 1_000_000} for number in range(40)}
    fields = {f"a-field-with-a-long-name-{number}": number + 1 for number in range(30)}
    large = manifest.model_copy(
        update={
            "stats": manifest.stats.model_copy(update={"languages": languages}),
            "inputs": manifest.inputs.model_copy(update={"unknown_fields": fields}),
            "warnings": ("something long " * 20,),
        }
    )
    shown = lines(show_summary, large, Path("out"))
    assert max(map(len, shown)) <= 80
    assert any("28 others" in line for line in shown)
    assert "and 25 more" in " ".join(shown)


def test_many_splits_are_listed_below_each_other(manifest: BuildManifest) -> None:
    splits = {f"a-split-with-a-name-{number}": number for number in range(9)}
    wide = manifest.model_copy(
        update={"counts": manifest.counts.model_copy(update={"splits": splits})}
    )
    shown = lines(show_summary, wide, Path("out"))
    assert max(map(len, shown)) <= 80
    assert "a-split-with-a-name-8         8" in shown


def test_what_was_left_out_is_a_warning(tmp_path: Path) -> None:
    config = """
        input.map = { title = "heading", id = ["doc", "nr"] }
        [withhold]
        ids = ["1", "404"]
        domains = ["example.org", "example.com"]
        urls = ["https://a.example.org/1", "https://a.example.org/2"]
    """
    records: list[dict[str, object]] = [
        {"text": TEXT + str(nr), "nr": nr, "extra": 1, "url": f"https://a.example.{end}/{nr}"}
        for nr, end in ((1, "org"), (2, "net"), (3, "net"), (4, "com"))
    ]
    out, err = build(tmp_path, config, records)
    warnings = json.loads(out)["warnings"]
    assert [warning for warning in warnings if not warning.startswith("split")] == [
        "input.map: no record has a value in 'doc', mapped to id",
        "input.map: no record has a value in 'heading', mapped to title",
        "withhold.ids: no article is '404'",
        "withhold.urls: no article has 'https://a.example.org/2'",
    ]
    assert json.loads(out)["inputs"]["unknown_fields"] == {"extra": 4}
    assert max(len(line) for line in err.splitlines() if str(tmp_path) not in line) <= 80
    words = " ".join(err.split())
    assert "warning: 1 file was skipped: notes.csv; see `inputs.skipped`" in words
    assert "warning: no column is made of the input's extra; see `[input] map`" in words
    assert "WITHHELD 2 " in words


def test_splits_stand_in_the_order_of_use(manifest: BuildManifest) -> None:
    order = ["train", "validation", "test"]
    assert list(manifest.counts.splits) == order
    assert list(manifest.splits) == order
    assert list(manifest.stats.languages["fr"]) == order


def test_findings_are_counted_by_code() -> None:
    findings = [Finding(FindingCode.FILE_MISSING, "gone")] * 1_200
    findings.append(Finding(FindingCode.ENGINE_ROWS, "other"))
    shown = lines(show_verdict, findings, "dist/seeds")
    assert shown[1].split() == ["code", "findings", "meaning"]
    assert shown[2].startswith("FILE_MISSING     1,200  ")
    assert shown[-1] == "1,201 findings in dist/seeds"
    assert lines(show_verdict, [], "x") == ["0 findings in x"]


def test_long_words_are_cut() -> None:
    table = align_columns(("code", "n", "why"), [("A" * 30, "1", "many words " * 20)])
    assert max(map(len, table)) <= 80
    assert table[-1].endswith(" …")


def test_no_bar_is_drawn_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    for quiet in (False, True):
        with draw_progress(quiet=quiet)("read", 10, "shards") as advance:
            advance(10)
    assert capsys.readouterr().err == ""


def test_a_build_whose_stderr_is_closed_draws_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under some daemons: there is no channel then, and the work goes on."""
    monkeypatch.setattr("sys.stderr", None)
    with draw_progress()("read", 10, "shards") as advance:
        advance(10)
