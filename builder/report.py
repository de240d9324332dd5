"""Reads a built folder for the report page: counts of all rows, a sample of articles.

The sample is a function of the ids and a stated seed, never of order or chance. It takes
articles in turn from each language, so that small languages are seen, and some clusters
with two members first. What the page can hold bounds it.
"""

import difflib
import hashlib
import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pydantic import ValidationError

from builder.errors import ConfigError, InputError
from builder.render.report import ReportData, embed_json, render_report
from builder.text.signature import SignatureParams, estimate_jaccard, sign_texts
from builder.verify import verify
from builder.writers.atomic import write_file
from schema.arrow import reject_schema
from schema.findings import Finding
from schema.manifest import BuildManifest
from schema.receipts import rebuild_raw

__all__ = ["SEED", "read_report", "write_report"]

#: Part of what articles are drawn by; another one draws others.
SEED = 7
#: Articles in the browser at most, clusters among them, and rejects in their table.
MAX_ARTICLES = 200
MAX_CLUSTERS = 20
MAX_REJECTS = 100
#: Bytes of the articles in the page: with everything else, it stays below 2 MB.
MAX_BYTES = 1_400_000
#: Code points of a raw text that are shown, and of a text that is compared with another.
MAX_CHARS = 12_000
MAX_COMPARED = 4_000
#: Evidence and pieces of one article that are shown.
MAX_MARKS = 2_000
MAX_EXCERPT = 200
MAX_LABEL = 200
#: Mentions counted at once; beyond that the rarest are forgotten.
MAX_MENTIONS = 500_000

_WORDS = re.compile(r"\S+\s*|\s+")


class _Scan(NamedTuple):
    """What one pass over the small columns finds."""

    chosen: list[str]
    pairs: dict[str, str]
    mentions: list[tuple[str, int]]
    cluster_sizes: dict[int, int]


def write_report(folder: Path, out: Path | None = None) -> Path:
    """Write the report of a built folder, and return where it is.

    Args:
        folder: a built data set; its rejects and local audit are looked for beside it.
        out: the file to write; `<folder>.report.html` beside the folder by default.

    Raises:
        ConfigError: the report would lie in the data set.
        InputError: the folder is no build of ours.
        OutputError: the file cannot be written.
    """
    folder = folder.absolute()
    out = out or folder.with_name(f"{folder.name}.report.html")
    if out.absolute().is_relative_to(folder):
        raise ConfigError(f"{out} lies in the data set; write the report beside it", path=out)
    data = read_report(folder, verify(folder))
    root = files("builder.render") / "templates"
    names = ("report.html", "report.css", "report.js")
    templates = {name: (root / name).read_text(encoding="utf-8") for name in names}
    write_file(out, render_report(data, templates).encode())
    return out


