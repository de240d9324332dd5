"""Collect the cue words: `cues.toml`, and names of months, days and languages from CLDR (Babel)."""

from __future__ import annotations

import tomllib
from pathlib import Path

from babel import Locale

from builder.text.entities.cues import cue_listing
from training.entities.gazetteer import LOCALES


def cue_words() -> str:
    """Return the listing that `builder.text.entities.cues.Cues` reads."""
    words = dict(tomllib.loads(Path(__file__).with_name("cues.toml").read_text("utf-8")))
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
