"""A small data set on disk, as a build would leave it, for tests that break it.

Made with the builder's own writer, summary and card, but without its pipeline.
"""

import copy
import datetime as dt
import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa

from builder.corpus.stats import Summary, count_clusters, summarise_articles, summarise_audit
from builder.render.card import render_card
from builder.text.normalize import article_id
from builder.writers.parquet import hash_file, write_parquet
from schema.arrow import arrow_schema, audit_schema, reject_schema
from schema.manifest import (
    BuildManifest,
    Counts,
    Inputs,
    ReleaseFile,
    ReleaseRows,
    Shard,
    SplitLeak,
    SplitShare,
    Tally,
)

Row = dict[str, Any]

RAW = {
    ("fr", "train"): [
        "Suivez-nous !\nAstana rejoint les accords d’Abraham.",
        "L’été  à Bichkek 👩‍👩‍👧‍👦",
        "Un sommet.\n\nDeux pays.",
    ],
    ("fr", "test"): ["Une 𝔘𝔫𝔦versité  à القدس"],
    ("zh-Hans", "train"): ["北京市  今天", "订阅\n阿斯塔纳"],
    ("ar", "test"): ["اشترك\nأستانا مدينة"],
}
#: Pieces that "cleaning" removes from the raw texts above.
NOTICES = ("Suivez-nous !\n", "订阅\n", "اشترك\n")


def article_and_receipt(raw: str, language: str, number: int) -> tuple[Row, Row]:
    """Clean a raw text the simplest way: notices at its start, the second of two spaces."""
    removed: list[Row] = []
    start = 0
    for notice in NOTICES:
        if raw.startswith(notice):
            start = len(notice)
            removed.append({"start": 0, "end": start, "rules": ["cue.notice"], "text": notice})
    text = raw[start:]
    for pair in ("  ", "\n\n"):
        at = text.find(pair)
        if at >= 0:
            place = start + at + 1
            removed.append({"start": place, "end": place + 1, "rules": ["space"], "text": pair[1]})
            text = text[: at + 1] + text[at + 2 :]
    identity = article_id(raw)
    day = dt.date(2025, 11, 7)
    dated = number % 2 == 0
    hint = {"value": day, "precision": "day", "kind": "published", "basis": "metadata"}
    article = {
        "id": identity,
        "language": language,
        "language_score": 0.987,
        "date": day if dated else None,
        "date_precision": "day" if dated else None,
        "date_basis": "metadata" if dated else None,
        "date_hints": [{**hint, "start": None, "end": None}] if dated else [],
        "title": "Titre" if dated else None,
        "source": None,
        "source_hints": [],
        "flags": ["truncated"] if number == 1 else [],
        "text": text,
        "entities": [
            {
                "mention": text[:2],
                "label": "MISC",
                "start": 0,
                "end": 2,
                "score": 0.5,
                "iso": None,
            }
        ],
        "cluster_id": identity,
        "cluster_size": 1,
        "origin": {"path": f"{language}/{number}.txt", "record": 0, "id": None, "sha256": None},
    }
    return article, {"id": identity, "removed": removed}


