"""One Parquet file → its findings, and the short columns that concern the whole corpus."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from builder.corpus.stats import Summary, summarise_articles, summarise_audit
from schema.arrow import HUGGINGFACE_KEY, arrow_schema, audit_schema, model_schema
from schema.article import Article, AuditRow
from schema.findings import Finding, FindingCode
from schema.validate import validate_table

__all__ = ["ShardPlace", "ShardReading", "open_batches", "read_shard", "shard_place"]

#: Largest row group, in bytes before compression, that the Hub's viewer shows.
MAX_ROW_GROUP_BYTES = 100_000_000

#: A shard up to this size, in bytes before compression, is read at once and measured exactly.
MAX_MEASURED_BYTES = 1_000_000_000

#: Rows of one batch where a shard is read piece by piece.
BATCH_ROWS = 4096

#: Rows that are described one by one in one shard.
MAX_DESCRIBED = 100

_NAME = re.compile(
    r"(?:(?P<folder>[^/\n]+)/)?(?:(?P<language>[^/\n]+)/)?"
    r"(?P<split>\w+(?:\.\w+)*)-\d{5}-of-\d{5}\.parquet"
)
_SHORT = ("id", "language", "cluster_id", "cluster_size")


@dataclass(frozen=True)
class ShardPlace:
    """What the place of a file says about its rows."""

    path: str
    config: str
    split: str
    language: str | None

    @property
    def model(self) -> type[BaseModel]:
        """The model that the rows are held to."""
        return AuditRow if self.config == "audit" else Article


def shard_place(path: str) -> ShardPlace:
    """Read config, split and language from the place of a file."""
    found = _NAME.fullmatch(path)
    if found is None:
        return ShardPlace(path, "audit" if path.startswith("audit/") else "default", "", None)
    if found["folder"] == "audit":
        return ShardPlace(path, "audit", found["split"], None)
    language = found["language"] if found["folder"] == "data" else None
    return ShardPlace(path, "default", found["split"], language)


@dataclass
class ShardReading:
    """A shard as it was read; `short` holds its short columns in row order."""

    place: ShardPlace
    findings: list[Finding] = field(default_factory=list)
    schema: pa.Schema | None = None
    rows: int = 0
    file_bytes: int = 0
    num_bytes: int | None = None
    short: pa.Table | None = None
    summary: Summary | None = None

    @property
    def readable(self) -> bool:
        """Tell whether every row could be read."""
        return self.schema is not None and not any(
            found.code is FindingCode.FILE_UNREADABLE for found in self.findings
        )


def read_shard(path: Path, place: ShardPlace) -> ShardReading:
    """Check one shard. Never raises, whatever the file holds."""
    reading = ShardReading(place)
    try:
        reading.file_bytes = path.stat().st_size
        with pq.ParquetFile(path) as parquet:
            reading.schema = parquet.schema_arrow
            reading.rows = parquet.metadata.num_rows
            reading.findings += _footer(parquet, place)
            _rows(parquet, reading)
    except (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError) as error:
        message = f"this is no readable Parquet file: {' '.join(str(error).split())[:200]}"
        reading.findings.append(Finding(FindingCode.FILE_UNREADABLE, message, place.path))
    return reading


def open_batches(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield some columns of a shard, piece by piece."""
    with pq.ParquetFile(path) as parquet:
        yield from parquet.iter_batches(BATCH_ROWS, columns=columns)


def _footer(parquet: pq.ParquetFile, place: ShardPlace) -> Iterator[Finding]:
    metadata = parquet.metadata
    if metadata.num_rows == 0:
        message = "the file holds no row; leave the split out instead"
        yield Finding(FindingCode.SHARD_EMPTY, message, place.path)
    for index in range(metadata.num_row_groups):
        size = metadata.row_group(index).total_byte_size
        if size > MAX_ROW_GROUP_BYTES:
            message = f"row group {index} has {size:,} bytes; the viewer shows 100,000,000"
            yield Finding(FindingCode.ROW_GROUP_SIZE, message, place.path)
    expected = audit_schema() if place.config == "audit" else arrow_schema()
    actual = parquet.schema_arrow
    if not actual.equals(expected) and _nullable(actual) == _nullable(expected):
        message = "the columns agree, but which of them may be null does not"
        yield Finding(FindingCode.SCHEMA_MISMATCH, message, place.path)
    for key, wanted in (expected.metadata or {}).items():
        held = (actual.metadata or {}).get(key)
        if held is None:
            message = f"the file's metadata has no key {key.decode()!r}"
            yield Finding(FindingCode.SCHEMA_MISMATCH, message, place.path)
        elif not _same(held, wanted, as_json=key == HUGGINGFACE_KEY):
            message = f"the file's metadata {key.decode()!r} is not that of the schema"
            yield Finding(FindingCode.SCHEMA_MISMATCH, message, place.path)


