"""Measure where the time of the record stages goes.

    python -m tests.benchmarks.stages [--mb 4] [--input FILE.jsonl]

Prints CPU seconds, which a busy machine disturbs least, and MB of raw text per
CPU second. Without --input the corpus is generated.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from builder.batch import process_batch
from builder.config import BuildConfig
from builder.text.cues import cue_proposals, find_cues
from builder.text.dates import hint_dates
from builder.text.entities import NoneTagger
from builder.text.flags import find_flags
from builder.text.language import assess_language
from builder.text.layout import propose_layout
from builder.text.normalize import article_id, normalize
from builder.text.segments import segment
from builder.text.signature import sign_texts
from builder.text.source import hint_sources
from builder.tools import make_tools
from builder.work import Tools
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
    assert tools.cues is not None
    cues, layout = tools.cues, tools.layout
    raw = [article.text for article in articles]
    yield "normalize, id", cpu(lambda: [article_id(normalize(text)) for text in raw])
    texts = [normalize(text) for text in raw]
    yield "language", cpu(lambda: [assess_language(t, None, tools.identifier) for t in texts])
    tags = [assess_language(text, None, tools.identifier).tag for text in texts]
    pairs = list(zip(texts, tags, strict=True))
    yield "cues", cpu(lambda: [find_cues(text, tag, cues) for text, tag in pairs])
    hits = [find_cues(text, tag, cues) for text, tag in pairs]
    if layout is not None:
        yield (
            "segments, layout",
            cpu(
                lambda: [
                    propose_layout(text, segment(text), layout, cue_proposals(found))
                    for text, found in zip(texts, hits, strict=True)
                ]
            ),
        )
    yield "dates", cpu(lambda: [hint_dates(text, tag, tools.dates) for text, tag in pairs])
    yield (
        "sources, flags",
        cpu(
            lambda: [
                (
                    hint_sources(text, article, found, tools.registrable),
                    find_flags(text, text, found),
                )
                for article, text, found in zip(articles, texts, hits, strict=True)
            ]
        ),
    )
    yield "signatures", cpu(lambda: sign_texts(texts, tools.signature))
    yield "entities", cpu(lambda: tools.tagger("fr").annotate(texts, tags))
    plain = replace(tools, taggers={"default": NoneTagger()})
    yield "all but entities", cpu(lambda: batches(articles, plain))
    yield "all record stages", cpu(lambda: batches(articles, tools))


def batches(articles: Sequence[RawArticle], tools: Tools) -> None:
    """Send the articles through the record stages as a task does."""
    for start in range(0, len(articles), 64):
        process_batch(articles[start : start + 64], tools)


def cpu(work: Callable[[], object]) -> float:
    """Return the smallest CPU seconds of some runs."""
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


if __name__ == "__main__":
    main()
