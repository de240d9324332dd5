"""The order of the checks of a folder."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from builder.progress import Progress, silent
from builder.render.hub_values import READ_ANYWAY
from builder.verify.audit import check_audit
from builder.verify.card_configs import Config, read_configs
from builder.verify.card_numbers import check_blocks, check_info
from builder.verify.card_text import CARD_NAME, Card, finding, read_card
from builder.verify.card_values import lint_values
from builder.verify.corpus import check_corpus
from builder.verify.counts import check_counts, check_rejects, measure
from builder.verify.engines import check_engines, choose_engines
from builder.verify.inventory import (
    UNLISTED,
    Inventory,
    check_listed,
    read_manifest,
    take_inventory,
)
from builder.verify.names import path_trouble
from builder.verify.shards import ShardReading, read_shard, shard_place
from builder.writers.atomic import sibling
from schema.findings import Finding, FindingCode
from schema.manifest import BuildManifest

__all__ = ["verify"]

#: The library that every folder is read with; others only when asked, for they copy the rows.
DEFAULT_ENGINES = "pyarrow,datasets"


def verify(
    folder: Path, engines: str = DEFAULT_ENGINES, progress: Progress = silent
) -> list[Finding]:
    """List everything that is wrong with a data set.

    Args:
        folder: a built folder, or any folder with a card and Parquet files. Rejects and a
            local audit beside it are looked at if they are there.
        engines: libraries to read the rows with: names with commas between them, `all`
            that are installed, or `none`.
        progress: told how far the reading is.

    Returns:
        Findings sorted by path, row and code; empty if nothing is wrong. A folder that
        does not exist is one finding.

    Raises:
        ConfigError: an engine is unknown, or named and not installed.
    """
    chosen = choose_engines(engines)
    folder = Path(folder)
    if not folder.is_dir():
        return [Finding(FindingCode.FILE_MISSING, "there is no such folder", str(folder))]
    inventory = take_inventory(folder)
    findings = [*inventory.findings, *_names(inventory)]
    reading = read_manifest(inventory)
    findings += reading.findings
    if reading.manifest is not None or reading.listed:
        findings += check_listed(inventory, reading.listed)
    shards, places = _read_shards(inventory, reading.manifest, progress)
    for shard in shards:
        findings += shard.findings
    findings += check_corpus(shards, () if reading.manifest is None else reading.manifest.releases)
    findings += check_audit(shards, places)
    findings += _missing_audit(shards, reading.manifest)
    card, configs, card_findings = _read_card(inventory, shards)
    findings += card_findings
    findings += _read_anyway(inventory)
    if reading.manifest is not None:
        measured = measure(shards)
        findings += check_counts(reading.manifest, shards, measured)
        findings += check_rejects(reading.manifest, sibling(folder, "rejects"))
        if card is not None:
            findings += check_blocks(card, reading.manifest, measured)
    loadable = [shard for shard in shards if shard.readable and shard.rows]
    findings += check_engines(folder, chosen, configs, loadable, progress)
    return sorted(set(findings), key=_order)


def _names(inventory: Inventory) -> Iterator[Finding]:
    for path in inventory.files:
        trouble = None if path in UNLISTED else path_trouble(path)
        if trouble:
            yield Finding(FindingCode.FILE_NAME, trouble, path)


def _order(found: Finding) -> tuple[str, int, str, str, str]:
    row = -1 if found.row is None else found.row
    return (found.path, row, found.code.value, found.column, found.message)


def _read_shards(
    inventory: Inventory, manifest: BuildManifest | None, progress: Progress
) -> tuple[list[ShardReading], dict[str, Path]]:
    """Read every Parquet file that holds rows, and those of a local audit."""
    ours = set() if manifest is None else {file.path for file in manifest.files}
    places = {
        name: path
        for name, path in inventory.files.items()
        # A list of input files is Parquet, too, but no part of the data set.
        if name.endswith(".parquet") and name not in ours and not name.startswith("__")
    }
    local = sibling(inventory.folder, "audit")
    if (manifest is None or manifest.audit == "local") and local.is_dir():
        for name, path in take_inventory(local).files.items():
            if name.startswith("audit/") and name.endswith(".parquet"):
                places.setdefault(name, path)
    readings = []
    with progress("read", len(places), "shards") as advance:
        for name, path in places.items():
            readings.append(read_shard(path, shard_place(name)))
            advance(1)
    return readings, places


def _missing_audit(
    shards: Sequence[ShardReading], manifest: BuildManifest | None
) -> Iterator[Finding]:
    published = manifest is not None and manifest.audit == "publish"
    if published and not any(shard.place.config == "audit" for shard in shards):
        message = "the manifest says that the receipts are published, but there are none"
        yield Finding(FindingCode.AUDIT_IDS, message, "audit")


def _read_card(
    inventory: Inventory, shards: Sequence[ShardReading]
) -> tuple[Card | None, list[Config], list[Finding]]:
    path = inventory.files.get(CARD_NAME)
    if path is None:
        missing = finding(
            FindingCode.CARD_MISSING, "there is no README.md, so no card and no config"
        )
        return None, [], [missing]
    try:
        card = read_card(path.read_bytes())
    except OSError as error:
        unread = finding(FindingCode.FILE_UNREADABLE, f"the card cannot be read: {error.strerror}")
        return None, [], [unread]
    findings = list(card.findings)
    if not card.data:
        return card, [], findings
    names = list(inventory.files)
    configs, found = read_configs(card.data, names)
    findings += found
    articles = [shard for shard in shards if shard.place.config != "audit"]
    countable = articles and all(shard.readable for shard in articles)
    rows = sum(shard.rows for shard in articles) if countable else None
    findings += lint_values(card.data, names, rows)
    findings += check_info(card.data, configs, {shard.place.path: shard for shard in shards})
    findings += _unloaded(configs, inventory, shards)
    return card, configs, findings


def _read_anyway(inventory: Inventory) -> Iterator[Finding]:
    """Some files change what is loaded, whatever the card says."""
    for name in (*READ_ANYWAY, f"{inventory.folder.resolve().name}.py"):
        if name in inventory.files:
            message = "load_dataset reads this file besides the card; take it out"
            yield Finding(FindingCode.CARD_STRAY, message, name)


def _unloaded(
    configs: Sequence[Config], inventory: Inventory, shards: Sequence[ShardReading]
) -> Iterator[Finding]:
    """Shards that no config loads are invisible; articles and receipts do not mix in one."""
    loaded = {path for config in configs for paths in config.splits.values() for path in paths}
    kinds = {shard.place.path: shard.place.config for shard in shards}
    for shard in shards:
        path = shard.place.path
        if configs and path in inventory.files and path not in loaded:
            message = f"no config loads {path}"
            yield finding(FindingCode.CARD_CONFIG, message, "configs")
    for config in configs:
        paths = [path for some in config.splits.values() for path in some]
        if len({kinds[path] for path in paths if path in kinds}) > 1:
            message = "the config loads articles and receipts, whose columns differ"
            yield finding(FindingCode.CARD_STRAY, message, f"configs.{config.name}")
