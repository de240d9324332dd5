"""Clusters: planted near-duplicates are found, strangers are not, chains are divided."""

import tracemalloc

import numpy as np
import numpy.typing as npt
import pytest
from pydantic import ValidationError

from builder.corpus.cluster import ClusterParams, ClusterResult, cluster_signatures
from builder.text.signature import SignatureParams, sign_texts

PARAMS = ClusterParams()


def make_ids(count: int, seed: int = 0) -> npt.NDArray[np.bytes_]:
    """Return distinct ids in no order."""
    numbers = np.random.default_rng(seed).bytes(16 * count).hex().encode()
    return np.frombuffer(numbers, dtype="S32")


def strangers(count: int, seed: int = 1) -> npt.NDArray[np.uint32]:
    """Return signatures of articles that have nothing in common."""
    draw = np.random.default_rng(seed)
    return draw.integers(0, 2**32, (count, 112), dtype=np.uint32)


def chain(links: int) -> npt.NDArray[np.uint32]:
    """Return signatures each of which replaces another fifth of the one before."""
    rows = np.repeat(strangers(1), links, axis=0)
    for link in range(1, links):
        place = 22 * (link % 5)
        rows[link:, place : place + 22] = strangers(1, 100 + link)[0][:22]
    return rows


def members(result: ClusterResult) -> list[list[int]]:
    """Return the clusters of two or more rows."""
    rows = np.flatnonzero(result.size > 1)
    return [np.flatnonzero(result.cluster == first).tolist() for first in set(result.cluster[rows])]


def test_strangers_stand_alone() -> None:
    """Each row is its own cluster and component."""
    result = cluster_signatures(make_ids(500), strangers(500), PARAMS)
    assert result.cluster.tolist() == result.component.tolist() == list(range(500))
    assert set(result.size.tolist()) == {1}
    assert result.report == (0, 0, 1, 0, 1, 0, 0, 0)


def test_no_article_makes_no_cluster() -> None:
    """An empty corpus is a corpus."""
    result = cluster_signatures(make_ids(0), strangers(0), PARAMS)
    assert result.cluster.size == result.component.size == result.size.size == 0
    assert result.report.largest_cluster == 0


def test_texts_with_one_edit_are_a_cluster() -> None:
    """From texts to clusters, in scripts with and without spaces."""
    french = " ".join(f"mot{number}" for number in range(120))
    chinese = "".join(chr(0x4E00 + number * 7) for number in range(120))
    texts = [
        french,
        "Tout autre chose, dite en quelques mots.",
        french.replace("mot60", "autre"),
        chinese,
        chinese.replace(chr(0x4E00 + 420), "変"),
    ]
    ids = make_ids(5)
    result = cluster_signatures(ids, sign_texts(texts, SignatureParams()), PARAMS)
    assert sorted(members(result)) == [[0, 2], [3, 4]]
    assert result.size.tolist() == [2, 1, 2, 2, 2]
    assert ids[result.cluster[0]] == min(ids[0], ids[2])


@pytest.mark.parametrize(("places", "linked"), [(55, False), (56, True), (57, True)])
def test_pairs_count_from_the_threshold(places: int, linked: bool) -> None:
    """Half of 112 places are a similarity of exactly 0.5."""
    base = strangers(1)[0]
    other = base ^ np.uint32(1)
    other[:places] = base[:places]
    result = cluster_signatures(make_ids(2), np.stack([base, other]), PARAMS)
    assert bool(result.size[0] == 2) is linked


@pytest.mark.parametrize(("jaccard", "recall"), [(0.5, 0.48), (0.6, 0.95), (0.75, 0.999)])
def test_recall_of_planted_pairs(jaccard: float, recall: float) -> None:
    """At the threshold itself the estimate is a coin toss; above it few pairs are missed."""
    draw = np.random.default_rng(5)
    left = strangers(4000)
    right = np.where(draw.random(left.shape) < jaccard, left, strangers(4000, 6))
    rows = np.concatenate([left, right])
    result = cluster_signatures(make_ids(8000), rows, PARAMS)
    found = result.component[:4000] == result.component[4000:]
    assert found.mean() >= recall - 0.02
    assert np.all(result.size <= 2)


