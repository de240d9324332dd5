"""The scan task: one slice of the input becomes counts of segments, before anything is cleaned.

What recurs in the articles of a source can only be known when all were read. Counts are
hashes, written as Arrow files and merged into one frozen table that every annotate task is
given. So each article is still cleaned alone, and the table is the same on any executor.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from builder.config import BuildConfig
from builder.corpus.templates import (
    UNKNOWN_FACTOR,
    RepetitionParams,
    SliceCounts,
    Templates,
    find_templates,
)
from builder.executors.watch import Watch
from builder.readers import Piece, Root, Slice, read_slice
from builder.text.normalize import normalize
from builder.text.repetition import (
    LONG,
    Counted,
    count_segments,
    source_key,
    with_source,
)
from builder.text.segments import segment
from builder.text.source import declared_source
from builder.tools import make_registrable
from builder.writers.atomic import translate_os_errors
from builder.writers.parts import TEMPLATES, Kind, open_table, part_path
from schema.article import RawArticle
from schema.reject import PASSING_CODES, Reject

__all__ = ["SCAN_KINDS", "ScanReport", "ScanTask", "freeze_templates", "may_recur", "scanner"]

#: What a scan task writes.
SCAN_KINDS: tuple[Kind, ...] = ("scan-articles", "scan-segments")

#: Formats in which one file is one article, so that files can be counted instead of articles.
SINGLE_FORMATS = frozenset({"html", "text"})

#: Articles that are read together. No result depends on it.
BATCH = 64


class ScanTask(NamedTuple):
    """One slice of the input, with its place in the order of the build."""

    number: int
    slice: Slice


class ScanReport(NamedTuple):
    """How much of the input was scanned; `is_repeatable` tells whether it is all there is."""

    bytes: int
    articles: int
    is_repeatable: bool = True

    def to_json(self) -> list[int]:
        """Return it as plain values."""
        return [*self]

    @classmethod
    def from_json(cls, values: list[int]) -> Self:
        """Take what `to_json` gave."""
        size, articles, is_repeatable = values
        return cls(size, articles, bool(is_repeatable))


class _Seen(NamedTuple):
    """What is kept of one article."""

    source: int
    article: int
    counted: Counted


def may_recur(slices: Sequence[Slice], params: RepetitionParams) -> bool:
    """Tell from the names of files alone whether a scan could find anything.

    Text files declare no source, HTML files may; other formats can hold any number of articles.
    """
    formats = [piece.format for slice_ in slices for piece in slice_.pieces]
    if set(formats) - SINGLE_FORMATS:
        return True
    factor = 1 if "html" in formats else UNKNOWN_FACTOR
    return len(formats) >= params.min_source * factor


def scanner(
    config: BuildConfig, root: Root, work: Path
) -> Callable[[], Callable[[ScanTask], ScanReport]]:
    """Return the factory that an executor calls once per worker."""
    return partial(_Scanner, config, root, work)


class _Scanner:
    """Where one worker reads and writes."""

    def __init__(self, config: BuildConfig, root: Root, work: Path) -> None:
        self.config = config
        self.root = root
        self.work = work
        self.registrable = lru_cache(maxsize=65_536)(make_registrable())

    def __call__(self, task: ScanTask) -> ScanReport:
        """Read one slice and write the counts of its segments.

        Raises:
            OutputError: the disk is full or not writable.
        """
        return self.watched(task, Watch())

    def watched(self, task: ScanTask, watch: Watch) -> ScanReport:
        """Do the same with the records that a watch hands out."""
        lost: list[Reject] = []
        counts = _gather(list(self._read(task.slice, watch, lost)))
        with translate_os_errors(self.work):
            for kind, table in _tables(counts).items():
                path = part_path(self.work, task.number, kind)
                path.parent.mkdir(parents=True, exist_ok=True)
                with pa.ipc.new_file(pa.OSFile(str(path), "wb"), table.schema) as sink:
                    sink.write_table(table)
        is_repeatable = not any(reject.code in PASSING_CODES for reject in lost)
        return ScanReport(task.slice.bytes, counts.articles.size, is_repeatable)

    def _read(self, slice_: Slice, watch: Watch, lost: list[Reject]) -> Iterator[_Seen]:
        def read(piece: Piece) -> Iterator[RawArticle | Reject]:
            return read_slice(self.root, Slice((piece,)), self.config.input)

        batches = watch.batches(watch.read(slice_.pieces, read), BATCH)
        for raw in itertools.chain.from_iterable(batches):
            if isinstance(raw, RawArticle):
                try:
                    yield self._see(raw)
                except Exception:  # noqa: BLE001, S112 - it will be a reject of the annotate task
                    continue
            else:
                lost.append(raw)

    def _see(self, raw: RawArticle) -> _Seen:
        text = normalize(raw.text)
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return _Seen(
            source_key(declared_source(raw, self.registrable)),
            int.from_bytes(digest, "little"),
            count_segments(text, segment(text)),
        )


def freeze_templates(work: Path, tasks: int, params: RepetitionParams) -> Templates:
    """Merge the counts of all tasks, and leave the table for the annotate tasks.

    Raises:
        OutputError: the disk is full or not writable.
    """
    templates = find_templates([_open_counts(work, number) for number in range(tasks)], params)
    if templates.keys.size:
        path = work / TEMPLATES
        with translate_os_errors(path):
            np.save(path, templates.keys, allow_pickle=False)
    return templates


def _gather(seen: Sequence[_Seen]) -> SliceCounts:
    """Put the segments of all articles into one list, sorted and without repetition."""
    sizes = [len(one.counted.hashes) for one in seen]
    rows = np.repeat(np.arange(len(seen), dtype=np.int32), sizes)
    keys = [with_source(one.counted.hashes, one.source) for one in seen]
    segments = np.concatenate([np.zeros(0, np.uint64), *keys])
    letters = np.concatenate([np.zeros(0, np.int64), *(one.counted.letters for one in seen)])
    order = np.lexsort((rows, segments))
    segments, rows = segments[order], rows[order]
    first = np.ones(segments.size, dtype=np.bool_)
    first[1:] = (segments[1:] != segments[:-1]) | (rows[1:] != rows[:-1])
    prose = np.where(letters >= LONG, letters, 0).astype(np.int32)[order]
    return SliceCounts(
        np.array([one.source for one in seen], dtype=np.uint64),
        np.array([one.article for one in seen], dtype=np.uint64),
        segments[first],
        rows[first],
        prose[first],
    )


def _tables(counts: SliceCounts) -> dict[Kind, pa.Table]:
    columns = {name: pa.array(values) for name, values in counts._asdict().items()}
    return {
        "scan-articles": pa.table({name: columns[name] for name in ("sources", "articles")}),
        "scan-segments": pa.table({name: columns[name] for name in ("segments", "rows", "prose")}),
    }


def _open_counts(work: Path, number: int) -> SliceCounts:
    articles = open_table(part_path(work, number, "scan-articles"))
    segments = open_table(part_path(work, number, "scan-segments"))
    return SliceCounts(
        _column(articles, "sources"),
        _column(articles, "articles"),
        _column(segments, "segments"),
        _column(segments, "rows"),
        _column(segments, "prose"),
    )


def _column(table: pa.Table, name: str) -> npt.NDArray[Any]:
    """Return a column without copying it; our files hold at most one batch."""
    chunks = table[name].chunks
    values: npt.NDArray[Any] = (chunks[0] if chunks else table[name]).to_numpy()
    return values
