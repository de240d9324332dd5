"""One article, explained: its raw text, what was removed and why, and its evidence.

Reads a built folder and nothing else, so what it shows is what consumers have.
"""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from builder.errors import ConfigError, InputError
from schema.arrow import reject_schema
from schema.receipts import rebuild_raw

__all__ = ["explain_article", "render_explanation"]

#: Beginning of an id that is long enough to be looked for.
MIN_PREFIX = 4


def explain_article(folder: Path, wanted: str) -> dict[str, Any]:
    """Return everything that a built folder knows of one article.

    Args:
        folder: a built data set; its rejects and local audit are looked for beside it.
        wanted: the article's id, a beginning of it of at least 4 characters, the
            input's own id, or the path of its file in the input.

    Returns:
        The published row with `split`, `removed` and `raw` (null without a receipt) and
        `neighbours` (ids of its cluster); or a reject with `rejected: True`.

    Raises:
        ConfigError: there is no such folder, or `wanted` fits several articles.
        InputError: the folder holds no such article, or files that cannot be read.
    """
    if not folder.is_dir():
        raise ConfigError(f"there is no folder {folder}", path=folder)
    try:
        return _explain(folder, wanted)
    except (OSError, KeyError, pa.ArrowException) as error:
        message = f"{folder} cannot be read; `pressmark verify` says what is wrong: {error}"
        raise InputError(message, path=folder) from error


def render_explanation(explanation: dict[str, Any]) -> str:
    """Return an explanation as text for a terminal."""
    if explanation.get("rejected"):
        lines = [f"{key:<12}{value}" for key, value in explanation.items() if value is not None]
        return "\n".join(lines)
    lines = [
        f"{key:<16}{_plain(explanation[key])}"
        for key in (
            *("id", "split", "language", "language_score", "date", "date_precision"),
            *("date_basis", "title", "source", "flags", "cluster_id", "cluster_size", "origin"),
        )
    ]
    lines += ["", "date hints"]
    lines += [_hint(hint, str(hint["value"])) for hint in explanation["date_hints"]] or ["  none"]
    lines += ["", "source hints"]
    lines += [_hint(hint, hint["value"]) for hint in explanation["source_hints"]] or ["  none"]
    lines += ["", "entities"]
    lines += [
        f"  {entity['start']:>6} {entity['label']:<5}{entity['score']:.3f}  {entity['mention']}"
        + (f" ({entity['iso']})" if entity["iso"] else "")
        for entity in explanation["entities"]
    ] or ["  none"]
    lines += ["", "raw text, removed pieces as ⟦rules: piece⟧"]
    lines.append(_marked(explanation))
    return "\n".join(lines)


def _explain(folder: Path, wanted: str) -> dict[str, Any]:
    rows = _find(sorted(folder.glob("data/*/*.parquet")), wanted)
    if len(rows) > 1:
        ids = ", ".join(row["id"] for row in rows[:5])
        raise ConfigError(f"{wanted!r} fits {len(rows)} articles: {ids}")
    if rows:
        return _explain_row(folder, rows[0])
    beside = folder.absolute().with_name(f"{folder.absolute().name}.rejects")
    refused = _find_rejects(sorted(beside.glob("*.parquet")), wanted)
    if refused:
        return {**refused[0], "rejected": True}
    hint = "" if len(wanted) >= MIN_PREFIX else f"; a beginning needs {MIN_PREFIX} characters"
    message = f"no article {wanted!r} in {folder}, published or rejected{hint}"
    raise InputError(message, path=folder)


def _find(files: list[Path], wanted: str) -> list[dict[str, Any]]:
    """Return the rows whose id begins like that, or whose id or path in the input is that."""
    rows: list[dict[str, Any]] = []
    for file in files:
        table = ds.dataset(file).to_table(
            filter=_begins(wanted)
            | (ds.field("origin", "id") == wanted)
            | (ds.field("origin", "path") == wanted)
        )
        split = file.name.partition("-")[0]
        rows += [{**row, "split": split} for row in table.to_pylist()]
    return rows


def _begins(wanted: str) -> ds.Expression:
    """Match ids that begin so, if that is long enough to mean one."""
    if len(wanted) < MIN_PREFIX:
        return ds.scalar(False)
    return pc.starts_with(ds.field("id"), wanted)


def _find_rejects(files: list[Path], wanted: str) -> list[dict[str, Any]]:
    if not files:
        return []
    table = ds.dataset(files, schema=reject_schema()).to_table(
        filter=_begins(wanted) | (ds.field("origin_id") == wanted) | (ds.field("path") == wanted)
    )
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _explain_row(folder: Path, row: dict[str, Any]) -> dict[str, Any]:
    local = folder.absolute().with_name(f"{folder.absolute().name}.audit")
    receipts = [
        *sorted(folder.glob("audit/*.parquet")),
        *sorted(local.glob("audit/*.parquet")),
    ]
    removed = None
    if receipts:
        table = ds.dataset(receipts).to_table(filter=ds.field("id") == row["id"])
        removed = table["removed"][0].as_py() if table.num_rows else None
    raw = rebuild_raw(row["text"], removed) if removed is not None else None
    neighbours: list[str] = []
    if row["cluster_size"] > 1:
        members = ds.dataset(sorted(folder.glob("data/*/*.parquet"))).to_table(
            columns=["id"], filter=ds.field("cluster_id") == row["cluster_id"]
        )
        neighbours = sorted(set(members["id"].to_pylist()) - {row["id"]})
    return {**row, "removed": removed, "raw": raw, "neighbours": neighbours}


def _hint(hint: dict[str, Any], value: str) -> str:
    place = f" at {hint['start']}–{hint['end']}" if hint["start"] is not None else ""
    return f"  {hint['kind']:<16}{value} ({hint['basis']}{place})"


def _plain(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _marked(explanation: dict[str, Any]) -> str:
    """Return the raw text with its removed pieces in brackets; a lone space stays as it is."""
    raw, removed = explanation["raw"], explanation["removed"]
    if raw is None:
        return f"{explanation['text']}\n(no receipt is kept: this is the cleaned text)"
    pieces, last = [], 0
    for piece in removed:
        pieces.append(raw[last : piece["start"]])
        body = piece["text"] if piece["rules"] != ["space"] else ascii(piece["text"])[1:-1]
        pieces.append(f"⟦{' '.join(piece['rules'])}: {body}⟧")
        last = piece["end"]
    return "".join([*pieces, raw[last:]])
