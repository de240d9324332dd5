"""A build with datatrove: read, annotate, its four MinHash stages with their defaults, Parquet.

python -m tests.benchmarks.peer_datatrove INPUT.jsonl OUT [--no-dedup]
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.readers import JsonlReader, ParquetReader
from datatrove.pipeline.writers import ParquetWriter
from datatrove.utils.hashing import HashConfig

from tests.benchmarks.plain import annotate

#: The defaults, but for the hash: xxhash 4 takes no strings, which datatrove 0.10 hands it.
MINHASH = MinhashConfig(hash_config=HashConfig(hash_fc="sha1"))

_METADATA = {
    "url": pa.string(),
    "publisher": pa.string(),
    "language": pa.string(),
    "language_score": pa.float64(),
    "date": pa.string(),
    "dates": pa.list_(pa.string()),
    "source": pa.string(),
    "authors": pa.list_(pa.string()),
    "agencies": pa.list_(pa.string()),
    "split": pa.string(),
    "origin_id": pa.string(),
}
SCHEMA = pa.schema(
    {"text": pa.string(), "id": pa.string(), "metadata": pa.struct(_METADATA.items())}
)


def columns_of(_: Any, document: Document) -> dict[str, Any]:
    """Return what is written of a document."""
    return {"text": document.text, "id": document.id, "metadata": document.metadata}


class Annotate(PipelineStep):  # type: ignore[misc]  # datatrove has no types
    """Runs the plain functions on each document."""

    type = "Annotate"
    name = "plain functions"

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """Yield documents with columns, but those of which nothing is left."""
        for document in data:
            columns = annotate({"text": document.text, **document.metadata})
            document.text = columns.pop("text")
            document.metadata |= columns | {"origin_id": document.id}
            if document.text:
                yield document


def main(source: Path, out: Path, *, dedup: bool) -> None:
    """Build a data set."""
    reader = JsonlReader(str(source.parent), glob_pattern=source.name)
    writer = parquet(out / "data", "${split}/${rank}.parquet")
    if not dedup:
        run(out, 0, reader, Annotate(), writer)
        return
    annotated, signatures, buckets, removed = (
        str(out / name) for name in ("annotated", "signatures", "buckets", "removed")
    )
    run(
        out,
        1,
        reader,
        Annotate(),
        parquet(out / "annotated", "${rank}.parquet"),
        MinhashDedupSignature(signatures, MINHASH),
    )
    run(out, 2, MinhashDedupBuckets(signatures, buckets, config=MINHASH), tasks=14)
    run(out, 3, MinhashDedupCluster(buckets, removed, MINHASH))
    run(out, 4, ParquetReader(annotated), MinhashDedupFilter(removed), writer)


def parquet(folder: Path, name: str) -> ParquetWriter:
    """Return a writer of typed columns; inferred types differ where a list is empty."""
    return ParquetWriter(str(folder), output_filename=name, adapter=columns_of, schema=SCHEMA)


def run(out: Path, stage: int, *steps: Any, tasks: int = 1) -> None:
    """Run some steps in this process."""
    LocalPipelineExecutor(
        list(steps), tasks=tasks, workers=1, logging_dir=str(out / f"logs{stage}")
    ).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), dedup="--no-dedup" not in sys.argv)