def test_a_chain_is_one_component_and_several_clusters() -> None:
    """Each link resembles the next; the ends have nothing in common."""
    rows = chain(21)
    result = cluster_signatures(make_ids(21), rows, PARAMS)
    assert len(set(result.component.tolist())) == 1
    assert result.report.divided_components == 1
    assert result.report.largest_component == 21
    assert 3 <= len(set(result.cluster.tolist())) <= 7
    for cluster in members(result):
        agreeing = (rows[cluster][:, None] == rows[cluster][None]).mean(axis=2)
        # Some central article is near enough to all others.
        assert agreeing.min(axis=1).max() >= PARAMS.threshold - PARAMS.slack


def test_equal_signatures_share_the_fate_of_their_twin() -> None:
    """Folded rows follow in divided components as well."""
    rows = np.concatenate([chain(21), chain(21)])
    result = cluster_signatures(make_ids(42), rows, PARAMS)
    assert result.report.divided_components == 1
    assert np.array_equal(result.cluster[:21], result.cluster[21:])


def test_buckets_too_large_are_capped_and_reported() -> None:
    """Thousands of articles around one template are not all compared with each other."""
    draw = np.random.default_rng(8)
    rows = strangers(20_000)
    rows[:, :4] = rows[0, :4]
    near = draw.random((20_000, 112)) < 0.3
    rows[near] = np.broadcast_to(rows[0], rows.shape)[near]
    rows[:, :4] = rows[0, :4]
    result = cluster_signatures(make_ids(20_000), rows, PARAMS)
    assert result.report.largest_bucket >= 19_000
    assert result.report.capped_buckets >= 1
    assert result.report.largest_cluster < 20


def test_many_copies_are_one_cluster() -> None:
    """Equal signatures are folded before buckets can grow."""
    rows = np.repeat(strangers(2), 5000, axis=0)
    result = cluster_signatures(make_ids(10_000), rows, PARAMS)
    assert result.report.clusters == 2
    assert result.report.capped_buckets == 0
    assert set(result.size.tolist()) == {5000}


def test_a_component_that_never_ends_is_dissolved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the last cluster that is cut, what is left stands alone."""
    monkeypatch.setattr("builder.corpus.cluster._MAX_CLUSTERS", 1)
    result = cluster_signatures(make_ids(21), chain(21), PARAMS)
    assert result.report.clusters == 1
    assert result.report.components == 1


def test_memory_beyond_the_signatures_is_bounded() -> None:
    """At most 64 bytes an article, with a fifth of them in clusters."""
    count = 200_000
    rows = strangers(count)
    rows[: count // 10] = rows[count // 10 : count // 5]
    ids = make_ids(count)
    tracemalloc.start()
    cluster_signatures(ids, rows, PARAMS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The chunks of pairs and rows take a constant 10 MB at most.
    assert peak < 64 * count + 10_000_000


@pytest.mark.parametrize(
    ("ids", "shape", "message"),
    [(3, (2, 112), "do not fit"), (2, (2, 100), "need 112 permutations"), (2, (224,), "fit")],
)
def test_shapes_that_do_not_fit_are_refused(ids: int, shape: tuple[int, ...], message: str) -> None:
    """The message names the numbers."""
    with pytest.raises(ValueError, match=message):
        cluster_signatures(make_ids(ids), np.zeros(shape, dtype=np.uint32), PARAMS)


def test_repeated_ids_are_refused() -> None:
    """Exact duplicates are folded before."""
    with pytest.raises(ValueError, match="repeat"):
        cluster_signatures(make_ids(1).repeat(2), strangers(2), PARAMS)


def test_slack_lies_below_the_threshold() -> None:
    """Else everything would lie near everything."""
    with pytest.raises(ValidationError, match="slack"):
        ClusterParams(threshold=0.3, slack=0.3)
