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

_HEAD = re.compile(r" ([\w-]+) \| (\w+)")

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


def read_kinds(folder: Path = KINDS) -> list[KindPage]:
    """Read the pages of a folder; the kind of each says from which file it is.

    Raises:
        OSError: a file cannot be read.
        ValueError: there are none, or a head says no kind that is known.
    """
    pages = [page for path in sorted(folder.glob("*.txt")) for page in _read_file(path)]
    if not pages:
        raise ValueError(f"{folder}: no pages (*.txt)")
    return pages


def _read_file(path: Path) -> Iterator[KindPage]:
    before, *parts = f"\n{path.read_text(encoding='utf-8')}".split("\n===")
    if before.strip():
        raise ValueError(f"{path} does not begin with a page")
    for number, part in enumerate(parts):
        head, _, lines = part.partition("\n")
        found = _HEAD.fullmatch(head)
        if not found or found[2] not in {"article", *NO_ARTICLE} or not lines.strip():
            raise ValueError(
                f"{path}: page {number} ({head.strip()}) has no known kind or no lines"
            )
        language = found[1].partition("-")[0]
        yield KindPage(f"{found[2]}, {path.stem}", f"{path.stem}/{number}", language, lines.strip())


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
