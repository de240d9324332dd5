"""Read pages with known article text, and the forms in which users bring them."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["RULES", "VIEWS", "WORDS", "GoldPage", "fold_of", "read_pages", "split_pages"]

RULES = Path(__file__).parents[2] / "builder" / "text" / "rules"

WORDS = RULES / "layout" / "words.toml"

VIEWS = ("lines", "flat", "near", "near-flat")


@dataclass(frozen=True)
class GoldPage:
    """One page: its plain-text renderings and what is known about it."""

    id: str
    source_set: str
    domain: str
    url: str
    language: str
    lines: str
    near: str
    gold: str
    title: str
    optional: tuple[str, ...]
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    record: dict[str, Any] = field(repr=False)
    is_written: bool = False

    def view(self, name: str) -> str:
        """Return one rendering; empty if the page has none."""
        text = self.near if name.startswith("near") else self.lines
        return text.replace("\n", " ") if name.endswith("flat") else text


def read_pages(path: Path) -> Iterator[GoldPage]:
    """Yield the pages of a JSON-lines file, gzipped or not (fields: README of this folder)."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            page = json.loads(line)
            yield GoldPage(
                id=page["doc_id"],
                source_set=page["source_set"],
                domain=page["domain"],
                url=page.get("url") or "",
                language=page["language"] or "und",
                lines=page["raw_lines"] or "",
                near=page["raw_near"] or "",
                gold=page["gold_text"] or "",
                title=page["gold_title"] or "",
                optional=tuple(page["gold_optional"] or ()),
                wanted=tuple(page["gold_with"] or ()),
                unwanted=tuple(page["gold_without"] or ()),
                record=page,
            )


def split_pages(folder: Path, head: re.Pattern[str]) -> Iterator[tuple[str, re.Match[str], str]]:
    """Yield the name, the head and the text of each page in the text files of a folder.

    Args:
        folder: its files hold pages, each of which begins with a line `=== ` and its head.
        head: what all heads look like.

    Raises:
        OSError: a file cannot be read.
        ValueError: there are no pages, or one has another head or no text; the message says where.
    """
    paths = sorted(folder.glob("*.txt"))
    for path in paths:
        before, *pages = f"\n{path.read_text(encoding='utf-8')}".split("\n=== ")
        if before.strip() or not pages:
            raise ValueError(f"{path} does not begin with a page")
        for number, page in enumerate(pages):
            first, _, text = page.partition("\n")
            found = head.fullmatch(first)
            if not found or not text.strip():
                raise ValueError(f"{path}: page {number} ({first}) has another head or no text")
            yield f"{path.stem}/{number}", found, text.strip("\n")
    if not paths:
        raise ValueError(f"{folder}: no pages (*.txt)")


def fold_of(domain: str, folds: int) -> int:
    """Assign a domain to a fold, so that no publisher is trained and measured on."""
    return int(hashlib.md5(domain.encode(), usedforsecurity=False).hexdigest(), 16) % folds
