"""Read training records, cut them like the tagger does and turn their spans into tags."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from builder.text.entities.decode import TAGS
from builder.text.entities.tokens import IntArray, Tokens, tokenize
from builder.text.entities.vocabulary import Vocabulary

TAG_NUMBER = {tag: number for number, tag in enumerate(TAGS)}

_NO_TOKENS = tokenize([], Vocabulary())


@dataclass(frozen=True)
class Record:
    """Hold one annotated text of a source."""

    source: str
    language: str
    text: str
    spans: list[tuple[int, int, str]]
    labels: frozenset[str]
    place: int = 0
    tokens: Tokens = field(repr=False, default=_NO_TOKENS)


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of a JSONL file, plain or gzip."""
    opener = gzip.open if path.suffix == ".gz" else open
    source = path.name.split(".")[0]
    with opener(path, "rt", encoding="utf-8") as lines:
        for place, line in enumerate(lines):
            row = json.loads(line)
            spans = [(int(s), int(e), str(label)) for s, e, label in row["spans"]]
            yield Record(source, row["lang"], row["text"], spans, frozenset(row["labels"]), place)


def tags_of(record: Record, tokens: Tokens) -> IntArray:
    """Return a BIO tag number per token; a span that cuts through a token claims all of it."""
    tags = np.zeros(len(tokens.types), dtype=np.int32)
    for start, end, label in record.spans:
        first = int(np.searchsorted(tokens.ends, start, side="right"))
        last = int(np.searchsorted(tokens.starts, end, side="left"))
        if first < last and not tags[first:last].any():
            tags[first:last] = TAG_NUMBER[f"I-{label}"]
            tags[first] = TAG_NUMBER[f"B-{label}"]
    # A segment never starts inside an entity.
    for start in tokens.bounds[:-1]:
        if TAGS[tags[start]].startswith("I-"):
            tags[start] -= 1
    return tags


def cut(record: Record, vocabulary: Vocabulary) -> Record:
    """Return the record with its tokens."""
    return Record(
        record.source, record.language, record.text, record.spans, record.labels, record.place,
        tokenize([record.text], vocabulary),
    )  # fmt: skip


def load_sources(
    folder: Path, caps: dict[str, int], vocabulary: Vocabulary, holdout: int = 0
) -> tuple[list[Record], list[Record]]:
    """Read every source of a folder up to its cap in tokens; keep every n-th block apart.

    Returns:
        Training records and held-out records, in a fixed order.
    """
    train: list[Record] = []
    apart: list[Record] = []
    for path in sorted(folder.glob("*.jsonl*")):
        source = path.name.split(".")[0]
        room = caps.get(source, caps.get("default", 10**9))
        count = sum(1 for _ in read_records(path))
        block = max(1, min(50, count // 60))
        for record in read_records(path):
            if room <= 0 and not holdout:
                break
            done = cut(record, vocabulary)
            if holdout and (record.place // block) % holdout == holdout - 1:
                apart.append(done)
            elif room > 0:
                train.append(done)
                room -= len(done.tokens.types)
    return train, apart
