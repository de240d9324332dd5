"""The command line starts fast, explains itself, and ends with the right code."""

import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import click
import pytest

from builder import __version__
from builder.cli import cli, main
from builder.errors import HubError

HEAVY = ("datasets", "huggingface_hub", "numpy", "pandas", "py3langid", "pyarrow", "pydantic")


def run(*arguments: object) -> tuple[int, str, str]:
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = main([str(argument) for argument in arguments])
    return code, out.getvalue(), err.getvalue()


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom builder.cli import main\nassert main(['--help']) == 0\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_shows_an_example(name: str) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert "Example" in out
    assert f"pressmark {name}" in out
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_option_says_what_it_does(name: str) -> None:
    for parameter in cli.commands[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_the_version_is_told() -> None:
    assert run("--version") == (0, f"pressmark, version {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bild"], "No such command 'bild'"),
        (["build"], "Missing argument"),
        (["build", "x", "--out", "y", "--map", "text"], "--map wants NAME=COLUMN"),
        (["build", "x", "--out", "y", "--map", "txt=body"], "unknown name 'txt'"),
        (["build", ".", "--out", "y", "--workers", "0"], "Invalid value for '--workers'"),
        (["explain", "nowhere", "abcd"], "there is no folder nowhere"),
    ],
)
def test_a_wrong_command_is_said_in_words(arguments: list[str], message: str) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err


def test_the_schema_is_printed_as_json() -> None:
    code, out, _ = run("schema")
    assert code == 0
    assert next(iter(json.loads(out)["properties"])) == "id"


def test_the_columns_are_printed_as_text() -> None:
    code, out, _ = run("schema", "--fields")
    assert code == 0
    assert out.startswith("id: string\n")
    assert "entities[].mention: string\n" in out


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (HubError("no room on the Hub"), 5, "pressmark: no room on the Hub"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("oops"), 70, "a bug in Pressmark"),
    ],
)
def test_an_error_ends_with_its_code(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, message: str
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli.commands["init"], "callback", fail)
    found, _, err = run("init", ".")
    assert found == code
    assert message in err


def test_explain_shows_an_article_and_its_receipt(seeds: Path) -> None:
    shard = next(seeds.glob("data/fr/validation-*.parquet"))
    import pyarrow.parquet as pq

    row = pq.read_table(shard).to_pylist()[0]
    code, out, _ = run("explain", seeds, row["id"][:8])
    assert code == 0
    assert row["text"].split("\n")[0] in out
    assert "⟦" in out
    for name in (row["id"], row["origin"]["path"]):
        code, out, _ = run("explain", seeds, name, "--json")
        assert json.loads(out)["id"] == row["id"]


def test_explain_says_when_there_is_no_such_article(seeds: Path) -> None:
    code, _, err = run("explain", seeds, "ffffffff00000000")
    assert code == 3
    assert "no article 'ffffffff00000000'" in err


def test_verify_ends_with_1_on_findings(seeds: Path, tmp_path: Path) -> None:
    assert run("verify", seeds, "--engines", "none")[0] == 0
    code, out, _ = run("verify", tmp_path, "--engines", "none")
    assert code == 1
    assert "MANIFEST_MISSING" in out


def test_update_card_writes_the_template(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("A short text about a long bridge in the north. " * 5)
    (tmp_path / "in" / "pressmark.toml").write_text('card = "../CARD.md"')
    card = tmp_path / "CARD.md"
    card.write_text("# Mine\n<!-- pressmark:begin summary -->\n<!-- pressmark:end summary -->\n")
    code, _, err = run("build", tmp_path / "in", "--out", tmp_path / "out", "--update-card")
    assert code == 0, err
    assert card.read_text() == (tmp_path / "out" / "README.md").read_text()
    assert "1 article" in card.read_text()
