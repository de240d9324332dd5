"""Parts: what one annotate task leaves for the stages after it, as Arrow files.

Parts are mapped into memory when they are read, so picking rows from many of
them touches only the pages that hold those rows.
"""

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
import pyarrow as pa

from schema.arrow import model_schema, reject_schema
from schema.article import Article, AuditRow

__all__ = [
    "CARRIED_IDS",
    "CORPUS_COLUMNS",
    "SCHEMAS",
    "TEMPLATES",
    "Parts",
    "SeenRow",
    "open_table",
    "part_path",
    "read_parts",
]

Kind = Literal["part", "sidecar", "rejects", "seen", "carried", "scan-articles", "scan-segments"]

#: Name of the frozen table of template text in the work folder; absent if nothing recurs.
TEMPLATES = "templates.npy"

#: Name of the sorted ids of the rows that come from an earlier release; absent without one.
CARRIED_IDS = "carried.npy"

#: Columns that only the corpus stages know.
CORPUS_COLUMNS = ("cluster_id", "cluster_size")


class SeenRow(NamedTuple):
    """The place of an article that an earlier release holds."""

    id: str
    path: str
    record: int
    origin_id: str | None


_SIDECAR = pa.schema(
    {
        "row": pa.int32(),
        "id": pa.string(),
        "language": pa.string(),
        "source": pa.string(),
        "date": pa.date32(),
        "date_precision": pa.string(),
        "text_key": pa.uint64(),
        "raw_chars": pa.int32(),
        "row_bytes": pa.int64(),
        "audit_bytes": pa.int64(),
        "path": pa.string(),
        "record": pa.int64(),
        "origin_id": pa.string(),
        "signature": pa.large_binary(),  # plain binary ends at 2 GiB, which is 4.8 million rows
    }
)

#: What a task writes: `part` (all published columns but the cluster's, and the receipts),
#: `sidecar` (the small columns that corpus stages read), `rejects`, `seen` (places of articles
#: that an earlier release holds). A carry task writes `part` and `carried`.
SCHEMAS: dict[Kind, pa.Schema] = {
    "part": pa.schema(
        [field for field in model_schema(Article) if field.name not in CORPUS_COLUMNS]
        + [model_schema(AuditRow).field("removed")]
    ),
    "sidecar": _SIDECAR,
    "rejects": reject_schema(),
    "seen": pa.schema(
        {"id": pa.string(), "path": pa.string(), "record": pa.int64(), "origin_id": pa.string()}
    ),
    "carried": pa.schema(
        [
            *_SIDECAR,
            pa.field("split", pa.string()),
            pa.field("release", pa.int32()),
            pa.field("cluster_id", pa.string()),
            pa.field("cluster_size", pa.int32()),
        ]
    ),
}


def part_path(work: Path, index: int, kind: Kind) -> Path:
    """Return where a task keeps its part, sidecar, rejects or counts."""
    return work / "tasks" / f"{index:07d}.{kind}.arrow"


def open_table(path: Path) -> pa.Table:
    """Map an Arrow file of ours into memory; pages are read when they are used."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def read_parts(work: Path, indices: Sequence[int], kind: Kind) -> pa.Table:
    """Return one kind of file of all tasks, one after the other, with the task as `part`."""
    tables = [open_table(part_path(work, index, kind)) for index in indices]
    parts = np.repeat(np.array(indices, dtype=np.int32), [len(table) for table in tables])
    joined = pa.concat_tables([SCHEMAS[kind].empty_table(), *tables])
    return joined.append_column("part", pa.array(parts))


class Parts:
    """Some columns of the parts of a build, each mapped once, for picking rows from many of them.

    Rows are put together from slices of one row: of a part there are a few in each row group,
    and Arrow's own way of picking them costs many times as much for each part.
    """

    #: Maps that are kept: below the 65,530 that Linux allows a process, also for several of these.
    MAX_OPEN = 20_000

    def __init__(self, work: Path, columns: Sequence[str]) -> None:
        """Name the work folder of the build, and the columns that rows have."""
        self._work = work
        self._columns = columns
        self._open: dict[int, _Part] = {}

    def take(self, part: Sequence[int], row: Sequence[int]) -> pa.Table:
        """Pick rows, at least one, by their part and their place in it, in the order asked for."""
        picked = [self._part(number).pick(place) for number, place in zip(part, row, strict=True)]
        return pa.Table.from_batches(picked).combine_chunks()

    def _part(self, number: int) -> "_Part":
        if number not in self._open:
            if len(self._open) >= self.MAX_OPEN:
                self._open.clear()
            table = open_table(part_path(self._work, number, "part")).select(self._columns)
            self._open[number] = _Part.of(table.to_batches())
        return self._open[number]


class _Part(NamedTuple):
    """The batches of a part, and the first row of each."""

    batches: list[pa.RecordBatch]
    firsts: list[int]

    @classmethod
    def of(cls, batches: list[pa.RecordBatch]) -> Self:
        return cls(batches, [*itertools.accumulate((len(one) for one in batches), initial=0)][:-1])

    def pick(self, row: int) -> pa.RecordBatch:
        at = bisect_right(self.firsts, row) - 1
        return self.batches[at].slice(row - self.firsts[at], 1)
