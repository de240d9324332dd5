"""Measure dates, authors and publishers that are read off the plain text of a page alone."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from builder.text.cue_rules import CueRules
from builder.text.cues import find_cues
from builder.text.date_patterns import DateRules, load_date_rules
from builder.text.dates import hint_dates, resolve_date
from builder.text.source import hint_sources
from schema.article import Origin, RawArticle
from schema.terms import DatePrecision, SourceKind
from training.cleaning.pages import RULES, GoldPage

__all__ = ["Rate", "measure_hints"]


@dataclass
class Rate:
    """Counts of right, wrong and missing answers, by page."""

    right: int = 0
    wrong: int = 0
    none: int = 0

    def add(self, answered: bool, right: bool) -> None:
        """Count one page."""
        self.right += right
        self.wrong += answered and not right
        self.none += not answered


def measure_hints(pages: Iterable[GoldPage], cues: CueRules) -> dict[str, Rate]:
    """Compare what the whole pages, in lines, tell with what is known of them."""
    rates = {"date": Rate(), "authors": Rate(), "publisher": Rate()}
    dates = load_date_rules(Path(RULES) / "dates")
    for page in pages:
        record = page.record
        if record.get("gold_date"):
            found = _date(page, dates)
            rates["date"].add(
                found is not None, found == dt.date.fromisoformat(record["gold_date"][:10])
            )
        authors, publishers = _sources(page, cues)
        if record.get("gold_authors"):
            right = any(_same(a, b) for a in authors for b in record["gold_authors"])
            rates["authors"].add(bool(authors), right)
        if record.get("publisher"):
            known = {_key(record["publisher"]), _key(page.domain), _key(page.domain.split(".")[0])}
            right = any(_names(_key(found), name) for found in publishers for name in known)
            rates["publisher"].add(bool(publishers), right)
    return rates


def _date(page: GoldPage, rules: DateRules) -> dt.date | None:
    hint = resolve_date(hint_dates(page.lines, page.language, rules))
    return hint.value if hint and hint.precision is DatePrecision.DAY else None


def _sources(page: GoldPage, cues: CueRules) -> tuple[list[str], list[str]]:
    raw = RawArticle(origin=Origin(path="page", record=0), text=page.lines)
    hits = find_cues(page.lines, page.language, cues)
    nothing: Callable[[str], None] = lambda _: None  # noqa: E731
    hints = hint_sources(page.lines, raw, hits, nothing)
    by_kind = {
        kind: [hint.value for hint in hints if hint.kind is kind]
        for kind in (SourceKind.AUTHOR, SourceKind.PUBLISHER)
    }
    return by_kind[SourceKind.AUTHOR], by_kind[SourceKind.PUBLISHER]


def _fold(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parts if not unicodedata.combining(c)).casefold()


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", _fold(text))


def _names(found: str, known: str) -> bool:
    """Tell whether a name is the known one, or a part of it of at least four letters."""
    return found == known or (
        min(len(found), len(known)) >= 4 and (found in known or known in found)
    )


def _same(one: str, other: str) -> bool:
    """Tell whether two names share all words of the shorter, at least two."""
    words = [
        {word for word in re.findall(r"[^\W\d_]+", _fold(name)) if len(word) > 1 or word > "\u2e80"}
        for name in (one, other)
    ]
    shorter, longer = sorted(words, key=len)
    return bool(shorter) and (words[0] == words[1] or (len(shorter) >= 2 and shorter <= longer))
