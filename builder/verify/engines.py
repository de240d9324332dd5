"""The same rows through other libraries: what users will really get.

Each engine is one small function that reads the shards of one split, in order, into an
Arrow table. The tables are brought into one schema and compared value by value.
"""

import importlib.util
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.errors import ConfigError
from builder.progress import Advance, Progress, silent
from builder.verify.card_configs import Config
from builder.verify.card_text import quote
from builder.verify.shards import ShardReading
from schema.findings import Finding, FindingCode

__all__ = ["ENGINES", "check_engines", "choose_engines"]

Files = Sequence[str]


def _read_files(files: Files) -> pa.Table:
    """Read file by file: the rows that all others must give."""
    tables = []
    for file in files:
        # Not `read_table`, which takes a folder named `a=b` for a column.
        with pq.ParquetFile(file) as parquet:
            tables.append(parquet.read())
    return pa.concat_tables(tables)


def _read_pyarrow(files: Files) -> pa.Table:
    import pyarrow.dataset as ds

    return ds.dataset(list(files), format="parquet").to_table()


def _read_pandas(files: Files) -> pa.Table:
    import pandas as pd

    frame = pd.concat(
        [pd.read_parquet(file, partitioning=None) for file in files], ignore_index=True
    )
    return pa.Table.from_pandas(frame, schema=_plain(pq.read_schema(files[0])), safe=True)


def _read_polars(files: Files) -> pa.Table:
    import polars as pl

    return pl.read_parquet(list(files), glob=False).to_arrow()


def _read_duckdb(files: Files) -> pa.Table:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        query = "SELECT * FROM read_parquet($files, hive_partitioning = false)"
        return connection.sql(query, params={"files": list(files)}).to_arrow_table()


#: Engines that read files, by name; `datasets` reads configs and stands apart.
FILE_ENGINES: Mapping[str, Callable[[Files], pa.Table]] = {
    "pyarrow": _read_pyarrow,
    "pandas": _read_pandas,
    "polars": _read_polars,
    "duckdb": _read_duckdb,
}
ENGINES = (*FILE_ENGINES, "datasets")


def choose_engines(wanted: str) -> list[str]:
    """Read the names of engines.

    Raises:
        ConfigError: a name is unknown, or its library is not installed.
    """
    if wanted == "none":
        return []
    if wanted == "all":
        return [name for name in ENGINES if importlib.util.find_spec(name)]
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    for name in names:
        if name not in ENGINES:
            known = ", ".join((*sorted(ENGINES), "all", "none"))
            raise ConfigError(f"unknown engine {name!r} (known: {known})")
        if importlib.util.find_spec(name) is None:
            raise ConfigError(f"the engine {name} is not installed; pip install {name}")
    return names


def check_engines(
    folder: Path,
    engines: Sequence[str],
    configs: Sequence[Config],
    shards: Sequence[ShardReading],
    progress: Progress = silent,
) -> Iterator[Finding]:
    """Read the rows with each engine and compare them with what pyarrow reads file by file."""
    by_split: dict[str, list[str]] = {}
    for shard in shards:
        stem = shard.place.path.rpartition("-of-")[0][:-6] or shard.place.path
        if (folder / shard.place.path).is_file():  # a local audit lies elsewhere
            by_split.setdefault(stem, []).append(shard.place.path)
    names = [engine for engine in engines if engine in FILE_ENGINES]
    readable = {shard.place.path for shard in shards}
    loads = list(_loads(configs, readable)) if "datasets" in engines else []
    with (
        _plain_place(folder) as place,
        progress("compare", len(by_split) * len(names) + len(loads), "readings") as advance,
    ):
        for stem, paths in by_split.items():
            files = [str(place / path) for path in paths]
            for engine in names:
                read = partial(FILE_ENGINES[engine], files)
                yield from _compare(engine, stem, partial(_read_files, files), read)
                advance(1)
        yield from _check_datasets(place, loads, advance)


