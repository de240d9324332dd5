"""The last lines of a build: what was read, published and rejected, and what looks odd."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder.cli.terminal import WIDTH, align_columns, wrap_note

if TYPE_CHECKING:
    from schema.manifest import BuildManifest

__all__ = ["show_summary"]

#: Languages and names that are listed; the rest is counted.
MAX_LANGUAGES = 12
MAX_NAMES = 5


def show_summary(manifest: "BuildManifest", out: Path) -> None:
    """Print what was built, on 80 columns, on stderr."""
    click.echo("\n".join(_lines(manifest, out)), err=True)


def _lines(manifest: "BuildManifest", out: Path) -> Iterator[str]:
    total, stats = manifest.counts.total, manifest.stats
    counts = f"{total.read:,} read, {total.published:,} published, {total.rejected:,} rejected"
    yield f"{manifest.name} {manifest.version}: {counts}"
    yield ""
    yield from _splits(manifest)
    if manifest.counts.rejects:
        from schema.reject import RejectCode

        rows = [
            (code, f"{count:,}", RejectCode(code).meaning)
            for code, count in manifest.counts.rejects.items()
        ]
        yield ""
        yield from align_columns(("rejected", "articles", "why"), rows)
    if stats.raw_chars:
        share = (stats.raw_chars - stats.chars) / stats.raw_chars
        yield ""
        yield f"{stats.chars:,} characters of text; cleaning removed {share:.1%} of the raw text"
    notes = [wrap_note("warning", note) for note in (*manifest.warnings, *_leftovers(manifest))]
    if notes:
        yield ""
        yield from notes
    yield ""
    yield f"card   {out}/README.md"
    yield f"check  pressmark verify {out}"
    yield f"look   pressmark report {out}"


def _splits(manifest: "BuildManifest") -> Iterator[str]:
    """Tabulate languages by split; where that is too wide, splits alone."""
    splits, languages = manifest.counts.splits, manifest.stats.languages
    ranked = sorted(languages, key=lambda name: (-sum(languages[name].values()), name))
    rows = [_row(name, languages[name], splits) for name in ranked[:MAX_LANGUAGES]]
    rest = ranked[MAX_LANGUAGES:]
    if rest:
        sums = {split: sum(languages[name].get(split, 0) for name in rest) for split in splits}
        rows.append(_row(f"{len(rest):,} others", sums, splits))
    if len(languages) > 1:
        rows.append(_row("all", splits, splits))
    table = align_columns(("language", *splits, "articles"), rows)
    if max(map(len, table)) > WIDTH:
        counts = [(split, f"{count:,}") for split, count in splits.items()]
        table = align_columns(("split", "articles"), counts)
    yield from table


def _row(name: str, counts: Mapping[str, int], splits: Mapping[str, int]) -> tuple[str, ...]:
    numbers = [counts.get(split, 0) for split in splits]
    return (name, *(f"{number:,}" for number in numbers), f"{sum(numbers):,}")


def _leftovers(manifest: "BuildManifest") -> Iterator[str]:
    """Warn of files and fields that no column was made of."""
    from builder.config import CONFIG_NAME

    inputs = manifest.inputs
    ours = {CONFIG_NAME, manifest.config["license_file"], manifest.config["card"]}
    skipped = [file for file in inputs.skipped if file.path not in ours]
    if skipped:
        paths = _first([file.path for file in skipped])
        files = "file was" if len(skipped) == 1 else "files were"
        yield f"{len(skipped):,} {files} skipped: {paths}; see `inputs.skipped` in manifest.json"
    fields = sorted(inputs.unknown_fields, key=lambda name: (-inputs.unknown_fields[name], name))
    if fields:
        yield f"no column is made of the input's {_first(fields)}; see `[input] map`"


def _first(names: list[str]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more:,} more" if more > 0 else "")
