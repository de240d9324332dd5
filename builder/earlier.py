"""The release that a build grows from: its rows stay what they are and where they are.

A carry task copies the rows of one shard of that release, with their receipts, into a part
like those of annotate tasks, and leaves the small columns that the corpus stages read. Which
of these rows are published again is decided later: those whose article is still in the input.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ValidationError

from builder.config import BuildConfig
from builder.corpus.columns import id_array
from builder.corpus.splits import split_codes
from builder.errors import ConfigError
from builder.text.signature import sign_texts
from builder.tools import withheld_articles
from builder.writers.atomic import sibling, translate_os_errors
from builder.writers.parquet import hash_file
from builder.writers.parts import (
    CARRIED_IDS,
    SCHEMAS,
    RowMeasures,
    measure_row,
    open_table,
    part_path,
)
from schema.arrow import audit_schema
from schema.article import SCHEMA_VERSION
from schema.manifest import BuildManifest, Shard

__all__ = ["CarryTask", "EarlierRelease", "carrier", "leave_carried_ids", "open_release"]

#: Rows that are copied together.
BATCH_ROWS = 2048

#: Columns of the earlier release that the corpus stages read as they are.
CARRIED_COLUMNS = (
    *("id", "language", "source", "date", "date_precision"),
    *("cluster_id", "cluster_size"),
)


class CarryTask(NamedTuple):
    """One shard of the earlier release.

    Attributes:
        number: where its part is.
        shard: the file.
        row: number of its first row among those of its language and split.
        receipt: number of its first row among the receipts of its split.
    """

    number: int
    shard: Shard
    row: int
    receipt: int


class EarlierRelease(NamedTuple):
    """An earlier build: where it is and what it holds.

    Attributes:
        folder: the data set.
        receipts: folder that holds its `audit` shards; None if the new build wants none.
        manifest: its manifest.
        sha256: SHA-256 of the manifest's bytes.
    """

    folder: Path
    receipts: Path | None
    manifest: BuildManifest
    sha256: str

    def plan(self, first: int) -> list[CarryTask]:
        """Return a task for each shard; `first` is the number of the first one."""
        shards = [shard for shard in self.manifest.shards if shard.config != "audit"]
        tasks = []
        rows: dict[tuple[str | None, str], int] = {}
        receipts: dict[str, int] = {}
        for number, shard in enumerate(sorted(shards, key=lambda shard: shard.path)):
            place = (shard.language, shard.split)
            row, receipt = rows.get(place, 0), receipts.get(shard.split, 0)
            tasks.append(CarryTask(first + number, shard, row, receipt))
            rows[place] = row + shard.rows
            receipts[shard.split] = receipt + shard.rows
        return tasks

    def releases(self, task: CarryTask, first: int, rows: int) -> pa.Array:
        """Return for some rows of a shard the number of the release in which each appeared."""
        language, split = task.shard.language or "", task.shard.split
        held = [release.rows.get(language, {}).get(split, 0) for release in self.manifest.releases]
        places = task.row + np.arange(first, first + rows)
        return pa.array(np.searchsorted(np.cumsum(held), places, side="right"), pa.int32())


def open_release(folder: Path, config: BuildConfig) -> EarlierRelease:
    """Open an earlier build to grow from.

    Raises:
        ConfigError: it is no build of ours, its rows or splits do not fit the configuration, it
            has the same version, or its receipts are not at hand.
    """
    path = folder / "manifest.json"
    try:
        data = path.read_bytes()
        manifest = BuildManifest.model_validate_json(data)
    except OSError as error:
        raise ConfigError(f"--since: cannot read {path}: {error.strerror}", path=path) from error
    except ValidationError as error:
        message = f"--since: {path} is not the manifest of a build that this version can grow from"
        raise ConfigError(message, path=path) from error
    if manifest.schema_version != SCHEMA_VERSION:
        raise ConfigError(
            f"--since: {folder} has rows of schema {manifest.schema_version}, new ones have "
            f"{SCHEMA_VERSION}; build without --since"
        )
    if manifest.version == config.version:
        raise ConfigError(
            f"--since: {folder} is version {config.version}, too; give the new release another "
            "`version` in the configuration"
        )
    try:
        split_codes(pa.array(sorted(manifest.counts.splits), pa.string()), config.splits)
    except ValueError as error:
        raise ConfigError(f"--since: {error}") from error
    digest = hashlib.sha256(data).hexdigest()
    return EarlierRelease(folder, _find_receipts(folder, manifest, config), manifest, digest)


def _find_receipts(folder: Path, manifest: BuildManifest, config: BuildConfig) -> Path | None:
    if config.audit == "none":
        return None
    home = {"publish": folder, "local": sibling(folder, "audit"), "none": None}[manifest.audit]
    if home is None or not (home / "audit").is_dir():
        raise ConfigError(
            f"--since: the receipts of {folder} are not at hand ({home or 'it was built without'}"
            '); set audit = "none", or give the folder that has them'
        )
    return home


def carrier(
    config: BuildConfig, earlier: EarlierRelease, work: Path
) -> Callable[[], Callable[[CarryTask], int]]:
    """Return the factory that an executor calls once per worker; tasks return their rows."""
    return partial(_Carrier, config, earlier, work)


class _Carrier:
    """Where one worker reads and writes."""

    def __init__(self, config: BuildConfig, earlier: EarlierRelease, work: Path) -> None:
        self.signature = config.signature
        self.splits = config.splits
        self.earlier = earlier
        self.work = work
        withheld = withheld_articles(config)
        self.withheld = {
            "id": pa.array(sorted(withheld.ids), pa.string()),
            "source": pa.array(sorted(withheld.domains), pa.string()),
        }

    def __call__(self, task: CarryTask) -> int:
        """Copy one shard, less what is withheld by now.

        Raises:
            ConfigError: the shard or its receipts are not what was built.
            OutputError: the disk is full or not writable.
        """
        part, carried = (part_path(self.work, task.number, kind) for kind in ("part", "carried"))
        with translate_os_errors(self.work):
            part.parent.mkdir(parents=True, exist_ok=True)
            with (
                pa.ipc.new_file(pa.OSFile(str(part), "wb"), SCHEMAS["part"]) as parts,
                pa.ipc.new_file(pa.OSFile(str(carried), "wb"), SCHEMAS["carried"]) as small,
            ):
                row = 0
                for rows in self._read(task):
                    parts.write_table(rows.select(SCHEMAS["part"].names).cast(SCHEMAS["part"]))
                    small.write_table(self._small_columns(rows, task, row))
                    row += rows.num_rows
        return row

    def _read(self, task: CarryTask) -> Iterator[pa.Table]:
        """Yield the rows of a shard, each with its receipt."""
        path = self.earlier.folder / task.shard.path
        try:
            if hash_file(path) != (task.shard.bytes, task.shard.sha256):
                raise ConfigError(f"--since: {path} has changed since it was built", path=path)
            receipts = _Receipts(self.earlier, task)
            for batch in pq.ParquetFile(path).iter_batches(BATCH_ROWS):
                rows = pa.Table.from_batches([batch])
                yield rows.append_column("removed", receipts.take(rows["id"]))
        except (OSError, pa.ArrowException) as error:
            raise ConfigError(f"--since: cannot read {path}: {error}", path=path) from error

    def _small_columns(self, rows: pa.Table, task: CarryTask, first: int) -> pa.Table:
        count = rows.num_rows
        texts = rows["text"].to_pylist()
        nested = _list_lengths(rows, ("entities", "date_hints", "source_hints"))
        removed = ([piece["text"] for piece in pieces] for pieces in rows["removed"].to_pylist())
        measures = map(measure_row, texts, nested.tolist(), removed)
        columns = {
            **{name: rows[name] for name in CARRIED_COLUMNS},
            **dict(zip(RowMeasures._fields, zip(*measures, strict=True), strict=True)),
            "row": np.arange(first, first + count),
            # Only compared with the length of rows that come after this one anyway.
            "raw_chars": pc.utf8_length(rows["text"]),
            "path": pc.struct_field(rows["origin"], "path"),
            "record": pc.struct_field(rows["origin"], "record"),
            "origin_id": pc.struct_field(rows["origin"], "id"),
            "signature": [signed.tobytes() for signed in sign_texts(texts, self.signature)],
            "split": [task.shard.split] * count,
            "release": self.earlier.releases(task, first, count),
        }
        kept = np.ones(count, dtype=np.bool_)
        for name, values in self.withheld.items():
            kept &= ~pc.is_in(rows[name], value_set=values).to_numpy(zero_copy_only=False)
        return pa.Table.from_pydict(columns, SCHEMAS["carried"]).filter(pa.array(kept))


def _list_lengths(rows: pa.Table, names: Iterable[str]) -> npt.NDArray[np.int64]:
    """Return for each row how many items its lists hold together."""
    lengths = [pc.list_value_length(rows[name]).to_numpy() for name in names]
    return np.asarray(np.sum(lengths, axis=0), dtype=np.int64)


class _Receipts:
    """The receipts of one shard's rows, in their order; empty ones if none are wanted."""

    def __init__(self, earlier: EarlierRelease, task: CarryTask) -> None:
        self._batches = _receipt_batches(earlier, task)
        self._wanted = earlier.receipts is not None
        self._held = audit_schema().empty_table()

    def take(self, ids: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return the removed pieces of the next articles.

        Raises:
            ConfigError: the receipts are of other articles.
        """
        if not self._wanted:
            empty = pa.array([[]] * len(ids), audit_schema().field("removed").type)
            return pa.chunked_array([empty])
        while self._held.num_rows < len(ids):
            batch = next(self._batches, None)
            if batch is None:
                break
            more = pa.Table.from_batches([batch]).cast(audit_schema())
            self._held = pa.concat_tables([self._held, more])
        found, self._held = self._held.slice(0, len(ids)), self._held.slice(len(ids))
        if not found["id"].equals(ids.cast(pa.string())):
            raise ConfigError("--since: the receipts are not those of the articles, in their order")
        return found["removed"]


def _receipt_batches(earlier: EarlierRelease, task: CarryTask) -> Iterator[pa.RecordBatch]:
    """Read the receipts of a split, from the first one of a shard on."""
    end = 0
    for shard in earlier.manifest.shards:
        if earlier.receipts is None or (shard.config, shard.split) != ("audit", task.shard.split):
            continue
        start, end = end, end + shard.rows
        if task.receipt >= end:
            continue
        skip = max(0, task.receipt - start)
        for batch in pq.ParquetFile(earlier.receipts / shard.path).iter_batches(BATCH_ROWS):
            yield batch.slice(min(skip, batch.num_rows))
            skip = max(0, skip - batch.num_rows)


def leave_carried_ids(work: Path, tasks: Sequence[CarryTask]) -> None:
    """Leave the sorted ids of all carried rows for the annotate tasks.

    Raises:
        OutputError: the disk is full or not writable.
    """
    columns = [open_table(part_path(work, task.number, "carried"))["id"] for task in tasks]
    ids = np.sort(np.concatenate([id_array(column) for column in columns]))
    path = work / CARRIED_IDS
    with translate_os_errors(path):
        np.save(path, ids, allow_pickle=False)
