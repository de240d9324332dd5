"""Rows in, counts out: the measured numbers of the card and the manifest.

`Summary` objects add up, so each shard is summarised where it is written and
by `verify` where it is read, with the same code.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.manifest import CorpusStats, split_order

__all__ = [
    "UNKNOWN",
    "ClusterCounts",
    "Summary",
    "count_clusters",
    "quantiles",
    "summarise_articles",
    "summarise_audit",
]

#: Key under which articles without a value are counted.
UNKNOWN = "?"

#: Names of the published quantiles of text length.
QUANTILES = {"min": 0.0, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "max": 1.0}


class ClusterCounts(NamedTuple):
    """Clusters of several published articles, the articles in them, and those of the largest."""

    clusters: int = 0
    clustered: int = 0
    largest: int = 0


def count_clusters(cluster_ids: pa.ChunkedArray) -> ClusterCounts:
    """Count the clusters of all published articles.

    Clusters reach over shards, and `cluster_size` is as old as its row, so neither says this.

    Args:
        cluster_ids: the column of all articles, in any order; nulls count nothing.
    """
    sizes = pc.struct_field(pc.value_counts(pc.drop_null(cluster_ids)), "counts")
    several = sizes.filter(pc.greater(sizes, 1))
    clustered = pc.sum(several, min_count=0).as_py()
    return ClusterCounts(len(several), clustered, pc.max(sizes).as_py() or 0)


@dataclass
class Summary:
    """Counts over some rows; two of them add up to the counts over both."""

    languages: Counter[tuple[str, str]] = field(default_factory=Counter)
    years: Counter[str] = field(default_factory=Counter)
    date_bases: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    titles: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    hints: Counter[str] = field(default_factory=Counter)
    entities: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    removed_chars: int = 0
    audited: int = 0

    def add(self, other: "Summary") -> None:
        """Count the rows of another summary, too."""
        for item in fields(self):
            mine, theirs = getattr(self, item.name), getattr(other, item.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, item.name, mine + theirs)

    def finish(self, clusters: ClusterCounts) -> CorpusStats:
        """Turn the counts into published statistics, every mapping sorted."""
        articles = sum(self.lengths.values())
        chars = sum(length * rows for length, rows in self.lengths.items())
        audited = self.audited == articles
        languages: dict[str, dict[str, int]] = {}
        for language, split in sorted(self.languages):
            languages.setdefault(language, {})[split] = self.languages[language, split]
        languages = {
            language: {split: counts[split] for split in split_order(counts)}
            for language, counts in languages.items()
        }
        return CorpusStats(
            articles=articles,
            chars=chars,
            raw_chars=chars + self.removed_chars if audited else None,
            languages=languages,
            years=_sorted(self.years),
            date_bases=_sorted(self.date_bases),
            sources=_sorted(self.sources),
            titles=self.titles,
            flags=_sorted(self.flags),
            hints=_sorted(self.hints),
            entities=_sorted(self.entities),
            lengths=quantiles(self.lengths),
            clusters=clusters.clusters,
            clustered=clusters.clustered,
            largest_cluster=clusters.largest,
            removed_chars=_sorted(self.removed) if audited else None,
        )


def summarise_articles(table: pa.Table, split: str) -> Summary:
    """Count the published rows of one split."""
    summary = Summary(titles=table.num_rows - table["title"].null_count)
    for language, rows in _count(table["language"]).items():
        summary.languages[language, split] = rows
    summary.years.update(_count(pc.cast(pc.year(table["date"]), pa.string())))
    summary.date_bases.update(_count(table["date_basis"]))
    summary.sources.update(_count(table["source"]))
    summary.flags.update(_count(pc.list_flatten(table["flags"])))
    summary.hints.update(_count(_child(table["source_hints"], "kind")))
    summary.entities.update(_count(_child(table["entities"], "label")))
    summary.lengths.update(_tally(pc.utf8_length(table["text"])))
    return summary


def summarise_audit(table: pa.Table) -> Summary:
    """Count the removed characters of some receipts, by rule."""
    pieces = pc.list_flatten(table["removed"])
    lengths = pc.subtract(pc.struct_field(pieces, "end"), pc.struct_field(pieces, "start"))
    rules = pc.struct_field(pieces, "rules")
    # Grouping by Arrow would import its engine, which takes longer than to count small shards.
    named = pc.list_flatten(rules).combine_chunks().dictionary_encode()
    chars = lengths.take(pc.list_parent_indices(rules)).to_numpy()
    # Sums of floats, which are exact: a shard holds no 2^53 characters.
    sums = np.bincount(named.indices.to_numpy(), chars, len(named.dictionary)).astype(np.int64)
    return Summary(
        removed=Counter(dict(zip(named.dictionary.to_pylist(), sums.tolist(), strict=True))),
        removed_chars=pc.sum(lengths).as_py() or 0,
        audited=table.num_rows,
    )


def _child(lists: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    return pc.struct_field(pc.list_flatten(lists), name)


def _count(column: pa.ChunkedArray) -> dict[str, int]:
    """Count values; nulls under `UNKNOWN`."""
    return {UNKNOWN if value is None else value: rows for value, rows in _pairs(column)}


def _tally(column: pa.ChunkedArray) -> dict[int, int]:
    return dict(_pairs(column))


def _pairs(column: pa.ChunkedArray) -> zip:  # type: ignore[type-arg]  # of what, the column knows
    counted = pc.value_counts(column)
    return zip(
        counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True
    )


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def quantiles(lengths: Mapping[int, int]) -> dict[str, int]:
    """Return the value at each quantile: the smallest with that share at or below it."""
    total = sum(lengths.values())
    if not total:
        return {}
    wanted = iter(QUANTILES.items())
    name, share = next(wanted)
    found: dict[str, int] = {}
    seen = 0
    for length, rows in sorted(lengths.items()):
        seen += rows
        while seen >= max(1, share * total):
            found[name] = length
            name, share = next(wanted, ("", 2.0))
    return found
