"""A tagger without a trained model: names from lists."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from builder.text.entities.features import key_of, normal_form
from builder.text.entities.places import WHOLE_NAMES, WORD, Places, place_spans, with_iso
from builder.text.entities.spans import TaggedSpan, without_overlaps

_CAPITAL_RUN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+){0,3}(?: [^\W\d_]+(?:-[^\W\d_]+){0,3}){0,3}")
LISTED, GUESSED = 0.6, 0.3
"""Scores: a listed name; two or more capitalised words that no list knows. Not calibrated."""


class GazetteerTagger:
    """Tag listed places and guess people from runs of capitalised words; fast, and poor on news."""

    name = "gazetteer"
    version = "1"
    labels = frozenset({"LOC", "PER"})

    def __init__(self, places: Places, words: Mapping[int, int]) -> None:
        self._places = places
        self._words = words

    def supports(self, language: str) -> bool:
        """Claim every language but `und`: lists need no training."""
        return language not in {"", "und"}

    def describe(self) -> dict[str, Any]:
        """Return name, version and where the lists come from."""
        return {
            "name": self.name,
            "version": self.version,
            "lists": "CLDR territories, GeoNames cities",
        }

    def annotate(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[TaggedSpan]]:
        """Tag each text by itself; `und` gets an empty list."""
        return [
            self._tag(text, language.split("-")[0].lower()) if self.supports(language) else []
            for text, language in zip(texts, languages, strict=True)
        ]

    def _tag(self, text: str, language: str) -> list[TaggedSpan]:
        starts = [m.start() for m in WORD.finditer(text)]
        found = place_spans(text, starts, self._places, language, LISTED)
        for run in _CAPITAL_RUN.finditer(text):
            words = [
                (m.start() + run.start(), m.group()) for m in re.finditer(r"[^ ]+", run.group())
            ]
            people: list[tuple[int, str]] = []
            for start, word in words:
                if word[0].isupper() and self._words.get(key_of(normal_form(word))) in WHOLE_NAMES:
                    found.append(TaggedSpan(start, start + len(word), "LOC", LISTED))
                elif word[0].isupper() and len(word) > 1:
                    people.append((start, word))
                    continue
                found += _person(people)
                people = []
            found += _person(people)
        return with_iso(text, without_overlaps(found), self._places, language)


def _person(words: Sequence[tuple[int, str]]) -> list[TaggedSpan]:
    if len(words) < 2 or all(word.isupper() for _, word in words):
        return []
    last, word = words[-1]
    return [TaggedSpan(words[0][0], last + len(word), "PER", GUESSED)]
