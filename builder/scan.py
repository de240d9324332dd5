"""The scan task: one slice of the input becomes counts of segments, before anything is cleaned.

What recurs in the articles of a source can only be known when all were read. Counts are
hashes, written as Arrow files and merged into one frozen table that every annotate task is
given. So each article is still cleaned alone, and the table is the same on any executor.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
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
from builder.text.normalize import normalize_all
from builder.text.repetition import LONG, count_segments, source_key, with_source
from builder.text.segments import segment_all
from builder.text.source import declared_source
from builder.tools import load_tables, make_registrable
from builder.writers.atomic import translate_os_errors
from builder.writers.parts import TEMPLATES, Kind, open_table, part_path
from schema.article import RawArticle
from schema.reject import PASSING_CODES, Reject

__all__ = ["SCAN_KINDS", "ScanReport", "ScanTask", "freeze_templates", "may_recur", "scanner"]

U64 = npt.NDArray[np.uint64]

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
    """What is kept of some articles: keys of their sources and texts, and their segments.

    `sizes` says how many segments each article has.
    """

    sources: U64
    articles: U64
    sizes: npt.NDArray[np.int64]
    segments: U64
    letters: npt.NDArray[np.int64]

    @classmethod
    def join(cls, several: Sequence[Self]) -> Self:
        """Put articles into one list."""
        nothing = (np.zeros(0, kind) for kind in ("u8", "u8", "i8", "u8", "i8"))
        return cls(*map(np.concatenate, zip(nothing, *several, strict=True)))


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
        load_tables()
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
        counts = _gather(_Seen.join(list(self._read(task.slice, watch, lost))))
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

        for batch in watch.batches(watch.read(slice_.pieces, read), BATCH):
            lost += [item for item in batch if isinstance(item, Reject)]
            raws = [item for item in batch if isinstance(item, RawArticle)]
            try:
                yield self._see(raws)
            except Exception:  # noqa: BLE001 - looked into article by article
                yield from self._see_each(raws)

    def _see_each(self, raws: Sequence[RawArticle]) -> Iterator[_Seen]:
        for raw in raws:
            with suppress(Exception):  # it will be a reject of the annotate task
                yield self._see([raw])

    def _see(self, raws: Sequence[RawArticle]) -> _Seen:
        texts = normalize_all([raw.text for raw in raws])
        keys = [source_key(declared_source(raw, self.registrable)) for raw in raws]
        sources = np.array(keys, dtype=np.uint64)
        counted = count_segments(texts, segment_all(texts))
        segments = with_source(counted.hashes, np.repeat(sources, counted.sizes))
        return _Seen(sources, _text_keys(texts), counted.sizes, segments, counted.letters)


def _text_keys(texts: Iterable[str]) -> U64:
    """Hash texts to 64 bits each."""
    digests = (hashlib.sha256(text.encode()).digest()[:8] for text in texts)
    return np.frombuffer(b"".join(digests), dtype="<u8")


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


def _gather(seen: _Seen) -> SliceCounts:
    """Sort the segments of all articles, without repetition in one."""
    rows = np.repeat(np.arange(seen.sizes.size, dtype=np.int32), seen.sizes)
    order = np.argsort(seen.segments, kind="stable")  # so rows of one segment ascend
    segments, rows = seen.segments[order], rows[order]
    first = np.ones(segments.size, dtype=np.bool_)
    first[1:] = (segments[1:] != segments[:-1]) | (rows[1:] != rows[:-1])
    prose = np.where(seen.letters >= LONG, seen.letters, 0).astype(np.int32)[order]
    return SliceCounts(seen.sources, seen.articles, segments[first], rows[first], prose[first])


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
