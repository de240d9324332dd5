"""Measure the flags of pages that are no article.

The pages that raise them are in `kinds/`, written for this project (CC0): in each file
a page begins with `=== fr | login_wall`, its language and kind; its lines follow.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from schema.terms import Flag
from training.cleaning.pages import split_pages

__all__ = ["KINDS", "NO_ARTICLE", "FlagRate", "KindPage", "measure_flags", "read_kinds"]

KINDS = Path(__file__).with_name("kinds")

NO_ARTICLE = (Flag.NOT_ARTICLE, Flag.INDEX, Flag.LIVEBLOG, Flag.VIDEO, Flag.LOGIN_WALL)

_HEAD = re.compile(rf"(\w+)[\w-]* \| (article|{'|'.join(NO_ARTICLE)})")

Flagger = Callable[["KindPage"], Iterable[Flag]]


@dataclass(frozen=True)
class KindPage:
    """A page: what it is counted with, its publisher, language and visible text."""

    group: str
    domain: str
    language: str
    lines: str


@dataclass
class FlagRate:
    """How many pages of a group there are, how many have each flag, and how many have any."""

    pages: int = 0
    flags: Counter[Flag] = field(default_factory=Counter)
    any: int = 0


def read_kinds(folder: Path = KINDS) -> list[KindPage]:
    """Read the pages of a folder, grouped by kind and file.

    Raises:
        OSError: a file cannot be read.
        ValueError: there are none, or a head says no kind that is known.
    """
    return [
        KindPage(f"{head[2]}, {name.partition('/')[0]}", name, head[1], text)
        for name, head, text in split_pages(folder, _HEAD)
    ]


def measure_flags(pages: Iterable[KindPage], flagger: Flagger) -> Mapping[str, FlagRate]:
    """Count the flags of pages, by group."""
    rates: dict[str, FlagRate] = defaultdict(FlagRate)
    for page in pages:
        found = {*flagger(page)} & {*NO_ARTICLE}
        rate = rates[page.group]
        rate.pages += 1
        rate.flags.update(found)
        rate.any += bool(found)
    return rates
