"""Bad input is a counted reject or a clear message with its exit code, never a traceback."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
import pytest

from builder.cli import main
from tests.conftest import SEEDS

ARTICLE = (
    "The council of the town met on Monday to talk about the new bridge over the river. "
    "After two hours the members voted for the plan, which costs four million euros. "
    "Work will begin in spring, the mayor said after the meeting, and last two years. "
)

Corpus = Callable[..., Path]


class Run(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def pressmark(*arguments: object) -> Run:
    """Run the command in this process, which is faster than as a user does."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = main([str(argument) for argument in arguments])
    return Run(code, out.getvalue(), err.getvalue())


def rejects(out: Path) -> list[dict[str, object]]:
    folder = out.with_name(f"{out.name}.rejects")
    rows: list[dict[str, object]] = pq.read_table(
        folder / "rejects-00000-of-00001.parquet"
    ).to_pylist()
    return rows


def build_ok(folder: Path, out: Path, *options: object) -> dict[str, object]:
    run = pressmark("build", folder, "--out", out, "--json", "--quiet", *options)
    assert "Traceback" not in run.stderr
    assert run.returncode == 0, run.stderr
    manifest: dict[str, object] = json.loads(run.stdout)
    return manifest


def fails(run: Run, code: int, message: str) -> None:
    assert "Traceback" not in run.stderr
    assert run.returncode == code, run.stderr
    assert message in run.stderr


