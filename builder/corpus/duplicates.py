"""Choose which of several equal or similar articles is published.

Knows ids, dates, lengths and places in the input, and no text.  Refuses to know how
near-duplicates were found.

The keeper is the article with the earliest declared date, then the longest raw text, then
the smallest path and record (equal articles) or the smallest id (near-duplicates).  A date
of which only month or year is known counts as the last day of that time, so that a vague
date never beats a day within it; an undated article comes after all dated ones.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from builder.corpus.cluster import ClusterParams
from builder.corpus.columns import id_array, last_days

__all__ = [
    "SourceLoss",
    "heavy_losses",
    "heavy_merges",
    "keep_one_per_cluster",
    "keep_one_per_id",
]

Rows = npt.NDArray[np.int64]


class SourceLoss(NamedTuple):
    """A source that loses more than it may."""

    source: str
    articles: int
    rejected: int


def keep_one_per_id(rows: pa.Table) -> Rows:
    """Choose the kept row of each id.

    Args:
        rows: columns `id`, `date`, `date_precision`, `raw_chars`, `path` and `record`.

    Returns:
        For each row the row that is kept of its id: its own number if that is itself.
        It depends on the articles only, not on the order of the rows.

    Example:
        >>> rows = pa.table({
        ...     "id": ["a" * 32, "b" * 32, "a" * 32],
        ...     "date": pa.array([None, None, None], pa.date32()),
        ...     "date_precision": pa.array([None, None, None], pa.string()),
        ...     "raw_chars": [9, 9, 9],
        ...     "path": ["2.txt", "3.txt", "1.txt"],
        ...     "record": [0, 0, 0],
        ... })
        >>> keep_one_per_id(rows).tolist()
        [2, 1, 2]
    """
    ids = id_array(rows["id"])
    order = np.argsort(ids, kind="stable")
    is_next_equal = ids[order[1:]] == ids[order[:-1]]
    repeated = np.zeros(ids.size, dtype=np.bool_)
    repeated[1:] |= is_next_equal
    repeated[:-1] |= is_next_equal
    chosen = order[repeated]
    number = np.cumsum(np.append(True, ~is_next_equal))[: ids.size]
    places = rows.take(chosen)
    ties = [_text_ranks(places["path"]), np.array(places["record"], dtype=np.int64)]
    return _keep_first(rows, chosen, number[repeated], ties)


def keep_one_per_cluster(
    rows: pa.Table, cluster: Rows, old: npt.NDArray[np.bool_] | None = None
) -> Rows:
    """Choose the kept row of each cluster.

    Args:
        rows: columns `id`, `date`, `date_precision` and `raw_chars`; ids do not repeat.
        cluster: for each row the number of its cluster, as from `cluster_signatures`.
        old: rows that an earlier release has published: they are all kept, and come first
            when a new row asks for its keeper.

    Returns:
        As `keep_one_per_id`, for clusters.
    """
    sizes = np.bincount(cluster, minlength=cluster.size)
    chosen = np.flatnonzero(sizes[cluster] > 1)
    ids = id_array(rows["id"])[chosen]
    ties = [np.argsort(np.argsort(ids))]
    if old is None:
        return _keep_first(rows, chosen, cluster[chosen], ties)
    kept = _keep_first(rows, chosen, cluster[chosen], ties, ~old[chosen])
    return np.where(old, np.arange(old.size), kept)


def heavy_losses(
    sources: pa.Array | pa.ChunkedArray, kept: Rows, params: ClusterParams
) -> list[SourceLoss]:
    """Return the sources of which near-duplicates take too much, largest loss first.

    A template that many articles of a source share can wipe out that source; a build with
    such a loss should stop and show it.

    Args:
        sources: column `source`; articles without one are not watched.
        kept: as from `keep_one_per_cluster`.
        params: `max_source_loss` and `min_source_articles`.
    """
    names, codes = _encode(sources)
    lost = np.bincount(codes[kept != np.arange(kept.size)], minlength=len(names) + 1)
    return _heavy(names, codes, lost, params)


def heavy_merges(
    sources: pa.Array | pa.ChunkedArray, component: Rows, params: ClusterParams
) -> list[SourceLoss]:
    """Return the sources of which too much hangs together in one component.

    Where near-duplicates are kept nothing is lost, but so many articles of a source in one
    split are as surely the work of a template.

    Args:
        sources: column `source`; articles without one are not watched.
        component: as from `cluster_signatures`.
        params: `max_source_loss` and `min_source_articles`.

    Returns:
        As `heavy_losses`; `rejected` counts the articles in the source's largest component
        less the one that would stand for them.
    """
    names, codes = _encode(sources)
    pairs, counts = np.unique(codes * np.int64(component.size) + component, return_counts=True)
    largest = np.zeros(len(names) + 1, dtype=np.int64)
    np.maximum.at(largest, pairs // max(1, component.size), counts - 1)
    return _heavy(names, codes, largest, params)


def _encode(sources: pa.Array | pa.ChunkedArray) -> tuple[list[str], Rows]:
    """Return the distinct sources and the number of each row's; the last one is null."""
    if isinstance(sources, pa.ChunkedArray):
        sources = sources.combine_chunks()
    encoded = sources.cast(pa.string()).dictionary_encode()
    names = encoded.dictionary.to_pylist()
    return names, np.asarray(encoded.indices.fill_null(len(names)), dtype=np.int64)


def _heavy(names: list[str], codes: Rows, lost: Rows, params: ClusterParams) -> list[SourceLoss]:
    articles = np.bincount(codes, minlength=len(names) + 1)
    losses = [
        SourceLoss(name, int(articles[code]), int(lost[code]))
        for code, name in enumerate(names)
        if articles[code] >= params.min_source_articles
        and lost[code] > params.max_source_loss * articles[code]
    ]
    return sorted(losses, key=lambda loss: (-loss.rejected, loss.source))


def _keep_first(
    rows: pa.Table,
    chosen: Rows,
    group: Rows,
    ties: list[Rows],
    is_new: npt.NDArray[np.bool_] | None = None,
) -> Rows:
    """Return the kept row of each row; the other arrays belong to the chosen rows."""
    kept = np.arange(len(rows), dtype=np.int64)
    if not chosen.size:
        return kept
    facts = rows.select(["date", "date_precision", "raw_chars"]).take(chosen)
    days = last_days(facts)
    longest_first = -np.array(facts["raw_chars"], dtype=np.int64)
    age = np.zeros(chosen.size, np.int64) if is_new is None else is_new.astype(np.int64)
    order = np.lexsort([*reversed(ties), longest_first, days.astype(np.int64), age, group])
    firsts = np.append(True, np.diff(group[order]) != 0)
    keepers = chosen[order[firsts]]
    kept[chosen[order]] = keepers[np.cumsum(firsts) - 1]
    return kept


def _text_ranks(column: pa.ChunkedArray) -> Rows:
    """Return numbers that sort as the texts do, by code points."""
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    # By UTF-8 bytes, which is the order of code points.
    names = encoded.dictionary.cast(pa.binary()).to_pylist()
    ranks = np.empty(len(names), dtype=np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return ranks[np.asarray(encoded.indices, dtype=np.int64)]
