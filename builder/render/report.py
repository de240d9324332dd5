"""The report page: one HTML file that shows a build, and needs nothing else.

Everything that comes from articles is untrusted. In the page's own HTML it is escaped by
the template engine; in the data of its script it is JSON without `<`, `>` and `&`, and
the script only ever makes text nodes of it. The page forbids itself every request, and
runs no script but the one whose hash it names.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import jinja2
from markupsafe import Markup

from builder.render.card_yaml import split_order
from builder.render.charts import Bar, bar_chart
from builder.render.pictures import render_pictures
from schema.findings import Finding
from schema.manifest import BuildManifest, Tally
from schema.reject import RejectCode
from schema.terms import EntityLabel

__all__ = ["ReportData", "embed_json", "render_report"]

#: Rows of a table or chart of names; the rest is summed in one row.
TOP = 20
#: Findings that are listed; all of them are counted.
MAX_FINDINGS = 200
#: Shards that are listed.
MAX_SHARDS = 200

#: Characters of a name or message, and of the configuration, that are shown.
MAX_LABEL = 300
MAX_CONFIG = 50_000

#: Why a piece was removed, by the part of the rule before the dot.
RULES = {
    "cue": "a phrase that the language rules list",
    "layout": "the layout model takes it for no part of the article",
    "repetition": "it recurs in many articles of the source",
    "space": "white space that is left over",
}

#: Characters that could end a script element or a line of it, as JSON escapes.
_ESCAPES = str.maketrans(
    {char: f"\\u{ord(char):04x}" for char in ("<", ">", "&", "\u2028", "\u2029")}
)


class ReportData(NamedTuple):
    """What the report shows: values only, read by `builder.report`."""

    manifest: BuildManifest
    #: Articles of the browser, as `report.js` reads them.
    articles: Sequence[Mapping[str, Any]]
    findings: Sequence[Finding]
    #: Most frequent mentions, and articles by size of their cluster.
    mentions: Sequence[tuple[str, int]]
    cluster_sizes: Mapping[int, int]
    rejects: Sequence[Mapping[str, Any]]
    sampling: str


class _Rest(NamedTuple):
    names: int
    read: int
    rejected: int
    published: int


def render_report(data: ReportData, templates: Mapping[str, str]) -> str:
    """Return the page.

    Args:
        data: what to show.
        templates: texts of `report.html`, `report.css` and `report.js`.
    """
    manifest = data.manifest
    engine = jinja2.Environment(
        loader=jinja2.DictLoader(dict(templates)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = templates["report.js"]
    rules = sorted({rule for article in data.articles for rule in _rules(article)})
    embedded = {
        "articles": data.articles,
        "rules": {rule: _reason(rule) for rule in rules},
        "labels": {label.value: label.meaning for label in EntityLabel},
    }
    return engine.get_template(
        "report.html"
    ).render(
        title=manifest.config["pretty_name"] or manifest.name,
        headline=f"{manifest.stats.articles:,} articles, {manifest.stats.chars:,} characters of "
        f"cleaned text, languages: {len(manifest.stats.languages):,}.",
        manifest=manifest,
        total=manifest.counts.total,
        reject_rows=[
            (code, RejectCode(code).meaning, rows) for code, rows in manifest.counts.rejects.items()
        ],
        groups=[
            ("language", *_tallies(manifest.counts.languages)),
            ("source", *_tallies(manifest.counts.sources)),
        ],
        pictures=[(words, Markup(svg)) for words, svg in _pictures(data)],  # noqa: S704 - ours
        sampling=data.sampling,
        filters=("language", "split", "flag", "rule"),
        rejects=data.rejects,
        splits=[
            (name, manifest.counts.splits[name]) for name in split_order(manifest.counts.splits)
        ],
        warnings=[_short(text, MAX_LABEL) for text in manifest.warnings[:MAX_FINDINGS]],
        findings=[
            finding._replace(message=_short(finding.message, MAX_LABEL))
            for finding in data.findings[:MAX_FINDINGS]
        ],
        findings_total=len(data.findings),
        commands=_commands(manifest),
        config=_short(json.dumps(manifest.config, ensure_ascii=False, indent=1), MAX_CONFIG),
        shards=manifest.shards[:MAX_SHARDS],
        number=lambda value: f"{value:,}",
        style=Markup(templates["report.css"]),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - as above
        script_hash=f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
        data=Markup(embed_json(embedded)),  # noqa: S704 - escaped by embed_json
    )


def embed_json(value: object) -> str:
    r"""Return JSON that can stand in a script element, whatever its strings hold.

    Example:
        >>> embed_json(["</script>"])
        '["\\u003c/script\\u003e"]'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _rules(article: Mapping[str, Any]) -> Iterable[str]:
    for _, _, rules in article["removed"] or ():
        yield from rules