class Release:
    """The rows of a data set, which a test may change before they are written."""

    def __init__(self) -> None:
        self.articles: dict[tuple[str, str], list[Row]] = {}
        self.receipts: dict[str, list[Row]] = {}
        self.audit = "publish"
        self.rejects: list[Row] = []
        for (language, split), texts in sorted(RAW.items()):
            pairs = [article_and_receipt(raw, language, i) for i, raw in enumerate(texts)]
            pairs.sort(key=lambda pair: pair[0]["id"])
            self.articles[language, split] = [article for article, _ in pairs]
            self.receipts.setdefault(split, []).extend(receipt for _, receipt in pairs)

    def write(self, folder: Path) -> Path:
        """Write the folder, with card and manifest that agree with the rows."""
        shards, summary = self._write_shards(folder)
        manifest = self._manifest(shards, summary)
        (folder / "LICENSE").write_text("All rights reserved.\n")
        write_card(folder, render_card(None, manifest))
        write_manifest(folder, manifest)
        if self.rejects:
            table = pa.Table.from_pylist(self.rejects, schema=reject_schema())
            home = folder.with_name(f"{folder.name}.rejects")
            write_parquet(home / "rejects-00000-of-00001.parquet", table.schema, [table])
        return folder

    def _write_shards(self, folder: Path) -> tuple[list[Shard], Summary]:
        shards, summary = [], Summary()
        for (language, split), rows in self.articles.items():
            path = f"data/{language}/{split}-00000-of-00001.parquet"
            table = pa.Table.from_pylist(rows, schema=arrow_schema())
            shards.append(_write(folder, path, table, ("default", split, language)))
            summary.add(summarise_articles(table, split))
        home = folder.with_name(f"{folder.name}.audit") if self.audit == "local" else folder
        for split, rows in self.receipts.items() if self.audit != "none" else ():
            path = f"audit/{split}-00000-of-00001.parquet"
            table = pa.Table.from_pylist(rows, schema=audit_schema())
            shards.append(_write(home, path, table, ("audit", split, None)))
            summary.add(summarise_audit(table))
        return shards, summary

    def _manifest(self, shards: list[Shard], summary: Summary) -> BuildManifest:
        names = [row["cluster_id"] for rows in self.articles.values() for row in rows]
        stats = summary.finish(count_clusters(pa.chunked_array([names], pa.string())))
        splits: Counter[str] = Counter()
        for (_, split), rows in self.articles.items():
            splits[split] += len(rows)
        languages = {tag: sum(by.values()) for tag, by in stats.languages.items()}
        rejects = Counter(row["code"] for row in self.rejects)
        unknown = {"?": len(self.rejects)} if self.rejects else {}
        return BuildManifest(
            schema_version="1.0.0",
            name="tiny",
            version="1.0.0",
            release_date=dt.date(2025, 12, 1),
            config={
                "license": "other",
                "license_name": "all-rights-reserved",
                "license_link": "LICENSE",
                "pretty_name": "Tiny",
                "min_config_rows": 1,
                "splits": {"strategy": "hash"},
            },
            config_hash="0" * 64,
            inputs=Inputs(count=0, bytes=0, files=(), skipped=(), unknown_fields={}),
            libraries={"pressmark": "0.1.0"},
            annotators={},
            counts=Counts(
                total=_tally(stats.articles, len(self.rejects)),
                rejects=rejects,
                languages=_tallies(languages, unknown),
                sources=_tallies(stats.sources, unknown),
                splits=splits,
            ),
            splits={
                split: SplitShare(articles=rows, share=round(rows / stats.articles, 4), wanted=None)
                for split, rows in sorted(splits.items())
            },
            releases=(ReleaseRows(version="1.0.0", rows=stats.languages),),
            leaks=tuple(
                SplitLeak(left=left, right=right, exact=0, near=0)
                for left, right in itertools.combinations(sorted(splits), 2)
            ),
            stats=stats,
            audit=self.audit,
            shards=tuple(shards),
            files=(),
        )


def write_card(folder: Path, text: str) -> None:
    """Write the card; `relist` brings the manifest up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(text, encoding="utf-8")


def write_manifest(folder: Path, manifest: BuildManifest) -> None:
    """Write the manifest with sizes and checksums of all files as they are now."""
    listed = {shard.path for shard in manifest.shards}
    others = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in listed and name != "manifest.json":
            size, digest = hash_file(path)
            others.append(ReleaseFile(path=name, bytes=size, sha256=digest))
    shards = []
    for shard in manifest.shards:
        if (folder / shard.path).is_file():
            size, digest = hash_file(folder / shard.path)
            shards.append(shard.model_copy(update={"bytes": size, "sha256": digest}))
        else:
            shards.append(shard)
    manifest = manifest.model_copy(update={"files": tuple(others), "shards": tuple(shards)})
    data = manifest.model_dump(mode="json")
    (folder / "manifest.json").write_text(json.dumps(data), encoding="utf-8")


def relist(folder: Path) -> None:
    """Bring checksums in the manifest up to date, so that only another finding remains."""
    path = folder / "manifest.json"
    write_manifest(folder, BuildManifest.model_validate_json(path.read_bytes()))


def reject_row(code: str = "EMPTY_TEXT", record: int = 0) -> Row:
    """Return one reject as it is written."""
    row = dict.fromkeys(reject_schema().names)
    row |= {"code": code, "stage": "read", "path": "a.jsonl", "record": record}
    return copy.deepcopy(row | {"message": "no text", "excerpt": ""})


def _write(folder: Path, path: str, table: pa.Table, place: tuple[str, str, str | None]) -> Shard:
    config, split, language = place
    write_parquet(folder / path, table.schema, [table])
    size, digest = hash_file(folder / path)
    return Shard(
        path=path,
        config=config,
        split=split,
        language=language,
        rows=table.num_rows,
        bytes=size,
        num_bytes=table.nbytes,
        sha256=digest,
    )


def _tally(published: int, rejected: int) -> Tally:
    return Tally(read=published + rejected, published=published, rejected=rejected)


def _tallies(published: dict[str, int], rejected: dict[str, int]) -> dict[str, Tally]:
    names = sorted(published.keys() | rejected.keys())
    return {name: _tally(published.get(name, 0), rejected.get(name, 0)) for name in names}
