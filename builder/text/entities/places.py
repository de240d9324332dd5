"""Know the names of countries and world regions (CLDR) and where they stand in a text.

A name gives an ISO 3166 code only when the article makes it plain which place is meant: an
ambiguous name needs a neighbouring country in the same article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.text.characters import code_points
from builder.text.entities.features import key_of, normal_form
from builder.text.entities.skeleton import without_marks
from builder.text.entities.spans import TaggedSpan
from builder.text.entities.tokens import is_sign
from builder.text.entities.traits import KNOWN, SIGN, UPPER, trait_table

WORD = re.compile(r"[^\W\d_]+")
ANY_LANGUAGE, CITY = "mul", "city"
"""Language of the names that are known in every language, and the code of a city there."""
WHOLE_NAMES = frozenset({1, 3, 5})
"""Gazetteer classes of words that are a name by themselves (country, city, region)."""

AMBIGUOUS: Mapping[str, frozenset[str]] = {
    "GE": frozenset(["AM", "AZ", "RU", "UA", "TR", "MD"]),
    "JO": frozenset(["IL", "SY", "IQ", "SA", "EG", "LB", "PS", "AE", "QA"]),
    "NE": frozenset(["ML", "BF", "NG", "TD", "DZ", "LY", "BJ", "FR"]),
    "TD": frozenset(["NE", "NG", "SD", "CM", "CF", "LY", "SS", "FR"]),
    "GN": frozenset(["SN", "ML", "SL", "LR", "CI", "GW"]),
    "DM": frozenset(["LC", "VC", "GD", "BB", "AG", "TT"]),
    "MK": frozenset(["AL", "RS", "GR", "BG", "XK"]),
}
"""Countries whose name is also a state, a person, a river: one of these makes the reading plain."""
AMBIGUOUS_NAMES = frozenset(
    ("georgia", "georgie", "georgien", "gruzja", "jordan", "chad", "niger", "guinea", "dominica")
)


MAX_SIGNS = 12
"""Signs of the longest name in Chinese or Japanese that is looked for."""


class Place(NamedTuple):
    """Hold one CLDR name: its territory code and whether that is a country of ISO 3166."""

    code: str
    is_country: bool


@lru_cache(maxsize=1 << 15)
def folded(name: str) -> str:
    """Fold case, accents and hyphens, so that `Etats Unis` equals `États-Unis`."""
    return " ".join(_plain(name).split())


def _plain(text: str) -> str:
    """Fold case and accents, and write hyphens as spaces."""
    plain = text.replace("’", "'").replace("-", " ").casefold()
    return plain if plain.isascii() else without_marks(plain)


class Places:
    """Look names up by language; English names are known in every language."""

    def __init__(self, listing: str, words: Mapping[int, int]) -> None:
        self._words = words
        self._listed: dict[str, dict[str, Place]] = {}
        for line in listing.splitlines():
            language, code, name = line.split("\t")
            self._listed.setdefault(language, {})[name] = Place(code, len(code) == 2)
        self._english = self._listed.get("en", {})
        self._names: dict[str, dict[str, Place]] = {}
        self._sizes: dict[str, dict[str, int]] = {}
        every = {name for names in self._listed.values() for name in names}
        self._first = frozenset(
            name[:2] if is_sign(name) else WORD.findall(name)[0] for name in every
        )

    def find(self, name: str, language: str) -> Place | None:
        """Return the place that a whole name stands for, also in an inflected Cyrillic form."""
        key = folded(name)
        known = self._listed.get(language, {})
        return known.get(key) or self._english.get(key) or self._inflected(key, known)

    def _inflected(self, key: str, known: Mapping[str, Place]) -> Place | None:
        # «Казахстана»: the longest stem of a listed name with at most three letters behind it.
        if key.isascii() or len(key) < 5 or max(key) < "а" or " " in key:
            return None
        for cut in (1, 2, 3):
            stem = key[:-cut]
            if len(stem) < 4:
                return None
            for ending in ("", "я", "а", "ь", "й", "е", "ы"):
                place = known.get(stem + ending)
                if place is not None:
                    return place
        return None

    def is_place(self, name: str, language: str) -> bool:
        """Tell whether a word is a country, a region or a city, in CLDR or GeoNames."""
        listed = self._words.get(key_of(normal_form(name)), 0) in WHOLE_NAMES
        return listed or self.find(name, language) is not None

    def names_of(self, language: str) -> Mapping[str, Place]:
        """Return the folded names of a language, with those that are known in every language."""
        if language not in self._names:
            everywhere = self._listed.get(ANY_LANGUAGE, {})
            self._names[language] = everywhere | self._listed.get(language, {})
        return self._names[language]

    def begin_names(self, words: str) -> npt.NDArray[np.bool_]:
        """Tell of each word whether it may begin a listed name in some language.

        Args:
            words: single words and pairs of signs, a line end behind each. Of the words those do
                that are capitalised.
        """
        codes = code_points(words)
        begins = np.append(0, np.flatnonzero(codes == ord("\n"))[:-1] + 1)
        traits = trait_table()[np.minimum(codes[begins], KNOWN - 1)]
        listed = map(self._first.__contains__, map(str.strip, _plain(words).split("\n")))
        found = np.fromiter(listed, np.bool_, len(traits))
        found &= traits & (UPPER | SIGN) > 0
        return found

    def sizes_of(self, language: str) -> Mapping[str, int]:
        """Return for each first word of a name how many words the longest such name has."""
        if language not in self._sizes:
            known = {} if language == ANY_LANGUAGE else {**self.sizes_of(ANY_LANGUAGE)}
            for name in self._listed.get(language, ()):
                parts = WORD.findall(name)
                known[parts[0]] = max(known.get(parts[0], 0), len(parts))
            self._sizes[language] = known
        return self._sizes[language]


def with_iso(
    text: str, spans: Iterable[TaggedSpan], places: Places, language: str
) -> list[TaggedSpan]:
    """Add ISO 3166 codes to the LOC spans that CLDR knows as countries."""
    listed = list(spans)
    found = [
        places.find(text[s.start : s.end], language) if s.label == "LOC" else None for s in listed
    ]
    plain = {
        place.code
        for span, place in zip(listed, found, strict=True)
        if place and place.is_country and folded(text[span.start : span.end]) not in AMBIGUOUS_NAMES
    }
    coded = []
    for span, place in zip(listed, found, strict=True):
        code = place.code if place and place.is_country else None
        if code and folded(text[span.start : span.end]) in AMBIGUOUS_NAMES:
            code = code if AMBIGUOUS.get(code, frozenset()) & plain else None
        coded.append(span._replace(iso=code) if code != span.iso else span)
    return coded


def place_spans(
    text: str, starts: Iterable[int], places: Places, language: str, score: float
) -> list[TaggedSpan]:
    """Return the plain names of countries and regions, the longest at each place.

    Args:
        text: the text.
        starts: where a name may begin, ascending: first letters of words.
        places: the names.
        language: the text's language.
        score: the score that the spans get.
    """
    known, sizes = places.names_of(language), places.sizes_of(language)
    spans: list[TaggedSpan] = []
    done = 0
    for start in starts:
        if start < done:
            continue
        if is_sign(text[start]):
            end = _longest_of_signs(text, start, known)
        else:
            word = WORD.match(text, start)
            most = sizes.get(folded(word[0]), 0) if word and text[start].isupper() else 0
            end = _longest(text, start, word.end(), most, known) if word and most else 0
        if end and folded(text[start:end]) not in AMBIGUOUS_NAMES:
            place = known[folded(text[start:end])]
            code = place.code if place.is_country else None
            spans.append(TaggedSpan(start, end, "LOC", score, code))
            done = end
    return spans


_KATAKANA = re.compile(r"[\u30a1-\u30ff]")


def _longest_of_signs(text: str, start: int, known: Mapping[str, Place]) -> int:
    """Return the end of the longest Chinese or Japanese name that begins at `start`, 0 for none."""
    if _KATAKANA.match(text, start) and start and _KATAKANA.match(text, start - 1):
        return 0
    for end in range(min(start + MAX_SIGNS, len(text)), start + 1, -1):
        if folded(text[start:end]) in known:
            cut = _KATAKANA.match(text, end - 1) and _KATAKANA.match(text, end)
            return 0 if cut else end
    return 0


_REST = re.compile(r"[ ’'\-][^\W\d_]+")


def _longest(text: str, start: int, end: int, most: int, known: Mapping[str, Place]) -> int:
    """Return the end of the longest name that begins at `start`, 0 for none."""
    best = end if folded(text[start:end]) in known else 0
    for _ in range(most - 1):
        more = _REST.match(text, end)
        if more is None:
            break
        end = more.end()
        if folded(text[start:end]) in known:
            best = end
    return best
