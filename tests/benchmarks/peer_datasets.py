"""A build with `datasets`: load, map, drop duplicates, write Parquet.

python -m tests.benchmarks.peer_datasets INPUT.jsonl OUT [--no-dedup]
"""

import sys
from pathlib import Path

import datasets

from tests.benchmarks.plain import annotate, near_duplicates, sign


def main(source: str, out: Path, *, dedup: bool) -> None:
    """Build a data set."""
    datasets.disable_progress_bars()
    rows = datasets.load_dataset(
        "json", data_files=source, split="train", cache_dir=str(out / "cache")
    )
    rows = rows.rename_column("id", "origin_id").map(annotate)
    rows = rows.filter(bool, input_columns="text")
    if dedup:
        seen: set[str] = set()
        rows = rows.filter(
            lambda one: not (one in seen or seen.add(one)),  # type: ignore[func-returns-value]
            input_columns="id",
        )
        firsts = near_duplicates([sign(text) for text in rows["text"]])
        rows = rows.select([row for row, first in enumerate(firsts) if row == first])
    for split in rows.unique("split"):
        part = rows.filter(lambda one, wanted=split: one == wanted, input_columns="split")
        part.to_parquet(str(out / f"{split}.parquet"))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), dedup="--no-dedup" not in sys.argv)