def _reason(rule: str) -> str:
    return RULES.get(rule.partition(".")[0], "a rule of cleaning")


def _tallies(tallies: Mapping[str, Tally]) -> tuple[list[tuple[str, Tally]], _Rest | None]:
    ranked = sorted(tallies.items(), key=lambda item: (-item[1].read, item[0]))
    rest = [tally for _, tally in ranked[TOP:]]
    shown = [(_short(name, MAX_LABEL), tally) for name, tally in ranked[:TOP]]
    if not rest:
        return shown, None
    others = _Rest(
        names=len(rest),
        read=sum(tally.read for tally in rest),
        rejected=sum(tally.rejected for tally in rest),
        published=sum(tally.published for tally in rest),
    )
    return shown, others


def _pictures(data: ReportData) -> Iterable[tuple[str, str]]:
    manifest, stats = data.manifest, data.manifest.stats
    titles = {"languages": "languages by split", "years": "years", "lengths": "lengths"}
    for name, svg in render_pictures(manifest).items():
        yield f"Articles: {titles[name.partition('/')[2].removesuffix('.svg')]}", svg
    yield _counts("Articles by where their date was found", stats.date_bases)
    asked = any(share.wanted is not None for share in manifest.splits.values())
    words = f"Splits: {'asked and achieved' if asked else 'achieved'}, per 1,000 articles"
    yield words, bar_chart(words, list(_shares(manifest)))
    sizes = {str(size): rows for size, rows in sorted(data.cluster_sizes.items())}
    yield _counts("Articles by number of near-duplicates in their cluster", sizes, ranked=False)
    if stats.removed_chars is not None:
        yield _counts("Removed characters by rule", stats.removed_chars)
    yield _counts("Entities by label", stats.entities)
    yield _counts("Most frequent mentions", dict(data.mentions))
    yield _counts("Source hints by kind", stats.hints)
    yield _counts("Articles by flag", stats.flags)


def _shares(manifest: BuildManifest) -> Iterable[Bar]:
    for split in split_order(manifest.splits):
        share = manifest.splits[split]
        if share.wanted is not None:
            yield Bar(f"{split} asked", (round(1000 * share.wanted),))
        yield Bar(f"{split} achieved", (round(1000 * share.share),))


def _counts(words: str, counts: Mapping[str, int], *, ranked: bool = True) -> tuple[str, str]:
    items = [(name if name != "?" else "none", count) for name, count in counts.items()]
    if ranked:
        items.sort(key=lambda item: (-item[1], item[0]))
    bars = [Bar(name, (count,)) for name, count in items[:TOP]]
    rest = items[TOP:]
    if rest:
        bars.append(Bar(f"{len(rest):,} others", (sum(count for _, count in rest),)))
    if not bars:
        return f"{words}: none", bar_chart(words, [Bar("none", (0,))])
    return words, bar_chart(words, bars)


def _commands(manifest: BuildManifest) -> str:
    name = manifest.name
    return (
        f"pressmark build INPUT --out {name} --config pressmark.toml\n"
        f"pressmark verify {name}\n"
        f"pressmark report {name}"
    )
