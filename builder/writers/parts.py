"""Parts: what one annotate task leaves for the stages after it, as Arrow files.

Parts are mapped into memory when they are read, so picking rows from many of
them touches only the pages that hold those rows.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pyarrow as pa

from schema.arrow import model_schema, reject_schema
from schema.article import Article, AuditRow

__all__ = [
    "CORPUS_COLUMNS",
    "SCHEMAS",
    "TEMPLATES",
    "open_table",
    "part_path",
    "read_parts",
]

Kind = Literal["part", "sidecar", "rejects", "scan-articles", "scan-segments"]

#: Name of the frozen table of template text in the work folder; absent if nothing recurs.
TEMPLATES = "templates.npy"

#: Columns that only the corpus stages know.
CORPUS_COLUMNS = ("cluster_id", "cluster_size")

#: What a task writes: `part` (all published columns but the cluster's, and the receipts),
#: `sidecar` (the small columns that corpus stages read), `rejects`.
SCHEMAS: dict[Kind, pa.Schema] = {
    "part": pa.schema(
        [field for field in model_schema(Article) if field.name not in CORPUS_COLUMNS]
        + [model_schema(AuditRow).field("removed")]
    ),
    "sidecar": pa.schema(
        {
            "part": pa.int32(),
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
            "signature": pa.binary(),
        }
    ),
    "rejects": reject_schema(),
}


def part_path(work: Path, index: int, kind: Kind) -> Path:
    """Return where a task keeps its part, sidecar, rejects or counts."""
    return work / "tasks" / f"{index:07d}.{kind}.arrow"


def open_table(path: Path) -> pa.Table:
    """Map an Arrow file of ours into memory; pages are read when they are used."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def read_parts(work: Path, indices: Sequence[int], kind: Kind) -> pa.Table:
    """Return one kind of file of all tasks, one after the other."""
    tables = [open_table(part_path(work, index, kind)) for index in indices]
    return pa.concat_tables([SCHEMAS[kind].empty_table(), *tables])
