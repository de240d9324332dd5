"""Template text of the corpus: found from all articles, the same everywhere, harmless to news."""

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from builder.config import BuildConfig
from builder.pipeline import BuildRequest, build
from builder.verify import verify
from schema import rebuild_raw
from schema.manifest import BuildManifest

MENU = "Nort\nWesel\nHafen"
NOTICE = "Wat up dissen Siet steiht, höört dat Blatt un dörv nich afschreven warrn."
VERBS = ("talked about", "voted for", "put off", "asked for", "paid for")


def paragraph(seed: str) -> str:
    """A paragraph of its own for each seed."""
    words = hashlib.sha256(seed.encode()).hexdigest()
    return (
        f"The council of {words[:6].title()} {VERBS[int(words[0], 16) % 5]} plan {words[6:14]} "
        f"on Monday, and its members said that the work on {words[14:20]} may begin soon."
    )


def body(number: int) -> str:
    return "\n".join(paragraph(f"{number} {part}") for part in range(3))


def page(number: int) -> str:
    return f"{MENU}\n{body(number)}\n{NOTICE}\n{number} Lüüd hebbt dat leest"


def write(folder: Path, texts: list[str], url: str | None = "https://blatt.example.org/{}") -> Path:
    folder.mkdir()
    rows = [
        {"text": text, "id": str(number)} | ({"url": url.format(number)} if url else {})
        for number, text in enumerate(texts)
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def run(folder: Path, out: Path, workers: int = 1, **cleaning: object) -> BuildManifest:
    # Only repetition, so that no other rule can take its credit or its blame.
    table = {"cues": False, "layout": False, **cleaning}
    config = BuildConfig.model_validate({"cleaning": table, "entities": "none"})
    return build(BuildRequest(folder, out, config, folder, workers=workers))


def texts(out: Path) -> set[str]:
    return {
        text
        for path in out.glob("data/*/*.parquet")
        for text in pq.read_table(path)["text"].to_pylist()
    }


def tree(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def test_what_all_pages_of_a_source_bear_is_removed_with_a_receipt(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", [page(number) for number in range(30)])
    manifest = run(folder, tmp_path / "out")
    assert texts(tmp_path / "out") == {body(number) for number in range(30)}
    assert manifest.templates is not None
    assert (manifest.templates.segments, manifest.templates.sources) == (5, 1)
    receipts = pq.read_table(next((tmp_path / "out").glob("audit/*.parquet"))).to_pylist()
    rows = {
        row["id"]: row
        for path in (tmp_path / "out").glob("data/*/*.parquet")
        for row in pq.read_table(path).to_pylist()
    }
    for receipt in receipts:
        assert {rule for piece in receipt["removed"] for rule in piece["rules"]} == {
            "repetition",
            "space",
        }
        raw = rebuild_raw(rows[receipt["id"]]["text"], receipt["removed"])
        assert raw == page(int(rows[receipt["id"]]["origin"]["id"]))
    assert verify(tmp_path / "out") == []


def test_the_same_bytes_for_any_workers_and_slices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [page(number) for number in range(40)] + [page(number) for number in range(5)]
    folder = write(tmp_path / "in", pages)
    run(folder, tmp_path / "one")
    reference = tree(tmp_path / "one")
    monkeypatch.setattr("builder.pipeline.SLICE_BYTES", 3_000)
    monkeypatch.setattr("builder.corpus.templates.PARTITION_ROWS", 20)
    run(folder, tmp_path / "small")
    assert tree(tmp_path / "small") == reference
    run(folder, tmp_path / "two", workers=2)
    assert tree(tmp_path / "two") == reference


@pytest.mark.parametrize("url", ["https://blatt.example.org/{}", None])
def test_reprints_versions_and_background_stay(tmp_path: Path, url: str | None) -> None:
    pages = [body(number) for number in range(30)]
    pages += [f"{body(1000)}\n{paragraph(f'local {number}')}" for number in range(20)]
    growing = [paragraph(f"growing {part}") for part in range(24)]
    pages += ["\n".join(growing[:size]) for size in range(4, 24)]
    pages += [f"{body(2000 + number)}\n{paragraph('background')}" for number in range(9)]
    folder = write(tmp_path / "in", pages, url)
    assert run(folder, tmp_path / "out").templates is None
    assert texts(tmp_path / "out") == set(pages)


def test_ten_pages_are_too_few(tmp_path: Path) -> None:
    pages = [page(number) for number in range(10)]
    assert run(write(tmp_path / "in", pages), tmp_path / "out").templates is None
    assert texts(tmp_path / "out") == set(pages)


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    pages = [page(number) for number in range(30)]
    folder = write(tmp_path / "in", pages)
    assert run(folder, tmp_path / "out", repetition=False).templates is None
    assert texts(tmp_path / "out") == set(pages)


def test_a_folder_of_few_text_files_is_not_scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(10):
        (folder / f"{number}.txt").write_text(page(number))

    def fail(*_: object) -> None:
        raise AssertionError("scanned")

    monkeypatch.setattr("builder.pipeline.scanner", fail)
    run(folder, tmp_path / "out")
