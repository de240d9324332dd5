"""Define what an entity tagger is and check what it returns.

Knows spans and labels; knows no model. The caller of a tagger, never the tagger itself, decides
whether its spans are sound: see `checked_spans`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from operator import index
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np


class TaggedSpan(NamedTuple):
    """Mark code points `start` to `end` (half-open) of a text as one entity."""

    start: int
    end: int
    label: str
    score: float
    iso: str | None = None


@runtime_checkable
class EntityTagger(Protocol):
    """Find entities in cleaned texts; each text is judged alone, whatever stands beside it."""

    name: str
    version: str
    labels: frozenset[str]

    def supports(self, language: str) -> bool:
        """Tell whether the tagger claims a BCP 47 language; `und` is never claimed."""
        ...

    def annotate(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[TaggedSpan]]:
        """Return one sorted, non-overlapping list per text; it may be empty."""
        ...


class NoneTagger:
    """Tag nothing and claim no language."""

    name = "none"
    version = "1"
    labels: frozenset[str] = frozenset()

    def supports(self, language: str) -> bool:  # noqa: ARG002  (the protocol's parameter)
        """Claim nothing."""
        return False

    def describe(self) -> dict[str, Any]:
        """Return name and version."""
        return {"name": self.name, "version": self.version}

    def annotate(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[TaggedSpan]]:  # noqa: ARG002
        """Return an empty list per text."""
        return [[] for _ in texts]


class TaggerOutputError(ValueError):
    """Say that a tagger returned something that is not a list of spans of the text it was given."""


LABELS = ("LOC", "MISC", "ORG", "PER")
_SCHEMES: Mapping[str | None, str] = {
    "PER": "PER PERSON PS PERS PERSNAME",
    "LOC": "LOC GPE FAC LOCATION PLACE PLACENAME GEOGNAME LC",
    "ORG": "ORG ORGANIZATION ORGANISATION ORGNAME COMPANY INSTITUTION OG",
    "MISC": "MISC MISCELLANEOUS OTH PRODUCT PROD EVENT EVT WORK_OF_ART LAW",
    None: "NORP DATE TIME MONEY PERCENT QUANTITY ORDINAL CARDINAL LANGUAGE TITLE",
}
LABEL_MAP: Mapping[str, str | None] = {
    theirs: ours for ours, names in _SCHEMES.items() for theirs in names.split()
}
"""Labels of common schemes mapped to ours; None drops the span (demonyms, numbers, dates)."""

_PAIRS = {"(": ")", "[": "]"}
_FINAL_DOT = re.compile(r"(?:^|[\s.])(?:[^\W\d_]|Inc|Ltd|Co|Corp|Jr|Sr|Bros|Cie|St)\.$")


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the edges of a span inward past white space and punctuation outside the name."""
    if start < end and text[start].isalnum() and text[end - 1].isalnum():
        return start, end
    while start < end and not text[start].isalnum():
        if _PAIRS.get(text[start], "\0") in text[start:end]:
            break
        start += 1
    while end > start and not text[end - 1].isalnum():
        last = text[end - 1]
        if last in ")]" and any(
            text.find(o, start, end) >= 0 for o, c in _PAIRS.items() if c == last
        ):
            break
        if last == "." and _FINAL_DOT.search(text, max(start, end - 8), end):
            break
        if last == "+" and text[end - 2].isalnum():  # Canal+
            break
        end -= 1
    return start, end


def without_overlaps(spans: Iterable[TaggedSpan]) -> list[TaggedSpan]:
    """Keep the longest of overlapping spans, of equally long ones the leftmost, and sort them."""
    kept: list[TaggedSpan] = []
    starts: list[int] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.label)):
        place = bisect_right(starts, span.start)
        clear_before = place == 0 or kept[place - 1].end <= span.start
        clear_after = place == len(kept) or span.end <= kept[place].start
        if clear_before and clear_after:
            kept.insert(place, span)
            starts.insert(place, span.start)
    return kept


def checked_spans(
    text: str, spans: Iterable[TaggedSpan], label_map: Mapping[str, str | None] = LABEL_MAP
) -> list[TaggedSpan]:
    """Return the spans of one text as they may be published: our labels, clean edges, no overlaps.

    Args:
        text: the text that was tagged.
        spans: what the tagger returned, in any order.
        label_map: from the tagger's labels (compared in upper case) to ours; None drops the span.

    Returns:
        Sorted, non-overlapping spans; of overlapping ones the longest stays, then the leftmost.

    Raises:
        TaggerOutputError: a span is no span, lies outside the text, is blank, or has an unknown
            label or a score outside [0, 1].
    """
    return without_overlaps(
        checked for span in spans if (checked := _checked(text, span, label_map)) is not None
    )


def _checked(text: str, span: TaggedSpan, label_map: Mapping[str, str | None]) -> TaggedSpan | None:
    try:
        start, end, label, score, iso = span
    except (TypeError, ValueError) as error:
        raise TaggerOutputError(
            f"not a span: {span!r} (known form: start, end, label, score, iso)"
        ) from error
    if {type(start), type(end)} & {bool}:
        raise TaggerOutputError(f"span {start!r}:{end!r} has no numbers for offsets")
    try:
        start, end = index(start), index(end)  # also those of numpy
    except TypeError as error:
        raise TaggerOutputError(
            f"span {start!r}:{end!r} has no whole numbers for offsets"
        ) from error
    if not 0 <= start < end <= len(text):
        raise TaggerOutputError(
            f"span {start!r}:{end!r} does not lie in a text of {len(text)} code points"
        )
    if not isinstance(label, str) or label.upper() not in label_map:
        known = ", ".join(sorted(label_map))
        raise TaggerOutputError(f"unknown label {label!r} at {start}:{end} (known: {known})")
    if not isinstance(score, (int, float, np.floating)) or not 0.0 <= score <= 1.0:
        raise TaggerOutputError(f"score {score!r} at {start}:{end} does not lie in [0, 1]")
    if not text[start:end].strip():
        raise TaggerOutputError(f"span {start}:{end} is blank")
    ours = label_map[label.upper()]
    start, end = trimmed(text, start, end)
    if ours is None or start == end:
        return None
    return TaggedSpan(start, end, ours, round(float(score), 3), iso)
