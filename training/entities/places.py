"""List the names of countries and world regions in the languages of the tagger.

The names come from CLDR (through Babel); `places.toml` adds names in common use.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from babel import Locale

from builder.text.entities.places import folded

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
    return "\n".join(sorted(lines))
