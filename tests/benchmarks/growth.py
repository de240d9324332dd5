"""Measure what a megabyte costs, and how much memory is used, as the corpus grows.

python -m tests.benchmarks.growth [--mb 10 100 ...] [--workers 2]
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from tests.benchmarks.jobs import prepare
from tests.benchmarks.measure import run
from training.bench.make_pages import write_pages


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--mb", type=float, nargs="+", default=[10, 100])
    parser.add_argument("--workers", default="1")
    options = parser.parse_args()
    print("| MB of text | CPU s | CPU s / MB | wall s | MB of memory |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for size in options.mb:
            scratch = Path(folder) / f"{size:g}"
            scratch.mkdir()
            print(measure(scratch, size, options.workers), flush=True)
            shutil.rmtree(scratch)


def measure(scratch: Path, size: float, workers: str) -> str:
    """Build a corpus of a size and return its line."""
    whole = scratch / "pages.jsonl"
    write_pages(whole, int(size * 1e6), seed=1)
    corpus = prepare(whole, scratch)
    source, out, config = map(str, (whole, scratch / "out", corpus.config))
    command = ("builder", "build", source, "--out", out, "--config", config, "--quiet")
    one = run((*command, "--workers", workers))
    return (
        f"| {size:g} | {one.cpu:.1f} | {one.cpu / size:.2f} | {one.wall:.1f} | {one.peak_mb:.0f} |"
    )


if __name__ == "__main__":
    main()
