"""Receipts: text and removed pieces must give back the raw text whose hash is the id."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from builder.text.normalize import article_id
from builder.verify.shards import ShardReading, open_batches
from schema.findings import Finding, FindingCode
from schema.receipts import rebuild_raw

__all__ = ["check_audit"]

#: Receipts of one split that are described one by one.
MAX_DESCRIBED = 100

#: Findings after which the columns of a shard cannot be read row by row.
_SPOIL = frozenset(
    {
        FindingCode.SCHEMA_MISMATCH,
        FindingCode.FILE_UNREADABLE,
        FindingCode.ROW_NULL,
        FindingCode.ROW_VALUE,
    }
)


def check_audit(shards: Sequence[ShardReading], files: Mapping[str, Path]) -> Iterator[Finding]:
    """Hold the receipts of every split against its articles.

    Args:
        shards: all shards of the data set and its audit, as they were read.
        files: where each of them lies on disk.

    Returns:
        Nothing at all if there are no receipts.
    """
    receipts = _by_split(shards, audit=True)
    articles = _by_split(shards, audit=False)
    if not receipts:
        return
    for split in sorted(articles.keys() | receipts.keys()):
        theirs, ours = articles.get(split, []), receipts.get(split, [])
        yield from _check_ids(split, theirs, ours)
        if not any(found.code in _SPOIL for shard in (*theirs, *ours) for found in shard.findings):
            yield from islice(_check_texts(theirs, ours, files), MAX_DESCRIBED)


def _by_split(shards: Sequence[ShardReading], *, audit: bool) -> dict[str, list[ShardReading]]:
    """Sort shards as their rows are: by language, then by number."""
    found: dict[str, list[ShardReading]] = {}
    for shard in sorted(shards, key=lambda shard: (shard.place.language or "", shard.place.path)):
        if (shard.place.config == "audit") is audit:
            found.setdefault(shard.place.split, []).append(shard)
    return found


def _check_ids(
    split: str, articles: Sequence[ShardReading], receipts: Sequence[ShardReading]
) -> Iterator[Finding]:
    expected, actual = _ids(articles), _ids(receipts)
    if expected.equals(actual):
        return
    path = receipts[0].place.path if receipts else f"audit/{split}"
    lost = pc.filter(expected, pc.invert(pc.is_in(expected, value_set=actual)))
    extra = pc.filter(actual, pc.invert(pc.is_in(actual, value_set=expected)))
    if len(lost):
        message = f"{len(lost)} articles of {split} have no receipt, the first is {_name(lost)}"
        yield Finding(FindingCode.AUDIT_IDS, message, path, column="id")
    if len(extra):
        message = f"{len(extra)} receipts of {split} have no article, the first is {_name(extra)}"
        yield Finding(FindingCode.AUDIT_IDS, message, path, column="id")
    if len(expected) != len(actual) and not len(lost) and not len(extra):
        message = f"{split} has {len(expected)} articles and {len(actual)} receipts"
        yield Finding(FindingCode.AUDIT_IDS, message, path, column="id")
    elif len(expected) == len(actual) and not len(lost):
        message = f"the receipts of {split} are not sorted by language and id, like the articles"
        yield Finding(FindingCode.ROW_ORDER, message, path, column="id")


def _ids(shards: Sequence[ShardReading]) -> pa.Array:
    columns = [shard.short["id"].combine_chunks() for shard in shards if shard.short is not None]
    return pa.concat_arrays([pa.array([], pa.large_string()), *columns])


def _name(ids: pa.Array) -> str:
    return ascii(str(ids[0].as_py())[:40])


def _check_texts(
    articles: Sequence[ShardReading], receipts: Sequence[ShardReading], files: Mapping[str, Path]
) -> Iterator[Finding]:
    """Rebuild row by row while both sides are in step; ids out of step are another finding."""
    texts = _column(articles, files, "text")
    pieces = _column(receipts, files, "removed")
    for article, receipt in zip_longest(texts, pieces):
        if article is None or receipt is None or article[2] != receipt[2]:
            return
        found = article_id(rebuild_raw(article[3], receipt[3]))
        if found != article[2]:
            message = f"text and removed pieces of {article[2]} give a raw text whose id is {found}"
            path, row = receipt[:2]
            yield Finding(FindingCode.AUDIT_REBUILD, message, path, row, "removed")


def _column(
    shards: Sequence[ShardReading], files: Mapping[str, Path], name: str
) -> Iterator[tuple[str, int, str, Any]]:
    """Yield path, row, id and one column of every row, in the order of the split."""
    for shard in shards:
        row = 0
        for batch in open_batches(files[shard.place.path], ["id", name]):
            ids, values = batch.column(0).to_pylist(), batch.column(1).to_pylist()
            for article, value in zip(ids, values, strict=True):
                yield shard.place.path, row, article, value
                row += 1
