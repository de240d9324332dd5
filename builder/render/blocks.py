"""The measured parts of the card: Markdown made from the manifest alone.

Each block states what the build measured. `verify` renders the blocks again
from the files and compares them letter by letter.
"""

from collections.abc import Callable, Mapping

from builder.render.card_yaml import config_shards
from builder.render.citation import citation_words
from builder.render.licences import licence_words
from builder.render.markdown import percent, plain, plural, share_cells, table
from builder.render.pictures import picture_links
from schema.arrow import field_rows
from schema.article import Article, AuditRow
from schema.manifest import BuildManifest, split_order
from schema.reject import RejectCode
from schema.terms import DateBasis, EntityLabel, Flag, SourceKind

__all__ = ["BLOCKS", "render_blocks"]

#: Rows that a table of names shows at most; the rest is counted in one line.
TOP = 20


def render_blocks(manifest: BuildManifest) -> dict[str, str]:
    """Return the text of every managed block, by name."""
    return {name: render(manifest).strip() for name, render in BLOCKS.items()}


def _summary(manifest: BuildManifest) -> str:
    stats, total = manifest.stats, manifest.counts.total
    languages = len(stats.languages)
    released = f", released {manifest.release_date}" if manifest.release_date else ""
    return (
        f"Version {manifest.version}{released}: "
        f"**{stats.articles:,} {plural('article', stats.articles)}** "
        f"in {languages} {plural('language', languages)}, {stats.chars:,} characters of cleaned "
        f"text.\n{total.read:,} {plural('article', total.read)} were read, "
        f"{total.published:,} published and {total.rejected:,} rejected."
    )


def _splits(manifest: BuildManifest) -> str:
    stats = manifest.stats
    splits = split_order(manifest.counts.splits)
    rows = [
        [
            f"`{language}`",
            *(f"{by_split.get(split, 0):,}" for split in splits),
            f"{sum(by_split.values()):,}",
        ]
        for language, by_split in stats.languages.items()
    ]
    rows.append(
        ["all", *(f"{manifest.counts.splits[split]:,}" for split in splits), f"{stats.articles:,}"]
    )
    counts = table(["language", *splits, "articles"], rows)
    wanted = ", ".join(
        f"{split} {100 * share.share:.1f} %"
        + (f" (of {100 * share.wanted:.1f} % asked)" if share.wanted is not None else "")
        for split, share in manifest.splits.items()
    )
    leaks = "".join(
        f"\n- {leak.left} and {leak.right}: {leak.exact:,} equal texts, "
        f"{leak.near:,} clusters of near-duplicates"
        for leak in manifest.leaks
    )
    return (
        f"{counts}\n\nStrategy `{manifest.config['splits']['strategy']}`: {wanted}.\n"
        f"What the splits have in common:{leaks or ' nothing, there is only one.'}"
    )


def _lengths(manifest: BuildManifest) -> str:
    lengths = manifest.stats.lengths
    return table(
        ["characters of text", *lengths], [["", *(f"{value:,}" for value in lengths.values())]]
    )


def _dates(manifest: BuildManifest) -> str:
    stats = manifest.stats
    bases = [
        [f"`{basis}`", DateBasis(basis).meaning, *share_cells(rows, stats.articles)]
        for basis, rows in stats.date_bases.items()
        if basis != "?"
    ]
    undated = stats.date_bases.get("?", 0)
    bases.append(["none", "no publication date is declared", *share_cells(undated, stats.articles)])
    years = [[year, f"{rows:,}"] for year, rows in stats.years.items() if year != "?"]
    parts = [table(["basis", "where the date was found", "articles", "share"], bases)]
    if years:
        parts.append(table(["year", "articles"], years))
    return "\n\n".join(parts)


