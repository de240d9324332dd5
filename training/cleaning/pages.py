"""Read pages with known article text, and the forms in which users bring them."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["RULES", "VIEWS", "WORDS", "GoldPage", "fold_of", "read_pages"]

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


def fold_of(domain: str, folds: int) -> int:
    """Assign a domain to a fold, so that no publisher is trained and measured on."""
    return int(hashlib.md5(domain.encode(), usedforsecurity=False).hexdigest(), 16) % folds