def _nullable(schema: pa.Schema) -> Any:
    """Return a schema as a value in which nullability does not count."""

    def plain(kind: pa.DataType) -> Any:
        if pa.types.is_list(kind):
            return [plain(kind.value_type)]
        if pa.types.is_struct(kind):
            return {inner.name: plain(inner.type) for inner in kind}
        return str(kind)

    return [(column.name, plain(column.type)) for column in schema]


def _same(held: bytes, wanted: bytes, *, as_json: bool) -> bool:
    if not as_json:
        return held == wanted
    try:
        return bool(json.loads(held) == json.loads(wanted))
    except ValueError:
        return False


def _rows(parquet: pq.ParquetFile, reading: ShardReading) -> None:
    place = reading.place
    metadata = parquet.metadata
    size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    short: list[pa.RecordBatch] = []
    if size <= MAX_MEASURED_BYTES:
        table = parquet.read()
        reading.num_bytes = table.nbytes
        batches = _keeping(iter(table.to_batches()), short)
        if not table.num_rows:
            batches = iter([pa.RecordBatch.from_pylist([], schema=table.schema)])
    else:
        table = None
        batches = _keeping(parquet.iter_batches(BATCH_ROWS), short)
    for found in validate_table(batches, place.model, limit=MAX_DESCRIBED):
        # Ids and clusters are compared over all shards, later.
        if found.code not in (FindingCode.ID_REPEATED, FindingCode.CLUSTER_SIZE):
            reading.findings.append(found._replace(path=place.path))
    reading.short = pa.Table.from_batches(short) if short else None
    sound = all(found.code not in _SPOIL for found in reading.findings)
    if table is not None and sound and table.schema.names == model_schema(place.model).names:
        reading.summary = (
            summarise_audit(table)
            if place.config == "audit"
            else summarise_articles(table, place.split)
        )


#: Findings after which a table cannot be counted.
_SPOIL = frozenset(
    {
        FindingCode.SCHEMA_MISMATCH,
        FindingCode.FILE_UNREADABLE,
        FindingCode.ROW_NULL,
        FindingCode.ROW_VALUE,
    }
)


def _keeping(
    batches: Iterator[pa.RecordBatch], short: list[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Pass batches on, and keep their short columns."""
    for batch in batches:
        short.append(_short_columns(batch))
        yield batch


def _short_columns(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Take the short columns in safe types; what cannot be had is null."""
    kinds = {name: pa.large_string() for name in _SHORT} | {"cluster_size": pa.int64()}
    columns = []
    for name, kind in kinds.items():
        found = batch.schema.get_all_field_indices(name)
        column = pa.nulls(batch.num_rows, kind)
        if len(found) == 1:
            try:
                cast = batch.column(found[0]).cast(kind)
                cast.validate(full=True)
                column = cast
            except pa.ArrowException:
                pass
        columns.append(column)
    return pa.RecordBatch.from_arrays([*columns, _text_keys(batch)], names=[*kinds, "text_key"])


def _text_keys(batch: pa.RecordBatch) -> pa.Array:
    """Return a hash of every cleaned text, by which equal texts are found."""
    found = batch.schema.get_all_field_indices("text")
    if len(found) != 1:
        return pa.nulls(batch.num_rows, pa.large_binary())
    try:
        texts = batch.column(found[0]).cast(pa.large_binary()).to_pylist()
    except pa.ArrowException:
        return pa.nulls(batch.num_rows, pa.large_binary())
    keys = [None if text is None else blake2b(text, digest_size=16).digest() for text in texts]
    return pa.array(keys, pa.large_binary())