def _sources(manifest: BuildManifest) -> str:
    stats = manifest.stats
    named = {name: rows for name, rows in stats.sources.items() if name != "?"}
    unknown = stats.sources.get("?", 0)
    lines = [
        (
            f"{len(named):,} {plural('source', len(named))} "
            f"(registrable domain of the declared URL, else the declared publisher); "
            f"{unknown:,} {plural('article', unknown)} declare none."
        )
    ]
    if named:
        lines.append(table(["source", "articles", "share"], _top(named, stats.articles)))
    if stats.hints:
        hints = [
            [f"`{kind}`", SourceKind(kind).meaning, f"{rows:,}"]
            for kind, rows in stats.hints.items()
        ]
        lines.append(table(["hint", "names", "hints"], hints))
    return "\n\n".join(lines)


def _cleaning(manifest: BuildManifest) -> str:
    stats = manifest.stats
    if stats.raw_chars is None or stats.removed_chars is None:
        return "The receipts of cleaning are not kept with this build."
    removed = stats.raw_chars - stats.chars
    where = {
        "publish": "in the config `audit`",
        "local": "kept by the publisher, not published",
        "none": "not kept",
    }[manifest.audit]
    lines = [
        (
            f"Cleaning removed {removed:,} of {stats.raw_chars:,} characters "
            f"({percent(removed, stats.raw_chars)}). "
            f"The receipt of every removed character is {where}."
        )
    ]
    if stats.removed_chars:
        rows = [
            [f"`{rule}`", *share_cells(chars, removed)]
            for rule, chars in stats.removed_chars.items()
        ]
        lines.append(table(["rule", "characters", "share of the removed"], rows))
        lines.append("Characters that several rules remove count for each of them.")
    return "\n\n".join(lines)


def _flags(manifest: BuildManifest) -> str:
    stats = manifest.stats
    if not stats.flags:
        return "No article carries a flag."
    rows = [
        [f"`{flag}`", Flag(flag).meaning, *share_cells(rows, stats.articles)]
        for flag, rows in stats.flags.items()
    ]
    return table(["flag", "meaning", "articles", "share"], rows)


def _entities(manifest: BuildManifest) -> str:
    stats = manifest.stats
    lines = []
    for annotator in (manifest.annotators[key] for key in sorted(manifest.annotators)):
        licence = f", licence {annotator.licence}" if annotator.licence else ""
        data = f" Trained on {annotator.training_data}." if annotator.training_data else ""
        lines.append(f"- `{annotator.name}` {annotator.version}{licence}.{data}")
        if annotator.metrics:
            scores = ", ".join(f"{tag} {value:.1f}" for tag, value in annotator.metrics.items())
            lines.append(f"  F1 by language, in %, on development data: {scores}.")
    parts = ["\n".join(lines)] if lines else []
    if stats.entities:
        rows = [
            [f"`{label}`", EntityLabel(label).meaning, f"{count:,}"]
            for label, count in stats.entities.items()
        ]
        parts.append(table(["label", "meaning", "entities"], rows))
    else:
        parts.append("No entities are annotated.")
    return "\n\n".join(parts)


def _duplicates(manifest: BuildManifest) -> str:
    stats, rejects = manifest.stats, manifest.counts.rejects
    exact = rejects.get(RejectCode.EXACT_DUPLICATE, 0)
    near = rejects.get(RejectCode.NEAR_DUPLICATE, 0)
    return (
        f"{exact:,} exact {plural('duplicate', exact)} and {near:,} near-"
        f"{plural('duplicate', near)} were rejected. {stats.clustered:,} published "
        f"{plural('article', stats.clustered)} lie in {stats.clusters:,} "
        f"{plural('cluster', stats.clusters)} of near-duplicates"
        + (f"; the largest has {stats.largest_cluster:,} articles." if stats.clusters else ".")
    )


def _rejects(manifest: BuildManifest) -> str:
    rejects = manifest.counts.rejects
    if not rejects:
        return "Every article that was read is published."
    rows = [[f"`{code}`", RejectCode(code).meaning, f"{n:,}"] for code, n in rejects.items()]
    return table(["code", "reason", "articles"], rows)


