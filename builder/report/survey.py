"""One pass over the shards: draws the sample, and counts what the manifest does not."""

import hashlib
import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from builder.corpus.stats import quantiles
from builder.progress import Advance
from builder.render.report_pictures import RowCounts

__all__ = ["MAX_ARTICLES", "SEED", "Survey", "survey_shards"]

#: Part of what articles are drawn by; another one draws others.
SEED = 7
#: Articles in the browser at most, and clusters among them.
MAX_ARTICLES = 200
MAX_CLUSTERS = 20
#: Near-duplicates of one article that it is compared with.
MAX_NEIGHBOURS = 2
#: Mentions counted at once; beyond that the rarest are forgotten.
MAX_MENTIONS = 500_000
TOP_MENTIONS = 20
#: Languages whose lengths are drawn.
TOP_LANGUAGES = 20

COLUMNS = (
    *("id", "language", "cluster_id", "cluster_size"),
    *("date", "date_basis", "text", "entities"),
)

#: A rank by hash, and the id of the article.
Ranked = tuple[str, str]


class Survey(NamedTuple):
    """What one pass finds: ids of the sample in order, and counts over all rows."""

    chosen: list[str]
    #: Ids of near-duplicates, of each article of the sample that has some.
    neighbours: dict[str, list[str]]
    counts: RowCounts


class _Counts(NamedTuple):
    """Counters that every batch adds to."""

    cluster_sizes: Counter[int]
    months: Counter[tuple[str | None, str | None]]
    lengths: dict[str, Counter[int]]
    mentions: Counter[str]

    def finish(self) -> RowCounts:
        """Return what the page shows of them."""
        lengths = self.lengths
        ranked = sorted(lengths, key=lambda name: (-lengths[name].total(), name))
        return RowCounts(
            cluster_sizes=self.cluster_sizes,
            months=self.months,
            lengths={name: quantiles(lengths[name]) for name in ranked[:TOP_LANGUAGES]},
            mentions=_most(self.mentions, TOP_MENTIONS),
        )


def survey_shards(shards: Sequence[Path], seed: int, advance: Advance) -> Survey:
    """Draw the sample of a build, and count its rows; tell after each shard."""
    ranks: dict[str, list[Ranked]] = defaultdict(list)
    clusters: dict[str, list[Ranked]] = defaultdict(list)
    counts = _Counts(Counter(), Counter(), defaultdict(Counter), Counter())
    for shard in shards:
        for batch in pq.ParquetFile(shard).iter_batches(batch_size=8192, columns=list(COLUMNS)):
            _count(batch, counts)
            _rank(batch, seed, ranks, clusters)
        advance(1)
    members = [sorted(found) for found in clusters.values() if len(found) > 1]
    chosen = _choose(ranks, heapq.nsmallest(MAX_CLUSTERS, members))
    return Survey(chosen, dict(_neighbours(members, set(chosen))), counts.finish())


def _rank(
    batch: pa.RecordBatch,
    seed: int,
    ranks: dict[str, list[Ranked]],
    clusters: dict[str, list[Ranked]],
) -> None:
    """Keep the first articles of each language by rank, and all of clusters."""
    rows = batch.select(COLUMNS[:4]).to_pylist()
    for row in rows:
        ranked = (hashlib.sha256(f"{seed}:{row['id']}".encode()).hexdigest(), row["id"])
        ranks[row["language"]].append(ranked)
        if row["cluster_size"] > 1:
            clusters[row["cluster_id"]].append(ranked)
    for language in {row["language"] for row in rows}:
        ranks[language] = heapq.nsmallest(MAX_ARTICLES, ranks[language])


def _count(batch: pa.RecordBatch, counts: _Counts) -> None:
    """Count cluster sizes, months by date basis, lengths by language, and mentions."""
    counts.cluster_sizes.update(_values(batch["cluster_size"]))
    months = pc.strftime(batch["date"], format="%Y-%m")
    counts.months.update(_values(months, batch["date_basis"]))
    lengths = _rounded(pc.utf8_length(batch["text"]))
    for (language, length), rows in _values(batch["language"], lengths).items():
        counts.lengths[language][length] += rows
    mentions = counts.mentions
    mentions.update(_values(pc.struct_field(pc.list_flatten(batch["entities"]), "mention")))
    if len(mentions) > MAX_MENTIONS:
        kept = _most(mentions, MAX_MENTIONS // 2)
        mentions.clear()
        mentions.update(kept)


def _rounded(lengths: pa.Array) -> pa.Array:
    """Round lengths to three digits, so that few different ones have to be counted."""
    digits = pc.floor(pc.log10(pc.max_element_wise(lengths, 1)))
    unit = pc.power(10.0, pc.max_element_wise(pc.subtract(digits, 2.0), 0.0))
    return pc.cast(pc.multiply(pc.round(pc.divide(lengths, unit)), unit), pa.int64())


def _values(*columns: pa.Array) -> dict[Any, int]:
    """Count the values of a column, or the pairs of two."""
    names = [str(at) for at in range(len(columns))]
    table = pa.table(list(columns), names=names)
    counted = table.group_by(names).aggregate([([], "count_all")])
    keys = zip(*(counted[name].to_pylist() for name in names), strict=True)
    rows = counted["count_all"].to_pylist()
    plain = (key[0] if len(columns) == 1 else key for key in keys)
    return dict(zip(plain, rows, strict=True))


def _choose(ranks: Mapping[str, list[Ranked]], drawn: Sequence[list[Ranked]]) -> list[str]:
    """Return ids: two of each drawn cluster, then each language in turn."""
    pairs = [identity for members in drawn for _, identity in members[:2]]
    turns = zip_longest(*(ranks[language] for language in sorted(ranks)))
    others = [item[1] for turn in turns for item in turn if item is not None]
    return list(dict.fromkeys([*pairs, *others]))[:MAX_ARTICLES]


def _neighbours(
    members: Sequence[list[Ranked]], chosen: set[str]
) -> Iterator[tuple[str, list[str]]]:
    for ranked in members:
        first = [identity for _, identity in ranked[: MAX_NEIGHBOURS + 1]]
        for _, identity in ranked:
            if identity in chosen:
                others = [other for other in first if other != identity]
                yield identity, others[:MAX_NEIGHBOURS]


def _most(counts: Mapping[str, int], number: int) -> Counter[str]:
    return Counter(dict(heapq.nsmallest(number, counts.items(), key=lambda i: (-i[1], i[0]))))
