"""Measure the HTML reader: texts after cleaning beside Trafilatura's own, and dates."""

import datetime as dt
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import trafilatura

from builder.input.params import InputParams
from builder.input.rejects import Place
from builder.readers.html import Page, page_article
from builder.text.clean import clean_text
from builder.text.cue_rules import CueRules
from builder.text.cues import propose_cues
from builder.text.date_patterns import load_date_rules
from builder.text.dates import DeclaredDates, hint_dates, resolve_date
from builder.text.layout import LayoutModel, propose_layout
from builder.text.normalize import normalize
from builder.text.segments import segment
from schema.article import RawArticle
from schema.terms import DateBasis, DatePrecision
from training.cleaning.hints import Rate
from training.cleaning.measure import PageScore, score_page
from training.cleaning.pages import RULES, GoldPage, fold_of

__all__ = ["HtmlScores", "measure_html"]

PRECISE = "trafilatura, precision mode, no tables"
READER = "the reader"
CLEANED = "the reader, then cues and layout"


@dataclass
class HtmlScores:
    """Scores of the texts by name of the row, and of the dates."""

    texts: dict[str, list[PageScore]] = field(
        default_factory=lambda: {PRECISE: [], READER: [], CLEANED: []}
    )
    dates: Rate = field(default_factory=Rate)

    def differences(self) -> list[tuple[GoldPage, float]]:
        """Return for each page by how much F1 the cleaned text is better than Trafilatura's."""
        pairs = zip(self.texts[CLEANED], self.texts[PRECISE], strict=True)
        return [(ours.page, ours.f1 - theirs.f1) for ours, theirs in pairs]


def measure_html(
    pages: Sequence[GoldPage], html: Path, models: Sequence[LayoutModel], rules: CueRules
) -> HtmlScores:
    """Read pages as the HTML reader does, clean them, and compare with what is known.

    Args:
        pages: pages with gold texts or dates; others are passed over.
        html: JSON lines (.gz): `doc_id`, `html`.
        models: one for each fold; a page is cleaned by the one that has not seen its publisher.
        rules: the cues.
    """
    known = {page.id: page for page in pages if page.gold or page.record.get("gold_date")}
    scores = HtmlScores()
    date_rules = load_date_rules(RULES / "dates")
    for record in _records(html):
        page = known.get(record["doc_id"])
        if page is None:
            continue
        url = page.url or None
        found = page_article(
            Page(record["html"].encode(), "utf-8", url), Place("page", 0), InputParams()
        )
        raw = found if isinstance(found, RawArticle) else None
        text = normalize(raw.text) if raw else ""
        if page.gold:
            model = models[fold_of(page.domain, len(models))]
            cues = propose_cues(text, page.language, rules)
            cleaned = clean_text(text, cues, propose_layout(text, segment(text), model, cues))[0]
            precise = trafilatura.extract(
                record["html"], favor_precision=True, include_comments=False, include_tables=False
            )
            for name, made in ((PRECISE, precise or ""), (READER, text), (CLEANED, cleaned)):
                scores.texts[name].append(score_page(page, made))
        if page.record.get("gold_date"):
            declared = DeclaredDates()
            if raw:
                declared = DeclaredDates(
                    published=raw.date,
                    updated=raw.modified,
                    url=raw.url,
                    basis=DateBasis.HTML,
                    language=raw.language,
                )
            hint = resolve_date(hint_dates(text, page.language, date_rules, declared))
            day = hint.value if hint and hint.precision is DatePrecision.DAY else None
            gold = dt.date.fromisoformat(page.record["gold_date"][:10])
            scores.dates.add(day is not None, day == gold)
    return scores


def _records(path: Path) -> Iterator[Mapping[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
