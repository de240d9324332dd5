"""An output is whole and ours, or it is left alone, whatever ends the build."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import SEEDS
from tests.e2e.commands import ARTICLE, Corpus, Run, build_ok, fails, pressmark


def test_an_output_that_is_not_ours_is_left_alone(corpus: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.tex").write_text("years of work")
    run = pressmark("build", corpus({"a.txt": ARTICLE}), "--out", out)
    fails(run, 4, "is no Pressmark build")
    assert (out / "chapter.tex").read_text() == "years of work"


def test_an_output_under_a_file_cannot_be_written(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run = pressmark("build", corpus({"a.txt": ARTICLE}), "--out", tmp_path / "file" / "out")
    fails(run, 4, "cannot write")


#: The language model is unpacked into a temporary file, so it is loaded before space ends.


FULL_DISK = """
import resource, sys
from builder.cli import main
from builder.config import BuildConfig
from builder.tools import make_tools
make_tools(BuildConfig())
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(
    "limit",
    [0, *(pytest.param(size, marks=pytest.mark.slow) for size in (3_000, 8_000, 14_000, 20_000))],
)
def test_a_full_disk_leaves_the_old_build(corpus: Corpus, tmp_path: Path, limit: int) -> None:
    out = tmp_path / "out"
    folder = corpus({"a.txt": ARTICLE})
    build_ok(folder, out)
    before = snapshot(tmp_path)
    run = subprocess.run(
        [sys.executable, "-B", "-c", FULL_DISK, str(limit), "build", SEEDS, "--out", out],
        check=False,
        capture_output=True,
        text=True,
    )
    fails(Run(run.returncode, run.stdout, run.stderr), 4, "no space left")
    assert snapshot(tmp_path) == before
    build_ok(SEEDS, out)
    assert not out.with_name("out.partial").exists()


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        # Work that is kept for the next build is neither old nor new.
        if path.is_file() and path.parent.name != "articles" and "out.partial" not in path.parts
    }


def interrupt(folder: Path, out: Path, how: signal.Signals, after: float) -> int | None:
    """Build, and send a signal; return the exit code, or None if Python had not started yet."""
    command = [sys.executable, "-m", "builder", "build", folder, "--out", out, "--workers", "2"]
    build = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    with build:
        time.sleep(after)
        build.send_signal(how)
        _, messages = build.communicate()
    if "Traceback" in messages:
        assert not re.search(r"builder[/\\](?!__main__)", messages), messages
        return None
    return build.returncode


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_build_that_is_stopped_at_any_moment_leaves_the_old_or_the_new(
    corpus: Corpus, tmp_path: Path, how: signal.Signals
) -> None:
    out = tmp_path / "out"
    folder = corpus({f"{i}.txt": f"{ARTICLE} Number {i} of many. " for i in range(300)})
    build_ok(folder, out)
    (folder / "0.txt").write_text("Another text about another thing. " * 9)
    old = snapshot(out)
    build_ok(folder, tmp_path / "reference")
    new = snapshot(tmp_path / "reference")
    for step in range(12):
        code = interrupt(folder, out, how, 0.3 * step)
        assert code in ({None, 0, 130, -2} if how is signal.SIGINT else {0, -9})
        assert snapshot(out) in (old, new)
    build_ok(folder, out)
    assert snapshot(out) == new
    assert sorted(item.name for item in tmp_path.iterdir() if item.name.startswith("out")) == [
        "out",
        "out.rejects",
    ]


@pytest.mark.parametrize("kind", ["manifest of another tool", "file added to a build"])
def test_files_that_no_build_made_are_never_deleted(
    corpus: Corpus, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / "site"
    folder = corpus({"a.txt": ARTICLE})
    if kind == "file added to a build":
        build_ok(folder, out)
    else:
        out.mkdir()
        (out / "manifest.json").write_text('{"name": "my web app"}')
    (out / "precious.txt").write_text("years of work")
    assert pressmark("build", folder, "--out", out).returncode == 4
    assert (out / "precious.txt").read_text() == "years of work"


def test_a_folder_that_is_only_called_partial_is_left_alone(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "news.partial").mkdir()
    (tmp_path / "news.partial" / "a.txt").write_text(ARTICLE)
    for source in (corpus({"a.txt": ARTICLE}), tmp_path / "news.partial"):
        assert pressmark("build", source, "--out", tmp_path / "news").returncode in (2, 4)
        assert (tmp_path / "news.partial" / "a.txt").read_text() == ARTICLE


def test_an_input_inside_the_output_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_ok(corpus({"a.txt": ARTICLE}), out)
    fails(pressmark("build", out, "--out", out), 2, "which the build replaces")
    fails(pressmark("build", out / "data", "--out", out), 2, "which the build replaces")


def test_an_earlier_build_inside_the_input_is_no_input(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus({"a.txt": ARTICLE, "b.txt": ""})
    build_ok(folder, folder / "v1")
    manifest = build_ok(folder, tmp_path / "v2")
    assert manifest["counts"]["total"] == {"read": 2, "published": 1, "rejected": 1}  # type: ignore[index]


def test_a_local_audit_is_replaced_by_the_next_build(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus({"a.txt": ARTICLE, "pressmark.toml": 'audit = "local"'})
    for _ in range(2):
        build_ok(folder, tmp_path / "out")
    assert list(tmp_path.glob("out.audit/audit/*.parquet"))
    (folder / "pressmark.toml").write_text('audit = "none"')
    build_ok(folder, tmp_path / "out")
    assert not (tmp_path / "out.audit").exists()


def test_a_build_that_publishes_nothing_leaves_the_one_before(
    corpus: Corpus, tmp_path: Path
) -> None:
    folder = corpus({"a.txt": ARTICLE})
    out = tmp_path / "out"
    build_ok(folder, out)
    (folder / "a.txt").write_text(" ")
    fails(pressmark("build", folder, "--out", out), 3, "is left as it was")
    assert pressmark("verify", out, "--engines", "none").returncode == 0
    assert list(tmp_path.glob("out.failed/*.parquet"))


@pytest.mark.parametrize("name", ["/", "o_\udce9"])
def test_an_output_without_a_proper_name_is_refused(corpus: Corpus, name: str) -> None:
    fails(pressmark("build", corpus({"a.txt": ARTICLE}), "--out", name), 2, "no name for a folder")
