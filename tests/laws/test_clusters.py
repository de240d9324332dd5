"""Laws of clusters: equal to the slow twin, independent of order, a partition by smallest ids."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.corpus.cluster import ClusterParams, ClusterResult, cluster_signatures
from tests.unit.corpus.slow_clusters import slow_clusters, slow_components

examples = settings(max_examples=40, deadline=None)

# Few values at few places, so that random signatures meet in bands and chains form.
PARAMS = ClusterParams(threshold=0.5, slack=0.125, bands=4, rows=2)
SIGNATURES = st.lists(st.integers(0, 2), min_size=8, max_size=8)
CORPORA = st.dictionaries(
    st.text("0123456789abcdef", min_size=32, max_size=32), SIGNATURES, max_size=20
)

Corpus = dict[str, list[int]]


def cluster(articles: Corpus) -> ClusterResult:
    """Cluster the articles in the order they come in."""
    ids = np.array([name.encode() for name in articles], dtype="S32")
    rows = np.array(list(articles.values()), dtype=np.uint32).reshape(-1, 8)
    return cluster_signatures(ids, rows, PARAMS)


@given(CORPORA)
@examples
def test_clusters_equal_the_slow_twin(articles: Corpus) -> None:
    """No linked pair is missed, none is made up, and components are divided as described."""
    names = list(articles)
    result = cluster(articles)
    components = slow_components(articles, PARAMS)
    clusters = slow_clusters(articles, PARAMS)
    for row, name in enumerate(names):
        assert names[result.component[row]] == min(components[name])
        assert names[result.cluster[row]] == min(clusters[name])
        assert result.size[row] == len(clusters[name])


@given(CORPORA, st.randoms())
@examples
def test_the_order_of_the_input_plays_no_part(articles: Corpus, draw: random.Random) -> None:
    """Permuted input gives the permuted result and the same report."""
    names = list(articles)
    shuffled = draw.sample(names, len(names))
    first = cluster(articles)
    second = cluster({name: articles[name] for name in shuffled})
    ids = {
        name: (names[first.cluster[row]], names[first.component[row]], first.size[row])
        for row, name in enumerate(names)
    }
    assert ids == {
        name: (shuffled[second.cluster[row]], shuffled[second.component[row]], second.size[row])
        for row, name in enumerate(shuffled)
    }
    assert first.report == second.report


@given(CORPORA)
@examples
def test_every_article_is_in_one_cluster_inside_one_component(articles: Corpus) -> None:
    """Clusters are a partition, finer than the components, with sizes that add up."""
    result = cluster(articles)
    assert np.array_equal(result.cluster[result.cluster], result.cluster)
    assert np.array_equal(result.component[result.cluster], result.component)
    heads = result.cluster == np.arange(len(articles))
    assert result.size[heads].sum() == len(articles)
    report = result.report
    assert report.clustered == (result.size > 1).sum()
    assert report.clusters == (heads & (result.size > 1)).sum()
    assert report.largest_cluster == result.size.max(initial=0)


@given(CORPORA, SIGNATURES)
@examples
def test_a_stranger_changes_nothing(articles: Corpus, signature: list[int]) -> None:
    """An article that resembles no other leaves all clusters as they were."""
    names = list(articles)
    before = cluster(articles)
    after = cluster({**articles, "f" * 31 + "g": [value + 7 for value in signature]})
    assert [names[row] for row in before.cluster] == [names[row] for row in after.cluster[:-1]]
    assert after.size[-1] == 1
