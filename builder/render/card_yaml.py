"""The YAML of the card: what the Hub and `load_dataset` read.

Everything is derived from the manifest, so no config, count or feature can
differ from the files. Only paths that exist are named, never a whole folder.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import yaml

from schema.arrow import arrow_schema, audit_schema, features_yaml
from schema.manifest import BuildManifest, Shard, split_order

__all__ = ["MANAGED_KEYS", "card_data", "config_shards", "dump_yaml"]

#: Keys of the YAML that a build decides. All others belong to the people who wrote the card.
MANAGED_KEYS = (
    "language",
    "language_details",
    "license",
    "license_name",
    "license_link",
    "pretty_name",
    "size_categories",
    "multilinguality",
    "configs",
    "dataset_info",
)

#: Keys with a default that people may override.
DEFAULTS: dict[str, Any] = {
    "annotations_creators": ["machine-generated"],
    "language_creators": ["found"],
    "source_datasets": ["original"],
    "task_categories": ["text-generation", "token-classification"],
    "task_ids": ["language-modeling", "named-entity-recognition"],
    "tags": ["news", "pressmark"],
}

#: Above this many configs, `features` stand only in the files: the Hub refuses very large cards.
MAX_CONFIGS_WITH_FEATURES = 30

#: Most configs that the Hub's viewer shows.
MAX_CONFIGS = 4_000

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
    (10_000_000_000, "1B<n<10B"),
    (100_000_000_000, "10B<n<100B"),
    (1_000_000_000_000, "100B<n<1T"),
)


def card_data(manifest: BuildManifest) -> dict[str, Any]:
    """Return the managed keys, in the order in which the card shows them."""
    config = manifest.config
    tags = sorted(tag for tag in manifest.stats.languages if tag != "und")
    primary = sorted({tag.split("-")[0] for tag in tags})
    data: dict[str, Any] = {"language": primary or ["und"]}
    if tags != primary:
        data["language_details"] = ", ".join(tags)
    data["license"] = config["license"]
    if config["license"] == "other":
        data["license_name"] = config["license_name"]
        data["license_link"] = config["license_link"] or "LICENSE"
    data["pretty_name"] = config["pretty_name"] or manifest.name
    data["size_categories"] = [_size_category(manifest.stats.articles)]
    data["multilinguality"] = ["multilingual" if len(primary) > 1 else "monolingual"]
    configs = config_shards(manifest)
    data["configs"] = [_config(name, shards) for name, shards in configs.items()]
    with_features = len(configs) <= MAX_CONFIGS_WITH_FEATURES
    infos = [_info(name, shards, with_features=with_features) for name, shards in configs.items()]
    data["dataset_info"] = sorted(infos, key=lambda info: str(info["config_name"]))
    return data


def config_shards(manifest: BuildManifest) -> dict[str, list[Shard]]:
    """Return the shards of each config: `default`, the languages, `audit`."""
    articles = [shard for shard in manifest.shards if shard.config == "default"]
    configs = {"default": articles}
    for language, splits in sorted(manifest.stats.languages.items()):
        if sum(splits.values()) >= manifest.config["min_config_rows"]:
            configs[language] = [shard for shard in articles if shard.language == language]
    receipts = [shard for shard in manifest.shards if shard.config == "audit"]
    if receipts and manifest.audit == "publish":
        configs["audit"] = receipts
    return configs


def dump_yaml(data: dict[str, Any]) -> str:
    """Return block-style YAML; strings that YAML would misread are quoted."""
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000)


def _config(name: str, shards: Sequence[Shard]) -> dict[str, Any]:
    entry: dict[str, Any] = {"config_name": name}
    if name == "default":
        entry["default"] = True
    by_split = _by_split(shards)
    entry["data_files"] = [
        {"split": split, "path": sorted({_pattern(shard.path) for shard in by_split[split]})}
        for split in split_order(by_split)
    ]
    return entry


def _pattern(path: str) -> str:
    """Name all shards of a split and no other file, old shards included."""
    stem, _, rest = path.rpartition("/")
    split, _, count = rest.partition("-of-")
    return f"{stem}/{split.rpartition('-')[0]}-*-of-{count}"


def _info(name: str, shards: Sequence[Shard], *, with_features: bool) -> dict[str, Any]:
    info: dict[str, Any] = {"config_name": name}
    if with_features:
        info["features"] = features_yaml(audit_schema() if name == "audit" else arrow_schema())
    by_split = _by_split(shards)
    info["splits"] = [
        {
            "name": split,
            "num_bytes": sum(shard.num_bytes for shard in by_split[split]),
            "num_examples": sum(shard.rows for shard in by_split[split]),
        }
        for split in split_order(by_split)
    ]
    info["download_size"] = sum(shard.bytes for shard in shards)
    info["dataset_size"] = sum(shard.num_bytes for shard in shards)
    return info


def _by_split(shards: Sequence[Shard]) -> dict[str, list[Shard]]:
    ordered = sorted(shards, key=lambda shard: (shard.split, shard.path))
    return {split: list(group) for split, group in groupby(ordered, lambda shard: shard.split)}


def _size_category(articles: int) -> str:
    return next((name for bound, name in _SIZES if articles < bound), "n>1T")
