"""Articles that passed the record stages, with their receipts kept as columns.

A megabyte of pages leaves thousands of removed pieces. As models they would cost more than it
takes to find them, only to be taken apart into the columns of a file again.
"""

from operator import lt
from typing import NamedTuple, Self

from pydantic import TypeAdapter

from builder.text.clean import Removed
from schema.article import CleanArticle
from schema.spans import MAX_OFFSET, RemovedSpan

__all__ = ["Cleaned", "Receipt"]

_MODELS = TypeAdapter(tuple[RemovedSpan, ...])


class Receipt(NamedTuple):
    """What cleaning removed from one text, in order; each column is a field of `RemovedSpan`."""

    start: list[int]
    end: list[int]
    rules: list[tuple[str, ...]]
    text: list[str]

    @classmethod
    def of(cls, raw: str, removed: Removed) -> Self:
        """Cut the removed pieces out of the normalized raw text, and check the columns.

        Raises:
            ValidationError: a piece breaks the rules of `RemovedSpan`.
        """
        starts, ends, rules = removed
        receipt = cls(starts, ends, rules, [*map(raw.__getitem__, map(slice, starts, ends))])
        is_sound = all(map(lt, starts, ends)) and all(rules)
        is_inside = min(starts, default=0) >= 0 and max(ends, default=0) <= len(raw) <= MAX_OFFSET
        if not (is_sound and is_inside):
            receipt.models()  # what is wrong is for the schema to say
        return receipt

    def models(self) -> tuple[RemovedSpan, ...]:
        """Return the pieces one by one, each checked by its model."""
        pieces = zip(*self, strict=True)
        return _MODELS.validate_python(
            tuple(dict(zip(self._fields, piece, strict=True)) for piece in pieces)
        )


class Cleaned(NamedTuple):
    """An article after all record stages, and its receipt, both checked.

    Attributes:
        article: everything but what was removed.
        receipt: what was removed.
    """

    article: CleanArticle
    receipt: Receipt
