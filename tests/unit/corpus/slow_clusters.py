"""The slow, obvious twin of clustering: every pair, one after the other."""

import itertools
from collections.abc import Sequence

from builder.corpus.cluster import ClusterParams

Signature = Sequence[int]


def similarity(left: Signature, right: Signature) -> float:
    """Return the share of places that agree."""
    return sum(a == b for a, b in zip(left, right, strict=True)) / len(left)


def is_candidate(left: Signature, right: Signature, params: ClusterParams) -> bool:
    """Tell whether two signatures agree in a whole band."""
    starts = range(0, params.bands * params.rows, params.rows)
    return any(left[s : s + params.rows] == right[s : s + params.rows] for s in starts)


def slow_components(
    articles: dict[str, Signature], params: ClusterParams
) -> dict[str, frozenset[str]]:
    """Return the component of each id; every pair is compared."""
    component = {name: frozenset([name]) for name in articles}
    for left, right in itertools.combinations(articles, 2):
        one, other = articles[left], articles[right]
        if is_candidate(one, other, params) and similarity(one, other) >= params.threshold - 1e-9:
            union = component[left] | component[right]
            component.update(dict.fromkeys(union, union))
    return component


def slow_clusters(
    articles: dict[str, Signature], params: ClusterParams
) -> dict[str, frozenset[str]]:
    """Return the cluster of each id: components divided around central articles."""
    clusters: dict[str, frozenset[str]] = {}
    floor = params.threshold - params.slack - 1e-9
    for component in set(slow_components(articles, params).values()):
        # Of articles with equal signatures the smallest id stands for all.
        twins: dict[tuple[int, ...], list[str]] = {}
        for name in sorted(component):
            twins.setdefault(tuple(articles[name]), []).append(name)
        rest = [names[0] for names in twins.values()]
        while rest:
            near = {
                centre: [m for m in rest if similarity(articles[centre], articles[m]) >= floor]
                for centre in rest
            }
            centre = min(rest, key=lambda name: (-len(near[name]), name))
            members = [twin for m in near[centre] for twin in twins[tuple(articles[m])]]
            clusters.update(dict.fromkeys(members, frozenset(members)))
            rest = [member for member in rest if member not in near[centre]]
    return clusters
