"""The pictures of the report page: which charts, from which counts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from builder.render.charts import NARROW, Bar, bar_chart, boxes_chart, column_chart
from schema.manifest import BuildManifest, split_order
from schema.terms import DateBasis

__all__ = ["Picture", "RowCounts", "report_pictures"]

#: Bars of a chart; the rest is summed in one.
TOP = 20
#: Months that are drawn as such; of a longer time, years are.
MAX_MONTHS = 36
#: Where ranges of cluster sizes begin.
SIZES = (1, 2, 3, 4, 5, 10, 20, 50, 100, 1_000)


class RowCounts(NamedTuple):
    """What the rows say and the manifest does not."""

    cluster_sizes: Mapping[int, int]
    #: Articles by month (`2025-11`) and date basis; both None without a date.
    months: Mapping[tuple[str | None, str | None], int]
    #: Quantiles of the length of the text by language; the languages with most articles first.
    lengths: Mapping[str, Mapping[str, int]]
    mentions: Mapping[str, int]


class Picture(NamedTuple):
    """A chart and the words above it."""

    words: str
    svg: str


def report_pictures(manifest: BuildManifest, counts: RowCounts) -> Iterator[Picture]:
    """Yield the pictures in the order of the page."""
    stats = manifest.stats
    if not stats.articles:
        return
    yield _languages(manifest)
    yield _times(counts.months)
    yield _ranked("Articles by where their date was found", stats.date_bases)
    words = "Characters of cleaned text by language: 5, 25, 50, 75 and 95 % are shorter"
    yield Picture(words, boxes_chart(words, counts.lengths, NARROW))
    yield _shares(manifest)
    yield _bars("Articles by size of their cluster of near-duplicates", _sizes(counts))
    if stats.removed_chars is not None:
        yield _ranked("Removed characters by rule", stats.removed_chars)
    yield _ranked("Entities by label", stats.entities)
    yield _ranked("Most frequent mentions", counts.mentions)
    yield _ranked("Source hints by kind", stats.hints)
    yield _ranked("Articles by flag", stats.flags)


def _languages(manifest: BuildManifest) -> Picture:
    splits = split_order(manifest.counts.splits)
    bars = [
        Bar(language, tuple(counts.get(split, 0) for split in splits))
        for language, counts in manifest.stats.languages.items()
    ]
    bars.sort(key=lambda bar: (-sum(bar.parts), bar.label))
    if len(bars) > TOP:
        sums = tuple(map(sum, zip(*(bar.parts for bar in bars[TOP:]), strict=True)))
        bars = [*bars[:TOP], Bar(f"{len(bars) - TOP:,} others", sums)]
    words = "Articles by language and split"
    return Picture(words, bar_chart(words, bars, splits, NARROW))


def _times(counts: Mapping[tuple[str | None, str | None], int]) -> Picture:
    """Draw articles by month or year, in the colours of where their date was found."""
    dated = {(month, basis): n for (month, basis), n in counts.items() if month and basis}
    undated = sum(counts.values()) - sum(dated.values())
    bases = [basis.value for basis in DateBasis if any(basis == found for _, found in dated)]
    months = _months([month for month, _ in dated])
    by_month = len(months) <= MAX_MONTHS
    sums: Counter[tuple[str, str]] = Counter()
    for (month, basis), rows in dated.items():
        sums[month if by_month else month[:4], basis] += rows
    periods = months if by_month else sorted({month[:4] for month in months})
    columns = [Bar(name, tuple(sums[name, basis] for basis in bases)) for name in periods]
    if len(columns) > MAX_MONTHS:
        early = [bar.parts for bar in columns[: 1 - MAX_MONTHS]]
        rest = Bar(f"–{columns[-MAX_MONTHS].label}", tuple(map(sum, zip(*early, strict=True))))
        columns = [rest, *columns[1 - MAX_MONTHS :]]
    words = f"Articles by {'month' if by_month else 'year'} and where their date was found"
    apart = Bar("no date", (undated,)) if undated else None
    return Picture(words, column_chart(words, columns, apart, bases, NARROW))


def _months(found: Iterable[str]) -> list[str]:
    """Return all months from the first to the last, those without articles, too."""
    numbers = [int(month[:4]) * 12 + int(month[5:]) - 1 for month in found]
    if not numbers:
        return []
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(min(numbers), max(numbers) + 1)]


def _sizes(counts: RowCounts) -> dict[str, int]:
    """Sum articles by size of their cluster: small sizes alone, large ones by range."""
    sums: Counter[str] = Counter()
    for size, rows in sorted(counts.cluster_sizes.items()):
        first = max(bound for bound in SIZES if bound <= max(size, 1))
        after = next((bound for bound in SIZES if bound > first), None)
        last = "" if after == first + 1 else f"–{after - 1:,}" if after else " or more"
        sums[f"{first:,}{last}"] += rows
    return dict(sums)


def _shares(manifest: BuildManifest) -> Picture:
    bars = []
    for split in split_order(manifest.splits):
        share = manifest.splits[split]
        if share.wanted is not None:
            bars.append(Bar(f"{split} asked", (round(1000 * share.wanted),)))
        bars.append(Bar(f"{split} got", (round(1000 * share.share),)))
    asked = any(share.wanted is not None for share in manifest.splits.values())
    words = f"Splits: {'asked and achieved' if asked else 'achieved'}, per 1,000 articles"
    return Picture(words, bar_chart(words, bars, width=NARROW))


def _ranked(words: str, counts: Mapping[str, int]) -> Picture:
    return _bars(words, dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))))


def _bars(words: str, counts: Mapping[str, int]) -> Picture:
    bars = [Bar(name if name != "?" else "none", (count,)) for name, count in counts.items()]
    shown, rest = bars[:TOP], bars[TOP:]
    if rest:
        shown.append(Bar(f"{len(rest):,} others", (sum(bar.parts[0] for bar in rest),)))
    if not shown:
        return Picture(f"{words}: none", bar_chart(words, [Bar("none", (0,))], width=NARROW))
    return Picture(words, bar_chart(words, shown, width=NARROW))
