"""Lint of the single keys of a card's YAML: licence, languages, sizes, tasks, creators."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from builder.render.hub_values import (
    ANNOTATION_CREATORS,
    LANGUAGE_CREATORS,
    LICENCES,
    MULTILINGUALITIES,
    SIZE_CATEGORIES,
    TASKS,
)
from builder.verify.card_text import finding, quote
from schema.findings import Finding, FindingCode

__all__ = ["lint_values"]

#: Names of the licence text of a folder, as the Hub finds it.
LICENCE_FILES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE")

_LISTS = {
    "annotations_creators": ANNOTATION_CREATORS,
    "language_creators": LANGUAGE_CREATORS,
    "multilinguality": MULTILINGUALITIES,
    "task_categories": frozenset(TASKS),
    "task_ids": frozenset(task_id for ids in TASKS.values() for task_id in ids),
}
_STRINGS = ("pretty_name", "license_name", "license_link", "paperswithcode_id")
_LANGUAGE_SHAPE = re.compile(r"[a-z]{2,3}")


def lint_values(data: Mapping[str, Any], paths: Sequence[str], rows: int | None) -> list[Finding]:
    """Judge the keys that describe the data set.

    Args:
        data: the YAML of the card.
        paths: all files of the folder, relative, with forward slashes.
        rows: rows of the whole data set; None if nobody could count them.
    """
    return [
        *_licence(data, paths),
        *_language(data.get("language")),
        *_size(data.get("size_categories"), rows),
        *_closed_lists(data),
        *_strings(data),
    ]


def _licence(data: Mapping[str, Any], paths: Sequence[str]) -> Iterator[Finding]:
    licence = data.get("license")
    licences = licence if isinstance(licence, list) else [licence]
    for value in licences:
        if value is None:
            yield _licence_fault("no licence is given; `unknown` and `other` exist")
        elif not isinstance(value, str) or value not in LICENCES:
            hint = ""
            if isinstance(value, str) and value.lower() in LICENCES:
                hint = f"; write {value.lower()}"
            message = f"{quote(value)} is no licence id of the Hub{hint or '; use `other`'}"
            yield _licence_fault(message)
    if "other" not in licences:
        return
    if not isinstance(data.get("license_name"), str):
        yield _licence_fault("licence `other` needs `license_name`")
    link = data.get("license_link")
    if not any(name in paths for name in LICENCE_FILES):
        yield _licence_fault("licence `other` needs its text in a file LICENSE")
    elif link is not None and not _resolves(link, paths):
        yield _licence_fault(f"license_link {quote(link)} names no file and is no web address")


def _licence_fault(message: str) -> Finding:
    return finding(FindingCode.CARD_LICENCE, message, "license")


def _resolves(link: object, paths: Sequence[str]) -> bool:
    return isinstance(link, str) and (link in paths or link.startswith(("https://", "http://")))


def _language(value: object) -> Iterator[Finding]:
    if value is None:
        yield _language_fault("no language is given")
        return
    for code in value if isinstance(value, list) else [value]:
        if isinstance(code, bool):
            word = "no" if code is False else "yes"
            message = f"YAML reads a bare {word} as {code}; quote it: '{word}'"
            yield _language_fault(message)
        elif not isinstance(code, str):
            yield _language_fault(f"{quote(code)} is no language code")
        elif not _is_language(code):
            advice = "; full tags belong to `language_details`" if "-" in code else ""
            yield _language_fault(f"{quote(code)} is no ISO 639 code{advice}")


def _language_fault(message: str) -> Finding:
    return finding(FindingCode.CARD_LANGUAGE, message, "language")


def _is_language(code: str) -> bool:
    """Tell whether the Hub takes a code; of three letters any, for no list of ours is whole."""
    if code in ("code", "multilingual"):
        return True
    return _LANGUAGE_SHAPE.fullmatch(code) is not None and (len(code) == 3 or code in _iso_codes())


@cache
def _iso_codes() -> frozenset[str]:
    """Return the ISO 639 codes that `datasets` ships: the shortest code of each language."""
    table = files("datasets").joinpath("utils/resources/languages.json")
    return frozenset(json.loads(table.read_text()))


def _size(value: object, rows: int | None) -> Iterator[Finding]:
    if value is None:
        return
    for category in value if isinstance(value, list) else [value]:
        if not isinstance(category, str) or category not in SIZE_CATEGORIES:
            known = ", ".join(SIZE_CATEGORIES)
            message = f"{quote(category)} is no size category (known: {known})"
            yield finding(FindingCode.CARD_FIELD, message, "size_categories")
        elif rows is not None:
            right = next(name for name, below in SIZE_CATEGORIES.items() if rows < below)
            if category != right:
                message = f"{category} is said, but {rows:,} rows are {right}"
                yield finding(FindingCode.CARD_COUNTS, message, "size_categories")


def _closed_lists(data: Mapping[str, Any]) -> Iterator[Finding]:
    for key, known in _LISTS.items():
        value = data.get(key)
        if value is None:
            continue
        if not isinstance(value, list):
            yield finding(FindingCode.CARD_FIELD, f"{quote(value)} must be a list", key)
            continue
        for item in value:
            if not isinstance(item, str) or item not in known:
                message = f"{quote(item)} is not among what the Hub knows for text"
                yield finding(FindingCode.CARD_FIELD, message, key)


def _strings(data: Mapping[str, Any]) -> Iterator[Finding]:
    for key in _STRINGS:
        if key in data and not isinstance(data[key], str):
            message = f"{quote(data[key])} must be a string"
            yield finding(FindingCode.CARD_FIELD, message, key)
    tags = data.get("tags")
    if tags is not None and not (
        isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)
    ):
        message = f"{quote(tags)} must be a list of strings"
        yield finding(FindingCode.CARD_FIELD, message, "tags")
