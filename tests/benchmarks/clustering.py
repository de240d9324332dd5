"""Measure the clustering of random signatures: prints CPU seconds, and bytes per signature.

python -m tests.benchmarks.clustering [COUNT]
"""

import json
import sys
import time
import tracemalloc

import numpy as np
import numpy.typing as npt

from builder.corpus.cluster import ClusterParams, cluster_signatures

PARAMS = ClusterParams()


def main(count: int, repeats: int = 3) -> None:
    """Print the seconds of some runs and the memory of one."""
    ids, rows = planted(count)
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        cluster_signatures(ids, rows, PARAMS)
        seconds.append(time.process_time() - start)
    tracemalloc.start()
    cluster_signatures(ids, rows, PARAMS)
    memory = tracemalloc.get_traced_memory()[1] / count
    print(json.dumps({"count": count, "cpu": seconds, "bytes_per_signature": round(memory, 1)}))


def planted(count: int) -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.uint32]]:
    """Return sorted ids and signatures of which a fifth lie in clusters of 2 to 20."""
    draw = np.random.default_rng(1)
    rows = draw.integers(0, 2**32, (count, 112), dtype=np.uint32)
    at = 0
    while at < count // 5:
        size = int(draw.integers(2, 21))
        kept = draw.random((size, 112)) < draw.uniform(0.5, 0.95) ** 0.5
        block = rows[at : at + size]
        block[kept] = np.broadcast_to(rows[at].copy(), block.shape)[kept]
        at += size
    ids = np.sort(np.frombuffer(draw.bytes(16 * count).hex().encode(), dtype="S32"))
    return ids, rows[draw.permutation(count)]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