def _fields(manifest: BuildManifest) -> str:
    parts = [_fieldtable(Article)]
    if "audit" in config_shards(manifest):
        parts += ["Config `audit`:", _fieldtable(AuditRow)]
    return "\n\n".join(parts)


def _fieldtable(model: type[Article] | type[AuditRow]) -> str:
    rows = [
        [f"`{row.name}`", f"`{row.type}`", "yes" if row.nullable else "", row.description]
        for row in field_rows(model)
    ]
    return table(["column", "type", "nullable", "meaning"], rows)


def _load(manifest: BuildManifest) -> str:
    split = split_order(manifest.counts.splits)[0]
    shard = next(shard for shard in manifest.shards if shard.split == split)
    folder = shard.path.rpartition("/")[0]
    names = ", ".join(f"`{name}`" for name in config_shards(manifest))
    return f"""\
Configs: {names}.

```python
from collections import Counter

from datasets import load_dataset

# The path to this folder from where you run this, or user/{manifest.name} on the Hub.
place = "{manifest.name}"
articles = load_dataset(place, split="{split}")
print(articles[0]["text"][:80])
stream = load_dataset(place, split="{split}", streaming=True)
print(Counter(article["language"] for article in stream))
```

```python
import pandas as pd

place = "{manifest.name}"  # as above; on the Hub: hf://datasets/user/{manifest.name}
frame = pd.read_parquet(f"{{place}}/{folder}", columns=["id", "date", "source", "text"])
print(frame.head())
```

`filters=` in `load_dataset` needs `verification_mode="no_checks"`, since the card states the
full counts."""


def _build(manifest: BuildManifest) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in manifest.libraries.items())
    inputs = manifest.inputs
    return (
        f"Built from {inputs.count:,} {plural('file', inputs.count)} "
        f"({inputs.bytes:,} bytes) with {libraries}; "
        f"schema {manifest.schema_version}, configuration `{manifest.config_hash[:16]}`. "
        "`manifest.json` holds the configuration, the checksums of input and output, and all "
        "counts; the same input and configuration give the same bytes."
    )


def _limits(manifest: BuildManifest) -> str:
    stats = manifest.stats
    undated = stats.date_bases.get("?", 0)
    uncertain = stats.flags.get(Flag.LANGUAGE_UNCERTAIN, 0)
    unsupported = stats.flags.get(Flag.ENTITIES_UNSUPPORTED, 0)
    return (
        "Cleaning, languages, dates, hints and entities are the work of programs and hold "
        "errors.\n\n"
        f"- {percent(undated, stats.articles)} of the articles have no date, since nothing "
        "declares one.\n"
        f"- {percent(uncertain, stats.articles)} have an uncertain language.\n"
        f"- {percent(unsupported, stats.articles)} are in a language that the entity annotator "
        "does not claim.\n"
        "- Names of people stand in the text and in `source_hints` as the sources published them."
    )


#: Blocks by name: the one list of what the card can measure.
BLOCKS: Mapping[str, Callable[[BuildManifest], str]] = {
    "summary": _summary,
    "pictures": picture_links,
    "load": _load,
    "splits": _splits,
    "lengths": _lengths,
    "fields": _fields,
    "dates": _dates,
    "sources": _sources,
    "cleaning": _cleaning,
    "flags": _flags,
    "entities": _entities,
    "duplicates": _duplicates,
    "rejects": _rejects,
    "build": _build,
    "limits": _limits,
    "licence": licence_words,
    "citation": citation_words,
}


def _top(counts: Mapping[str, int], total: int) -> list[list[str]]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [[plain(name), *share_cells(count, total)] for name, count in ranked[:TOP]]
    rest = sum(count for _, count in ranked[TOP:])
    if rest:
        rows.append([f"{len(ranked) - TOP:,} others", *share_cells(rest, total)])
    return rows
