"""The corpus stages: from the sidecars of all tasks to where each article goes.

Reads small columns only. Exact duplicates are folded first, the rest is
clustered and split, and the assignment table says for every published article
where its row is and where it goes. Rows of an earlier release stay where they are.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from builder.config import BuildConfig
from builder.corpus.cluster import ClusterReport, cluster_signatures
from builder.corpus.cluster_names import EarlierNames, name_clusters
from builder.corpus.columns import id_array
from builder.corpus.duplicates import (
    SourceLoss,
    heavy_losses,
    heavy_merges,
    keep_one_per_cluster,
    keep_one_per_id,
)
from builder.corpus.leaks import SplitOverlap, SplitShare, achieved_shares, leak_matrix
from builder.corpus.splits import BRIDGE, SplitResult, assign_splits, split_codes
from builder.corpus.stats import ClusterCounts, count_clusters
from builder.corpus.union import flatten, unite
from builder.errors import ConfigError
from builder.writers.parts import SCHEMAS
from schema.reject import Reject, RejectCode, Stage

__all__ = ["Decision", "EarlierRows", "decide"]

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: Number of this release, after those that any earlier row comes from.
NEW_RELEASE = 2**31 - 1

#: Columns by which rows of the same split and language are sorted.
ORDER = ("split", "language", "release", "id")


class EarlierRows(NamedTuple):
    """What a build knows of the release that it grows from.

    Attributes:
        carried: the `carried` sidecars of all its shards.
        seen: places of the articles in the input that it holds.
    """

    carried: pa.Table
    seen: pa.Table


class Decision(NamedTuple):
    """Where every annotated article goes.

    Attributes:
        assigned: `part`, `row`, `split`, `language`, `release`, `cluster_id`, `cluster_size` and
            the sizes in bytes of each published article, in the order of the rows of a split:
            by language, release and id.
        rejects: the articles that are not published, sorted by path and record.
        shares: what each split holds, and what it was asked to hold.
        leaks: what each pair of splits has in common.
        clusters: how many clusters of several articles are published.
        warnings: what the person who builds should know.
    """

    assigned: pa.Table
    rejects: tuple[Reject, ...] = ()
    shares: tuple[SplitShare, ...] = ()
    leaks: tuple[SplitOverlap, ...] = ()
    clusters: ClusterCounts = ClusterCounts()
    warnings: tuple[str, ...] = ()

    def count_release(self, release: int = NEW_RELEASE) -> dict[str, dict[str, int]]:
        """Count the rows that first appeared in a release, this one or an earlier one."""
        rows = self.assigned.filter(pc.equal(self.assigned["release"], release))
        # Grouping by Arrow would import its engine for this alone.
        places = pc.binary_join_element_wise(rows["language"], rows["split"], "\n")
        counted = pc.value_counts(places).to_pylist()
        found: dict[str, dict[str, int]] = {}
        for row in sorted(counted, key=lambda row: str(row["values"])):
            language, _, split = row["values"].partition("\n")
            found.setdefault(language, {})[split] = row["counts"]
        return found


def decide(sidecar: pa.Table, config: BuildConfig, earlier: EarlierRows | None = None) -> Decision:
    """Compare all articles and say where each goes.

    Args:
        sidecar: the sidecars of all tasks (see `builder.writers.parts`).
        config: parameters of clusters and splits, and what happens to near-duplicates.
        earlier: the release that the build grows from.

    Raises:
        ConfigError: near-duplicates would take more of a source than they may.
    """
    kept = keep_one_per_id(sidecar)
    rejects = list(_duplicates(sidecar, kept, RejectCode.EXACT_DUPLICATE))
    new = sidecar.take(pa.array(np.flatnonzero(_is_kept(kept))))
    if earlier is not None:
        rejects += _seen_again(earlier)
    corpus = _Corpus.gather(new, earlier, config)
    compared, bridges = _compare(corpus, config)
    rejects += bridges
    rejects += _duplicates(compared.corpus.rows, compared.kept, RejectCode.NEAR_DUPLICATE)
    return _conclude(compared, rejects, config)


class _Corpus(NamedTuple):
    """All articles that may be published; arrays have one value a row.

    `fixed` is the code of the split of a row of the earlier release, or -1. In new rows `split`,
    `release`, `cluster_id` and `cluster_size` are null.
    """

    rows: pa.Table
    fixed: npt.NDArray[np.int8]

    @property
    def is_old(self) -> Mask:
        return self.fixed >= 0

    @classmethod
    def gather(cls, new: pa.Table, earlier: EarlierRows | None, config: BuildConfig) -> Self:
        """Put new articles and those that an earlier release holds into one table."""
        columns = SCHEMAS["carried"].append(pa.field("part", pa.int32()))
        old = columns.empty_table()
        if earlier is not None:
            is_there = pc.is_in(earlier.carried["id"], value_set=pc.unique(earlier.seen["id"]))
            old = earlier.carried.filter(is_there)
        for name in ("split", "release", "cluster_id", "cluster_size"):
            new = new.append_column(name, pa.nulls(len(new), columns.field(name).type))
        rows = pa.concat_tables([old, new.select(columns.names).cast(columns)])
        return cls(rows, split_codes(rows["split"], config.splits))

    def take(self, chosen: Rows) -> "_Corpus":
        return _Corpus(self.rows.take(pa.array(chosen)), self.fixed[chosen])


class _Compared(NamedTuple):
    """A corpus without bridges, its clusters and splits, and the kept row of each row."""

    corpus: _Corpus
    cluster: Rows
    component: Rows
    report: ClusterReport
    kept: Rows
    splits: SplitResult


def _compare(corpus: _Corpus, config: BuildConfig) -> tuple[_Compared, list[Reject]]:
    """Find near-duplicates and assign splits; what would join splits is taken out before."""
    bridges: list[Reject] = []
    while True:
        rows = corpus.rows
        clusters = cluster_signatures(
            id_array(rows["id"]), _signatures(rows, config), config.clusters
        )
        component = _tie_names(rows, clusters.component)
        kept = np.arange(rows.num_rows)
        if config.duplicates == "reject":
            kept = keep_one_per_cluster(rows, clusters.cluster, corpus.is_old)
            _check_losses(rows, kept, config)
        splits = assign_splits(rows, component, config.splits, corpus.fixed, counted=_is_kept(kept))
        if not splits.bridges.size:
            found = _Compared(
                corpus, clusters.cluster, clusters.component, clusters.report, kept, splits
            )
            return found, bridges
        # Without them the rest may fall apart into other clusters.
        bridges += _bridges(rows.take(pa.array(splits.bridges)))
        corpus = corpus.take(np.flatnonzero(splits.codes != BRIDGE))


def _tie_names(rows: pa.Table, component: Rows) -> Rows:
    """Put an article that comes back into the component of those that are named by its id."""
    named = pc.index_in(rows["cluster_id"], value_set=rows["id"].combine_chunks())
    named = np.asarray(pc.fill_null(named, -1), dtype=np.int64)
    left = np.flatnonzero((named >= 0) & (component != component[named]))
    if not left.size:
        return component
    parents = np.arange(component.size, dtype=np.int64)
    unite(parents, np.arange(component.size, dtype=np.int64), component)
    unite(parents, left, named[left])
    flatten(parents)
    order = np.argsort(id_array(rows["id"]), kind="stable")
    _, first, of_row = np.unique(parents[order], return_index=True, return_inverse=True)
    tied = np.empty_like(parents)
    tied[order] = order[first][of_row]
    return tied


def _conclude(compared: _Compared, rejects: list[Reject], config: BuildConfig) -> Decision:
    """Name clusters, measure splits, and build the assignment table."""
    published = np.flatnonzero(_is_kept(compared.kept))
    corpus = compared.corpus.take(published)
    rows, old = corpus.rows, np.flatnonzero(corpus.is_old)
    splits = compared.splits._replace(codes=compared.splits.codes[published])
    earlier = rows.take(pa.array(old))
    names = name_clusters(
        id_array(rows["id"]),
        compared.cluster[published],
        EarlierNames(old, id_array(earlier["cluster_id"]), earlier["cluster_size"].to_numpy()),
    )
    tied = heavy_merges(compared.corpus.rows["source"], compared.component, config.clusters)
    shares = achieved_shares(splits, config.splits)
    leaks = leak_matrix(splits, rows["text_key"].to_numpy(), names.ids)
    table = rows.select(["part", "row", "id", "language", "row_bytes", "audit_bytes"])
    table = table.append_column("release", pc.fill_null(rows["release"], NEW_RELEASE))
    table = table.append_column("split", pa.array(splits.labels.tolist(), pa.string()))
    table = table.append_column("cluster_id", pa.array(names.ids.astype(str).tolist(), pa.string()))
    table = table.append_column("cluster_size", pa.array(names.sizes, pa.int32()))
    return Decision(
        assigned=table.sort_by([(name, "ascending") for name in ORDER]).combine_chunks(),
        rejects=tuple(sorted(rejects, key=lambda reject: (reject.path, reject.record))),
        shares=tuple(shares),
        leaks=tuple(leaks),
        clusters=count_clusters(table["cluster_id"]),
        warnings=(
            *_empty_splits(shares),
            *_capped_buckets(compared.report),
            *_tied_sources(tied),
        ),
    )


def _is_kept(kept: Rows) -> Mask:
    """Tell which rows are kept themselves; of the others, a row like them is."""
    return np.equal(kept, np.arange(kept.size))


def _check_losses(rows: pa.Table, kept: Rows, config: BuildConfig) -> None:
    losses = heavy_losses(rows["source"], kept, config.clusters)
    if losses:
        worst = losses[0]
        raise ConfigError(
            f"near-duplicates would take {worst.rejected} of the {worst.articles} articles of "
            f"{worst.source!r}: probably a template that its articles share. Use "
            f'duplicates = "keep", or raise [clusters] max_source_loss'
        )


def _seen_again(earlier: EarlierRows) -> Iterator[Reject]:
    """Yield a reject for each record but the first of an article that was published before."""
    held = earlier.carried.select(["id", "language", "source"])
    order = [("id", "ascending"), ("path", "ascending"), ("record", "ascending")]
    ids: set[str] = set()
    for row in earlier.seen.join(held, "id").sort_by(order).to_pylist():
        if row["id"] in ids:
            yield _reject(row, RejectCode.EXACT_DUPLICATE, row["id"])
        ids.add(row["id"])


def _duplicates(rows: pa.Table, kept: Rows, code: RejectCode) -> Iterator[Reject]:
    """Yield a reject for each row that another one is kept for."""
    gone = np.flatnonzero(~_is_kept(kept))
    keepers = rows["id"].take(pa.array(kept[gone])).to_pylist()
    for row, keeper in zip(rows.take(pa.array(gone)).to_pylist(), keepers, strict=True):
        yield _reject(row, code, keeper)


def _bridges(rows: pa.Table) -> Iterator[Reject]:
    for row in rows.to_pylist():
        yield _reject(row, RejectCode.SPLIT_BRIDGE)


def _reject(row: dict[str, object], code: RejectCode, kept: str | None = None) -> Reject:
    known = {
        name: row[name] for name in ("path", "record", "origin_id", "id", "language", "source")
    }
    message = f"{code.meaning}: {kept}" if kept else code.meaning
    return Reject.model_validate(
        {"code": code, "stage": Stage.CORPUS, "kept": kept, "message": message, **known}
    )


def _signatures(rows: pa.Table, config: BuildConfig) -> npt.NDArray[np.uint32]:
    """Return the signatures as one matrix, a row for each article."""
    chunks = [_numbers(chunk) for chunk in rows["signature"].chunks if len(chunk)]
    return np.concatenate([np.zeros(0, "<u4"), *chunks]).reshape(-1, config.signature.num_perm)


def _numbers(signatures: pa.LargeBinaryArray) -> npt.NDArray[np.uint32]:
    """Return the numbers of signatures that lie one after the other, without a copy."""
    _, offsets, values = signatures.buffers()
    ends = np.frombuffer(offsets, np.int64)[signatures.offset :]
    return np.frombuffer(values, "<u4")[ends[0] // 4 : ends[len(signatures)] // 4]


def _empty_splits(shares: Iterable[SplitShare]) -> Iterable[str]:
    for share in shares:
        if not share.articles:
            yield f"split {share.split!r} has no article and is left out"


def _capped_buckets(report: ClusterReport) -> Iterable[str]:
    if report.capped_buckets:
        yield (
            f"{report.capped_buckets} buckets of alike articles were too large to compare every "
            f"pair (the largest holds {report.largest_bucket}); some near-duplicates may be missed"
        )


def _tied_sources(merges: Iterable[SourceLoss]) -> Iterable[str]:
    for merge in merges:
        yield (
            f"{merge.rejected} of the {merge.articles} articles of {merge.source!r} hang together "
            "as near-duplicates and share one split: probably a template that its articles share"
        )
