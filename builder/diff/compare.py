"""Read two releases and find what differs between their rows.

Rows are matched by id. Columns are compared one at a time, language by language,
so that memory holds one column of one language of both releases, never more.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from builder.diff.difference import Difference, Moved
from builder.errors import InputError
from builder.writers.parquet import hash_file

__all__ = ["compare_releases", "differing_rows"]

MANIFEST = "manifest.json"
#: Rows compared at once: their texts stay far below what one Arrow string array can hold.
BLOCK_ROWS = 65_536


class _Shard(NamedTuple):
    path: str
    language: str
    split: str


class _Release(NamedTuple):
    """A folder, its manifest as plain values, and the place of every row."""

    folder: Path
    manifest: dict[str, Any]
    shards: list[_Shard]
    schema: pa.Schema
    index: pa.Table


def compare_releases(old: Path, new: Path) -> Difference:
    """Compare two folders that hold releases.

    Args:
        old: the earlier release.
        new: the later one.

    Raises:
        InputError: a folder holds no shards of articles, or one cannot be read.
    """
    before, after = _open(old), _open(new)
    at = pc.index_in(after.index["id"], value_set=before.index["id"].combine_chunks())
    common = pc.is_valid(at)
    pairs = _pairs(before.index.take(at.filter(common)), after.index.filter(common))
    added = after.index.filter(pc.invert(common))
    gone = pc.invert(pc.is_in(before.index["id"], after.index["id"].combine_chunks()))
    old_splits = before.index["split"].unique()
    to_old = pc.is_in(added["split"], value_set=old_splits)
    columns, changed = _changed(before, after, pairs)
    return Difference(
        old_version=before.manifest.get("version"),
        new_version=after.manifest.get("version"),
        release_date=after.manifest.get("release_date"),
        added=_ids(added),
        removed=_ids(before.index.filter(gone)),
        changed=tuple(sorted(changed)),
        moved=tuple(_moved(pairs)),
        columns=columns,
        schema=tuple(_schema_changes(before.schema, after.schema)),
        splits=_counts(before, after, "split"),
        languages=_counts(before, after, "language"),
        added_to_old_splits=pc.sum(to_old).as_py() or 0,
        files=tuple(_changed_files(old, new)),
    )


def differing_rows(old: pa.Array, new: pa.Array) -> list[int]:
    """Return the positions at which two arrays of one type and length differ, in order.

    Equal blocks are passed over at once; blocks that differ are halved. Works for
    every type, nested ones included.
    """
    found: list[int] = []
    waiting = [(0, len(old))]
    while waiting:
        start, count = waiting.pop()
        if old.slice(start, count).equals(new.slice(start, count)):
            continue
        if count == 1:
            found.append(start)
            continue
        half = count // 2
        waiting += [(start + half, count - half), (start, half)]
    return found


def _open(folder: Path) -> _Release:
    manifest = _manifest(folder)
    shards = _shards(folder, manifest)
    if not shards:
        raise InputError(f"{folder} holds no release: no data/…/<split>-00000-of-00001.parquet")
    try:
        tables = [
            _place(number, shard, pq.read_table(folder / shard.path, columns=["id"]))
            for number, shard in enumerate(shards)
        ]
        schema = pq.read_schema(folder / shards[0].path)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise InputError(f"{folder} cannot be read as a release: {error}") from error
    return _Release(folder, manifest, shards, schema, pa.concat_tables(tables))


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / MANIFEST} cannot be read: {error}") from error
    return found if isinstance(found, dict) else {}


def _shards(folder: Path, manifest: dict[str, Any]) -> list[_Shard]:
    """List shards by the manifest, or by their names where there is none."""
    listed = [
        _Shard(shard["path"], shard["language"], shard["split"])
        for shard in manifest.get("shards", [])
        if shard.get("config") == "default"
    ]
    named = [
        _Shard(path.relative_to(folder).as_posix(), _language(path), path.name.partition("-")[0])
        for path in folder.glob("data/**/*-of-*.parquet")
    ]
    return sorted(listed or named)


def _language(path: Path) -> str:
    """Take the language from the folder; data sets of others have none there."""
    return "und" if path.parent.name == "data" else path.parent.name


def _place(number: int, shard: _Shard, ids: pa.Table) -> pa.Table:
    rows = len(ids)
    return pa.table(
        {
            "id": ids["id"].cast(pa.string()),
            "language": pa.repeat(shard.language, rows),
            "split": pa.repeat(shard.split, rows),
            "shard": pa.repeat(pa.scalar(number, pa.int32()), rows),
            "row": pa.array(range(rows), pa.int64()),
        }
    )


def _pairs(before: pa.Table, after: pa.Table) -> pa.Table:
    """Put the places of each common row side by side."""
    old = {f"old_{name}": before[name] for name in before.column_names if name != "id"}
    return pa.table({**old, **{name: after[name] for name in after.column_names}})


def _moved(pairs: pa.Table) -> Iterator[Moved]:
    apart = pairs.filter(pc.not_equal(pairs["old_split"], pairs["split"])).sort_by("id")
    for row in apart.select(["id", "old_split", "split"]).to_pylist():
        yield Moved(row["id"], row["old_split"], row["split"])


def _changed(before: _Release, after: _Release, pairs: pa.Table) -> tuple[dict[str, int], set[str]]:
    """Compare the common rows: changed rows by column, and the ids of all of them."""
    columns: Counter[str] = Counter()
    changed: set[str] = set()
    names = [
        field.name
        for field in after.schema
        if field.name in before.schema.names and before.schema.field(field.name).type == field.type
    ]
    groups = pairs.group_by(["old_language", "language"]).aggregate([]).to_pylist()
    for group in sorted(groups, key=lambda one: (one["language"], one["old_language"])):
        within = pc.and_(
            pc.equal(pairs["old_language"], group["old_language"]),
            pc.equal(pairs["language"], group["language"]),
        )
        rows = pairs.filter(within).sort_by("id")
        old_at = _positions(before, group["old_language"], rows, "old_")
        new_at = _positions(after, group["language"], rows, "")
        for name in names:
            old = _column(before, name, group["old_language"])
            new = _column(after, name, group["language"])
            for start in range(0, len(rows), BLOCK_ROWS):
                block = (old_at.slice(start, BLOCK_ROWS), new_at.slice(start, BLOCK_ROWS))
                at = differing_rows(_take(old, block[0]), _take(new, block[1]))
                columns[name] += len(at)
                changed.update(rows["id"][start + row].as_py() for row in at)
    return {name: columns[name] for name in names if columns[name]}, changed


def _column(release: _Release, name: str, language: str) -> pa.ChunkedArray:
    """Read a column of all shards of a language, in their order."""
    shards = [shard for shard in release.shards if shard.language == language]
    parts = [pq.read_table(release.folder / one.path, columns=[name])[name] for one in shards]
    return pa.chunked_array([chunk for part in parts for chunk in part.chunks], parts[0].type)


def _positions(release: _Release, language: str, rows: pa.Table, prefix: str) -> pa.Array:
    """Say where in the columns of a language each row stands."""
    starts, start = [], 0
    lengths = Counter(release.index["shard"].to_pylist())
    for number, shard in enumerate(release.shards):
        starts.append(start)
        if shard.language == language:
            start += lengths[number]
    first = pa.array(starts, pa.int64()).take(rows[f"{prefix}shard"].combine_chunks())
    return pc.add(first, rows[f"{prefix}row"].combine_chunks())


def _take(column: pa.ChunkedArray, at: pa.Array) -> pa.Array:
    taken = column.take(at).combine_chunks()
    # One chunk or many: `combine_chunks` of a table's column may keep the wrapper.
    return pa.concat_arrays(taken.chunks) if isinstance(taken, pa.ChunkedArray) else taken


def _schema_changes(old: pa.Schema, new: pa.Schema) -> Iterator[str]:
    for name in old.names:
        if name not in new.names:
            yield f"column {name} is gone"
        elif old.field(name).type != new.field(name).type:
            was, now = old.field(name).type, new.field(name).type
            yield f"column {name} was {was} and is {now}"
    yield from (f"column {name} is new" for name in new.names if name not in old.names)


def _counts(before: _Release, after: _Release, column: str) -> dict[str, tuple[int, int]]:
    old, new = (Counter(release.index[column].to_pylist()) for release in (before, after))
    return {name: (old[name], new[name]) for name in sorted(old.keys() | new.keys())}


def _changed_files(old: Path, new: Path) -> Iterator[str]:
    """Yield paths whose bytes differ, by what lies on disk and not by what a manifest says."""
    before, after = _checksums(old), _checksums(new)
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path):
            yield path


def _checksums(folder: Path) -> dict[str, str]:
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            found[name.as_posix()] = hash_file(path)[1]
    return found


def _ids(rows: pa.Table) -> tuple[str, ...]:
    return tuple(sorted(rows["id"].to_pylist()))
