"""Measure the clustering of random signatures: prints CPU seconds, and bytes per signature.

python -m tests.benchmarks.clustering [COUNT]
"""

import json
import sys
import time
import tracemalloc

import numpy as np

from builder.corpus.cluster import ClusterParams, cluster_signatures
from training.bench.corpus_stages import planted_signatures

PARAMS = ClusterParams()


def main(count: int, repeats: int = 3) -> None:
    """Print the seconds of some runs and the memory of one."""
    ids, rows = planted_signatures(count)
    ids = np.sort(ids)
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        cluster_signatures(ids, rows, PARAMS)
        seconds.append(time.process_time() - start)
    tracemalloc.start()
    cluster_signatures(ids, rows, PARAMS)
    memory = tracemalloc.get_traced_memory()[1] / count
    print(json.dumps({"count": count, "cpu": seconds, "bytes_per_signature": round(memory, 1)}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
