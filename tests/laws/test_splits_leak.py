"""No leak, checked independently: exact similarities of all pairs of a small corpus."""

import hashlib
import itertools

import numpy as np
import pyarrow as pa
import pytest

from builder.corpus.cluster import ClusterParams, cluster_signatures
from builder.corpus.columns import id_array
from builder.corpus.splits import SplitParams, assign_splits
from builder.text.signature import SignatureParams, sign_texts
from training.bench.make_corpus import make_corpus

# Above the threshold by three standard errors of the estimate (0.046 at 0.64).
SURELY_NEAR = 0.64
SURELY_FAR = 0.3


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Return about 500 articles, a sixth of them copies."""
    return [record["text"] for record, _ in make_corpus(1_500_000, seed=4)]


@pytest.fixture(scope="module")
def similarities(texts: list[str]) -> dict[tuple[int, int], float]:
    """Return the exact similarities of all pairs that share anything, without signatures."""
    shingles = []
    for text in texts:
        words = text.lower().replace(".", " ").split()
        shingles.append({tuple(words[at : at + 5]) for at in range(len(words) - 4)})
    holders: dict[tuple[str, ...], list[int]] = {}
    for row, own in enumerate(shingles):
        for shingle in own:
            holders.setdefault(shingle, []).append(row)
    pairs = {pair for rows in holders.values() for pair in itertools.combinations(rows, 2)}
    return {
        (a, b): len(shingles[a] & shingles[b]) / len(shingles[a] | shingles[b]) for a, b in pairs
    }


@pytest.mark.parametrize("strategy", ["hash", "quota"])
def test_no_pair_of_near_duplicates_is_parted(
    texts: list[str], similarities: dict[tuple[int, int], float], strategy: str
) -> None:
    """From texts to splits, against the similarities themselves."""
    # Ids of places, so that exact copies are among the articles.
    ids = [hashlib.sha256(str(row).encode()).hexdigest()[:32] for row in range(len(texts))]
    rows = pa.table({"id": ids})
    signatures = sign_texts(texts, SignatureParams())
    clusters = cluster_signatures(id_array(rows["id"]), signatures, ClusterParams())
    params = SplitParams(strategy=strategy, ratios={"train": 0.5, "validation": 0.25, "test": 0.25})
    codes = assign_splits(rows, clusters.component, params).codes
    near = [pair for pair, similarity in similarities.items() if similarity >= SURELY_NEAR]
    assert len(near) > 30
    assert [pair for pair in near if codes[pair[0]] != codes[pair[1]]] == []
    assert set(np.bincount(codes) > 0) == {True}


def test_only_similar_articles_share_a_cluster(
    texts: list[str], similarities: dict[tuple[int, int], float]
) -> None:
    """Pairs within a cluster of two are near-duplicates indeed."""
    ids = [hashlib.sha256(str(row).encode()).hexdigest()[:32] for row in range(len(texts))]
    result = cluster_signatures(
        id_array(pa.array(ids)), sign_texts(texts, SignatureParams()), ClusterParams()
    )
    for first in np.unique(result.cluster[result.size == 2]):
        pair = np.flatnonzero(result.cluster == first).tolist()
        assert similarities.get((pair[0], pair[1]), 0) > SURELY_FAR
