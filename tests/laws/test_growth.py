"""A release that grows from an earlier one: what was published stays, and stays where it was."""

import json
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from builder.config import parse_config
from builder.errors import ConfigError
from builder.pipeline import BuildRequest, build
from builder.verify import verify
from schema.manifest import BuildManifest

Row = dict[str, Any]
Make = Callable[..., BuildManifest]

WORDS = {
    "en": "the council said on monday that new rules for the harbour would start in spring while "
    "workers and owners asked for more time before any change of price or tax could follow",
    "fr": "le conseil a dit lundi que les nouvelles règles du port commenceraient au printemps "
    "tandis que les ouvriers demandaient plus de temps avant toute hausse des prix ou des taxes",
}


def prose(seed: int, language: str = "en", words: int = 120) -> str:
    """Return sentences that share no five words in a row with those of other seeds, but few."""
    draw = random.Random(seed)
    vocabulary = [
        *WORDS[language].split(),
        *(f"{draw.choice('bdfgklmnprst')}{n}a" for n in range(9)),
    ]
    chosen = [draw.choice(vocabulary) for _ in range(words)]
    lines = [" ".join(chosen[at : at + 12]).capitalize() + "." for at in range(0, words, 12)]
    return " ".join(lines)


def article(seed: int, language: str = "en", **fields: str) -> dict[str, str]:
    return {"id": f"{language}-{seed}", "text": prose(seed, language), **fields}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Build a release of records; `since` names an earlier one."""

    def run(
        version: str, records: list[dict[str, str]], since: str | None = None, **options: Any
    ) -> BuildManifest:
        folder = tmp_path / f"input-{version}"
        folder.mkdir(exist_ok=True)
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (folder / "news.jsonl").write_text(lines)
        workers, out = options.pop("workers", 1), options.pop("out", version)
        table = {
            "version": version,
            "entities": "none",
            "splits": {"strategy": "quota", "ratios": {"train": 3, "test": 1}},
            **options,
        }
        request = BuildRequest(
            folder,
            tmp_path / out,
            parse_config(table, "test"),
            folder,
            workers=workers,
            since=tmp_path / since if since else None,
        )
        return build(request)

    return run


def rows_of(folder: Path, config: str = "data") -> dict[str, list[Row]]:
    """Return the rows of each file stem (`fr/train`, `test`), in the order of loading."""
    found: dict[str, list[Row]] = {}
    for path in sorted((folder / config).rglob("*.parquet")):
        stem = path.relative_to(folder / config).as_posix().split("-")[0]
        found.setdefault(stem, []).extend(pq.read_table(path).to_pylist())
    return found


def rejects_of(folder: Path) -> list[Row]:
    paths = folder.with_name(f"{folder.name}.rejects").glob("*.parquet")
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


FIRST = [*(article(seed) for seed in range(16)), *(article(seed, "fr") for seed in range(12))]
MORE = [*(article(seed) for seed in range(100, 104)), article(100, "fr")]


def test_old_rows_stay_where_and_what_they_are(tmp_path: Path, make: Make) -> None:
    """Each language and split begins with its rows of before; new ones follow, by id."""
    make("1.0.0", FIRST)
    manifest = make("1.1.0", [*MORE, *FIRST], since="1.0.0")
    for config in ("data", "audit"):
        old, new = rows_of(tmp_path / "1.0.0", config), rows_of(tmp_path / "1.1.0", config)
        if config == "data":
            for stem, rows in old.items():
                assert new[stem][: len(rows)] == rows
                added = [row["id"] for row in new[stem][len(rows) :]]
                assert added == sorted(added)
        assert sum(map(len, new.values())) == len(FIRST) + len(MORE)
    assert manifest.since is not None
    assert (manifest.since.carried, manifest.since.removed) == (len(FIRST), 0)
    assert [release.version for release in manifest.releases] == ["1.0.0", "1.1.0"]
    assert verify(tmp_path / "1.1.0") == []


def test_growth_goes_on(tmp_path: Path, make: Make) -> None:
    """A third release keeps the order of the second, which kept that of the first."""
    make("1.0.0", FIRST)
    make("1.1.0", FIRST + MORE, since="1.0.0")
    last = [article(seed) for seed in range(200, 203)]
    manifest = make("1.2.0", last + FIRST + MORE, since="1.1.0")
    old, new = rows_of(tmp_path / "1.1.0"), rows_of(tmp_path / "1.2.0")
    assert all(new[stem][: len(rows)] == rows for stem, rows in old.items())
    assert [release.version for release in manifest.releases] == ["1.0.0", "1.1.0", "1.2.0"]
    assert verify(tmp_path / "1.2.0", engines="none") == []


def test_the_same_bytes_on_any_number_of_workers(tmp_path: Path, make: Make) -> None:
    make("1.0.0", FIRST, output={"shard_bytes": 4000, "row_group_bytes": 2000})
    small = {"shard_bytes": 4000, "row_group_bytes": 2000}
    one = make("1.1.0", FIRST + MORE, since="1.0.0", output=small)
    two = make("1.1.0", FIRST + MORE, since="1.0.0", output=small, workers=2, out="two")
    assert one.shards == two.shards


def test_old_shards_keep_their_bytes(tmp_path: Path, make: Make) -> None:
    """Only the last shard of a language and split is another one."""
    small = {"shard_bytes": 4000, "row_group_bytes": 2000}
    old = make("1.0.0", FIRST, output=small)
    new = make("1.1.0", FIRST + MORE, since="1.0.0", output=small)
    digests = {shard.sha256 for shard in new.shards}
    by_stem: dict[str, list[str]] = {}
    for shard in old.shards:
        if shard.config == "default":
            by_stem.setdefault(shard.path.rpartition("-of-")[0][:-6], []).append(shard.sha256)
    assert any(len(hashes) > 1 for hashes in by_stem.values())
    assert all(set(hashes[:-1]) <= digests for hashes in by_stem.values())


def test_a_new_near_duplicate_joins_the_cluster_of_an_old_article(
    tmp_path: Path, make: Make
) -> None:
    """It takes name and split; the old article keeps the size that it was published with."""
    make("1.0.0", FIRST)
    copies = [
        {"id": f"copy-{number}", "text": f"{record['text']} Late word number {number}."}
        for number, record in enumerate(FIRST[:6])
    ]
    manifest = make("1.1.0", FIRST + copies, since="1.0.0")
    stats = manifest.stats
    assert (stats.clusters, stats.clustered, stats.largest_cluster) == (6, 12, 2)
    rows = [(stem, row) for stem, found in rows_of(tmp_path / "1.1.0").items() for row in found]
    by_origin = {row["origin"]["id"]: (stem, row) for stem, row in rows}
    for number, record in enumerate(FIRST[:6]):
        (old_stem, old), (stem, new) = by_origin[record["id"]], by_origin[f"copy-{number}"]
        assert (old["cluster_id"], old["cluster_size"]) == (old["id"], 1)
        assert (new["cluster_id"], new["cluster_size"], stem) == (old["id"], 2, old_stem)
    assert verify(tmp_path / "1.1.0", engines="none") == []


def test_an_article_that_bridges_splits_is_rejected(tmp_path: Path, make: Make) -> None:
    """It is like an article of train and like one of test: those stay, it is not published."""
    first, shared, last = (prose(900 + part, words=60) for part in range(3))
    left, right = f"{first} {shared}", f"{shared} {last}"
    split_rows: dict[str, str] = {}
    records = [*FIRST, {"id": "left", "text": left}, {"id": "right", "text": right}]
    for salt in map(str, range(20)):
        splits = {"strategy": "hash", "ratios": {"train": 0.5, "test": 0.5}, "salt": salt}
        make("1.0.0", records, splits=splits)
        split_rows = {
            row["origin"]["id"]: stem
            for stem, rows in rows_of(tmp_path / "1.0.0").items()
            for row in rows
        }
        if split_rows["left"] != split_rows["right"]:
            break
    bridge = {"id": "bridge", "text": f"{first} {shared} {last}"}
    make("1.1.0", [*records, bridge], since="1.0.0", splits=splits)
    rejected = rejects_of(tmp_path / "1.1.0")
    assert [(row["code"], row["origin_id"]) for row in rejected] == [("SPLIT_BRIDGE", "bridge")]
    assert rows_of(tmp_path / "1.1.0") == rows_of(tmp_path / "1.0.0")
    assert verify(tmp_path / "1.1.0", engines="none") == []


def test_what_is_not_read_or_withheld_leaves(tmp_path: Path, make: Make) -> None:
    """An article that is gone from the input is gone, and a withheld one is a reject."""
    records = [*FIRST, article(50, url="https://example.org/a")]
    make("1.0.0", records)
    manifest = make(
        "1.1.0",
        records[1:],
        since="1.0.0",
        withhold={"ids": [FIRST[1]["id"]], "domains": ["example.org"]},
    )
    left = {row["origin"]["id"] for rows in rows_of(tmp_path / "1.1.0").values() for row in rows}
    assert left == {record["id"] for record in FIRST[2:]}
    assert [row["code"] for row in rejects_of(tmp_path / "1.1.0")] == ["WITHHELD"] * 2
    assert manifest.since is not None
    assert manifest.since.removed == 3
    assert verify(tmp_path / "1.1.0", engines="none") == []


def test_an_old_article_that_is_read_twice_is_published_once(tmp_path: Path, make: Make) -> None:
    make("1.0.0", FIRST)
    manifest = make("1.1.0", [FIRST[0], *FIRST], since="1.0.0")
    (rejected,) = rejects_of(tmp_path / "1.1.0")
    assert (rejected["code"], rejected["record"] > 0) == ("EXACT_DUPLICATE", True)
    assert rejected["kept"] == rejected["id"]
    assert manifest.counts.total.read == len(FIRST) + 1


def test_rejected_near_duplicates_name_the_old_article(tmp_path: Path, make: Make) -> None:
    make("1.0.0", FIRST, duplicates="reject")
    copy = {"id": "copy", "text": f"{FIRST[3]['text']} A late word."}
    make("1.1.0", [copy, *FIRST], since="1.0.0", duplicates="reject")
    (rejected,) = rejects_of(tmp_path / "1.1.0")
    kept = {row["id"]: row for rows in rows_of(tmp_path / "1.1.0").values() for row in rows}
    assert rejected["code"] == "NEAR_DUPLICATE"
    assert kept[rejected["kept"]]["origin"]["id"] == FIRST[3]["id"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"version": "1.0.0", "out": "again"}, "give the new release another"),
        ({"splits": {"strategy": "quota", "ratios": {"a": 1, "b": 1}}}, "not configured: test"),
    ],
)
def test_what_does_not_fit_is_said(make: Make, options: dict[str, Any], said: str) -> None:
    make("1.0.0", FIRST)
    with pytest.raises(ConfigError, match=said):
        make(**{"version": "1.1.0", "records": FIRST, "since": "1.0.0", **options})


def test_receipts_must_be_at_hand(tmp_path: Path, make: Make) -> None:
    """A release without receipts can only grow into one without."""
    make("1.0.0", FIRST, audit="none")
    with pytest.raises(ConfigError, match='set audit = "none"'):
        make("1.1.0", FIRST, since="1.0.0")
    make("1.1.0", FIRST + MORE, since="1.0.0", audit="none")
    assert verify(tmp_path / "1.1.0", engines="none") == []


def test_a_changed_shard_is_refused(tmp_path: Path, make: Make) -> None:
    manifest = make("1.0.0", FIRST)
    path = tmp_path / "1.0.0" / manifest.shards[0].path
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)
    with pytest.raises(ConfigError, match="has changed since it was built"):
        make("1.1.0", FIRST, since="1.0.0")


def test_ids_fall_only_where_a_release_starts(tmp_path: Path, make: Make) -> None:
    """The manifest says where; a verifier needs no more than that."""
    make("1.0.0", FIRST)
    make("1.1.0", FIRST + MORE, since="1.0.0")
    manifest = json.loads((tmp_path / "1.1.0/manifest.json").read_text())
    ids = [row["id"] for row in rows_of(tmp_path / "1.1.0")["en/train"]]
    falls = [at for at, (one, two) in enumerate(pairwise(ids), 1) if two < one]
    assert falls == [manifest["releases"][0]["rows"]["en"]["train"]]


def test_a_language_and_its_scripts_lie_in_order(tmp_path: Path, make: Make) -> None:
    """`zh` comes before `zh-Hant`, but `zh/` does not come before `zh-Hant/`."""
    plain = ["上海新日公路大火", "北京人民大学生活", "中山公共工程", "日本大阪市中心"]
    written = ["臺灣國會議員討論經濟發展與環境保護問題", "香港學術團體舉辦歷史講座與藝術展覽"]
    texts = [f"{text}，{text}。{number}" * 6 for number, text in enumerate([*plain, *written])]
    records = [{"id": f"{n}", "text": text} for n, text in enumerate(texts)]
    manifest = make("1.0.0", records)
    assert {"zh", "zh-Hant"} <= set(manifest.stats.languages)
    make("1.1.0", [*records, *MORE], since="1.0.0")
    assert verify(tmp_path / "1.1.0", engines="none") == []


def test_a_withheld_record_takes_its_row_along(tmp_path: Path, make: Make) -> None:
    """A copy of the text from elsewhere is published as what it is, not as the old row."""
    address = "https://example.org/withheld"
    records = [*FIRST, article(60, url=address)]
    make("1.0.0", records)
    copy = {**article(60, url="https://example.net/copy"), "id": "copy"}
    make("1.1.0", [*records, copy], since="1.0.0", withhold={"urls": [address]})
    (row,) = [
        row
        for rows in rows_of(tmp_path / "1.1.0").values()
        for row in rows
        if row["origin"]["id"] == "copy"
    ]
    assert row["source"] == "example.net"
    assert [row["code"] for row in rejects_of(tmp_path / "1.1.0")] == ["WITHHELD"]


def test_an_article_that_comes_back_follows_those_that_have_its_name(
    tmp_path: Path, make: Make
) -> None:
    """The first of a cluster leaves, then returns: what is named by it decides its split."""
    first, middle, last = (prose(800 + part, words=60) for part in range(3))
    texts = {"a": f"{first} {middle}", "b": f"{middle} {last}", "x": f"{first} {middle} {last}"}
    family = [{"id": name, "text": text} for name, text in texts.items()]
    near = {"clusters": {"threshold": 0.5, "slack": 0.3}}
    make("1.0.0", [*FIRST, *family], **near)
    rows = {
        row["origin"]["id"]: row
        for found in rows_of(tmp_path / "1.0.0").values()
        for row in found
        if row["origin"]["id"] in texts
    }
    name = next(key for key, row in rows.items() if row["id"] == row["cluster_id"])
    others = [record for record in family if record["id"] != name]
    make("1.1.0", [*FIRST, *others[:1]], since="1.0.0", **near)
    make("1.2.0", [*FIRST, *family], since="1.1.0", **near)
    assert verify(tmp_path / "1.2.0", engines="none") == []


def test_other_settings_warn_and_verify_agrees(tmp_path: Path, make: Make) -> None:
    """Old articles that are near-duplicates by new rules stay apart, and nothing is hidden."""
    copies = [
        {**record, "id": f"{n}", "text": f"{record['text']} Late word {n}."}
        for n, record in enumerate(FIRST)
    ]
    make("1.0.0", FIRST + copies, clusters={"threshold": 0.99, "slack": 0.005})
    manifest = make("1.1.0", FIRST + copies, since="1.0.0")
    assert any("[clusters] is not as in 1.0.0" in warning for warning in manifest.warnings)
    assert verify(tmp_path / "1.1.0", engines="none") == []


@pytest.mark.parametrize(
    "change",
    [
        {"shards": []},
        {"releases": []},
        {"releases": [{"version": "0", "rows": {"en": {"train": 10**30}}}]},
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(
    tmp_path: Path, make: Make, change: dict[str, Any]
) -> None:
    make("1.0.0", FIRST)
    path = tmp_path / "1.0.0/manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ConfigError, match="--since"):
        make("1.1.0", FIRST, since="1.0.0")


def test_changed_receipts_are_refused(tmp_path: Path, make: Make) -> None:
    make("1.0.0", FIRST)
    path = next((tmp_path / "1.0.0/audit").glob("*.parquet"))
    pq.write_table(pq.read_table(path), path)
    with pytest.raises(ConfigError, match="has changed since it was built"):
        make("1.1.0", FIRST, since="1.0.0")
