"""Score any tagger on annotated files.

`python -m training.entities.evaluate --tagger SPEC FILE.jsonl[.gz] ...`
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.annotators import load_plugin
from builder.text.entities import (
    EntityTagger,
    NoneTagger,
    TaggedSpan,
    checked_spans,
    load_builtin,
    load_gazetteer,
)
from training.entities.data import Record, read_records

SCORED = ("PER", "LOC", "ORG")
RESAMPLES = 1000


class Counts(NamedTuple):
    """Count one record: right, predicted and gold entities."""

    right: int
    predicted: int
    gold: int


def counts_of(record: Record, spans: Iterable[TaggedSpan], labels: Sequence[str]) -> Counts:
    """Compare strictly: start, end and label must be equal."""
    gold = {s for s in record.spans if s[2] in labels}
    said = {(s.start, s.end, s.label) for s in spans if s.label in labels}
    return Counts(len(gold & said), len(said), len(gold))


def f1(counts: npt.NDArray[np.int64]) -> float:
    """Return micro F1 in percent of rows of counts."""
    right, predicted, gold = counts.sum(axis=0)
    return float(200.0 * right / max(predicted + gold, 1))


def interval(counts: npt.NDArray[np.int64], seed: int = 0) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of F1 over records."""
    draws = np.random.default_rng(seed).multinomial(
        len(counts), [1 / len(counts)] * len(counts), size=RESAMPLES
    )
    right, predicted, gold = (draws @ counts).T
    values = 200.0 * right / np.maximum(predicted + gold, 1)
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def evaluate(tagger: EntityTagger, records: Sequence[Record]) -> dict[str, npt.NDArray[np.int64]]:
    """Return counts per record for each label and for all of them."""
    found = tagger.annotate([r.text for r in records], [r.language for r in records])
    spans = [checked_spans(r.text, s) for r, s in zip(records, found, strict=True)]
    groups = {label: (label,) for label in (*SCORED, "MISC")} | {"ALL": SCORED}
    return {
        name: np.array(
            [counts_of(r, s, labels) for r, s in zip(records, spans, strict=True)], dtype=np.int64
        )
        for name, labels in groups.items()
    }


def report(title: str, counts: Mapping[str, npt.NDArray[np.int64]], labels: frozenset[str]) -> str:
    """Return one line: F1 with its interval, then F1 of each label."""
    total = counts["ALL"]
    low, high = interval(total)
    right, predicted, gold = total.sum(axis=0)
    line = f"{title:16} F1 {f1(total):5.1f} [{low:4.1f}, {high:4.1f}]"
    line += f"  P {100 * right / max(predicted, 1):5.1f}"
    line += f"  R {100 * right / max(gold, 1):5.1f}"
    for label in (*SCORED, "MISC"):
        line += f"  {label} {f1(counts[label]):5.1f}" if label in labels else f"  {label}     –"
    return line + f"  n {gold}"


def speed(tagger: EntityTagger, records: Sequence[Record]) -> str:
    """Return megabytes (UTF-8) a CPU second on the first and on the second reading."""
    texts, languages = [r.text for r in records], [r.language for r in records]
    size = sum(len(t.encode()) for t in texts) / 1e6
    took = []
    for _ in range(2):
        begun = time.process_time()
        tagger.annotate(texts, languages)
        took.append(time.process_time() - begun)
    cold, warm = size / took[0], size / took[1]
    return f"speed: {size:.2f} MB, cold {cold:.2f}, warm {warm:.2f} MB a CPU second"


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--tagger",
        default="builtin",
        help="builtin, builtin-fast, gazetteer, none or a plug-in",
    )
    parser.add_argument(
        "files", type=Path, nargs="+", help="JSONL files with text, lang, spans and labels"
    )
    arguments = parser.parse_args()
    tagger = make(arguments.tagger)
    everything: list[Record] = []
    for path in arguments.files:
        records = list(read_records(path))
        everything += records
    print(speed(tagger, everything))
    means = []
    groups: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in everything:
        groups[record.source, record.language].append(record)
    for (source, language), records in groups.items():
        counts = evaluate(tagger, records)
        means.append(f1(counts["ALL"]))
        note = "" if tagger.supports(language) else "  (language not claimed)"
        print(
            report(
                source if source.startswith(language) else f"{language} {source}",
                counts,
                records[0].labels,
            )
            + note
        )
    print(f"mean over {len(means)} sets: {np.mean(means):.1f}")


SHIPPED = Path(__file__).parents[2] / "builder" / "text" / "models" / "entities"


def make(spec: str) -> EntityTagger:
    """Return the tagger that a spec names; `builtin:FOLDER` reads other weights."""
    name, _, rest = spec.partition(":")
    if name == "builtin":
        return load_builtin(Path(rest) if rest else SHIPPED)
    if name == "builtin-fast":
        return load_builtin(SHIPPED, fast=True)
    if name == "gazetteer":
        return load_gazetteer(SHIPPED)
    if name == "none":
        return NoneTagger()
    return load_plugin(spec)


if __name__ == "__main__":
    main()
