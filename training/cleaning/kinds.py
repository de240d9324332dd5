"""Measure the flags of pages that are no article.

The pages that raise them are in `kinds/`, written for this project (CC0): in each file
a page begins with `=== fr | login_wall`, its language and kind; its lines follow.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from schema.terms import Flag

__all__ = ["KINDS", "NO_ARTICLE", "FlagRate", "KindPage", "measure_flags", "read_kinds"]

KINDS = Path(__file__).with_name("kinds")

NO_ARTICLE = (Flag.NOT_ARTICLE, Flag.INDEX, Flag.LIVEBLOG, Flag.VIDEO, Flag.LOGIN_WALL)

_HEAD = re.compile(r"=== ([\w-]+) \| (\w+)")

Flagger = Callable[["KindPage"], Iterable[Flag]]


@dataclass(frozen=True)
class KindPage:
    """A page: its kind (`article`, or what it is instead), publisher, language, visible text."""

    kind: str
    domain: str
    language: str
    lines: str


@dataclass
class FlagRate:
    """How many pages of a kind there are, how many have each flag, and how many have any."""

    pages: int = 0
    flags: Counter[Flag] = field(default_factory=Counter)
    any: int = 0


def read_kinds(folder: Path = KINDS) -> Iterator[KindPage]:
    """Yield the pages of a folder.

    Raises:
        OSError: a file cannot be read.
        ValueError: one does not begin with the head of a page.
    """
    for path in sorted(folder.glob("*.txt")):
        pages: list[tuple[re.Match[str], list[str]]] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if head := _HEAD.fullmatch(line):
                pages.append((head, []))
            elif pages:
                pages[-1][1].append(line)
            else:
                raise ValueError(f"{path} does not begin with a page: {line}")
        for head, lines in pages:
            yield KindPage(head[2], path.stem, head[1].partition("-")[0], "\n".join(lines))


def measure_flags(pages: Iterable[KindPage], flagger: Flagger) -> Mapping[str, FlagRate]:
    """Count the flags of pages, by kind."""
    rates: dict[str, FlagRate] = defaultdict(FlagRate)
    for page in pages:
        found = {*flagger(page)} & {*NO_ARTICLE}
        rate = rates[page.kind]
        rate.pages += 1
        rate.flags.update(found)
        rate.any += bool(found)
    return rates
