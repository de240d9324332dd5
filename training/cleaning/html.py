"""Measure the HTML reader: texts after cleaning beside Trafilatura's own, and dates."""

import datetime as dt
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
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

_precise = partial(trafilatura.extract, favor_precision=True)

# trafilatura as it comes, and without what is rarely part of an article.
PEERS = {
    "trafilatura, precision mode": _precise,
    "the same without comments": partial(_precise, include_comments=False),
    "the same without comments and tables": partial(
        _precise, include_comments=False, include_tables=False
    ),
}
READER = "the reader"
CLEANED = "the reader, then cues and layout"


@dataclass
class HtmlScores:
    """Scores of the texts by name of the row, and of the dates."""

    texts: dict[str, list[PageScore]] = field(
        default_factory=lambda: {name: [] for name in (*PEERS, READER, CLEANED)}
    )
    dates: Rate = field(default_factory=Rate)

    def differences(self) -> dict[str, list[tuple[GoldPage, float]]]:
        """Return by peer, for each page, how much better in F1 the cleaned text is."""
        return {
            name: [
                (ours.page, ours.f1 - theirs.f1)
                for ours, theirs in zip(self.texts[CLEANED], self.texts[name], strict=True)
            ]
            for name in PEERS
        }


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
            made = {name: extract(record["html"]) or "" for name, extract in PEERS.items()}
            for name, whole in (made | {READER: text, CLEANED: cleaned}).items():
                scores.texts[name].append(score_page(page, whole))
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
