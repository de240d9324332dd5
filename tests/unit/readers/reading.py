"""Shorthand of the reader tests: read a path as a build would."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from builder.input.params import InputParams
from builder.readers import list_files, plan_slices, read_slice
from schema.article import RawArticle
from schema.reject import Reject, RejectCode

WHOLE = 2**40


def read_all(
    root: Path, slice_bytes: int = WHOLE, unknown: Counter[str] | None = None, **params: Any
) -> list[RawArticle | Reject]:
    """Read everything under a path, in the order of the slices."""
    slices = plan_slices(list_files(root), slice_bytes)
    made = InputParams(**params)
    return [found for slice_ in slices for found in read_slice(root, slice_, made, unknown)]


def articles(outcomes: list[RawArticle | Reject]) -> list[RawArticle]:
    """Return the articles, and fail on a reject."""
    assert not (rejected := [found for found in outcomes if isinstance(found, Reject)]), rejected
    return [found for found in outcomes if isinstance(found, RawArticle)]


def texts(outcomes: list[RawArticle | Reject]) -> list[str]:
    """Return the texts of the articles, skipping rejects."""
    return [found.text for found in outcomes if isinstance(found, RawArticle)]


def codes(outcomes: list[RawArticle | Reject]) -> list[RejectCode | None]:
    """Return the code of each outcome, None for an article."""
    return [found.code if isinstance(found, Reject) else None for found in outcomes]
