"""Final shards: a range of the assignment table becomes one Parquet file.

The assignment table holds one line per published article, sorted by split,
language and id: where its part is, and what the corpus stages decided. Shards
and row groups are cut from it by bytes before anything is written, so each is
a task that any worker can do.
"""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from builder.config import OutputParams
from builder.corpus.stats import Summary, summarise_articles, summarise_audit
from builder.errors import OutputError
from builder.writers.parquet import hash_file, write_parquet
from builder.writers.parts import CORPUS_COLUMNS, Parts, open_table
from schema.arrow import arrow_schema, audit_schema
from schema.manifest import Shard

__all__ = ["ASSIGNMENT", "ShardReport", "ShardTask", "plan_shards", "shard_writer"]

#: Name of the assignment table in the work folder.
ASSIGNMENT = "assignment.arrow"


class ShardTask(NamedTuple):
    """A range of the assignment table that becomes one file; `groups` are its row groups."""

    path: str
    config: str
    split: str
    language: str | None
    start: int
    groups: tuple[int, ...]


class ShardReport(NamedTuple):
    """A written shard and the counts of its rows."""

    shard: Shard
    summary: Summary


def plan_shards(assigned: pa.Table, output: OutputParams, *, audit: bool) -> list[ShardTask]:
    """Cut the assignment table into files and row groups by bytes."""
    tasks: list[ShardTask] = []
    splits = assigned["split"].to_numpy(zero_copy_only=False)
    languages = assigned["language"].to_numpy(zero_copy_only=False)
    sizes = assigned["row_bytes"].to_numpy()
    for start, end in _runs(splits, languages):
        split, language = str(splits[start]), str(languages[start])
        stem = f"data/{language}/{split}"
        tasks += _files(stem, ("default", split, language), _cut(start, sizes[start:end], output))
    if audit:
        sizes = assigned["audit_bytes"].to_numpy()
        # Each language starts a file, so that new articles of one leave those of others alone.
        cuts: dict[str, list[tuple[int, tuple[int, ...]]]] = {}
        for start, end in _runs(splits, languages):
            cuts.setdefault(str(splits[start]), []).extend(_cut(start, sizes[start:end], output))
        for split, files in cuts.items():
            tasks += _files(f"audit/{split}", ("audit", split, None), files)
    return tasks


def _runs(*columns: npt.NDArray[np.object_]) -> Iterator[tuple[int, int]]:
    """Yield the ranges in which no column changes."""
    rows = len(columns[0])
    if not rows:
        return
    changes = np.zeros(rows - 1, dtype=bool)
    for column in columns:
        changes |= column[1:] != column[:-1]
    borders = [0, *(np.flatnonzero(changes) + 1).tolist(), rows]
    yield from itertools.pairwise(borders)


def _cut(
    start: int, sizes: npt.NDArray[np.int64], output: OutputParams
) -> list[tuple[int, tuple[int, ...]]]:
    """Cut a range into files of row groups: (first row, rows of each group)."""
    files: list[tuple[int, tuple[int, ...]]] = []
    groups: list[int] = []
    first, file_bytes, group_bytes, rows = start, 0, 0, 0
    for offset, size in enumerate(sizes.tolist()):
        if rows and group_bytes + size > output.row_group_bytes:
            groups.append(rows)
            rows, group_bytes = 0, 0
        if (rows or groups) and file_bytes + size > output.shard_bytes:
            files.append((first, (*groups, rows) if rows else tuple(groups)))
            groups, rows, file_bytes, group_bytes, first = [], 0, 0, 0, start + offset
        rows, file_bytes, group_bytes = rows + 1, file_bytes + size, group_bytes + size
    files.append((first, (*groups, rows)))
    return files


def _files(
    stem: str,
    place: tuple[str, str, str | None],
    files: list[tuple[int, tuple[int, ...]]],
) -> list[ShardTask]:
    config, split, language = place
    return [
        ShardTask(
            f"{stem}-{i:05d}-of-{len(files):05d}.parquet", config, split, language, start, groups
        )
        for i, (start, groups) in enumerate(files)
    ]


def shard_writer(work: Path, folders: dict[str, Path]) -> Callable[[], "_Writer"]:
    """Return the factory of the tasks that write shards; `folders` gives a folder by config."""
    return partial(_Writer, work, folders)


class _Writer:
    """Where one worker finds the parts and puts the shards."""

    def __init__(self, work: Path, folders: dict[str, Path]) -> None:
        schemas = {"default": arrow_schema(), "audit": audit_schema()}
        self.parts = {config: _parts(work, schema) for config, schema in schemas.items()}
        self.schemas = schemas
        self.folders = folders
        self.assigned = open_table(work / ASSIGNMENT)

    def __call__(self, task: ShardTask) -> ShardReport:
        """Write one shard, then read it back for its counts and checksum.

        Raises:
            OutputError: it cannot be written, or reads back with other rows.
        """
        path = self.folders[task.config] / task.path
        written = write_parquet(path, self.schemas[task.config], self._row_groups(task))
        rows, num_bytes, summary = _read_back(path, task)
        if rows != written:
            raise OutputError(f"{path} reads back with {rows} rows, not {written}", path=path)
        size, digest = hash_file(path)
        shard = Shard(
            path=task.path,
            config=task.config,
            split=task.split,
            language=task.language,
            rows=written,
            bytes=size,
            num_bytes=num_bytes,
            sha256=digest,
        )
        return ShardReport(shard, summary)

    def _row_groups(self, task: ShardTask) -> Iterator[pa.Table]:
        start = task.start
        for rows in task.groups:
            yield self._gather(self.assigned.slice(start, rows), task.config)
            start += rows

    def _gather(self, chosen: pa.Table, config: str) -> pa.Table:
        """Collect rows from their parts, in the order of the assignment."""
        schema = self.schemas[config]
        places = (chosen[name].to_pylist() for name in ("part", "row"))
        gathered = self.parts[config].take(*places)
        for name in CORPUS_COLUMNS:
            if name in schema.names:
                gathered = gathered.append_column(name, chosen[name])
        return gathered.select(schema.names).cast(schema)


def _parts(work: Path, schema: pa.Schema) -> Parts:
    """Open the parts for the columns of a schema that they hold."""
    return Parts(work, [name for name in schema.names if name not in CORPUS_COLUMNS])


def _read_back(path: Path, task: ShardTask) -> tuple[int, int, Summary]:
    """Return a shard's rows, its bytes in memory and its counts; holds one row group at a time."""
    rows, num_bytes, summary = 0, 0, Summary()
    with pa.memory_map(str(path)) as source, pq.ParquetFile(source, pre_buffer=False) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, use_threads=False)
            rows += table.num_rows
            num_bytes += table.nbytes
            summary.add(
                summarise_audit(table)
                if task.config == "audit"
                else summarise_articles(table, task.split)
            )
    return rows, num_bytes, summary
