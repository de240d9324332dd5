"""The default tagger: trained models, then rules that look at the whole article."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np

from builder.text.entities.decode import TAGS, UNITS, Decoded
from builder.text.entities.models import Models
from builder.text.entities.places import Places, place_spans, with_iso
from builder.text.entities.rules import (
    carried_names,
    with_final_dots,
    with_people_by_surname,
    with_places,
    with_whole_names,
    without_glued_names,
    without_treaty_names,
)
from builder.text.entities.spans import TaggedSpan, trimmed
from builder.text.entities.titles import with_quoted_titles
from builder.text.entities.tokens import Tokens
from builder.text.joined import text_groups

_ENDLESS = np.int32(np.iinfo(np.int32).max)
MAX_RULE_CHARS = 100_000
"""Longer texts keep the models' spans: some rules compare every name with every other."""
PLACE_SCORE = 0.9
"""Score of a listed country or region that the models missed: right in nine of ten on dev."""


def spans_of(
    texts: Sequence[str], tokens: Tokens, decoded: Decoded, curve: tuple[float, float]
) -> list[list[TaggedSpan]]:
    """Turn tags into spans without punctuation at the edges; the weakest token gives the score."""
    spans: list[list[TaggedSpan]] = [[] for _ in texts]
    tags = decoded.tags
    begins = np.flatnonzero(tags & 1)
    if not len(begins):
        return spans
    outside = np.append(np.flatnonzero((tags == 0) | (tags & 1).astype(bool)), len(tags))
    ends = outside[np.searchsorted(outside, begins, side="right")]
    bounds = np.stack([begins, ends], axis=1).reshape(-1)
    margins = np.minimum.reduceat(np.append(decoded.margins, _ENDLESS), bounds)[::2]
    numbers = np.searchsorted(tokens.texts, begins, side="right") - 1
    before = np.cumsum([0, *map(len, texts)])[numbers]
    starts, stops = tokens.starts[begins] - before, tokens.ends[ends - 1] - before
    columns = (numbers, starts, stops, tags[begins], margins)
    for number, first, last, tag, margin in zip(*(c.tolist() for c in columns), strict=True):
        text = texts[number]
        start, end = trimmed(text, first, last)
        if start < end and (text[start].isalpha() or any(map(str.isalpha, text[start:end]))):
            span = TaggedSpan(start, end, TAGS[tag][2:], confidence(margin, curve))
            spans[number].append(span)
    return spans


@lru_cache(maxsize=1 << 14)
def confidence(margin: int, curve: tuple[float, float]) -> float:
    """Map the margin of an entity to the share of right entities seen at such margins."""
    slope, offset = curve
    return round(1.0 / (1.0 + math.exp(-(slope * math.log1p(margin / UNITS) + offset))), 3)


class BuiltinTagger:
    """Tag people, places, organisations and other names with the weights of the package."""

    labels = frozenset({"PER", "LOC", "ORG", "MISC"})

    def __init__(self, models: Models, places: Places, card: Mapping[str, Any]) -> None:
        self._models = models
        self._places = places
        # The models learn from every text, and their kernels let other threads run.
        self._lock = Lock()
        self.rules = frozenset(card.get("rules", ("treaty", "whole", "carry", "places", "add")))
        self._card = dict(card)
        self.name = str(card["name"])
        self.version = str(card["version"])
        self._tiers: dict[str, str] = {
            language: tier
            for tier, languages in card["languages"].items()
            for language in languages
        }
        biases: Mapping[str, float] = card.get("bias", {})
        self._biases = {name: round(UNITS * bias) for name, bias in biases.items()}
        self._curve = (float(card["confidence"][0]), float(card["confidence"][1]))

    def supports(self, language: str) -> bool:
        """Tell whether the language is claimed, whatever its region or script."""
        return self.tier(language) is not None

    def tier(self, language: str) -> str | None:
        """Return how well a language is known: `measured`, `transfer`, `experimental` or None."""
        return self._tiers.get(base_language(language))

    def describe(self) -> dict[str, Any]:
        """Return name, version, training data, licence of the weights and F1 per language."""
        return dict(self._card)

    def annotate(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[TaggedSpan]]:
        """Tag each text by itself; a language that is not claimed gets an empty list."""
        found: list[list[TaggedSpan]] = [[] for _ in texts]
        claimed = [at for at, language in enumerate(languages) if self.supports(language)]
        for group in text_groups([texts[at] for at in claimed]):
            some = claimed[group]
            spans = self._tag([texts[at] for at in some], [languages[at] for at in some])
            for at, own in zip(some, spans, strict=True):
                found[at] = own
        return found

    def _tag(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[TaggedSpan]]:
        bias = [self._bias(language) for language in languages]
        with self._lock:
            tokens = self._models.tokenize(texts)
            decoded = self._models.decode(tokens, bias)
            names = np.flatnonzero(self._models.begin_places(tokens))
        found = spans_of(texts, tokens, decoded, self._curve)
        cuts = np.searchsorted(names, tokens.texts).tolist()
        first = 0
        for at, (text, language) in enumerate(zip(texts, languages, strict=True)):
            starts = tokens.starts[names[cuts[at] : cuts[at + 1]]] - np.int32(first)
            found[at] = self._corrected(text, base_language(language), starts.tolist(), found[at])
            first += len(text)
        return found

    def _bias(self, language: str) -> int:
        """Return how much the models' reserve is lowered where they saw little of a language."""
        base = base_language(language)
        return self._biases.get(base, self._biases.get(self._tiers[base], 0))

    def _corrected(
        self, text: str, language: str, places: Sequence[int], spans: list[TaggedSpan]
    ) -> list[TaggedSpan]:
        if len(text) <= MAX_RULE_CHARS:
            spans = self._by_article(text, language, places, spans)
        return with_iso(text, spans, self._places, language)

    def _by_article(
        self, text: str, language: str, places: Sequence[int], spans: list[TaggedSpan]
    ) -> list[TaggedSpan]:
        if "treaty" in self.rules:
            spans = without_treaty_names(
                text, spans, lambda name: self._places.is_place(name, language)
            )
            spans = with_quoted_titles(text, spans)
        if "whole" in self.rules:
            spans = with_people_by_surname(text, with_whole_names(text, spans))
            spans = with_final_dots(text, spans)
            spans = without_glued_names(text, spans)
        if "carry" in self.rules:
            spans = carried_names(text, spans)
        if "places" in self.rules:
            listed = place_spans(text, places, self._places, language, PLACE_SCORE)
            spans = with_places(text, spans, listed, add="add" in self.rules)
        return spans


def base_language(tag: str) -> str:
    """Return the language of a BCP 47 tag without script and region."""
    return tag.split("-", maxsplit=1)[0].lower()
