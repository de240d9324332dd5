"""Read from a card what publishing must know: its licence, and which files it loads.

The card may be hostile, so its YAML is measured before it is built: aliases can
make a kilobyte stand for gigabytes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from builder.publish.patterns import matches

__all__ = ["Card", "CardError", "loads", "read_card"]

#: Characters of YAML and values it may stand for; ten times the largest real cards.
MAX_YAML_CHARS = 4_000_000
MAX_YAML_VALUES = 1_000_000
MAX_YAML_DEPTH = 100

_FENCED = re.compile(r"\ufeff?\s{0,9}---\r?\n(.*?)\r?\n---(?:\r?\n|\Z)", re.DOTALL)

#: Files that `datasets` or the Hub read although no config names them.
READ_ANYWAY = ("dataset_infos.json", "dataset_info.json", ".huggingface.yaml")


class CardError(ValueError):
    """The YAML of a card cannot be read, or should not be."""


@dataclass(frozen=True)
class Card:
    """What a card declares.

    Attributes:
        license: its licence id, or None.
        patterns: path patterns of all configs, in no order; None if it has no configs,
            so that `datasets` would guess.
        configs: names of its configs.
    """

    license: str | None
    patterns: tuple[str, ...] | None
    configs: tuple[str, ...] = ()


def read_card(text: str) -> Card:
    """Read the YAML at the head of a card; a card without YAML declares nothing.

    Raises:
        CardError: the YAML is broken, too large, or not a mapping.
    """
    found = _FENCED.match(text)
    if found is None:
        return Card(None, None)
    data = _safe_yaml(found[1])
    configs = [one for one in data.get("configs") or [] if isinstance(one, dict)]
    license_id = data.get("license")
    return Card(
        license=license_id if isinstance(license_id, str) else None,
        patterns=tuple(p for one in configs for p in _paths(one)) if configs else None,
        configs=tuple(str(one.get("config_name", "default")) for one in configs),
    )


def loads(card: Card, path: str, repo_name: str) -> bool:
    """Say whether a reader of the repository would read this file as data."""
    if path in READ_ANYWAY or path == f"{repo_name}.py":
        return True
    if card.patterns is None:
        return path != "README.md"
    return any(matches(pattern, path) for pattern in card.patterns)


def _paths(config: dict[str, Any]) -> Iterator[str]:
    prefix = str(config.get("data_dir") or "").strip("/")
    files = config.get("data_files")
    if files is None and prefix:
        yield f"{prefix}/**"
    if isinstance(files, dict):
        files = list(files.values())
    for entry in _flat(files):
        path = entry.get("path") if isinstance(entry, dict) else entry
        for one in _flat(path):
            yield f"{prefix}/{one}" if prefix else str(one)


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    elif value is not None:
        yield value


def _safe_yaml(text: str) -> dict[str, Any]:
    if len(text) > MAX_YAML_CHARS:
        raise CardError(f"the YAML has {len(text):,} characters; at most {MAX_YAML_CHARS:,}")
    # Events are read one by one, so that neither depth nor aliases cost anything yet.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _measure(yaml.parse(text, Loader=loader))
        data = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, in C where there is one
    except CardError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise CardError(f"the YAML cannot be parsed ({type(error).__name__})") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise CardError("the YAML is no mapping")
    return data


def _measure(events: Iterable[Any]) -> None:
    """Refuse YAML that is deep, holds itself, or stands for too much with aliases written out."""
    open_nodes: list[tuple[str | None, int]] = [(None, 0)]
    sizes: dict[str, int] = {}
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append((event.anchor, 1))
            if len(open_nodes) > MAX_YAML_DEPTH:
                raise CardError(f"the YAML is nested deeper than {MAX_YAML_DEPTH}")
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, size = open_nodes.pop()
        elif isinstance(event, yaml.AliasEvent):
            anchor, size = None, sizes.get(str(event.anchor), 0)
            if any(name == event.anchor for name, _ in open_nodes):
                raise CardError("the YAML contains itself")
        elif isinstance(event, yaml.ScalarEvent):
            anchor, size = event.anchor, 1
        else:
            continue
        if anchor is not None:
            sizes[anchor] = size
        outer, total = open_nodes[-1]
        open_nodes[-1] = (outer, total + size)
        if total + size > MAX_YAML_VALUES:
            raise CardError(f"the YAML stands for more than {MAX_YAML_VALUES:,} values")
