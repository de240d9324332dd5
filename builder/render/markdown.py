"""Small pieces of Markdown: tables, shares, and names that cannot break out of them."""

import re
from collections.abc import Iterable

__all__ = ["percent", "plain", "plural", "share_cells", "table"]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; its cells are Markdown already."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def plain(name: str) -> str:
    r"""Keep a name that comes from articles, which can hold anything, inside its cell.

    Example:
        >>> plain("a|b")
        'a\\|b'
    """
    return " ".join(re.sub(r"([\\`*_\[\]<>|!~#&])", r"\\\1", name).split())


def share_cells(count: int, total: int) -> list[str]:
    """Return a count and its share as two cells."""
    return [f"{count:,}", percent(count, total)]


def percent(count: int, total: int) -> str:
    """Return a share in percent; a dash of nothing."""
    return f"{100 * count / total:.1f} %" if total else "–"


def plural(word: str, count: int) -> str:
    """Return a word as it stands behind a number."""
    return word if count == 1 else f"{word}s"
