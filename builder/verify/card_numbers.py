"""The numbers of the card against the files: `dataset_info` and the managed blocks."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder.errors import ConfigError
from builder.render.blocks import render_blocks
from builder.render.card import read_blocks
from builder.render.card_yaml import MANAGED_KEYS, card_data
from builder.verify.card_configs import Config
from builder.verify.card_text import Card, finding, quote
from builder.verify.shards import ShardReading
from schema.arrow import arrow_schema, audit_schema, features_yaml
from schema.findings import Finding, FindingCode
from schema.manifest import BuildManifest, CorpusStats

__all__ = ["check_blocks", "check_info"]


def check_info(
    data: Mapping[str, Any], configs: Sequence[Config], shards: Mapping[str, ShardReading]
) -> Iterator[Finding]:
    """Compare `dataset_info` with the shards that each config loads."""
    info = data.get("dataset_info")
    if info is None:
        return
    entries = info if isinstance(info, list) else [info]
    by_name = {config.name: config for config in configs}
    for entry in entries:
        if not isinstance(entry, dict):
            yield _fault(FindingCode.CARD_FIELD, f"{quote(entry)} is no mapping")
            continue
        name = entry.get("config_name", configs[0].name if len(configs) == 1 else "default")
        config = by_name.get(name) if isinstance(name, str) else None
        if config is None:
            yield _fault(FindingCode.CARD_CONFIG, f"there is no config {quote(name)}")
            continue
        held = {
            split: [shards[path] for path in paths if path in shards and shards[path].readable]
            for split, paths in config.splits.items()
        }
        yield from _counts(entry, config.name, held)
        yield from _features(entry, config.name, held)


def _fault(code: FindingCode, message: str, name: str = "") -> Finding:
    return finding(code, message, f"dataset_info.{name}" if name else "dataset_info")


def _counts(
    entry: Mapping[str, Any], name: str, held: Mapping[str, Sequence[ShardReading]]
) -> Iterator[Finding]:
    splits = entry.get("splits")
    if splits is not None:
        named = splits if isinstance(splits, list) else []
        said = {str(item.get("name")): item for item in named if isinstance(item, dict)}
        if len(said) != len(named) or not isinstance(splits, list):
            message = f"splits must be a list of name, num_bytes, num_examples: {quote(splits)}"
            yield _fault(FindingCode.CARD_COUNTS, message, name)
        for split in sorted(said.keys() | held.keys()):
            if split not in said or split not in held:
                where = "the card" if split in said else "the files"
                message = f"only {where} know the split {quote(split)}; load_dataset fails on it"
                yield _fault(FindingCode.CARD_COUNTS, message, name)
                continue
            yield from _split_counts(said[split], f"{name}.{split}", held[split])
    shards = [shard for some in held.values() for shard in some]
    if all(shard.num_bytes is not None for shard in shards):
        total = sum(shard.num_bytes or 0 for shard in shards)
        yield from _count(entry, "dataset_size", total, name)
    yield from _count(entry, "download_size", sum(shard.file_bytes for shard in shards), name)


def _split_counts(
    said: Mapping[str, Any], name: str, shards: Sequence[ShardReading]
) -> Iterator[Finding]:
    rows = sum(shard.rows for shard in shards)
    yield from _count(said, "num_examples", rows, name)
    if not rows:
        message = "the split is empty, and load_dataset fails on it; leave it out"
        yield _fault(FindingCode.SHARD_EMPTY, message, name)
    if all(shard.num_bytes is not None for shard in shards):
        yield from _count(said, "num_bytes", sum(shard.num_bytes or 0 for shard in shards), name)


def _count(said: Mapping[str, Any], key: str, held: int, name: str) -> Iterator[Finding]:
    if key in said and (said[key] != held or isinstance(said[key], bool)):
        message = f"{key} is {quote(said[key])}; the files hold {held:,}"
        yield _fault(FindingCode.CARD_COUNTS, message, name)


def _features(
    entry: Mapping[str, Any], name: str, held: Mapping[str, Sequence[ShardReading]]
) -> Iterator[Finding]:
    features = entry.get("features")
    schemas = [shard.schema for some in held.values() for shard in some if shard.schema]
    if features is None or not schemas:
        return
    named = (
        [item.get("name") for item in features if isinstance(item, dict)]
        if (isinstance(features, list))
        else []
    )
    columns = list(schemas[0].names)
    if named != columns:
        message = f"features name {quote(named)}; the files have {quote(columns)}"
        yield _fault(FindingCode.CARD_FEATURES, message, name)
        return
    for ours in (arrow_schema(), audit_schema()):
        if schemas[0].equals(ours):
            for said, wanted in zip(features, features_yaml(ours), strict=True):
                if said != wanted:
                    message = f"{wanted['name']} is {quote(said)}; the files hold {quote(wanted)}"
                    yield _fault(FindingCode.CARD_FEATURES, message, name)


#: Which code a managed key of the YAML falls under.
_KEY_CODES = {
    "configs": FindingCode.CARD_CONFIG,
    "dataset_info": FindingCode.CARD_COUNTS,
    "language": FindingCode.CARD_LANGUAGE,
    "language_details": FindingCode.CARD_LANGUAGE,
    "license": FindingCode.CARD_LICENCE,
    "license_name": FindingCode.CARD_LICENCE,
    "license_link": FindingCode.CARD_LICENCE,
}


def check_blocks(
    card: Card, manifest: BuildManifest, measured: CorpusStats | None
) -> Iterator[Finding]:
    """Render the managed parts of the card again, from the files, and compare.

    Args:
        card: the card as it is.
        manifest: what the build recorded.
        measured: statistics of the shards; None if they could not be counted, and then
            those of the manifest are used.
    """
    if measured is not None:
        if measured.raw_chars is None:
            kept = {
                "raw_chars": manifest.stats.raw_chars,
                "removed_chars": manifest.stats.removed_chars,
            }
            measured = measured.model_copy(update=kept)
        manifest = manifest.model_copy(update={"stats": measured})
    try:
        blocks, data = render_blocks(manifest), card_data(manifest)
    except (
        ConfigError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        StopIteration,
    ) as error:
        message = f"the card cannot be made from the manifest: {error!r}"
        yield Finding(FindingCode.MANIFEST_INVALID, message[:300], "manifest.json")
        return
    for name, text in read_blocks(card.body).items():
        if name not in blocks:
            message = f"there is no managed block {name!a}"
            yield finding(FindingCode.CARD_NUMBERS, message, name)
        elif text != blocks[name]:
            yield finding(FindingCode.CARD_NUMBERS, _first_difference(text, blocks[name]), name)
    for key in MANAGED_KEYS:
        said, wanted = card.data.get(key), data.get(key)
        if said != wanted:
            message = f"{key} is {quote(said)}; the files give {quote(wanted)}"
            yield finding(_KEY_CODES.get(key, FindingCode.CARD_NUMBERS), message, key)


def _first_difference(said: str, wanted: str) -> str:
    diff = difflib.unified_diff(said.split("\n"), wanted.split("\n"), n=0, lineterm="")
    lines = [line for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    old = next((line[1:] for line in lines if line.startswith("-")), "")
    new = next((line[1:] for line in lines if line.startswith("+")), "")
    # The line may be long; what matters begins where the two part.
    pairs = enumerate(zip(old, new, strict=False))
    same = next((at for at, (a, b) in pairs if a != b), min(len(old), len(new)))
    start = max(0, same - 12)
    return f"the block says …{quote(old[start:])}; the files give …{quote(new[start:])}"
