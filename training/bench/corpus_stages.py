"""Measure signatures, clusters and splits: CPU seconds, memory, recall and false merges.

    python -m training.bench.corpus_stages texts CORPUS.jsonl    (from make_corpus)
    python -m training.bench.corpus_stages signatures 1000000

CPU seconds are the best of three runs where a run takes under ten seconds.
"""

import argparse
import hashlib
import json
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from builder.corpus.cluster import ClusterParams, cluster_signatures
from builder.corpus.splits import SplitParams, assign_splits
from builder.text.signature import SignatureParams, sign_texts

T = TypeVar("T")
PARAMS = ClusterParams()


def timed(what: str, work: Callable[[], T], unit: str = "", amount: float = 0) -> T:
    """Run, print CPU seconds and the rate, and return the result."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
        if best > 10:
            break
    rate = f"  {amount / best:10.1f} {unit}" if unit else ""
    print(f"{what:40} {best:8.2f} CPU s{rate}")
    return result


def measure_texts(path: Path) -> None:
    """Sign and cluster a corpus from `make_corpus`; compare with its truth."""
    records = [json.loads(line) for line in path.open(encoding="utf-8")]
    texts = [record["text"] for record in records]
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{len(texts)} articles, {megabytes:.1f} MB")
    # Ids of records, not of texts, so that exact copies are clustered too.
    digests = [hashlib.sha256(record["id"].encode()).hexdigest()[:32] for record in records]
    ids = np.array([digest.encode() for digest in digests], dtype="S32")
    signatures = timed(
        "sign_texts", lambda: sign_texts(texts, SignatureParams()), "MB/s", megabytes
    )
    result = timed(
        "cluster_signatures",
        lambda: cluster_signatures(ids, signatures, PARAMS),
        "articles/s",
        len(texts),
    )
    print(result.report)
    row_of = {record["id"]: row for row, record in enumerate(records)}
    truths = [json.loads(line) for line in path.with_suffix(".truth.jsonl").open()]
    found: dict[str, list[bool]] = defaultdict(list)
    for truth in truths:
        pair = row_of[truth["id"]], row_of[truth["original"]]
        together = result.component[pair[0]] == result.component[pair[1]]
        exact = truth["kind"] == "exact"
        low = int(truth["jaccard"] * 10) / 10
        found["exact copy" if exact else f"Jaccard {low:.1f}-{low + 0.1:.1f}"].append(together)
        if 0.5 <= truth["jaccard"] < 0.87:
            found["Jaccard 0.5-0.87"].append(together)
    for label in sorted(found):
        print(f"{label:20} {np.mean(found[label]):.4f} of {len(found[label])} pairs together")
    count_false(records, truths, result.component)


def count_false(
    records: list[dict[str, str]], truths: list[dict[str, str]], component: npt.NDArray[np.int64]
) -> None:
    """Print how many articles lie in a component with no related article."""
    family = {truth["id"]: truth["original"] for truth in truths}
    families = [family.get(record["id"], record["id"]) for record in records]
    members: dict[int, Counter[str]] = defaultdict(Counter)
    for row, first in enumerate(component.tolist()):
        members[first][families[row]] += 1
    false = sum(sum(names.values()) - max(names.values()) for names in members.values())
    print(f"false merges: {false} articles")


def planted_signatures(count: int) -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.uint32]]:
    """Return ids in no order and signatures, of which a fifth lie in clusters of 2 to 20."""
    draw = np.random.default_rng(1)
    rows = draw.integers(0, 2**32, (count, 112), dtype=np.uint32)
    at = 0
    while at < count // 5:
        size = int(draw.integers(2, 21))
        kept = draw.random((size, 112)) < draw.uniform(0.5, 0.95) ** 0.5
        block = rows[at : at + size]
        block[kept] = np.broadcast_to(rows[at].copy(), block.shape)[kept]
        at += size
    copies = slice(at, at + count // 50)
    rows[copies] = rows[at]
    names = draw.bytes(16 * count).hex().encode()
    return np.frombuffer(names, dtype="S32"), rows[draw.permutation(count)]


def measure_signatures(count: int) -> None:
    """Cluster and split random signatures: a fifth planted in clusters of 2 to 20."""
    ids, rows = planted_signatures(count)
    timed(
        "cluster_signatures, ids in no order",
        lambda: cluster_signatures(ids, rows, PARAMS),
        "articles/s",
        count,
    )
    ids = np.sort(ids)
    result = timed(
        "cluster_signatures, ids sorted",
        lambda: cluster_signatures(ids, rows, PARAMS),
        "articles/s",
        count,
    )
    print(result.report)
    tracemalloc.start()
    cluster_signatures(ids, rows, PARAMS)
    print(
        f"memory beyond the input: {tracemalloc.get_traced_memory()[1] / count:.1f} bytes/article"
    )
    tracemalloc.stop()
    table = pa.table({"id": pa.array(ids.astype(str))})
    quota = SplitParams(strategy="quota")
    timed("assign_splits, hash", lambda: assign_splits(table, result.component, SplitParams()))
    timed("assign_splits, quota", lambda: assign_splits(table, result.component, quota))


def main() -> None:
    """Measure one of the two."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(required=True)
    texts = commands.add_parser("texts")
    texts.add_argument("path", type=Path)
    texts.set_defaults(run=lambda options: measure_texts(options.path))
    signatures = commands.add_parser("signatures")
    signatures.add_argument("count", type=int)
    signatures.set_defaults(run=lambda options: measure_signatures(options.count))
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
