"""The build, from a folder of articles to a folder that could be uploaded today.

    plan → (carry) → scan → annotate → decide → write → describe → swap in

The only module that knows this order. Everything is written in
`<out>.partial` and appears at its place by rename when it is whole.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from builder.config import BuildConfig
from builder.corpus.stats import Summary
from builder.corpus.templates import Templates
from builder.decide import Decision, EarlierRows, decide
from builder.describe import BuildRecord, check_description, describe_build
from builder.earlier import CarryTask, EarlierRelease, carrier, leave_carried_ids, open_release
from builder.errors import ConfigError, InputError
from builder.executors import Executor, Settings, make_executor
from builder.kept import Recipe, Store, keeping, record_context, scan_context
from builder.progress import Progress, silent
from builder.readers import FileListing, Root, Slice, digest_input, list_files, plan_slices
from builder.scan import SCAN_KINDS, ScanReport, ScanTask, freeze_templates, may_recur, scanner
from builder.shards import ASSIGNMENT, ShardReport, plan_shards, shard_writer
from builder.tasks import KINDS, AnnotateTask, SliceReport, annotator
from builder.tools import ships
from builder.writers.atomic import (
    KEPT,
    check_replaceable,
    mark_folder,
    remove_folder,
    replace_folder,
    sibling,
    translate_os_errors,
    work_folder,
)
from builder.writers.parquet import write_parquet
from builder.writers.parts import SCHEMAS, open_table, part_path, read_parts
from schema.manifest import BuildManifest, InputRecord
from schema.reject import Reject

__all__ = ["BuildRequest", "build"]

#: Bytes of input in one task of a large build: long enough to hide its start.
SLICE_BYTES = 8_000_000
#: A smaller build gets shorter tasks, but none shorter than this, to have about as many.
LEAST_SLICE_BYTES = 500_000
BALANCED_TASKS = 32

#: Makes, once per worker, what does a task.
Factory = Callable[[], Callable[[Any], Any]]


@dataclass(frozen=True)
class BuildRequest:
    """What to build, where, and with how many workers; nothing here changes a byte.

    Attributes:
        input: a file or folder of articles, here or in a store.
        out: the folder to make; one that an earlier build made is replaced.
        config: what decides the bytes.
        base: folder that paths in the configuration are relative to.
        executor: a name in `EXECUTORS`.
        workers: processes.
        since: folder of the release to grow from; everything is built anew without one.
        cache: folder that keeps finished work for the next build; without one it is kept until
            a build has ended well.
    """

    input: Root
    out: Path
    config: BuildConfig
    base: Path
    executor: str = "processes"
    workers: int = 1
    since: Path | None = None
    cache: Path | None = None


class _Written(NamedTuple):
    """Shards and the counts of their rows."""

    shards: tuple[ShardReport, ...]
    summary: Summary


def build(request: BuildRequest, progress: Progress | None = None) -> BuildManifest:
    """Build a data set.

    Returns:
        The manifest, as it was written.

    Raises:
        ConfigError: a file or value that the configuration names is wrong.
        InputError: no article was found, or none was published (rejects are written).
        OutputError: the output cannot be written, or `out` is not ours to replace.
    """
    progress = progress or silent
    out = request.out
    _check_places(request)
    check_description(request.config, request.base)
    listing = _list(request)
    with work_folder(out) as work, Store(request.cache or work / KEPT).in_use() as store:
        earlier = open_release(request.since, request.config) if request.since else None
        inputs = _hash_inputs(request, listing, progress)
        slices = plan_slices(listing, _slice_bytes(listing))
        carried = earlier.plan(len(slices)) if earlier else []
        if earlier:
            _carry(request, earlier, carried, work, progress)
        places = _Places(request.input, work, store, earlier)
        templates = _scan(request, slices, places, progress)
        reports = _annotate(request, slices, places, progress)
        with progress("decide", 1, "step") as advance:
            decision = _decide(request, len(reports), carried, work)
            if earlier:
                told = (*earlier.differences(request.config), *decision.warnings)
                decision = decision._replace(warnings=told)
            advance(1)
        _write_rejects(work, listing, len(reports), decision)
        record = BuildRecord(listing, inputs, tuple(reports), decision, templates, earlier)
        if not decision.assigned.num_rows:
            # The rejects beside an older build belong to it.
            kind = "failed" if out.exists() else "rejects"
            _place(work / "rejects", sibling(out, kind), work)
            raise InputError(_nothing_published(record, sibling(out, kind)), path=request.input)
        written = _write_shards(request, decision, work, progress)
        manifest = describe_build(
            request.config,
            request.base,
            record,
            ([report.shard for report in written.shards], written.summary),
            work / "dataset",
        )
        for kind in ("rejects", "audit", "failed"):
            _place(work / kind, sibling(out, kind), work)
        replace_folder(work / "dataset", out, work)
    return manifest


def _check_places(request: BuildRequest) -> None:
    """Refuse places that a build must not write to, before it does any work."""
    out = request.out
    try:
        named = out.name.encode()
    except UnicodeEncodeError:
        named = b""
    if not named:
        raise ConfigError(f"--out {str(out)!r} is no name for a folder; give another", path=out)
    _check_cache(request)
    root = request.input.resolve() if isinstance(request.input, Path) else None
    for folder in _ours(out):
        if root and root.is_relative_to(folder.resolve()):
            raise ConfigError(
                f"the input {request.input} lies in {folder}, which the build replaces; "
                "choose another --out",
                path=out,
            )
        check_replaceable(folder)


def _check_cache(request: BuildRequest) -> None:
    """Refuse a cache that the build would replace or read."""
    if request.cache is None:
        return
    cache = request.cache.resolve()
    places = _ours(request.out)
    if isinstance(request.input, Path):
        places.append(request.input)
    for folder in (place.resolve() for place in places):
        if cache.is_relative_to(folder) or folder.is_relative_to(cache):
            raise ConfigError(
                f"--cache {request.cache} and {folder} lie in each other; choose another folder",
                path=request.cache,
            )


def _ours(out: Path) -> list[Path]:
    """Return all folders that a build into `out` may replace."""
    return [out, *(sibling(out, kind) for kind in ("partial", "rejects", "audit", "failed"))]


def _list(request: BuildRequest) -> FileListing:
    root = request.input
    listing = list_files(root, _ours(request.out), request.config.input.links)
    if not listing.files and not listing.rejects:
        raise InputError(
            f"no article found in {root}: no file that a reader knows "
            f"({len(listing.skipped)} skipped); see docs/preparing-articles.md",
            path=root,
        )
    return listing


def _slice_bytes(listing: FileListing) -> int:
    """Choose the size of tasks by the input alone, in steps, so that growth seldom changes it."""
    total, size = sum(file.bytes for file in listing.files), SLICE_BYTES
    while size > LEAST_SLICE_BYTES and total < size * BALANCED_TASKS:
        size //= 2
    return size


def _hash_inputs(
    request: BuildRequest, listing: FileListing, progress: Progress
) -> tuple[InputRecord, ...]:
    """Hash the input files; one that cannot be read is left to its reader to reject."""
    records = []
    with progress("hash", sum(file.bytes for file in listing.files), "B") as advance:
        for file in listing.files:
            with suppress(OSError):
                size, digest = digest_input(request.input, file.path)
                records.append(InputRecord(path=file.path, bytes=size, sha256=digest))
            advance(file.bytes)
    return tuple(records)


class _Places(NamedTuple):
    """Where a build reads and works, what it keeps, and what it grows from."""

    root: Root
    work: Path
    store: Store
    earlier: EarlierRelease | None = None

    def keeping(self, make: Callable[..., Factory], config: BuildConfig, recipe: Recipe) -> Factory:
        """Return the factory of a kind of work that is not done again."""
        factory = make(config, self.root, self.work)
        return keeping(factory, recipe, self.store, self.root, self.work)


def _scan(
    request: BuildRequest, slices: Sequence[Slice], places: _Places, progress: Progress
) -> Templates | None:
    """Find the template text of all sources, unless there are too few articles for any."""
    config = request.config
    if not config.cleaning.repetition or not may_recur(slices, config.repetition):
        return None
    tasks = [ScanTask(number, piece) for number, piece in enumerate(slices)]
    executor = _executor(request, len(tasks))
    with progress("scan", sum(task.slice.bytes for task in tasks), "B") as advance:
        recipe = Recipe(scan_context(config), SCAN_KINDS, ScanReport.from_json)
        for report in executor.run(places.keeping(scanner, config, recipe), tasks):
            advance(report.bytes)
    return freeze_templates(places.work, len(tasks), config.repetition)


def _annotate(
    request: BuildRequest, slices: Sequence[Slice], places: _Places, progress: Progress
) -> list[SliceReport]:
    """Send every slice of the input through the record stages."""
    tasks = [AnnotateTask(number, piece) for number, piece in enumerate(slices)]
    executor = _executor(request, len(tasks))
    reports = []
    with progress("annotate", sum(task.slice.bytes for task in tasks), "B") as advance:
        since = places.earlier.sha256 if places.earlier else ""
        recipe = Recipe(
            record_context(request.config, since), KINDS, SliceReport.from_json, uses_templates=True
        )
        for report in executor.run(places.keeping(annotator, request.config, recipe), tasks):
            reports.append(report)
            advance(report.bytes)
    return reports


def _carry(
    request: BuildRequest,
    earlier: EarlierRelease,
    tasks: Sequence[CarryTask],
    work: Path,
    progress: Progress,
) -> None:
    """Copy the rows of the earlier release, and leave their ids for the annotate tasks."""
    executor = _executor(request, len(tasks))
    with progress("carry", sum(task.shard.rows for task in tasks), "rows") as advance:
        for rows in executor.run(carrier(request.config, earlier, work), tasks):
            advance(rows)
    leave_carried_ids(work, tasks)


def _decide(
    request: BuildRequest, tasks: int, carried: Sequence[CarryTask], work: Path
) -> Decision:
    """Compare all articles, and leave the assignment table for the shards."""
    earlier = None
    if carried:
        earlier = EarlierRows(
            read_parts(work, [task.number for task in carried], "carried"),
            read_parts(work, range(tasks), "seen"),
        )
    decision = decide(read_parts(work, range(tasks), "sidecar"), request.config, earlier)
    path = work / ASSIGNMENT
    assigned = decision.assigned
    with translate_os_errors(path), pa.ipc.new_file(str(path), assigned.schema) as sink:
        sink.write_table(assigned)
    return decision


def _write_shards(
    request: BuildRequest, decision: Decision, work: Path, progress: Progress
) -> _Written:
    config = request.config
    home = {"publish": work / "dataset", "local": work / "audit", "none": work}[config.audit]
    folders = {"default": work / "dataset", "audit": home}
    if config.audit == "local":
        mark_folder(home)
    tasks = plan_shards(decision.assigned, config.output, audit=config.audit != "none")
    reports, summary = [], Summary()
    with progress("write", sum(sum(task.groups) for task in tasks), "rows") as advance:
        # Rows of ours end no worker, so a single one needs no process of its own.
        executor = _executor(request, len(tasks), alone="inline")
        for report in executor.run(shard_writer(work, folders), tasks):
            reports.append(report)
            summary.add(report.summary)
            advance(report.shard.rows)
    return _Written(tuple(reports), summary)


def _write_rejects(work: Path, listing: FileListing, tasks: int, decision: Decision) -> None:
    """Write all rejects of the build as one file, in the order of the stages."""
    schema = SCHEMAS["rejects"]

    def groups() -> Iterator[pa.Table]:
        yield _reject_table(listing.rejects)
        for index in range(tasks):
            yield open_table(part_path(work, index, "rejects"))
        yield _reject_table(decision.rejects)

    folder = work / "rejects"
    mark_folder(folder)
    filled = (table for table in groups() if table.num_rows)
    write_parquet(folder / "rejects-00000-of-00001.parquet", schema, filled)


def _reject_table(rejects: Iterable[Reject]) -> pa.Table:
    rows = [reject.model_dump() for reject in rejects]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["rejects"])


def _place(new: Path, out: Path, work: Path) -> None:
    """Put a folder that this build may have made beside the data set, or clear an old one."""
    if new.exists():
        replace_folder(new, out, work)
    else:
        remove_folder(out, work)


def _executor(request: BuildRequest, tasks: int, alone: str | None = None) -> Executor:
    """Prepare the workers for some tasks; `alone` is the executor of a single one."""
    workers = max(1, min(request.workers, tasks))
    # A connection to a store does not survive a fork.
    fork = ships(request.config) and isinstance(request.input, Path)
    settings = Settings(workers, request.config.limits, fork=fork)
    name = alone if alone and workers == 1 else request.executor
    return make_executor(name, settings)


def _nothing_published(record: BuildRecord, rejects: Path) -> str:
    reasons = ", ".join(f"{count} {code}" for code, count in sorted(record.rejects().items()))
    return (
        f"no article was published; {record.read()} were rejected ({reasons}), see {rejects}; "
        "a data set that was there before is left as it was"
    )
