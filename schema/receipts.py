"""Receipts: put a raw text together again from its cleaned text and removed pieces."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["rebuild_raw"]


def rebuild_raw(text: str, removed: Sequence[Mapping[str, Any]]) -> str:
    """Return the normalized raw text of an article.

    Args:
        text: its cleaned text.
        removed: its removed pieces (`start`, `end`, `text`), in order; offsets into the
            raw text.

    Example:
        >>> rebuild_raw("Two words", [{"start": 3, "end": 4, "text": " "}])
        'Two  words'
    """
    parts: list[str] = []
    taken = done = 0
    for piece in removed:
        kept = piece["start"] - done
        parts += (text[taken : taken + kept], piece["text"])
        taken += kept
        done = piece["end"]
    return "".join([*parts, text[taken:]])
