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

from builder.render.markdown import plural
from builder.render.report_pictures import RowCounts, report_pictures
from schema.findings import Finding
from schema.manifest import BuildManifest, Tally, split_order
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
    counts: RowCounts
    rejects: Sequence[Mapping[str, Any]]
    #: Rejected duplicates by language and by source, where they can be told.
    duplicates: Mapping[str, Mapping[str, int]] | None
    sampling: str


class _Row(NamedTuple):
    """One row of the funnel: what became of the articles of a language or source."""

    name: str
    read: int
    #: Faults and duplicates; the second is None where they cannot be told apart.
    rejected: int
    duplicates: int | None
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
        f"cleaned text in {len(manifest.stats.languages):,} "
        f"{plural('language', len(manifest.stats.languages))}.",
        manifest=manifest,
        total=manifest.counts.total,
        reject_rows=[
            (code, RejectCode(code).meaning, rows) for code, rows in manifest.counts.rejects.items()
        ],
        told_apart=data.duplicates is not None,
        groups=[
            ("language", list(_rows(manifest.counts.languages, data.duplicates, "language"))),
            ("source", list(_rows(manifest.counts.sources, data.duplicates, "source"))),
        ],
        pictures=[
            (words, Markup(svg))  # noqa: S704 - ours
            for words, svg in report_pictures(manifest, data.counts)
        ],
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


def _rows(
    tallies: Mapping[str, Tally],
    duplicates: Mapping[str, Mapping[str, int]] | None,
    group: str,
) -> Iterable[_Row]:
    """Yield the funnel of the largest names, and of all others together."""
    known = None if duplicates is None else duplicates[group]
    ranked = sorted(tallies.items(), key=lambda item: (-item[1].read, item[0]))
    rows = [
        _Row(
            _short(name, MAX_LABEL) if name != "?" else "unknown",
            tally.read,
            tally.rejected - (known.get(name, 0) if known is not None else 0),
            known.get(name, 0) if known is not None else None,
            tally.published,
        )
        for name, tally in ranked
    ]
    yield from rows[:TOP]
    rest = rows[TOP:]
    if rest:
        yield _Row(
            f"{len(rest):,} others",
            sum(row.read for row in rest),
            sum(row.rejected for row in rest),
            None if known is None else sum(row.duplicates or 0 for row in rest),
            sum(row.published for row in rest),
        )


def _commands(manifest: BuildManifest) -> str:
    name = manifest.name
    return (
        f"pressmark build INPUT --out {name} --config pressmark.toml\n"
        f"pressmark verify {name}\n"
        f"pressmark report {name}"
    )
