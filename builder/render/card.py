"""The card: prose by people around blocks that the build fills.

A managed block stands between two comments that Markdown does not show:

    <!-- pressmark:begin summary -->
    <!-- pressmark:end summary -->

Everything outside the blocks, and every YAML key that a build does not decide,
belongs to the people who wrote the card and is kept to the letter.
"""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from builder.errors import ConfigError
from builder.render.blocks import BLOCKS, render_blocks
from builder.render.card_yaml import DEFAULTS, MANAGED_KEYS, card_data, dump_yaml
from schema.manifest import BuildManifest

__all__ = ["check_template", "fill_blocks", "read_blocks", "render_card", "split_front_matter"]

_BLOCK = re.compile(
    r"(<!-- pressmark:begin (?P<name>[^ ]*) -->\n)(?P<body>(?:(?!<!-- pressmark:).*\n)*?)"
    r"(<!-- pressmark:end (?P=name) -->)"
)
_MARK = re.compile(r"<!-- pressmark:(?:begin|end) [^\n]*-->")
_FRONT_MATTER = re.compile(r"\A---\n(?P<yaml>.*?\n)---\n", re.DOTALL)

#: The card of a build without a template of its own.
DEFAULT_TEMPLATE = """
# {title}

<!-- pressmark:begin summary -->
<!-- pressmark:end summary -->

<!-- pressmark:begin pictures -->
<!-- pressmark:end pictures -->

## Loading

<!-- pressmark:begin load -->
<!-- pressmark:end load -->

## Languages and splits

<!-- pressmark:begin splits -->
<!-- pressmark:end splits -->

<!-- pressmark:begin lengths -->
<!-- pressmark:end lengths -->

## Columns

<!-- pressmark:begin fields -->
<!-- pressmark:end fields -->

## Dates

<!-- pressmark:begin dates -->
<!-- pressmark:end dates -->

## Sources

<!-- pressmark:begin sources -->
<!-- pressmark:end sources -->

## Cleaning

<!-- pressmark:begin cleaning -->
<!-- pressmark:end cleaning -->

<!-- pressmark:begin flags -->
<!-- pressmark:end flags -->

## Entities

<!-- pressmark:begin entities -->
<!-- pressmark:end entities -->

## Duplicates and rejects

<!-- pressmark:begin duplicates -->
<!-- pressmark:end duplicates -->

<!-- pressmark:begin rejects -->
<!-- pressmark:end rejects -->

## Limits

<!-- pressmark:begin limits -->
<!-- pressmark:end limits -->

## Licence and citation

<!-- pressmark:begin licence -->
<!-- pressmark:end licence -->

<!-- pressmark:begin citation -->
<!-- pressmark:end citation -->

## How it was built

<!-- pressmark:begin build -->
<!-- pressmark:end build -->
"""


def render_card(template: str | None, manifest: BuildManifest) -> str:
    """Fill a card from the manifest.

    Args:
        template: the card with its managed blocks; None for the default one.
        manifest: the build; its list of other files is not used.

    Raises:
        ConfigError: the template names an unknown block or breaks one off.
    """
    title = manifest.config["pretty_name"] or manifest.name
    text = DEFAULT_TEMPLATE.format(title=title) if template is None else template
    own, body = split_front_matter(text)
    people = {key: value for key, value in own.items() if key not in MANAGED_KEYS}
    data = {**card_data(manifest), **DEFAULTS, **people}
    # What the Hub shows first comes first; the long lists of files and features last.
    ordered = {key: data[key] for key in data if key not in ("configs", "dataset_info")}
    ordered |= {key: data[key] for key in ("configs", "dataset_info")}
    return f"---\n{dump_yaml(ordered)}---\n{fill_blocks(body, render_blocks(manifest))}"


def check_template(template: str) -> None:
    """Find what would stop a template from being filled.

    Raises:
        ConfigError: its YAML or its marks are broken.
    """
    fill_blocks(split_front_matter(template)[1], dict.fromkeys(BLOCKS, ""))


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the YAML of a card as a mapping, and the rest of the card.

    Raises:
        ConfigError: the YAML is no mapping.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found = _FRONT_MATTER.match(text)
    if not found:
        if text.startswith("---\n"):
            raise ConfigError("the card's YAML is never closed by a line of three dashes")
        return {}, text
    try:
        data = yaml.safe_load(found["yaml"]) or {}
    except yaml.YAMLError as error:
        raise ConfigError(f"the card's YAML cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError("the card's YAML must be a mapping of keys to values")
    return data, text[found.end() :]


def fill_blocks(body: str, blocks: Mapping[str, str]) -> str:
    """Put the text of each block between its marks.

    Raises:
        ConfigError: a block is unknown, or its marks do not pair.
    """
    for mark in _MARK.findall(_BLOCK.sub("", body)):
        raise ConfigError(f"the card's mark {mark} has no partner")
    names = [found["name"] for found in _BLOCK.finditer(body)]
    for name in names:
        if name not in blocks:
            known = ", ".join(BLOCKS)
            raise ConfigError(f"unknown block {name!r} in the card (known: {known})")
    return _BLOCK.sub(lambda found: f"{found[1]}{blocks[found['name']]}\n{found[4]}", body)


def read_blocks(card: str) -> dict[str, str]:
    """Return the text of every managed block that a card holds, by name."""
    return {found["name"]: found["body"].rstrip("\n") for found in _BLOCK.finditer(card)}
