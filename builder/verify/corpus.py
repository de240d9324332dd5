"""What concerns several shards at once: ids, clusters, splits, order, languages."""

import itertools
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from builder.corpus.stats import ClusterCounts, count_clusters
from builder.verify.shards import ShardReading
from schema.findings import Finding, FindingCode
from schema.manifest import ReleaseRows
from schema.tables import TableRules

__all__ = ["check_corpus", "count_leaks", "count_shard_clusters"]

#: Findings of one rule that are described one by one.
MAX_DESCRIBED = 100


def check_corpus(
    shards: Sequence[ShardReading], releases: Sequence[ReleaseRows] = ()
) -> Iterator[Finding]:
    """Compare the articles of all shards; receipts are looked at elsewhere.

    Args:
        shards: what was read of each file.
        releases: those that the rows come from, if a manifest tells.
    """
    articles = [shard for shard in shards if shard.place.config != "audit" and shard.short]
    if not articles:
        return
    rows = _Rows(articles)
    whole = all(shard.readable for shard in articles)
    rules = TableRules(whole=whole, grown=len(releases) > 1, limit=MAX_DESCRIBED, place=rows.name)
    for batch in rows.table.to_batches():
        rules.add(batch, rules.height)
    for found in rules.findings():
        yield rows.locate(found)
    yield from islice(map(rows.locate, _leaks(rows)), MAX_DESCRIBED)
    for shard in articles:
        yield from islice(_other_languages(shard), MAX_DESCRIBED)
    yield from _disorder(articles, releases)


class _Rows:
    """The short columns of all shards as one table, whose rows know their shard."""

    def __init__(self, shards: Sequence[ShardReading]) -> None:
        tables = [shard.short for shard in shards if shard.short is not None]
        self.table = pa.concat_tables(tables)
        self.shards = shards
        self.ends = np.cumsum([table.num_rows for table in tables])

    def place(self, row: int) -> tuple[ShardReading, int]:
        at = int(np.searchsorted(self.ends, row, side="right"))
        start = int(self.ends[at - 1]) if at else 0
        return self.shards[at], row - start

    def name(self, row: int) -> str:
        shard, own = self.place(row)
        return f"{shard.place.path}[{own}]"

    def locate(self, found: Finding) -> Finding:
        """Turn a row of the whole into a row of its shard."""
        if found.row is None:
            return found
        shard, own = self.place(found.row)
        return found._replace(path=shard.place.path, row=own)


def _leaks(rows: _Rows) -> Iterator[Finding]:
    """Name each cluster and each text that lies in two splits, once."""
    for column, what, named in (("cluster_id", "cluster", True), ("text_key", "the text", False)):
        shared = _shared(rows, column)
        for group in range(len(shared.keys)):
            name = f"{what} {str(shared.keys[group].as_py())[:64]!a}" if named else what
            message = f"{name} lies in {' and in '.join(shared.splits[group])}"
            row = int(shared.rows[group])
            yield Finding(
                FindingCode.CLUSTER_LEAK, message, row=row, column=column.partition("_key")[0]
            )


class _Shared(NamedTuple):
    """Values of a column that occur in several splits: value, splits, first row of each."""

    keys: pa.Array
    splits: list[list[str]]
    rows: npt.NDArray[np.int64]


def _shared(rows: _Rows, column: str) -> _Shared:
    names = sorted({shard.place.split for shard in rows.shards})
    codes = [names.index(shard.place.split) for shard in rows.shards]
    splits = np.repeat(codes, np.diff(rows.ends, prepend=0))
    encoded = pc.dictionary_encode(rows.table[column]).combine_chunks()
    valid = np.flatnonzero(encoded.is_valid().to_numpy(zero_copy_only=False))
    groups = encoded.indices.drop_null().to_numpy()
    count = len(encoded.dictionary)
    occurs = np.zeros((len(names), count), dtype=np.bool_)
    occurs[splits[valid], groups] = True
    first = np.zeros(count, dtype=np.int64)
    first[groups[::-1]] = valid[::-1]
    torn = np.flatnonzero(occurs.sum(axis=0) > 1)
    held = [[name for name, there in zip(names, occurs[:, g], strict=True) if there] for g in torn]
    return _Shared(encoded.dictionary.take(pa.array(torn)), held, first[torn])


def count_leaks(shards: Sequence[ShardReading]) -> dict[tuple[str, str], tuple[int, int]]:
    """Count the texts and the clusters that each pair of splits has in common."""
    articles = [shard for shard in shards if shard.place.config != "audit" and shard.short]
    splits = sorted({shard.place.split for shard in articles})
    pairs = {pair: [0, 0] for pair in itertools.combinations(splits, 2)}
    if articles:
        rows = _Rows(articles)
        for at, column in enumerate(("text_key", "cluster_id")):
            for held in _shared(rows, column).splits:
                for pair in itertools.combinations(held, 2):
                    pairs[pair][at] += 1
    return {pair: (exact, near) for pair, (exact, near) in pairs.items()}


def count_shard_clusters(shards: Sequence[ShardReading]) -> ClusterCounts:
    """Count the clusters of the articles of all shards."""
    articles = [shard for shard in shards if shard.place.config != "audit" and shard.short]
    return count_clusters(_Rows(articles).table["cluster_id"]) if articles else ClusterCounts()


def _other_languages(shard: ShardReading) -> Iterator[Finding]:
    place = shard.place
    if place.language is None or shard.short is None:
        return
    other = pc.fill_null(pc.not_equal(shard.short["language"], place.language), fill_value=False)
    for row in np.flatnonzero(other.to_numpy(zero_copy_only=False)).tolist():
        language = str(shard.short["language"][row].as_py())[:40]
        message = f"the language is {language!a}; the folder is {place.language}"
        yield Finding(FindingCode.LANGUAGE_PATH, message, place.path, row, "language")


def _disorder(shards: Sequence[ShardReading], releases: Sequence[ReleaseRows]) -> Iterator[Finding]:
    """Within language, split and release ids rise over all shards; one finding where not."""

    def key(shard: ShardReading) -> tuple[str, str]:
        return shard.place.language or "", shard.place.split

    for (language, split), group in groupby(
        sorted(shards, key=lambda shard: shard.place.path), key
    ):
        added = [release.rows.get(language, {}).get(split, 0) for release in releases]
        starts = np.cumsum([0, *added[:-1]])
        last, height = "", 0
        for shard in group:
            if shard.short is None:
                continue
            ids = pc.fill_null(shard.short["id"], "").combine_chunks()
            row = _first_fall(ids, last, starts - height)
            if row is not None:
                message = "ids do not rise from row to row; sort the rows of a split by id"
                yield Finding(FindingCode.ROW_ORDER, message, shard.place.path, row, "id")
            last = str(ids[-1].as_py() or last) if len(ids) else last
            height += len(ids)


def _first_fall(ids: pa.Array, last: str, starts: npt.NDArray[np.int64]) -> int | None:
    """Return the first row with a smaller id than the one before, but where a release starts."""
    if not len(ids):
        return None
    before = pa.concat_arrays([pa.array([last], ids.type), ids.slice(0, len(ids) - 1)])
    falls = np.flatnonzero(pc.less(ids, before).to_numpy(zero_copy_only=False))
    falls = np.setdiff1d(falls, starts)
    return int(falls[0]) if falls.size else None
