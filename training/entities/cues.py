"""Collect the cue words: `cues.toml`, and names of months, days and languages from CLDR (Babel).

`names.toml` adds names that the models are not trained with.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from babel import Locale

from builder.text.entities.cues import cue_listing
from training.entities.gazetteer import LOCALES


def cue_words(*, more_names: bool = False) -> str:
    """Return the listing that `builder.text.entities.cues.Cues` reads.

    Args:
        more_names: with the names that only the tagger knows, not the training.
    """
    words = _words("cues.toml")
    for label, listed in _words("names.toml").items() if more_names else ():
        words[label] += " " + listed
    calendar: set[str] = set()
    tongues: set[str] = set()
    for tag in LOCALES:
        locale = Locale.parse(tag)
        for kind in ("format", "stand-alone"):
            calendar.update(locale.months[kind]["wide"].values())
            calendar.update(locale.days[kind]["wide"].values())
        tongues.update(name for code, name in locale.languages.items() if len(code) == 2)
    for label, names in (("calendar", calendar), ("tongue", tongues)):
        words[label] = " ".join(sorted(n for n in names if n.isalpha() and len(n) > 2))
    return cue_listing(words)


def _words(name: str) -> dict[str, str]:
    return tomllib.loads(Path(__file__).with_name(name).read_text("utf-8"))
