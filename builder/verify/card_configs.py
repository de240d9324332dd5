"""Lint of `configs`: what `load_dataset` would load, and what it would refuse.

Paths are matched against the names of the files that are there, so nothing is read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from fsspec.utils import glob_translate

from builder.render.hub_values import MAX_CONFIGS, MAX_SPLITS
from builder.verify.card_text import finding, quote
from schema.findings import Finding, FindingCode

__all__ = ["Config", "is_shard", "read_configs"]

_SPLIT_NAME = re.compile(r"\w+(\.\w+)*")
_FORBIDDEN_IN_NAME = frozenset(r'<>:/\|?*"')
_SHARD = re.compile(r"(?P<stem>[^\n]*)-(?P<number>\d{5})-of-(?P<total>\d{5})\.parquet")

#: Names that loaders never take for data.
_NEVER_DATA = frozenset(
    {"README.md", "config.json", "dataset_info.json", "dataset_infos.json", "dataset_dict.json"}
)


class Config(NamedTuple):
    """One config of the card: the files of each split, in the order of loading."""

    name: str
    splits: Mapping[str, list[str]]


def is_shard(path: str) -> bool:
    """Tell whether a file is named like a shard: `<split>-00000-of-00001.parquet`."""
    return _SHARD.fullmatch(path) is not None


def read_configs(
    data: Mapping[str, Any], paths: Sequence[str]
) -> tuple[list[Config], list[Finding]]:
    """Resolve the configs of a card and say what is wrong with them.

    Args:
        data: the YAML of the card.
        paths: all files of the folder, relative, with forward slashes, sorted.

    Returns:
        The configs that could be read, and the findings. Never raises.
    """
    entries = data.get("configs")
    if entries is None:
        message = "there are no `configs`, so loaders guess splits from names of files"
        return [], [finding(FindingCode.CARD_CONFIG, message, "configs")]
    if not isinstance(entries, list) or not entries:
        return [], [_fault(f"it must be a list of configs; it is {quote(entries)}")]
    reader = _Reader(paths)
    if len(entries) > MAX_CONFIGS:
        message = f"{len(entries):,} configs; the Hub's viewer shows {MAX_CONFIGS:,}"
        reader.findings.append(_fault(message))
    for entry in entries:
        reader.read(entry)
    reader.findings += _defaults(entries)
    return reader.configs, reader.findings


def _fault(message: str, name: str = "") -> Finding:
    return finding(FindingCode.CARD_CONFIG, message, f"configs.{name}" if name else "configs")


def _defaults(entries: Sequence[Any]) -> Iterator[Finding]:
    """There must be exactly one config that `load_dataset(repo)` takes."""
    named = [entry for entry in entries if isinstance(entry, dict)]
    chosen = [
        entry for entry in named if entry.get("config_name") == "default" or entry.get("default")
    ]
    if len(named) > 1 and not chosen:
        message = "give one config `default: true`; load_dataset asks for a name otherwise"
        yield finding(FindingCode.CARD_DEFAULT, message, "configs")
    if len(chosen) > 1:
        names = " and ".join(quote(entry.get("config_name")) for entry in chosen)
        message = f"{names} are all default; load_dataset accepts one"
        yield finding(FindingCode.CARD_DEFAULT, message, "configs")


class _Reader:
    """Reads one entry after the other."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = [path for path in paths if path.rpartition("/")[2] not in _NEVER_DATA]
        self.configs: list[Config] = []
        self.findings: list[Finding] = []

    def read(self, entry: object) -> None:
        """Read one entry of `configs`."""
        if not isinstance(entry, dict):
            self.findings.append(_fault(f"each config must be a mapping; one is {quote(entry)}"))
            return
        name = entry.get("config_name")
        if not isinstance(name, str) or not name:
            hint = "; quote it" if isinstance(name, bool | int | float) else ""
            self.findings.append(_fault(f"config_name {quote(name)} is no string{hint}"))
            return
        if _FORBIDDEN_IN_NAME & set(name) or name != name.strip():
            self.findings.append(_fault(f"config_name {quote(name)} holds forbidden characters"))
        if any(config.name == name for config in self.configs):
            self.findings.append(_fault("the config is listed twice", name))
        patterns = self._patterns(entry.get("data_files"), name)
        if "data_dir" in entry:
            message = "load_dataset fails on data_dir with data_files; write whole paths instead"
            self.findings.append(_fault(message, name))
        splits = {
            split: self._resolve(wanted, f"{name}.{split}") for split, wanted in patterns.items()
        }
        self.findings += _between_splits(name, splits)
        self.configs.append(Config(name, splits))

    def _patterns(self, files: object, name: str) -> dict[str, list[str]]:
        """Bring `data_files` into one form: patterns by split."""
        if isinstance(files, str):
            return {"train": [files]}
        if not isinstance(files, list) or not files:
            shapes = "a string, a list of strings, or a list of {split, path}"
            self.findings.append(_fault(f"data_files must be {shapes}: {quote(files)}", name))
            return {}
        if all(isinstance(item, str) for item in files):
            return {"train": list(files)}
        splits: dict[str, list[str]] = {}
        for item in files:
            split, wanted = self._entry(item, name)
            if split in splits:
                self.findings.append(_fault(f"the split {quote(split)} is listed twice", name))
            if wanted:
                splits.setdefault(split, []).extend(wanted)
        if len(splits) > MAX_SPLITS:
            message = f"{len(splits)} splits; the Hub's viewer shows {MAX_SPLITS}"
            self.findings.append(_fault(message, name))
        return splits

    def _entry(self, item: object, name: str) -> tuple[str, list[str]]:
        keys = set(item) if isinstance(item, dict) else set()
        if not isinstance(item, dict) or keys != {"split", "path"}:
            message = f"each entry of data_files must have exactly split and path: {quote(item)}"
            self.findings.append(_fault(message, name))
            return "", []
        split, path = item["split"], item["path"]
        if not isinstance(split, str) or not _SPLIT_NAME.fullmatch(split):
            message = f"{quote(split)} is no split name; use letters, digits, _ and inner dots"
            self.findings.append(finding(FindingCode.CARD_SPLIT, message, f"configs.{name}"))
        patterns = path if isinstance(path, list) else [path]
        if not patterns or not all(isinstance(one, str) and one for one in patterns):
            message = f"path must be a string or a list of strings: {quote(path)}"
            self.findings.append(_fault(message, name))
            return str(split), []
        return str(split), patterns

    def _resolve(self, patterns: Sequence[str], where: str) -> list[str]:
        found: list[str] = []
        for pattern in patterns:
            matched = self._match(pattern, where)
            for path in matched:
                if not is_shard(path):
                    message = f"{quote(pattern)} also loads {path}, which is no shard"
                    self.findings.append(_stray(message, where))
            again = sorted(set(matched) & set(found))
            if again:
                self.findings.append(_stray(f"{again[0]} is loaded twice", where))
            found += matched
        self.findings += _incomplete(found, where)
        return found

    def _match(self, pattern: str, where: str) -> list[str]:
        if pattern.startswith("/") or "://" in pattern or ".." in pattern.split("/"):
            self.findings.append(_fault(f"{quote(pattern)} leads out of the folder", where))
            return []
        try:
            accepts = re.compile(glob_translate(pattern.removeprefix("./")))
        except (ValueError, re.error) as error:
            self.findings.append(_fault(f"{quote(pattern)} is no valid path: {error}", where))
            return []
        matched = [
            path
            for path in self.paths
            if accepts.fullmatch(path) and not _is_passed_over(path, pattern)
        ]
        if not matched:
            message = f"{quote(pattern)} matches no file, and load_dataset fails on it"
            self.findings.append(finding(FindingCode.CARD_GLOB, message, f"configs.{where}"))
        return matched


