"""Measure the cleaning on pages with gold text: `python -m training.cleaning.evaluate PAGES`.

Prints a Markdown table for each view of the pages (whole page or near the article, in
lines or in one line), with 95 % intervals over publishers, by source set and language,
and the worst pages with what went wrong.  The layout model is cross-validated: each page
is cleaned with weights trained without its publisher.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from builder.text.clean import clean_text
from builder.text.cue_rules import CueRules, load_cues
from builder.text.cues import cue_proposals, find_cues, propose_cues
from builder.text.flags import find_flags
from builder.text.layout import LayoutModel, load_layout, propose_layout
from builder.text.segments import segment
from schema.terms import Flag
from training.cleaning.align import token_spans
from training.cleaning.hints import Rate, measure_hints
from training.cleaning.kinds import NO_ARTICLE, FlagRate, KindPage, measure_flags, read_kinds
from training.cleaning.measure import PageScore, Summary, group, interval, score_page, segment_rates
from training.cleaning.pages import RULES, VIEWS, WORDS, GoldPage, fold_of, read_pages

if TYPE_CHECKING:
    from training.cleaning.html import HtmlScores

# Languages with fewer pages are pooled: one page would decide.
LEAST_PAGES = 15

# Cleaned texts by id of the page.
Cleaned = dict[str, str]


@dataclass(frozen=True)
class Options:
    """The command line."""

    pages: Path
    models: Path | None
    folds: int
    views: tuple[str, ...]
    repetitions: int
    worst: int
    hints: bool
    flags: bool
    html: Path | None


def main() -> None:
    """Read the command line, clean all pages in all views, print the tables."""
    options = _options()
    pages = list(read_pages(options.pages))
    models, rules = _models(options), load_cues(RULES)
    for view in options.views:
        print(f"\n## {view}\n", flush=True)
        shown = [page for page in pages if page.view(view) and _is_measured(page)]
        _print_view(shown, _clean(shown, view, models, rules), options)
    if options.hints:
        _print_hints(measure_hints(pages, rules))
    if options.flags:
        _print_flags(_flag_rates(pages, models, rules))
    if options.html:
        from training.cleaning.html import measure_html  # noqa: PLC0415  # needs trafilatura

        _print_html(measure_html(pages, options.html, models, rules), options)


def _options() -> Options:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, help="pages with gold text, JSON lines (.gz)")
    parser.add_argument("--models", type=Path, help="folder of `training.cleaning.train --folds`")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--views", default=",".join(VIEWS))
    parser.add_argument("--repetitions", type=int, default=1000, help="of the bootstrap")
    parser.add_argument("--worst", type=int, default=20, help="pages to list")
    parser.add_argument("--hints", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--flags", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--html", type=Path, help="the pages' HTML, JSON lines (.gz)")
    found = vars(parser.parse_args())
    found["views"] = tuple(view for view in found["views"].split(",") if view)
    return Options(**found)


def _models(options: Options) -> list[LayoutModel]:
    """Load the weights made without each fold, training them first if there are none."""
    if options.models is None:
        from training.cleaning import train  # noqa: PLC0415  # torch, only if needed
        from training.cleaning.network import Recipe  # noqa: PLC0415  # as above

        with tempfile.TemporaryDirectory() as folder:
            plan = train.Plan(Path(folder), options.folds, tuple(range(options.folds)))
            train.train_folds(train.read_all(options.pages), Recipe(), plan)
            return [
                load_layout(Path(folder) / f"layout-{n}.npz", WORDS) for n in range(options.folds)
            ]
    return [load_layout(options.models / f"layout-{n}.npz", WORDS) for n in range(options.folds)]


def _clean(
    pages: Iterable[GoldPage], view: str, models: Sequence[LayoutModel], rules: CueRules
) -> dict[str, Cleaned]:
    """Clean the pages in all ways to compare; by name of the row, then by page."""
    rows: dict[str, Cleaned] = {"no cleaning": {}, "cues": {}, "layout": {}, "cues and layout": {}}
    for page in pages:
        text = page.view(view)
        cues = propose_cues(text, page.language, rules)
        model = models[fold_of(page.domain, len(models))]
        layout = propose_layout(text, segment(text), model, cues)
        rows["no cleaning"][page.id] = text
        rows["cues"][page.id] = clean_text(text, cues)[0]
        rows["layout"][page.id] = clean_text(text, (), layout)[0]
        rows["cues and layout"][page.id] = clean_text(text, cues, layout)[0]
    return rows


def _print_view(pages: Sequence[GoldPage], rows: Mapping[str, Cleaned], options: Options) -> None:
    """Print the tables of one view."""
    gold = [page for page in pages if page.gold]
    print("| | pages | F1 | good | lost | precision | recall | left | wanted | unwanted gone |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    scores: dict[str, list[PageScore]] = {}
    for name, cleaned in rows.items():
        scores[name] = [score_page(page, cleaned[page.id]) for page in gold]
        rates = [segment_rates(page, cleaned[page.id]) for page in pages if not page.gold]
        wanted = [rate for rate, _ in rates if rate is not None]
        unwanted = [rate for _, rate in rates if rate is not None]
        print(f"{_row(name, scores[name])} {_mean(wanted)} | {_mean(unwanted)} |")
    final, untouched = scores[name], scores["no cleaning"]
    print(f"\n95 % intervals of '{name}', drawn over publishers: {_intervals(final, options)}.")
    for field in ("source_set", "language"):
        print(
            f"\n| {field} | pages | F1 | good | lost | precision | recall | left | untouched F1 |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        before = group(untouched, field, LEAST_PAGES)
        for key, members in group(final, field, LEAST_PAGES).items():
            print(f"{_row(key, members)} {Summary.of(before[key]).f1:.3f} |")
    if options.worst:
        print(f"\nThe {options.worst} worst pages:\n")
    for score in sorted(final, key=lambda score: score.f1)[: options.worst]:
        _print_page(score, rows[name][score.page.id])


def _print_hints(rates: Mapping[str, Rate]) -> None:
    """Print what plain text alone tells of dates and sources."""
    print("\n## dates, authors, publisher (whole page, lines)\n")
    print("| | pages | right | wrong | none |")
    print("|---|---|---|---|---|")
    for name, rate in rates.items():
        pages = rate.right + rate.wrong + rate.none
        shares = (f"{count / pages:.3f}" for count in (rate.right, rate.wrong, rate.none))
        print(f"| {name} | {pages} | {' | '.join(shares)} |")


def _flag_rates(
    pages: Sequence[GoldPage], models: Sequence[LayoutModel], rules: CueRules
) -> Mapping[str, FlagRate]:
    """Count the flags of pages written to raise them, and of articles, which should not."""

    def flagger(page: KindPage) -> frozenset[Flag]:
        hits = find_cues(page.lines, page.language, rules)
        cues = cue_proposals(hits)
        model = models[fold_of(page.domain, len(models))]
        layout = propose_layout(page.lines, segment(page.lines), model, cues)
        return find_flags(page.lines, clean_text(page.lines, cues, layout)[0], hits)

    gold = [
        KindPage("article, of the web", page.domain, page.language, page.lines)
        for page in pages
        if page.gold
    ]
    return measure_flags([*read_kinds(), *gold], flagger)


def _print_flags(rates: Mapping[str, FlagRate]) -> None:
    """Print how many pages of each kind have each flag, and how many have any of them."""
    print("\n## Pages that are no article\n")
    print(f"| page | pages | {' | '.join(f'`{flag}`' for flag in NO_ARTICLE)} | any |")
    print("|---|---|---|---|---|---|---|---|")
    for kind, rate in rates.items():
        counts = (str(rate.flags[flag]) for flag in NO_ARTICLE)
        print(f"| {kind} | {rate.pages} | {' | '.join(counts)} | {rate.any} |")


def _print_html(scores: "HtmlScores", options: Options) -> None:
    """Print how good the HTML reader is, beside Trafilatura."""
    print("\n## HTML\n")
    print("| | pages | F1 | good | lost | precision | recall | left |")
    print("|---|---|---|---|---|---|---|---|")
    for name, members in scores.texts.items():
        print(_row(name, members))
    print()
    for peer, pairs in scores.differences().items():
        mean = sum(value for _, value in pairs) / len(pairs)
        low, high = interval(pairs, options.repetitions)
        print(f"F1 more than {peer}: {mean:+.3f}, 95 % {low:+.3f} to {high:+.3f}.\n")
    dates = scores.dates
    pages = dates.right + dates.wrong + dates.none
    shares = (f"{count / pages:.3f}" for count in (dates.right, dates.wrong, dates.none))
    print(f"Dates of {pages} pages: right, wrong, none {', '.join(shares)}.")


def _is_measured(page: GoldPage) -> bool:
    return bool(page.gold or page.wanted or page.unwanted)


def _row(name: str, scores: Sequence[PageScore]) -> str:
    found = Summary.of(scores)
    return (
        f"| {name} | {found.pages} | {found.f1:.3f} | {found.good:.3f} | {found.lost:.3f} "
        f"| {found.precision:.3f} | {found.recall:.3f} | {found.left:.3f} |"
    )


def _mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.3f}" if values else ""


def _intervals(scores: Sequence[PageScore], options: Options) -> str:
    measures: dict[str, Callable[[PageScore], float]] = {
        "F1": lambda score: score.f1,
        "good": lambda score: float(score.is_good),
        "lost": lambda score: float(score.is_lost),
    }
    parts = []
    for name, measure in measures.items():
        low, high = interval(
            [(score.page, measure(score)) for score in scores], options.repetitions
        )
        parts.append(f"{name} {low:.3f} to {high:.3f}")
    return ", ".join(parts)


def _print_page(score: PageScore, cleaned: str) -> None:
    """Say what went wrong on one page: the largest lines lost, and left."""
    page = score.page
    print(
        f"- {score.f1:.3f} (precision {score.precision:.3f}, recall {score.recall:.3f}) "
        f"{page.language} {page.id}"
    )
    kept, gold = _tokens(cleaned), _tokens(page.gold)
    lost = [line for line in page.gold.split("\n") if not _inside(line, kept)]
    left = [line for line in page.lines.split("\n") if _inside(line, kept)]
    left = [line for line in left if not _inside(line, gold)]
    for what, lines in (("lost", lost), ("left", left)):
        for line in sorted(lines, key=len, reverse=True)[:2]:
            print(f"  - {what} ({len(lines)} lines): {line[:100]}")


def _tokens(text: str) -> str:
    return " " + " ".join(token for token, _, _ in token_spans(text)) + " "


def _inside(line: str, whole: str) -> bool:
    tokens = _tokens(line)
    return not tokens.strip() or tokens in whole


if __name__ == "__main__":
    main()
