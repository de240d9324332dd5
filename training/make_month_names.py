"""Write the month and weekday names that the date reader knows, from CLDR.

The date reader must not load a locale library for every worker (about 1.5 seconds), so the names
are extracted once, here. Re-run when Babel is raised or a language is added, and commit the result.

    python training/make_month_names.py builder/text/rules/dates/names.toml
"""

import json
import subprocess
import sys
from pathlib import Path

import babel

LOCALES = (
    *("af", "ar", "ar_DZ", "ar_IQ", "ar_MA", "ar_SY", "ar_TN", "az", "be", "bg", "bn", "bs", "ca"),
    *("cs", "cy", "da", "de", "de_AT", "el", "en", "en_GB", "es", "es_MX", "et", "eu", "fa", "fi"),
    *("fil", "fr", "fr_CA", "ga", "gl", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ka", "kk"),
    *("ky", "lt", "lv", "mk", "ms", "nb", "ne", "nl", "nn", "pl", "pt", "pt_PT", "ro", "ru", "sk"),
    *("sl", "sq", "sr", "sr_Latn", "sv", "sw", "ta", "tg", "th", "tk", "tr", "uk", "ur", "uz"),
    "uz_Cyrl",
)
"""CLDR locales; those that write months as numbers (ja, ko, vi, zh) need no names."""

ONE_LOCALE = """
import json, sys
from babel import Locale
locale = Locale.parse(sys.argv[1])
def names(table):
    return [[number, name]
            for context in ("format", "stand-alone")
            for width in ("wide", "abbreviated")
            for number, name in table.get(context, {}).get(width, {}).items()]
print(json.dumps({"months": names(locale.months), "days": names(locale.days)}))
"""
"""Run in a fresh interpreter per locale: in Babel 2.18 names of one locale leak into the next."""

HEADER = """\
# Month and weekday names by language, from CLDR through Babel {babel}.
# Written by training/make_month_names.py; do not edit, add forms to words.toml instead.
# Copyright (c) 1991-2025 Unicode, Inc. Unicode License v3 (SPDX: Unicode-3.0), see NOTICE.
"""


def fold(name: str) -> str:
    """Return a name as the date reader looks it up: case folded, no final dot, no leading `de`."""
    folded = name.replace("\u00a0", " ").casefold()
    for article in ("de ", "d’", "d'"):
        folded = folded.removeprefix(article)
    return folded.strip(" .׳॰")


def names_of(locale: str) -> dict[str, list[list[object]]]:
    """Read one locale's names in an interpreter of its own."""
    command = [sys.executable, "-c", ONE_LOCALE, locale]
    run = subprocess.run(command, capture_output=True, check=True, text=True)
    answer: dict[str, list[list[object]]] = json.loads(run.stdout)
    return answer


def render(tag: str, months: dict[int, set[str]], days: set[str]) -> str:
    """Return the section of one language."""
    rows = [
        f"{number} = {json.dumps(sorted(months.get(number, ())), ensure_ascii=False)}"
        for number in range(1, 13)
    ]
    return "\n".join(
        [f"[{tag}]", *rows, f"days = {json.dumps(sorted(days), ensure_ascii=False)}", ""]
    )


def main(out: Path) -> None:
    """Write the table of all locales, one section per language."""
    months: dict[str, dict[int, set[str]]] = {}
    days: dict[str, set[str]] = {}
    for locale in LOCALES:
        tag = {"nb": "no", "nn": "no"}.get(locale, locale.split("_")[0])
        found = names_of(locale)
        for number, name in found["months"]:
            folded = fold(str(name))
            if len(folded) > 1 and not any(character.isdigit() for character in folded):
                months.setdefault(tag, {}).setdefault(int(str(number)), set()).add(folded)
        known = {fold(str(name)) for _, name in found["days"]}
        days.setdefault(tag, set()).update(name for name in known if len(name) > 1)
    sections = [render(tag, months[tag], days[tag]) for tag in sorted(months)]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join([HEADER.format(babel=babel.__version__), *sections]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