def _stray(message: str, where: str) -> Finding:
    return finding(FindingCode.CARD_STRAY, message, f"configs.{where}")


def _is_passed_over(path: str, pattern: str) -> bool:
    """Loaders skip hidden and double-underscore names that the pattern does not spell out."""

    def hidden(text: str) -> int:
        return sum(part.startswith((".", "__")) for part in text.split("/"))

    return hidden(path) > hidden(pattern)


def _incomplete(paths: Sequence[str], where: str) -> Iterator[Finding]:
    """Shards count themselves: `-00001-of-00003` has two siblings, and no other total."""
    stems: dict[str, dict[int, set[int]]] = {}
    for path in paths:
        if found := _SHARD.fullmatch(path):
            numbers = stems.setdefault(found["stem"], {}).setdefault(int(found["total"]), set())
            numbers.add(int(found["number"]))
    for stem, by_total in sorted(stems.items()):
        if len(by_total) > 1:
            totals = " and ".join(f"-of-{total:05d}" for total in sorted(by_total))
            yield _stray(f"{stem} is loaded from two releases at once ({totals})", where)
            continue
        total, numbers = next(iter(by_total.items()))
        missing = [number for number in range(min(total, 100_000)) if number not in numbers]
        if missing or max(numbers) >= total:
            names = ", ".join(f"{number:05d}" for number in missing[:5])
            message = f"of the {total} shards of {stem}, {len(missing)} are not loaded ({names})"
            yield finding(FindingCode.FILE_MISSING, message, f"configs.{where}")


def _between_splits(name: str, splits: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    owner: dict[str, str] = {}
    for split, paths in splits.items():
        for path in paths:
            first = owner.setdefault(path, split)
            if first != split:
                message = f"{path} is in {first} and in {split}"
                yield _stray(message, name)
        named = {
            path.rpartition("/")[2].rpartition("-of-")[0][:-6] for path in paths if is_shard(path)
        }
        for other in sorted(named - {split}):
            if other in splits:
                yield _stray(f"a shard named {other} is loaded as {split}", name)
