"""Read training records, cut them like the tagger does and turn their spans into tags.

Two forms are read: JSON Lines with offsets, and passages with marks in the text, one a line, as in
`written/`: `[Kenya Airways|ORG] lands in [Kisumu|LOC].`
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from builder.text.entities.decode import TAGS
from builder.text.entities.tokens import IntArray, Tokens, tokenize
from builder.text.entities.vocabulary import Vocabulary

TAG_NUMBER = {tag: number for number, tag in enumerate(TAGS)}

WRITTEN = Path(__file__).with_name("written")
"""Passages written for this project; the name of a file begins with its language and a hyphen."""

_MARK = re.compile(r"\[([^\[\]|]+)\|(PER|LOC|ORG|MISC)\]")
_ALL_LABELS = frozenset({"PER", "LOC", "ORG", "MISC"})
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
    """Yield the records of a file: marked text (`.txt`), or JSONL, plain or gzip."""
    if path.suffix == ".txt":
        yield from _read_marked(path)
        return
    opener = gzip.open if path.suffix == ".gz" else open
    source = _source(path)
    with opener(path, "rt", encoding="utf-8") as lines:
        for place, line in enumerate(lines):
            row = json.loads(line)
            spans = [(int(s), int(e), str(label)) for s, e, label in row["spans"]]
            yield Record(source, row["lang"], row["text"], spans, frozenset(row["labels"]), place)


def _source(path: Path) -> str:
    """Return the name of a file's source; all marked text is one source."""
    return "written" if path.suffix == ".txt" else path.name.split(".")[0]


def _read_marked(path: Path) -> Iterator[Record]:
    for place, line in enumerate(path.read_text("utf-8").splitlines()):
        text, spans, rest = "", [], 0
        for mark in _MARK.finditer(line):
            text += line[rest : mark.start()]
            spans.append((len(text), len(text) + len(mark[1]), mark[2]))
            text += mark[1]
            rest = mark.end()
        text += line[rest:]
        if re.search(r"[\[\]|]", text):
            raise ValueError(f"{path}:{place + 1}: a mark is not `[name|LABEL]`: {line}")
        yield Record(_source(path), path.stem.split("-")[0], text, spans, _ALL_LABELS, place)


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
    files: Iterable[Path], caps: dict[str, int], vocabulary: Vocabulary, holdout: int = 0
) -> tuple[list[Record], list[Record]]:
    """Read every file up to the cap of its source in tokens.

    Args:
        files: what `read_records` reads, in a fixed order.
        caps: how many tokens of each file of a source are used; `default` is for those not named.
        vocabulary: gets the types of all tokens.
        holdout: keep every n-th block of a source apart.

    Returns:
        Training records and held-out records, in a fixed order.
    """
    train: list[Record] = []
    apart: list[Record] = []
    for path in files:
        source = _source(path)
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