def read_report(folder: Path, findings: Sequence[Finding], seed: int = SEED) -> ReportData:
    """Return what the report of a folder shows.

    Raises:
        InputError: the folder holds no manifest that can be read.
    """
    try:
        manifest = BuildManifest.model_validate_json((folder / "manifest.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"{folder} holds no manifest of a build: {error}", path=folder) from error
    shards = sorted(folder.glob("data/*/*.parquet"))
    scan = _scan(shards, seed)
    articles = list(_articles(folder, manifest, shards, scan))
    return ReportData(
        manifest=manifest,
        articles=articles,
        findings=findings,
        mentions=scan.mentions,
        cluster_sizes=scan.cluster_sizes,
        rejects=_rejects(folder),
        sampling=f"{len(articles):,} of {manifest.stats.articles:,} articles, drawn by the "
        f"SHA-256 of “{seed}:id”: some clusters first, then each language in turn.",
    )


def _scan(shards: Sequence[Path], seed: int) -> _Scan:
    """Draw the sample, and count what the manifest does not."""
    ranks: dict[str, list[tuple[str, str]]] = defaultdict(list)
    clusters: dict[str, list[tuple[str, str]]] = defaultdict(list)
    mentions: Counter[str] = Counter()
    sizes: Counter[int] = Counter()
    columns = ["id", "language", "cluster_id", "cluster_size", "entities"]
    for shard in shards:
        for batch in pq.ParquetFile(shard).iter_batches(batch_size=8192, columns=columns):
            names = pc.value_counts(pc.struct_field(pc.list_flatten(batch["entities"]), "mention"))
            mentions.update({item["values"]: item["counts"] for item in names.to_pylist()})
            if len(mentions) > MAX_MENTIONS:
                mentions = Counter(dict(_most(mentions, MAX_MENTIONS // 2)))
            rows = batch.select(columns[:-1]).to_pylist()
            for row in rows:
                rank = hashlib.sha256(f"{seed}:{row['id']}".encode()).hexdigest()
                ranks[row["language"]].append((rank, row["id"]))
                sizes[row["cluster_size"]] += 1
                if row["cluster_size"] > 1:
                    clusters[row["cluster_id"]].append((rank, row["id"]))
            for tag in {row["language"] for row in rows}:
                ranks[tag] = heapq.nsmallest(MAX_ARTICLES, ranks[tag])
    members = [sorted(found)[:2] for found in clusters.values() if len(found) > 1]
    drawn = [[identity for _, identity in pair] for pair in heapq.nsmallest(MAX_CLUSTERS, members)]
    turns = zip_longest(*(ranks[tag] for tag in sorted(ranks)))
    others = [item[1] for turn in turns for item in turn if item is not None]
    wanted = dict.fromkeys([*(identity for pair in drawn for identity in pair), *others])
    pairs = {one: other for left, right in drawn for one, other in ((left, right), (right, left))}
    return _Scan(list(wanted)[:MAX_ARTICLES], pairs, _most(mentions, 20), dict(sizes))


def _most(counts: Mapping[str, int], number: int) -> list[tuple[str, int]]:
    return heapq.nsmallest(number, counts.items(), key=lambda item: (-item[1], item[0]))


def _articles(
    folder: Path, manifest: BuildManifest, shards: Sequence[Path], scan: _Scan
) -> Iterator[dict[str, Any]]:
    """Yield the drawn articles, as many as the page can hold."""
    rows: dict[str, dict[str, Any]] = {}
    for shard in shards:
        table = ds.dataset(shard).to_table(filter=ds.field("id").isin(scan.chosen))
        split = shard.name.partition("-")[0]
        rows |= {row["id"]: {**row, "split": split} for row in table.to_pylist()}
    receipts = _receipts(folder, scan.chosen)
    params = SignatureParams.model_validate(manifest.config["signature"])
    left = MAX_BYTES
    for identity in scan.chosen:
        if identity not in rows:
            continue
        article = _article(rows[identity], receipts.get(identity))
        other = rows.get(scan.pairs.get(identity, ""))
        article["neighbours"] = [_neighbour(rows[identity], other, params)] if other else []
        left -= len(embed_json(article).encode())
        if left < 0:
            return
        yield article


def _receipts(folder: Path, wanted: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    local = folder.with_name(f"{folder.name}.audit")
    found = [*sorted(folder.glob("audit/*.parquet")), *sorted(local.glob("audit/*.parquet"))]
    if not found:
        return {}
    table = ds.dataset(found).to_table(filter=ds.field("id").isin(list(wanted)))
    return {row["id"]: row["removed"] for row in table.to_pylist()}


def _article(row: Mapping[str, Any], removed: list[dict[str, Any]] | None) -> dict[str, Any]:
    raw = row["text"] if removed is None else rebuild_raw(row["text"], removed)
    many = removed is not None and len(removed) > MAX_MARKS
    shown = raw[: min(MAX_CHARS, removed[MAX_MARKS]["start"] if removed and many else MAX_CHARS)]
    pieces = [
        [piece["start"], min(piece["end"], len(shown)), piece["rules"]]
        for piece in removed or ()
        if piece["start"] < len(shown)
    ]
    kept = len(shown) - sum(end - start for start, end, _ in pieces)
    return {
        **{name: row[name] for name in ("id", "language", "split", "flags")},
        "title": (row["title"] or "")[:MAX_LABEL] or None,
        "source": (row["source"] or "")[:MAX_LABEL] or None,
        "score": round(row["language_score"], 3),
        "date": row["date"] and row["date"].isoformat(),
        "basis": row["date_basis"],
        "size": row["cluster_size"],
        "path": row["origin"]["path"][-MAX_LABEL:],
        "raw": shown,
        "cut": len(raw) if len(raw) > len(shown) else None,
        "removed": None if removed is None else pieces,
        "entities": [_entity(entity) for entity in row["entities"] if entity["end"] <= kept][
            :MAX_MARKS
        ],
        "dates": [_hint(hint, len(shown)) for hint in row["date_hints"][:MAX_LABEL]],
        "sources": [_hint(hint, len(shown)) for hint in row["source_hints"][:MAX_LABEL]],
    }


def _entity(entity: Mapping[str, Any]) -> list[Any]:
    start, end, label = entity["start"], entity["end"], entity["label"]
    return [start, end, label, round(entity["score"], 3), entity["iso"]]


def _hint(hint: Mapping[str, Any], limit: int) -> dict[str, Any]:
    placed = hint["end"] is not None and hint["end"] <= limit
    return {
        **{name: hint.get(name) for name in ("kind", "basis", "precision", "start", "end")},
        "value": str(hint["value"])[:MAX_LABEL],
        "shown": placed,
    }


def _neighbour(
    row: Mapping[str, Any], other: Mapping[str, Any], params: SignatureParams
) -> dict[str, Any]:
    """Compare a text with one of its cluster: estimated Jaccard, and a diff of words."""
    signatures = sign_texts([row["text"], other["text"]], params)
    jaccard = float(estimate_jaccard(signatures[:1], signatures[1:])[0])
    left = _WORDS.findall(row["text"][:MAX_COMPARED])
    right = _WORDS.findall(other["text"][:MAX_COMPARED])
    diff: list[tuple[str, str]] = []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=True)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            diff.append(("=", "".join(left[a:b])))
            continue
        parts = (("-", "".join(left[a:b])), ("+", "".join(right[c:d])))
        diff += [part for part in parts if part[1]]
    return {"id": other["id"], "jaccard": round(jaccard, 3), "diff": diff}


def _rejects(folder: Path) -> list[dict[str, Any]]:
    found = sorted(folder.with_name(f"{folder.name}.rejects").glob("*.parquet"))
    if not found:
        return []
    columns = ["code", "path", "record", "message", "excerpt"]
    table = ds.dataset(found, schema=reject_schema()).to_table(columns=columns)
    order = [(name, "ascending") for name in ("code", "path", "record")]
    rows = table.sort_by(order).slice(0, MAX_REJECTS).to_pylist()
    texts = ("path", "message", "excerpt")
    return [{**row, **{name: row[name][:MAX_EXCERPT] for name in texts}} for row in rows]
