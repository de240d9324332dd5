"""The release that a build grows from: its rows stay what they are and where they are.

A carry task copies the rows of one shard of that release, with their receipts, into a part
like those of annotate tasks, and leaves the small columns that the corpus stages read. Which
of these rows are published again is decided later: those whose article is still in the input.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
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
    CORPUS_COLUMNS,
    SCHEMAS,
    open_table,
    part_path,
)
from builder.writers.sidecars import small_columns
from schema.arrow import arrow_schema, audit_schema
from schema.article import SCHEMA_VERSION
from schema.manifest import BuildManifest, Shard
from schema.terms import SourceBasis, SourceKind
from schema.validate import validate_table

__all__ = ["CarryTask", "EarlierRelease", "carrier", "leave_carried_ids", "open_release"]

#: Rows that are copied together.
BATCH_ROWS = 2048


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
        # Receipts stand in the order of languages, which is not that of paths: zh, zh-Hant.
        shards = sorted(
            _articles(self.manifest), key=lambda shard: (shard.language or "", shard.path)
        )
        tasks = []
        rows: dict[tuple[str | None, str], int] = {}
        receipts: dict[str, int] = {}
        for number, shard in enumerate(shards):
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

    def differences(self, config: BuildConfig) -> tuple[str, ...]:
        """Say which settings of the corpus stages are other ones than those of this release."""
        settings = config.model_dump(mode="json", include={"splits", "clusters", "signature"})
        return tuple(
            f"[{name}] is not as in {self.manifest.version}, whose articles stay where they are: "
            "near-duplicates among them may lie in two splits"
            for name, values in sorted(settings.items())
            if self.manifest.config.get(name) != values
        )


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
    _check_manifest(manifest, path)
    receipts = _find_receipts(folder, manifest, config)
    return EarlierRelease(folder, receipts, manifest, hashlib.sha256(data).hexdigest())


def _articles(manifest: BuildManifest) -> list[Shard]:
    return [shard for shard in manifest.shards if shard.config != "audit"]


def _check_manifest(manifest: BuildManifest, path: Path) -> None:
    """Refuse a manifest that no build of ours has written."""
    said: Counter[tuple[str, str]] = Counter()
    for release in manifest.releases:
        for language, splits in release.rows.items():
            said.update({(language, split): rows for split, rows in splits.items()})
    held: Counter[tuple[str, str]] = Counter()
    for shard in _articles(manifest):
        held[shard.language or "", shard.split] += shard.rows
    paths = [PurePosixPath(shard.path) for shard in manifest.shards]
    outside = [path for path in paths if path.is_absolute() or ".." in path.parts]
    if not held or said != held or outside:
        raise ConfigError(f"--since: {path} contradicts itself; run `pressmark verify`", path=path)


def _find_receipts(folder: Path, manifest: BuildManifest, config: BuildConfig) -> Path | None:
    if config.audit == "none":
        return None
    home = {"publish": folder, "local": sibling(folder, "audit"), "none": None}[manifest.audit]
    if home is None or not (home / "audit").is_dir():
        raise ConfigError(
            f"--since: the receipts of {folder} are not at hand ({home or 'it was built without'}"
            '); set audit = "none", or give the folder that has them'
        )
    for shard in manifest.shards:
        if shard.config == "audit":
            _check_unchanged(home / shard.path, shard)
    return home


def _check_unchanged(path: Path, shard: Shard) -> None:
    try:
        if hash_file(path) == (shard.bytes, shard.sha256):
            return
    except OSError as error:
        raise ConfigError(f"--since: cannot read {path}: {error.strerror}", path=path) from error
    raise ConfigError(f"--since: {path} has changed since it was built", path=path)


def carrier(
    config: BuildConfig, earlier: EarlierRelease, work: Path
) -> Callable[[], Callable[[CarryTask], int]]:
    """Return the factory that an executor calls once per worker; tasks return their rows."""
    return partial(_Carrier, config, earlier, work)


class _Carrier:
    """Where one worker reads and writes."""

    def __init__(self, config: BuildConfig, earlier: EarlierRelease, work: Path) -> None:
        self.signature = config.signature
        self.earlier = earlier
        self.work = work
        withheld = withheld_articles(config)
        self.withheld_ids = pa.array(sorted(withheld.ids), pa.string())
        self.withheld_sources = pa.array(sorted(withheld.domains), pa.string())
        self.withheld_hints = {(SourceKind.URL, url) for url in withheld.urls}
        self.withheld_hints |= {(SourceKind.PUBLISHER, name) for name in withheld.domains}

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
        _check_unchanged(path, task.shard)
        try:
            receipts = _Receipts(self.earlier, task)
            for batch in pq.ParquetFile(path).iter_batches(BATCH_ROWS):
                rows = pa.Table.from_batches([batch]).cast(arrow_schema())
                findings = validate_table(rows, limit=1)
                if findings:
                    message = f"--since: {path} breaks the schema ({findings[0].message})"
                    raise ConfigError(message, path=path)
                yield rows.append_column("removed", receipts.take(rows["id"]))
        except (OSError, pa.ArrowException, ValueError) as error:
            raise ConfigError(f"--since: cannot read {path}: {error}", path=path) from error

    def _small_columns(self, rows: pa.Table, task: CarryTask, first: int) -> pa.Table:
        count = rows.num_rows
        texts = rows["text"].to_pylist()
        columns = {
            **small_columns(rows),
            **{name: rows[name] for name in CORPUS_COLUMNS},
            "row": np.arange(first, first + count),
            # Only compared with the length of rows that come after this one anyway.
            "raw_chars": pc.utf8_length(rows["text"]),
            "signature": [signed.tobytes() for signed in sign_texts(texts, self.signature)],
            "split": [task.shard.split] * count,
            "release": self.earlier.releases(task, first, count),
        }
        return pa.Table.from_pydict(columns, SCHEMAS["carried"]).filter(self._may_stay(rows))

    def _may_stay(self, rows: pa.Table) -> pa.Array:
        """Tell which rows are not withheld by now; another record of their text is read anew."""
        gone = np.zeros(rows.num_rows, dtype=np.bool_)
        for values, withheld in (
            (rows["id"], self.withheld_ids),
            (pc.struct_field(rows["origin"], "id"), self.withheld_ids),
            (rows["source"], self.withheld_sources),
        ):
            gone |= pc.is_in(values, value_set=withheld).to_numpy(zero_copy_only=False)
        if self.withheld_hints:
            for row, hints in enumerate(rows["source_hints"].to_pylist()):
                gone[row] |= any(
                    (hint["kind"], hint["value"]) in self.withheld_hints
                    for hint in hints
                    if hint["basis"] != SourceBasis.TEXT
                )
        return pa.array(~gone)


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
