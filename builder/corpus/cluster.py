"""Find clusters of near-duplicates from MinHash signatures.

Knows ids and signatures, and no text.  Articles linked by verified pairs (`links.py`),
directly or through others, are a *component*.  A chain of links can join articles that
have nothing in common, so a component is divided into *clusters*, each around one central
article.

Splits keep whole components together, so that no found pair of near-duplicates is parted;
`cluster_id` and the removal of near-duplicates use clusters, so that a long chain never
removes articles that are unlike the kept one.  Most components are one cluster.

The order of the input plays no part: all choices follow the ids.
"""

from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from builder.corpus.columns import IdArray, id_order
from builder.corpus.links import Links, Ranks, Signatures
from builder.corpus.union import flatten

__all__ = ["ClusterParams", "ClusterReport", "ClusterResult", "cluster_signatures"]

Rows = npt.NDArray[np.int64]

# When a component is divided, the centre is sought among so many of its smallest ids, by
# how many of the next so many smallest ids lie near it.  Ids are hashes, so the smallest
# are a random sample; the second number makes it exact for components up to that size.
_CENTRES = 64
_NEIGHBOURS = 1024

# Clusters cut from one component before the rest is left standing alone.  A component that
# needs more is a chain through a template, and the report shows its size.
_MAX_CLUSTERS = 256