@contextmanager
def _plain_place(folder: Path) -> Iterator[Path]:
    """Give a path of the folder in which no library takes a character for a pattern.

    Its files are linked one by one: `datasets` follows links to files, and none to folders.
    """
    if not set(str(folder)) & set("*?[]{}"):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="pressmark-") as scratch:
        for path in folder.resolve().rglob("*"):
            if path.is_file():
                link = Path(scratch) / path.relative_to(folder.resolve())
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(path)
        yield Path(scratch)


def _compare(
    engine: str, where: str, expect: Callable[[], pa.Table], read: Callable[[], pa.Table]
) -> Iterator[Finding]:
    try:
        expected, actual = expect(), read()
        difference = _difference(expected, actual)
    # Anything may come out of a foreign library; all of it means that users cannot load.
    except Exception as error:  # noqa: BLE001
        difference = f"it fails: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
    if difference:
        yield Finding(FindingCode.ENGINE_ROWS, f"{engine}: {difference}", where)


def _difference(expected: pa.Table, actual: pa.Table) -> str:
    """Say where two tables differ first; empty if they hold the same."""
    if expected.column_names != actual.column_names:
        return f"the columns are {quote(actual.column_names)}"
    if expected.num_rows != actual.num_rows:
        return f"there are {actual.num_rows} rows; pyarrow reads {expected.num_rows}"
    schema = _plain(expected.schema)
    for name in expected.column_names:
        kind = schema.field(name).type
        ours, theirs = expected[name].cast(kind), actual[name].cast(kind)
        if not ours.equals(theirs):
            rows = zip(ours, theirs, strict=True)
            row = next((i for i, (a, b) in enumerate(rows) if not a.equals(b)), 0)
            return (
                f"{name} of row {row} is {quote(theirs[row].as_py())}; "
                f"pyarrow reads {quote(ours[row].as_py())}"
            )
    return ""


def _plain(schema: pa.Schema) -> pa.Schema:
    """Return a schema in which everything may be null and nothing is dictionary or view."""

    def plain(kind: pa.DataType) -> pa.DataType:
        if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            return pa.list_(plain(kind.value_type))
        if pa.types.is_struct(kind):
            return pa.struct([pa.field(inner.name, plain(inner.type)) for inner in kind])
        return kind

    return pa.schema([pa.field(field.name, plain(field.type)) for field in schema])


def _loads(
    configs: Sequence[Config], readable: set[str]
) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Yield config, split and files of all that can be loaded."""
    for config in configs:
        for split, paths in config.splits.items():
            if paths and set(paths) <= readable:  # other files have findings of their own
                yield config.name, split, paths


def _check_datasets(
    folder: Path, loads: Sequence[tuple[str, str, Sequence[str]]], advance: Advance
) -> Iterator[Finding]:
    """Load every config as users do, whole and streaming, with an empty cache."""
    if not loads:
        return
    with _quiet_datasets() as datasets, tempfile.TemporaryDirectory() as cache:
        for config, split, paths in loads:
            load = partial(datasets.load_dataset, str(folder), config, split=split, cache_dir=cache)
            expect = partial(_read_files, [str(folder / path) for path in paths])
            where = f"{config}/{split}"
            yield from _compare("datasets", where, expect, partial(_load_whole, load))
            yield from _compare("datasets streaming", where, expect, partial(_stream, load))
            advance(1)


def _load_whole(load: Callable[..., Any]) -> Any:
    return load().with_format("arrow")[:]


def _stream(load: Callable[..., Any]) -> Any:
    rows = load(streaming=True).with_format("arrow")
    return pa.concat_tables(rows.iter(batch_size=1000))


@contextmanager
def _quiet_datasets() -> Iterator[Any]:
    import datasets

    shown = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        yield datasets
    finally:
        if shown:
            datasets.enable_progress_bars()
