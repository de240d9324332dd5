"""The articles of the report page: texts, receipts, evidence and near-duplicates, all bounded."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from builder.render.report import embed_json
from builder.report.survey import Survey
from builder.text.signature import SignatureParams, estimate_jaccard, sign_texts
from schema.manifest import BuildManifest
from schema.receipts import rebuild_raw

__all__ = ["MAX_CHARS", "read_articles"]

#: Bytes of the articles in the page: with everything else, it stays below 2 MB.
MAX_BYTES = 1_400_000
#: Code points of a raw text that are shown, and of a text that is compared with another.
MAX_CHARS = 12_000
MAX_COMPARED = 4_000
#: Pieces, entities and hints of one article that are shown, and characters of a name.
MAX_MARKS = 2_000
MAX_HINTS = 200
MAX_LABEL = 200

_WORDS = re.compile(r"\S+\s*|\s+")


def read_articles(
    folder: Path, manifest: BuildManifest, shards: Sequence[Path], survey: Survey
) -> Iterator[dict[str, Any]]:
    """Yield the drawn articles as the script of the page reads them, as many as it can hold."""
    others = {other for found in survey.neighbours.values() for other in found}
    wanted = list({*survey.chosen, *others})
    rows: dict[str, dict[str, Any]] = {}
    for shard in shards:
        table = ds.dataset(shard).to_table(filter=ds.field("id").isin(wanted))
        split = shard.name.partition("-")[0]
        rows |= {row["id"]: {**row, "split": split} for row in table.to_pylist()}
    receipts = _receipts(folder, survey.chosen)
    params = SignatureParams.model_validate(manifest.config["signature"])
    left = MAX_BYTES
    for identity in survey.chosen:
        if identity not in rows:
            continue
        article = _article(rows[identity], receipts.get(identity))
        article["neighbours"] = [
            _neighbour(rows[identity], rows[other], params)
            for other in survey.neighbours.get(identity, ())
            if other in rows
        ]
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
    entities = [_entity(entity) for entity in row["entities"] if entity["end"] <= kept][:MAX_MARKS]
    hints = {name: row[f"{name}_hints"][:MAX_HINTS] for name in ("date", "source")}
    return {
        **{name: row[name] for name in ("id", "language", "split", "flags")},
        "title": (row["title"] or _opening(row["text"]))[:MAX_LABEL],
        "source": (row["source"] or "")[:MAX_LABEL] or None,
        "score": round(row["language_score"], 3),
        "date": row["date"] and row["date"].isoformat(),
        "basis": row["date_basis"],
        "size": row["cluster_size"],
        "path": row["origin"]["path"][-MAX_LABEL:],
        "raw": shown,
        "cut": [
            [name, have, of]
            for name, have, of in (
                ("characters of the raw text", len(shown), len(raw)),
                ("removed pieces", len(pieces), len(removed or ())),
                ("entities", len(entities), len(row["entities"])),
                ("dates", len(hints["date"]), len(row["date_hints"])),
                ("source hints", len(hints["source"]), len(row["source_hints"])),
            )
            if have < of
        ],
        "removed": None if removed is None else pieces,
        "entities": entities,
        "dates": [_hint(hint, len(shown)) for hint in hints["date"]],
        "sources": [_hint(hint, len(shown)) for hint in hints["source"]],
    }


def _opening(text: str, most: int = 90) -> str:
    """Return the beginning of the first line, ended at a word where there are words."""
    line = text.split("\n", 1)[0]
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return f"{cut[: max(cut.rfind(' '), most // 2)].rstrip()}…" if " " in cut else f"{cut}…"


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
    longest = max(len(row["text"]), len(other["text"]))
    return {
        "id": other["id"],
        "jaccard": round(jaccard, 3),
        "diff": diff,
        "compared": MAX_COMPARED if longest > MAX_COMPARED else None,
    }
