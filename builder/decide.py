"""The corpus stages: from the sidecars of all tasks to where each article goes.

Reads small columns only. Exact duplicates are folded first, the rest is
clustered and split, and the assignment table says for every published article
where its row is and where it goes.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from builder.config import BuildConfig
from builder.corpus.cluster import ClusterReport, cluster_signatures
from builder.corpus.columns import id_array
from builder.corpus.duplicates import (
    SourceLoss,
    heavy_losses,
    heavy_merges,
    keep_one_per_cluster,
    keep_one_per_id,
)
from builder.corpus.leaks import SplitOverlap, SplitShare, achieved_shares, leak_matrix
from builder.corpus.splits import assign_splits
from builder.errors import ConfigError
from schema.reject import Reject, RejectCode, Stage

__all__ = ["Decision", "decide"]

Rows = npt.NDArray[np.int64]


class Decision(NamedTuple):
    """Where every annotated article goes.

    Attributes:
        assigned: `part`, `row`, `split`, `language`, `cluster_id`, `cluster_size` and the
            sizes in bytes of each published article, sorted by split, language and id.
        rejects: the articles that are not published, sorted by path and record.
        shares: what each split holds, and what it was asked to hold.
        leaks: what each pair of splits has in common.
        warnings: what the person who builds should know.
    """

    assigned: pa.Table
    rejects: tuple[Reject, ...] = ()
    shares: tuple[SplitShare, ...] = ()
    leaks: tuple[SplitOverlap, ...] = ()
    warnings: tuple[str, ...] = ()


def decide(sidecar: pa.Table, config: BuildConfig) -> Decision:
    """Compare all articles and say where each goes.

    Args:
        sidecar: the sidecars of all tasks (see `builder.writers.parts`).
        config: parameters of clusters and splits, and what happens to near-duplicates.

    Raises:
        ConfigError: near-duplicates would take more of a source than they may.
    """
    kept = keep_one_per_id(sidecar)
    rejects = list(_duplicates(sidecar, kept, RejectCode.EXACT_DUPLICATE))
    rows = sidecar.take(pa.array(np.flatnonzero(_is_kept(kept))))
    ids = id_array(rows["id"])
    clusters = cluster_signatures(ids, _signatures(rows, config), config.clusters)
    kept = np.arange(rows.num_rows)
    if config.duplicates == "reject":
        kept = keep_one_per_cluster(rows, clusters.cluster)
        _check_losses(rows, kept, config)
        rejects += _duplicates(rows, kept, RejectCode.NEAR_DUPLICATE)
    splits = assign_splits(rows, clusters.component, config.splits, counted=_is_kept(kept))
    published = np.flatnonzero(_is_kept(kept))
    result = splits._replace(codes=splits.codes[published])
    cluster, component = clusters.cluster[published], clusters.component[published]
    tied = heavy_merges(rows["source"], clusters.component, config.clusters)
    rows = rows.take(pa.array(published))
    texts = rows["text_key"].to_numpy()
    shares = achieved_shares(result, config.splits)
    return Decision(
        assigned=_assign(rows, ids[cluster].astype(str), _sizes(cluster), result.labels),
        rejects=tuple(sorted(rejects, key=lambda reject: (reject.path, reject.record))),
        shares=tuple(shares),
        leaks=tuple(leak_matrix(result, texts, component)),
        warnings=(
            *_empty_splits(shares),
            *_capped_buckets(clusters.report),
            *_tied_sources(tied),
        ),
    )


def _is_kept(kept: Rows) -> npt.NDArray[np.bool_]:
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


def _duplicates(rows: pa.Table, kept: Rows, code: RejectCode) -> Iterable[Reject]:
    """Yield a reject for each row that another one is kept for."""
    gone = np.flatnonzero(~_is_kept(kept))
    keepers = rows["id"].take(pa.array(kept[gone])).to_pylist()
    for row, keeper in zip(rows.take(pa.array(gone)).to_pylist(), keepers, strict=True):
        yield Reject(
            code=code,
            stage=Stage.CORPUS,
            path=row["path"],
            record=row["record"],
            origin_id=row["origin_id"],
            id=row["id"],
            language=row["language"],
            source=row["source"],
            kept=keeper,
            message=f"{code.meaning}: {keeper}",
        )


def _signatures(rows: pa.Table, config: BuildConfig) -> npt.NDArray[np.uint32]:
    """Return the signatures as one matrix, a row for each article."""
    joined = b"".join(rows["signature"].to_pylist())
    return np.frombuffer(joined, dtype="<u4").reshape(-1, config.signature.num_perm)


def _sizes(cluster: Rows) -> npt.NDArray[np.int32]:
    """Return for each published row the published members of its cluster."""
    _, inverse, counts = np.unique(cluster, return_inverse=True, return_counts=True)
    return counts[inverse].astype(np.int32)


def _assign(
    rows: pa.Table,
    cluster_ids: npt.NDArray[np.str_],
    sizes: npt.NDArray[np.int32],
    splits: npt.NDArray[np.str_],
) -> pa.Table:
    """Build the assignment table, sorted by split, language and id."""
    table = rows.select(["part", "row", "id", "language", "row_bytes", "audit_bytes"])
    table = table.append_column("split", pa.array(splits.tolist(), pa.string()))
    table = table.append_column("cluster_id", pa.array(cluster_ids.tolist(), pa.string()))
    table = table.append_column("cluster_size", pa.array(sizes, pa.int32()))
    order = [("split", "ascending"), ("language", "ascending"), ("id", "ascending")]
    return table.sort_by(order).combine_chunks()


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
