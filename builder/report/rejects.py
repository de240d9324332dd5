"""The rejects that lie beside a built folder, for the report page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from builder.corpus.stats import UNKNOWN
from schema.arrow import reject_schema
from schema.manifest import BuildManifest
from schema.reject import RejectCode

__all__ = ["count_duplicates", "read_rejects"]

#: Rejects in the table of the page, and characters of a text in it.
MAX_REJECTS = 100
MAX_EXCERPT = 200

DUPLICATES = (RejectCode.EXACT_DUPLICATE, RejectCode.NEAR_DUPLICATE)


def read_rejects(folder: Path) -> list[dict[str, Any]]:
    """Return the first rejects by code and place, with their texts cut to what can be shown."""
    columns = ["code", "path", "record", "message", "excerpt"]
    found = _dataset(folder)
    if found is None:
        return []
    order = [(name, "ascending") for name in ("code", "path", "record")]
    rows = found.to_table(columns=columns).sort_by(order).slice(0, MAX_REJECTS).to_pylist()
    texts = ("path", "message", "excerpt")
    return [{**row, **{name: row[name][:MAX_EXCERPT] for name in texts}} for row in rows]


def count_duplicates(
    folder: Path, manifest: BuildManifest
) -> Mapping[str, Mapping[str, int]] | None:
    """Count the rejected duplicates by language and by source.

    Returns:
        Counts under `language` and `source`; None where the rejects are not at hand.
    """
    found = _dataset(folder)
    if found is None or found.count_rows() != manifest.counts.total.rejected:
        return None
    table = found.to_table(
        columns=["language", "source"],
        filter=ds.field("code").isin([code.value for code in DUPLICATES]),
    )
    counts: dict[str, dict[str, int]] = {}
    for name in ("language", "source"):
        counted = table.group_by(name).aggregate([([], "count_all")])
        keys = (UNKNOWN if key is None else key for key in counted[name].to_pylist())
        counts[name] = dict(zip(keys, counted["count_all"].to_pylist(), strict=True))
    return counts


def _dataset(folder: Path) -> Any:
    found = sorted(folder.with_name(f"{folder.name}.rejects").glob("*.parquet"))
    return ds.dataset(found, schema=reject_schema()) if found else None