def test_an_empty_folder_has_no_article(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    run = pressmark("build", tmp_path / "in", "--out", tmp_path / "out")
    fails(run, 3, "no article found")
    assert not (tmp_path / "out").exists()


def test_a_missing_input_is_said(tmp_path: Path) -> None:
    fails(pressmark("build", tmp_path / "none", "--out", tmp_path / "out"), 2, "none")


def test_an_empty_name_is_not_the_current_folder(corpus: Corpus, tmp_path: Path) -> None:
    """A variable of the shell that is not set must not build whatever lies here."""
    run = pressmark("build", "", "--out", tmp_path / "out")
    fails(run, 2, "an empty name is no path")
    assert not (tmp_path / "out").exists()
    fails(pressmark("build", corpus({"a.txt": ARTICLE}), "--out", ""), 2, "no path")


def test_a_damaged_build_is_no_bug_of_ours(corpus: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_ok(corpus({"a.txt": ARTICLE}), out)
    (shard,) = out.glob("data/*/*.parquet")
    shard.write_bytes(shard.read_bytes()[:300])
    for command in (["explain", out, "abcd"], ["report", out]):
        fails(pressmark(*command), 3, "cannot be read; `pressmark verify` says what is wrong")
    (out / "manifest.json").write_text("{")
    fails(pressmark("report", out), 3, "manifest.json is not the manifest of a build")
    fails(pressmark("report", tmp_path), 3, "holds no manifest of a build: No such file")


def test_an_unknown_tagger_names_those_there_are(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus({"a.txt": ARTICLE, "pressmark.toml": 'entities = "magic"'})
    run = pressmark("build", folder, "--out", tmp_path / "out")
    fails(run, 2, "unknown tagger 'magic' (known: builtin, builtin-fast, gazetteer, gliner, none")


def test_bad_files_are_rejects_and_the_rest_is_published(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus(
        {
            "a/good.txt": ARTICLE,
            "binary.txt": bytes(range(256)) * 40,
            "png.txt": b"\x89PNG\r\n\x1a\n" + bytes(400),
            "nul.txt": ARTICLE.replace("river", "ri\0ver\0"),
            "blank.txt": " \n\t\n",
            "empty.txt": "",
            "again.txt": ARTICLE,
            "rows.jsonl": "\n".join(
                [
                    json.dumps({"text": ARTICLE.replace("bridge", "tunnel"), "id": "t1"}),
                    "{not json",
                    json.dumps({"text": 7}),
                    json.dumps({"title": "no text"}),
                    json.dumps(["a list"]),
                    json.dumps({"text": ARTICLE.replace("bridge", "canal"), "url": 5}),
                    '{"text": "lone \\ud800 surrogate ' + ARTICLE + '"}',
                ]
            ),
            "table.parquet": b"PAR1 not really PAR1",
            "stream.jsonl.gz": b"\x1f\x8b broken",
            "README.md": "# not an article",
            ".hidden.txt": ARTICLE,
        }
    )
    (folder / "x.txt").mkdir()
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "dangling.txt").symlink_to("nowhere.txt")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    out = tmp_path / "out"
    manifest = build_ok(folder, out)
    counts = manifest["counts"]
    assert isinstance(counts, dict)
    total = counts["total"]
    assert total["read"] == total["published"] + total["rejected"]
    codes = Counter(str(row["code"]) for row in rejects(out))
    assert counts["rejects"] == dict(codes)
    assert codes["EXACT_DUPLICATE"] == 2  # once the NUL characters are gone, nul.txt is one
    assert codes["EMPTY_TEXT"] == 2
    assert codes["BINARY_FILE"] == 2
    assert "STAGE_FAILED" not in codes
    assert all(row["message"] for row in rejects(out))
    assert total["published"] == 2
    assert pressmark("verify", out).returncode == 0


def test_broken_utf_8_is_decoded_or_rejected_but_never_mangled(
    corpus: Corpus, tmp_path: Path
) -> None:
    french = "Le conseil municipal s'est réuni lundi pour débattre du nouveau pont. " * 8
    folder = corpus({"latin.txt": french.encode("latin-1"), "good.txt": ARTICLE})
    build_ok(folder, tmp_path / "out")
    texts = [
        text
        for path in (tmp_path / "out").glob("data/*/*.parquet")
        for text in pq.read_table(path)["text"].to_pylist()
    ]
    assert all("\ufffd" not in text for text in texts)
    assert any("réuni" in text for text in texts) or any(
        row["code"] == "UNKNOWN_ENCODING" for row in rejects(tmp_path / "out")
    )


def test_a_line_of_100_mb_is_a_reject_and_memory_stays_small(
    corpus: Corpus, tmp_path: Path
) -> None:
    folder = corpus({"good.txt": ARTICLE})
    with (folder / "long.jsonl").open("w") as stream:
        stream.write('{"text": "')
        for _ in range(100):
            stream.write("long words without end " * 45_000)
        stream.write('"}\n')
        stream.write(json.dumps({"text": ARTICLE.replace("bridge", "tunnel")}) + "\n")
    manifest = build_ok(folder, tmp_path / "out")
    assert manifest["counts"]["rejects"] == {"TOO_LONG": 1}  # type: ignore[index]
    assert manifest["counts"]["total"]["published"] == 2  # type: ignore[index]


def test_nothing_published_still_writes_the_rejects(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus({"blank.txt": " ", "more.txt": "\n"})
    run = pressmark("build", folder, "--out", tmp_path / "out")
    fails(run, 3, "2 EMPTY_TEXT")
    assert "goes on" not in run.stderr
    assert not (tmp_path / "out").exists()
    assert len(rejects(tmp_path / "out")) == 2


def test_an_unknown_key_is_named_with_the_known_ones(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus({"a.txt": ARTICLE, "pressmark.toml": "licence = 'mit'"})
    run = pressmark("build", folder, "--out", tmp_path / "out")
    fails(run, 2, "licence: unknown key (known: allow_download, ")


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


def test_a_reject_budget_is_a_finding(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus({"a.txt": ARTICLE, "b.txt": "", "pressmark.toml": "max_reject_rate = 0.1"})
    run = pressmark("build", folder, "--out", tmp_path / "out")
    fails(run, 1, "50.0% of the articles were rejected; the budget is 10.0%")
    assert (tmp_path / "out" / "manifest.json").is_file()


def test_withheld_articles_are_rejects(corpus: Corpus, tmp_path: Path) -> None:
    rows = [
        {"text": ARTICLE, "id": "a"},
        {"text": ARTICLE.replace("bridge", "tunnel"), "url": "https://news.example.com/2024/x"},
        {"text": ARTICLE.replace("bridge", "canal"), "url": "https://example.org/1"},
        {"text": ARTICLE.replace("bridge", "port"), "url": "https://example.net/1"},
    ]
    folder = corpus(
        {
            "rows.jsonl": "\n".join(map(json.dumps, rows)),
            "pressmark.toml": '[withhold]\nids = ["a"]\ndomains = ["example.com"]\n'
            'urls = ["https://example.org/1"]\n',
        }
    )
    manifest = build_ok(folder, tmp_path / "out")
    assert manifest["counts"]["rejects"] == {"WITHHELD": 3}  # type: ignore[index]


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_a_reject(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus({"a.txt": ARTICLE, "secret.txt": ARTICLE})
    (folder / "secret.txt").chmod(0)
    manifest = build_ok(folder, tmp_path / "out")
    assert manifest["counts"]["rejects"] == {"UNREADABLE_FILE": 1}  # type: ignore[index]


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


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('license = "nonsense"', "the Hub knows no 'nonsense'"),
        ('license = "mitt"', "did you mean mit"),
        ('license_file = "none.txt"', "cannot read"),
        ('card = "card.md"', "unknown block 'x'"),
    ],
)
def test_a_wrong_setting_is_found_before_the_work(
    corpus: Corpus, tmp_path: Path, toml: str, message: str
) -> None:
    card = "<!-- pressmark:begin x -->\n<!-- pressmark:end x -->\n"
    folder = corpus({"pressmark.toml": toml, "card.md": card})
    fails(pressmark("build", folder, "--out", tmp_path / "out"), 2, message)


@pytest.mark.parametrize("name", ["/", "o_\udce9"])
def test_an_output_without_a_proper_name_is_refused(corpus: Corpus, name: str) -> None:
    fails(pressmark("build", corpus({"a.txt": ARTICLE}), "--out", name), 2, "no name for a folder")


@pytest.mark.parametrize("name", ["Valley Post", "münchen.de", "xn--mnchen-3ya.de"])
def test_a_publisher_is_withheld_by_any_of_its_names(
    corpus: Corpus, tmp_path: Path, name: str
) -> None:
    """Also by a name that is not the source, since a domain is declared, too."""
    kept = {"text": ARTICLE[:150], "url": "https://example.org/x"}
    address = "https://xn--mnchen-3ya.de/x" if name == "münchen.de" else "https://münchen.de/x"
    rows = [{"text": ARTICLE, "url": address, "publisher": "Valley Post"}, kept]
    files = {"rows.jsonl": "\n".join(map(json.dumps, rows))}
    first = build_ok(corpus(files), tmp_path / "first")
    assert first["counts"]["total"]["published"] == 2  # type: ignore[index]
    files["pressmark.toml"] = f'version = "1.1.0"\n[withhold]\ndomains = ["{name}"]'
    for options in ((), ("--since", tmp_path / "first")):
        manifest = build_ok(corpus(files), tmp_path / "out", *options)
        assert manifest["counts"]["rejects"] == {"WITHHELD": 1}  # type: ignore[index]
        assert not [item for item in manifest["warnings"] if "withhold" in item]  # type: ignore[attr-defined]


@pytest.mark.parametrize("domain", ["Example.org", "www.example.org", "example.org"])
def test_a_domain_is_withheld_however_it_is_spelt(
    corpus: Corpus, tmp_path: Path, domain: str
) -> None:
    rows = [{"text": ARTICLE, "url": "https://www.example.org/x"}, {"text": ARTICLE[:150]}]
    toml = f'[withhold]\ndomains = ["{domain}"]'
    folder = corpus({"rows.jsonl": "\n".join(map(json.dumps, rows)), "pressmark.toml": toml})
    manifest = build_ok(folder, tmp_path / "out")
    assert manifest["counts"]["rejects"] == {"WITHHELD": 1}  # type: ignore[index]
