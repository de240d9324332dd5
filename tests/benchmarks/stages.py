"""Measure where the time of the record stages goes.

    python -m tests.benchmarks.stages [--mb 4] [--input FILE.jsonl]

Prints CPU seconds, which a busy machine disturbs least, and MB of raw text per
CPU second. Without --input the corpus is generated. Where datatrove is installed,
the last row is its form of the C4 line rules, for comparison.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from builder.batch import STAGES
from builder.config import BuildConfig
from builder.tasks import BATCH
from builder.tools import make_tools
from builder.work import Tools, Work
from schema.article import Origin, RawArticle
from training.bench.make_pages import make_pages

REPEATS = 3


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--mb", type=float, default=4, help="size of the texts in 10^6 bytes")
    parser.add_argument("--input", type=Path, help="JSON lines with a field `text`")
    options = parser.parse_args()
    articles = list(read(options.input, int(options.mb * 1e6)))
    megabytes = sum(len(article.text.encode()) for article in articles) / 1e6
    print(f"{len(articles)} articles, {megabytes:.2f} MB of text\n")
    print(f"{'stage':<28}{'CPU s':>10}{'MB/s':>10}")
    for name, seconds in stages(articles):
        print(f"{name:<28}{seconds:>10.2f}{megabytes / seconds:>10.2f}")


def read(path: Path | None, size: int) -> Iterator[RawArticle]:
    """Yield articles of a file, or generated ones, up to a size in bytes."""
    if path is None:
        rows: Iterator[dict[str, Any]] = (dict(record) for record, _ in make_pages(size, seed=1))
    else:
        rows = (json.loads(line) for line in path.open(encoding="utf-8"))
    for number, row in enumerate(rows):
        if size <= 0:
            return
        size -= len(row["text"].encode())
        origin = Origin(path="bench.jsonl", record=number)
        yield RawArticle(origin=origin, text=row["text"], url=row.get("url"))


def stages(articles: Sequence[RawArticle]) -> Iterator[tuple[str, float]]:
    """Yield each record stage with its CPU seconds, then all of them together."""
    tools = make_tools(BuildConfig())
    runs = [run(articles, tools) for _ in range(REPEATS)]
    best = {name: min(seconds[name] for seconds in runs) for name in runs[0]}
    yield from best.items()
    cleaning = ("outline", "find_cues", "name_source", "read_layout", "clean", "flag", "date")
    yield "cleaning, dates, hints", sum(best[name] for name in cleaning)
    yield "all but entities", sum(best.values()) - best["tag"]
    yield "all", sum(best.values())
    if find_spec("datatrove"):
        yield "C4 lines (datatrove)", min(c4_lines(articles) for _ in range(REPEATS))


def c4_lines(articles: Sequence[RawArticle]) -> float:
    """Return the CPU seconds of the rules by which datatrove keeps lines as C4 does."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter

    documents = [Document(text=article.text, id="") for article in articles]
    rules = C4QualityFilter(filter_no_terminal_punct=True, min_num_sentences=-1)
    begin = time.process_time()
    for document in documents:
        rules.filter(document)
    return time.process_time() - begin


def run(articles: Sequence[RawArticle], tools: Tools) -> dict[str, float]:
    """Send the articles through the record stages as a task does; return CPU seconds by stage."""
    seconds: dict[str, float] = defaultdict(float)
    for start in range(0, len(articles), BATCH):
        works = [Work(article) for article in articles[start : start + BATCH]]
        for stage in STAGES:
            begin = time.process_time()
            stage([work for work in works if work.outcome is None], tools)
            seconds[stage.__name__.strip("_")] += time.process_time() - begin
    return seconds


if __name__ == "__main__":
    main()
