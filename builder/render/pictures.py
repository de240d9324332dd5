"""The pictures of the card: which charts, from which counts, with which words.

The words say what the chart shows, numbers included, for those who cannot see it.
"""

from builder.render.charts import Bar, bar_chart, box_chart, column_chart
from schema.manifest import BuildManifest, CorpusStats, split_order

__all__ = ["picture_links", "render_pictures"]

#: Languages and years with a bar of their own; the rest is one bar.
MAX_BARS = 20


def render_pictures(manifest: BuildManifest) -> dict[str, str]:
    """Return the pictures of a build: their paths in the folder and their SVG."""
    return {f"assets/{name}.svg": svg for name, (_, svg) in _pictures(manifest).items()}


def picture_links(manifest: BuildManifest) -> str:
    """Return Markdown that shows the pictures, each under its title."""
    return "\n\n".join(
        f"**{words.partition(':')[0]}**\n\n![{words}](assets/{name}.svg)"
        for name, (words, _) in _pictures(manifest).items()
    )


def _pictures(manifest: BuildManifest) -> dict[str, tuple[str, str]]:
    stats = manifest.stats
    if not stats.articles:
        return {}
    return {
        "languages": _languages(stats, split_order(manifest.counts.splits)),
        "years": _years(stats),
        "lengths": _lengths(stats.lengths),
    }


def _languages(stats: CorpusStats, splits: list[str]) -> tuple[str, str]:
    bars = [
        Bar(language, tuple(counts.get(split, 0) for split in splits))
        for language, counts in stats.languages.items()
    ]
    bars.sort(key=lambda bar: (-sum(bar.parts), bar.label))
    if len(bars) > MAX_BARS:
        rest = bars[MAX_BARS - 1 :]
        sums = tuple(map(sum, zip(*(bar.parts for bar in rest), strict=True)))
        bars = [*bars[: MAX_BARS - 1], Bar(f"{len(rest):,} others", sums)]
    words = f"Articles by language and split: {_listed(bars)}."
    return words, bar_chart(words, bars, splits)


def _years(stats: CorpusStats) -> tuple[str, str]:
    counts = {int(year): rows for year, rows in stats.years.items() if year != "?"}
    undated = stats.years.get("?", 0)
    columns = []
    if counts:
        last = max(counts)
        first = max(min(counts), last - MAX_BARS + 1)
        earlier = sum(rows for year, rows in counts.items() if year < first)
        if earlier:
            first += 1
            earlier += counts.get(first - 1, 0)
            columns.append(Bar(f"–{first - 1}", (earlier,)))
        columns += [Bar(str(year), (counts.get(year, 0),)) for year in range(first, last + 1)]
    rest = Bar("no date", (undated,)) if undated else None
    shown = [bar for bar in (*columns, *([rest] if rest else [])) if sum(bar.parts)]
    words = f"Articles by year of publication: {_listed(shown)}."
    return words, column_chart(words, columns, rest)


def _lengths(lengths: dict[str, int]) -> tuple[str, str]:
    words = (
        f"Length of the texts: half lie between {lengths['p25']:,} and {lengths['p75']:,} "
        f"characters, the median is {lengths['p50']:,}, the shortest has {lengths['min']:,}, "
        f"the longest {lengths['max']:,}."
    )
    return words, box_chart(words, lengths)


def _listed(bars: list[Bar]) -> str:
    return ", ".join(f"{bar.label} {sum(bar.parts):,}" for bar in bars)
