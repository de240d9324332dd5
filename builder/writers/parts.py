"""Parts: what one annotate task leaves for the stages after it, as Arrow files.

Parts are mapped into memory when they are read, so picking rows from many of
them touches only the pages that hold those rows.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
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
    "SidecarRow",
    "measure_row",
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


class SidecarRow(NamedTuple):
    """What the corpus stages read of one article; the columns of a sidecar."""

    row: int
    id: str
    language: str
    source: str | None
    date: dt.date | None
    date_precision: str | None
    text_key: int
    raw_chars: int
    row_bytes: int
    audit_bytes: int
    path: str
    record: int
    origin_id: str | None
    signature: bytes


class SeenRow(NamedTuple):
    """The place of an article that an earlier release holds."""

    id: str
    path: str
    record: int
    origin_id: str | None


class RowMeasures(NamedTuple):
    """The bytes that a row takes in its shard and among the receipts, and a hash of its text."""

    row_bytes: int
    audit_bytes: int
    text_key: int


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
    """The parts of a build, each mapped once, for picking rows from many of them."""

    #: Maps that are kept: below the 65,530 that Linux allows a process.
    MAX_OPEN = 20_000

    def __init__(self, work: Path) -> None:
        self._work = work
        self._open: dict[int, list[pa.RecordBatch]] = {}

    def take(
        self, part: npt.NDArray[np.int32], row: npt.NDArray[np.int32], columns: Sequence[str]
    ) -> pa.Table:
        """Pick rows by their part and their place in it; they come in the order asked for.

        Each batch is picked from alone: Arrow would first copy all batches of a part into one.
        """
        order = np.lexsort((row, part))
        part, row = part[order], row[order]
        borders = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), part.size]
        pieces = [
            piece
            for start, end in itertools.pairwise(borders)
            for piece in self._pick(int(part[start]), row[start:end], columns)
        ]
        return pa.Table.from_batches(pieces).take(pa.array(np.argsort(order)))

    def _pick(
        self, part: int, rows: npt.NDArray[np.int32], columns: Sequence[str]
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of one part, which ascend, batch by batch."""
        start = first = 0
        for batch in self._batches(part):
            end = int(np.searchsorted(rows, first + batch.num_rows))
            if end > start:
                yield batch.select(columns).take(pa.array(rows[start:end] - first))
            start, first = end, first + batch.num_rows

    def _batches(self, part: int) -> list[pa.RecordBatch]:
        if part not in self._open:
            if len(self._open) >= self.MAX_OPEN:
                self._open.clear()
            self._open[part] = open_table(part_path(self._work, part, "part")).to_batches()
        return self._open[part]


def measure_row(text: str, nested: int, removed: Iterable[str]) -> RowMeasures:
    """Return the sizes of a row, and the first 8 bytes of its text's SHA-256.

    Sizes decide where shards and row groups end. They are estimates from the row alone: exact
    ones would depend on how rows are grouped.

    Args:
        text: its text.
        nested: its entities and hints.
        removed: what cleaning took away.
    """
    encoded = text.encode()
    return RowMeasures(
        row_bytes=len(encoded) + 60 * nested + 400,
        audit_bytes=sum(len(piece.encode()) + 40 for piece in removed) + 60,
        text_key=int.from_bytes(sha256(encoded).digest()[:8], "big"),
    )