class ClusterParams(BaseModel):
    """How near-duplicates are found; the TOML table `[clusters]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Estimated Jaccard similarity of two sets of shingles, 0 to 1, from which "
        "the articles are near-duplicates.",
    )
    slack: float = Field(
        default=0.1,
        ge=0,
        lt=1,
        description="A member of a cluster may be less similar to its central article than "
        "`threshold` by this much.",
    )
    bands: int = Field(
        default=28,
        ge=1,
        description="Bands of the signature that are searched; more find less similar pairs.",
    )
    rows: int = Field(
        default=4, ge=1, description="Permutations in a band; more give fewer candidates."
    )
    max_neighbours: int = Field(
        default=32,
        ge=1,
        description="Articles of one bucket, next in the order of ids, that an article is "
        "compared with. Larger buckets are counted in the report.",
    )

    max_source_loss: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Share of a source's articles, 0 to 1, that may be rejected as "
        "near-duplicates; beyond it the build stops.",
    )
    min_source_articles: int = Field(
        default=100, ge=1, description="Articles from which a source is watched for that loss."
    )

    @model_validator(mode="after")
    def _slack_is_smaller(self) -> Self:
        if self.slack >= self.threshold:
            raise ValueError(f"slack ({self.slack}) must be below threshold ({self.threshold})")
        return self


class ClusterReport(NamedTuple):
    """What was found, in numbers that do not depend on the order of the input.

    Attributes:
        clusters: clusters of two or more articles.
        clustered: articles in those clusters.
        largest_cluster: articles in the largest cluster.
        components: components of two or more articles.
        largest_component: articles in the largest component.
        divided_components: components of more than one cluster.
        capped_buckets: buckets, over all bands, in which not every pair was compared.
        largest_bucket: distinct signatures in the largest bucket; 0 without buckets.
    """

    clusters: int
    clustered: int
    largest_cluster: int
    components: int
    largest_component: int
    divided_components: int
    capped_buckets: int
    largest_bucket: int


class ClusterResult(NamedTuple):
    """Row numbers of the input, one for each row.

    Attributes:
        cluster: the row with the smallest id of the row's cluster.
        component: the row with the smallest id of the row's component.
        size: articles in the row's cluster, itself included.
        report: the numbers.
    """

    cluster: Rows
    component: Rows
    size: npt.NDArray[np.int32]
    report: ClusterReport


def cluster_signatures(
    ids: IdArray, signatures: Signatures, params: ClusterParams
) -> ClusterResult:
    """Find clusters of near-duplicates.

    Args:
        ids: distinct ids of the articles (see `id_array`), in any order.
        signatures: uint32 of shape (articles, `num_perm`), as from `sign_texts`; in memory
            or mapped from a file.
        params: bands, threshold and limits.

    Returns:
        `ids[result.cluster]` are the cluster ids.  A permuted input gives the permuted
        result.  Beyond the signatures it takes at most 64 bytes of memory an article.

    Raises:
        ValueError: an id repeats, or the shapes do not fit each other or the bands.
    """
    _check_shapes(ids, signatures, params)
    order = id_order(ids).astype(np.int32)
    links = Links(signatures, order)
    enough = _places(params.threshold, links.num_perm)
    links.link_identical()
    for band in range(params.bands):
        links.link_band(band * params.rows, params.rows, enough, params.max_neighbours)
    flatten(links.parents)
    centred, divided = _divide(links, _places(params.threshold - params.slack, links.num_perm))
    report = _report(centred, links, divided)
    return ClusterResult(
        cluster=_by_row(order, order[centred]),
        component=_by_row(order, order[links.parents]),
        size=_by_row(order, np.bincount(centred).astype(np.int32)[centred]).astype(np.int32),
        report=report,
    )


def _check_shapes(ids: IdArray, signatures: Signatures, params: ClusterParams) -> None:
    if signatures.ndim != 2 or signatures.shape[0] != ids.size:
        raise ValueError(f"{ids.size} ids do not fit signatures of shape {signatures.shape}")
    needed = params.bands * params.rows
    if signatures.shape[1] < needed:
        raise ValueError(
            f"{params.bands} bands of {params.rows} rows need {needed} permutations, "
            f"the signatures have {signatures.shape[1]}: raise num_perm or lower bands"
        )


def _places(similarity: float, num_perm: int) -> int:
    """Return the fewest agreeing places that estimate at least this similarity."""
    return int(np.ceil(similarity * num_perm - 1e-9))


def _divide(links: Links, enough: int) -> tuple[Ranks, int]:
    """Divide components around central articles.

    Returns:
        For each rank the smallest rank of its cluster; how many components were divided.
    """
    clusters: Ranks = links.parents.copy()
    divided = 0
    for members in _loose_components(links, enough):
        parts = list(_parts(links, members, enough))
        divided += len(parts) > 1
        for part in parts:
            clusters[part] = part[0]
    # Articles with equal signatures stay together.
    return (clusters[links.firsts] if divided else clusters), divided


def _loose_components(links: Links, enough: int) -> Iterator[Ranks]:
    """Yield the members of components that do not all lie near their smallest id."""
    everyone = np.arange(links.parents.size, dtype=np.int32)
    linked = everyone[(links.firsts == everyone) & (links.parents != everyone)]
    roots = links.parents[linked]
    is_far = links.count_agreeing(linked, roots) < enough
    loose = np.unique(roots[is_far])
    if not loose.size:
        return
    inside = np.isin(roots, loose)
    members, roots = linked[inside], roots[inside]
    by_root = np.argsort(roots, kind="stable")
    cuts = np.searchsorted(roots[by_root], loose)
    for root, others in zip(loose, np.split(members[by_root], cuts[1:]), strict=True):
        yield np.concatenate(([root], others)).astype(np.int32)


def _parts(links: Links, members: Ranks, enough: int) -> Iterator[Ranks]:
    """Cut a component into clusters; `members` and each cluster are in order of rank."""
    for _ in range(_MAX_CLUSTERS):
        if not members.size:
            return
        sample = members[:_NEIGHBOURS]
        covers = [
            np.count_nonzero(_is_near(links, centre, sample, enough))
            for centre in members[:_CENTRES]
        ]
        near = _is_near(links, members[int(np.argmax(covers))], members, enough)
        yield members[near]
        members = members[~near]
    yield from members[:, None]


def _is_near(links: Links, centre: np.int32, others: Ranks, enough: int) -> npt.NDArray[np.bool_]:
    return links.count_agreeing(np.full(others.size, centre, dtype=np.int32), others) >= enough


def _by_row(order: Ranks, by_rank: Ranks) -> Rows:
    rows = np.empty(order.size, dtype=np.int64)
    rows[order] = by_rank
    return rows


def _report(clusters: Ranks, links: Links, divided: int) -> ClusterReport:
    sizes, wholes = (counts[counts > 1] for counts in map(np.bincount, (clusters, links.parents)))
    return ClusterReport(
        clusters=int(sizes.size),
        clustered=int(sizes.sum()),
        largest_cluster=int(sizes.max(initial=min(1, clusters.size))),
        components=int(wholes.size),
        largest_component=int(wholes.max(initial=min(1, clusters.size))),
        divided_components=divided,
        capped_buckets=links.capped,
        largest_bucket=links.largest,
    )
