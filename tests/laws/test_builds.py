"""The laws that hold for every build: conservation, same bytes everywhere, no leak, stability."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.config import BuildConfig
from builder.corpus.splits import SplitParams
from builder.pipeline import BuildRequest, build
from tests.conftest import SEEDS
from training.bench.make_pages import write_pages

TOPICS = ("bridge", "harbour", "school", "forest", "museum", "stadium", "railway", "market")
PLACES = ("north", "south", "east", "west", "centre")


def article(number: int) -> str:
    """A text of its own for each number."""
    words = hashlib.sha256(str(number).encode()).hexdigest()
    topic, place = TOPICS[number % len(TOPICS)], PLACES[number % len(PLACES)]
    return (
        f"The council of the {place} talked about the {topic} for {number} hours on Monday. "
        f"Its members chose plan {words[:12]} and refused {words[12:24]} and {words[24:36]}. "
        f"The mayor of {words[36:42].title()} said that the work on the {topic} may begin soon."
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mixed folder: texts, JSON lines, Parquet; duplicates, near-duplicates and rubbish."""
    root = tmp_path_factory.mktemp("mixed")
    for number in range(40):
        (root / f"{number:03d}.txt").write_text(article(number))
    lines = [{"text": article(number), "id": str(number)} for number in range(30, 90)]
    lines += [{"text": f"{article(number)} Updated."} for number in range(60, 75)]
    lines += [{"text": ""}, {"text": 5}, {"title": "x"}]
    (root / "rows.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n{broken\n")
    table = pa.table({"text": [article(number) for number in range(85, 120)]})
    pq.write_table(table, root / "rows.parquet", row_group_size=10)
    for path in SEEDS.glob("*.txt"):
        (root / path.name).write_bytes(path.read_bytes())
    return root


@pytest.fixture(scope="module")
def built(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mixed folder, built once with the defaults; not to be changed."""
    out = tmp_path_factory.mktemp("built") / "out"
    run(folder, out)
    return out


def run(folder: Path, out: Path, workers: int = 1, **settings: object) -> dict[str, str]:
    config = BuildConfig.model_validate(settings)
    build(BuildRequest(folder, out, config, folder, workers=workers))
    return dict(tree(out))


def tree(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()


def rows(out: Path) -> list[dict[str, object]]:
    return [
        {**row, "split": path.name.partition("-")[0]}
        for path in sorted(out.glob("data/*/*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]


def test_the_same_bytes_for_any_workers_slices_and_batches(
    folder: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = dict(tree(built))
    monkeypatch.setattr("builder.tasks.BATCH", 3)
    monkeypatch.setattr("builder.pipeline.SLICE_BYTES", 6_000)
    assert run(folder, tmp_path / "small") == reference
    assert run(folder, tmp_path / "two", workers=2) == reference


def test_every_article_is_published_or_rejected_once(built: Path) -> None:
    out = built
    manifest = json.loads((out / "manifest.json").read_text())
    refused = pq.read_table(out.with_name("out.rejects")).to_pylist()
    read = 40 + 60 + 15 + 3 + 1 + 35 + 5
    assert manifest["counts"]["total"] == {
        "read": read,
        "published": len(rows(out)),
        "rejected": len(refused),
    }
    assert len(rows(out)) + len(refused) == read
    places = [(row["origin"]["path"], row["origin"]["record"]) for row in rows(out)]  # type: ignore[index]
    places += [(row["path"], row["record"]) for row in refused]
    assert len(set(places)) == read
    assert manifest["counts"]["rejects"] == {
        "BAD_RECORD": 1,
        "EMPTY_TEXT": 1,
        "EXACT_DUPLICATE": 15,
        "NO_TEXT_FIELD": 1,
        "WRONG_TYPE": 1,
    }


def test_a_duplicate_names_the_article_that_is_kept(built: Path) -> None:
    ids = {row["id"] for row in rows(built)}
    for row in pq.read_table(built.with_name("out.rejects")).to_pylist():
        if row["code"] == "EXACT_DUPLICATE":
            assert row["kept"] in ids
            assert row["kept"] == row["id"]


def test_near_duplicates_share_a_cluster_and_a_split(built: Path) -> None:
    pairs = 0
    clusters: dict[object, set[object]] = {}
    for row in rows(built):
        clusters.setdefault(row["cluster_id"], set()).add(row["split"])
        pairs += row["cluster_size"] == 2
    assert pairs == 30
    assert all(len(splits) == 1 for splits in clusters.values())


def test_near_duplicates_are_rejected_when_asked(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(folder, out, duplicates="reject")
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["counts"]["rejects"]["NEAR_DUPLICATE"] == 15
    assert {row["cluster_size"] for row in rows(out)} == {1}


def test_a_larger_corpus_moves_no_article(folder: Path, built: Path, tmp_path: Path) -> None:
    larger = tmp_path / "larger"
    larger.mkdir()
    for path in folder.iterdir():
        (larger / path.name).write_bytes(path.read_bytes())
    for number in range(500, 540):
        (larger / f"{number}.txt").write_text(article(number))
    run(larger, tmp_path / "new")
    before = {row["id"]: row["split"] for row in rows(built)}
    after = {row["id"]: row["split"] for row in rows(tmp_path / "new")}
    assert before.items() <= after.items()


def test_no_released_file_holds_a_clock_a_host_or_a_path(folder: Path, built: Path) -> None:
    for name in ("manifest.json", "README.md"):
        text = (built / name).read_text()
        assert str(built.parent) not in text
        assert str(folder) not in text
        assert "workers" not in text


@pytest.mark.parametrize("audit", ["publish", "local", "none"])
def test_receipts_lie_where_they_are_wanted(tmp_path: Path, audit: str) -> None:
    out = tmp_path / "out"
    run(SEEDS, out, audit=audit)
    assert bool(list(out.glob("audit/*.parquet"))) == (audit == "publish")
    assert bool(list(tmp_path.glob("out.audit/audit/*.parquet"))) == (audit == "local")


def test_shards_and_row_groups_are_bounded(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(folder, out, output={"shard_bytes": 20_000, "row_group_bytes": 5_000})
    shards = sorted(out.glob("data/en/train-*.parquet"))
    assert len(shards) > 1
    ids = [str(name) for path in shards for name in pq.read_table(path)["id"].to_pylist()]
    assert ids == sorted(ids)
    for path in shards:
        footer = pq.read_metadata(path)
        assert all(footer.row_group(i).num_rows for i in range(footer.num_row_groups))


def test_an_empty_split_is_left_out_with_a_warning(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "a.txt").write_text(article(1))
    splits = SplitParams(strategy="quota", ratios={"train": 3, "validation": 1, "test": 1})
    out = tmp_path / "out"
    config = BuildConfig(splits=splits)
    manifest = build(BuildRequest(folder, out, config, folder))
    assert list(manifest.counts.splits) == ["train"]
    assert len(manifest.warnings) == 2
    assert "validation" not in (out / "README.md").read_text().split("---")[1]


def test_the_same_bytes_for_any_hash_seed_time_zone_and_locale(tmp_path: Path) -> None:
    """Pages in twelve languages, built by fresh processes that have nothing in common."""
    pages = tmp_path / "pages.jsonl"
    write_pages(pages, 150_000, seed=4)
    surroundings = [
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"},
    ]
    trees = []
    for number, changed in enumerate(surroundings):
        out = tmp_path / str(number) / "news"
        command = [sys.executable, "-m", "builder", "build", pages, "--out", out, "--quiet"]
        subprocess.run(command, check=True, env={**os.environ, **changed})
        trees.append(dict(tree(out.parent)))
    assert trees[0] == trees[1]
