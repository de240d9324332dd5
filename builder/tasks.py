"""The annotate task: one slice of the input becomes a part, a sidecar and rejects.

A task is a small descriptor and its report is small, too: text crosses process
boundaries in files only, so bytes cannot depend on who ran which task.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa

from builder.batch import process_batch
from builder.config import BuildConfig
from builder.executors.watch import Watch
from builder.readers import Piece, Root, Slice, read_slice
from builder.receipts import Cleaned
from builder.tools import make_tools, ships
from builder.work import Carried, Result, Tools
from builder.writers.atomic import translate_os_errors
from builder.writers.batches import BatchFile, join_lists, to_batch
from builder.writers.parts import (
    CARRIED_IDS,
    SCHEMAS,
    TEMPLATES,
    Kind,
    SeenRow,
    part_path,
)
from builder.writers.sidecars import small_columns
from schema.article import CleanArticle, Origin, RawArticle
from schema.reject import PASSING_CODES, Reject

__all__ = ["KINDS", "AnnotateTask", "SliceReport", "annotator"]

#: What an annotate task writes.
KINDS: tuple[Kind, ...] = ("part", "sidecar", "rejects", "seen")

#: Articles that go through the record stages together. No result depends on it.
BATCH = 64

SAMPLE = RawArticle(
    origin=Origin(path="sample", record=0),
    text="The mayor of Lyon opened the bridge on Monday.",
    url="https://example.org/2024/03/05/bridge",
)


class AnnotateTask(NamedTuple):
    """One slice of the input, with its place in the order of the build."""

    number: int
    slice: Slice


@dataclass
class SliceReport:
    """What became of a slice: a few hundred bytes, whatever its size.

    `rejects` counts by code, language and source (empty where unknown).
    """

    bytes: int
    read: int = 0
    rejects: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unknown_fields: Counter[str] = field(default_factory=Counter)

    @property
    def is_repeatable(self) -> bool:
        """Whether the same slice would give it again, on any machine."""
        return not any(code in PASSING_CODES for code, _, _ in self.rejects)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "bytes": self.bytes,
            "read": self.read,
            "rejects": [[*reason, count] for reason, count in self.rejects.items()],
            "unknown_fields": dict(self.unknown_fields),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Take what `to_json` gave."""
        rejects = {(code, tag, name): count for code, tag, name, count in values["rejects"]}
        fields = {"rejects": Counter(rejects), "unknown_fields": Counter(values["unknown_fields"])}
        return cls(**{**values, **fields})


def annotator(
    config: BuildConfig, root: Root, work: Path
) -> Callable[[], Callable[[AnnotateTask], SliceReport]]:
    """Return the factory that an executor calls once per worker."""
    return partial(_Annotator, config, root, work)


class _Annotator:
    """The tools of one worker, and where it reads and writes."""

    def __init__(self, config: BuildConfig, root: Root, work: Path) -> None:
        self.config = config
        with translate_os_errors(work):  # py3langid unpacks its model into a temporary file
            self.tools = make_tools(config, work / TEMPLATES, work / CARRIED_IDS)
            if ships(config):  # what is made at first use is made before workers are forked
                process_batch([SAMPLE], self.tools)
        self.root = root
        self.work = work

    def __call__(self, task: AnnotateTask) -> SliceReport:
        """Read one slice and write what came of it.

        Raises:
            OutputError: the disk is full or not writable.
        """
        return self.watched(task, Watch())

    def watched(self, task: AnnotateTask, watch: Watch) -> SliceReport:
        """Do the same with the records that a watch hands out."""
        report = SliceReport(task.slice.bytes)

        def read(piece: Piece) -> Iterator[RawArticle | Reject]:
            return read_slice(self.root, Slice((piece,)), self.config.input, report.unknown_fields)

        batches = watch.batches(watch.read(task.slice.pieces, read), BATCH)
        with translate_os_errors(self.work), ExitStack() as stack:
            sinks = {kind: stack.enter_context(self._sink(task.number, kind)) for kind in KINDS}
            row = 0
            for results in (_results(batch, self.tools) for batch in batches):
                rows = _rows(results, row)
                for kind, sink in sinks.items():
                    sink.write(rows[kind])
                row += rows["part"].num_rows
                report.read += len(results)
                report.rejects.update(_reasons(results))
        return report

    def _sink(self, number: int, kind: Kind) -> BatchFile:
        return BatchFile(part_path(self.work, number, kind), SCHEMAS[kind])


def _results(batch: Iterable[RawArticle | Reject], tools: Tools) -> list[Result]:
    """Send raw articles through the record stages, keeping the order of the input."""
    results = iter(process_batch([item for item in batch if isinstance(item, RawArticle)], tools))
    return [next(results) if isinstance(item, RawArticle) else item for item in batch]


def _reasons(results: Iterable[Result]) -> Iterator[tuple[str, str, str]]:
    for result in results:
        if isinstance(result, Reject):
            yield result.code, result.language or "", result.source or ""


def _rows(results: Iterable[Result], row: int) -> dict[Kind, pa.RecordBatch]:
    """Turn results into rows of the files; `row` is the place of the first article."""
    cleaned: list[Cleaned] = []
    rejects: list[Reject] = []
    seen: list[SeenRow] = []
    for result in results:
        if isinstance(result, Reject):
            rejects.append(result)
        elif isinstance(result, Carried):
            origin = result.raw.origin
            seen.append(SeenRow(result.id, origin.path, origin.record, origin.id))
        else:
            cleaned.append(result)
    part = _part(cleaned)
    return {
        "part": part,
        "sidecar": _sidecar(part, [article for article, _ in cleaned], row),
        "rejects": to_batch(rejects, SCHEMAS["rejects"]),
        "seen": to_batch(seen, SCHEMAS["seen"]),
    }


def _part(cleaned: Sequence[Cleaned]) -> pa.RecordBatch:
    schema = SCHEMAS["part"]
    removed = join_lists([receipt for _, receipt in cleaned], schema.field("removed").type)
    return to_batch([article for article, _ in cleaned], schema, removed=removed)


def _sidecar(part: pa.RecordBatch, articles: Sequence[CleanArticle], row: int) -> pa.RecordBatch:
    columns = {
        **small_columns(part),
        "row": np.arange(row, row + len(articles)),
        "raw_chars": [article.raw_chars for article in articles],
        "signature": [article.signature for article in articles],
    }
    return pa.RecordBatch.from_pydict(columns, SCHEMAS["sidecar"])
