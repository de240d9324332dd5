"""Bad input is a counted reject or a clear message with its exit code, never a traceback."""

import json
import os
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.e2e.commands import ARTICLE, Corpus, build_ok, fails, pressmark, rejects


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


def test_a_reject_budget_is_a_finding(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus({"a.txt": ARTICLE, "b.txt": "", "pressmark.toml": "max_reject_rate = 0.1"})
    run = pressmark("build", folder, "--out", tmp_path / "out")
    fails(run, 1, "50.0% of the articles were rejected; the budget is 10.0%")
    assert (tmp_path / "out" / "manifest.json").is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_a_reject(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus({"a.txt": ARTICLE, "secret.txt": ARTICLE})
    (folder / "secret.txt").chmod(0)
    manifest = build_ok(folder, tmp_path / "out")
    assert manifest["counts"]["rejects"] == {"UNREADABLE_FILE": 1}  # type: ignore[index]


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
