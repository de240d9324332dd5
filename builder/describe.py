"""What a build says of itself: card, licence and manifest, all from measured counts."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from builder import __version__
from builder.config import BuildConfig
from builder.corpus.stats import UNKNOWN, Summary
from builder.corpus.templates import Templates
from builder.decide import Decision
from builder.earlier import EarlierRelease
from builder.errors import ConfigError
from builder.notices import idle_withholds, unread_columns
from builder.readers import FileListing
from builder.render.card import check_template, render_card
from builder.render.citation import render_cff
from builder.render.croissant import render_croissant
from builder.render.hub_values import LICENCES
from builder.render.pictures import render_pictures
from builder.tasks import SliceReport
from builder.tools import data_digest, describe_annotators
from builder.writers.atomic import translate_os_errors
from builder.writers.parquet import hash_file, write_parquet
from schema.article import SCHEMA_VERSION
from schema.manifest import (
    BuildManifest,
    Counts,
    InputRecord,
    Inputs,
    ReleaseFile,
    ReleaseRows,
    Shard,
    Since,
    SkippedFile,
    SplitLeak,
    SplitShare,
    Tally,
    TemplateRecord,
    split_order,
)

__all__ = ["MANIFEST_NAME", "BuildRecord", "check_description", "describe_build"]

MANIFEST_NAME = "manifest.json"
CARD_NAME = "README.md"
CROISSANT_NAME = "croissant.json"
CITATION_NAME = "CITATION.cff"

#: Input files above which their list is a Parquet file instead of a part of the manifest.
MAX_LISTED = 10_000
#: The name starts with two underscores: loaders take no such folder for data.
LISTING_NAME = "__inputs/inputs.parquet"

#: Libraries that bytes depend on.
LIBRARIES = ("charset-normalizer", "numpy", "py3langid", "pyarrow", "tldextract")


class BuildRecord(NamedTuple):
    """What the stages of one build reported."""

    listing: FileListing
    inputs: tuple[InputRecord, ...]
    reports: tuple[SliceReport, ...]
    decision: Decision
    templates: Templates | None = None
    earlier: EarlierRelease | None = None

    def read(self) -> int:
        """Return the number of articles that were read."""
        return len(self.listing.rejects) + sum(report.read for report in self.reports)

    def rejects(self) -> Counter[str]:
        """Return the rejected articles by code."""
        codes: Counter[str] = Counter()
        for (code, _, _), rows in self._reasons().items():
            codes[code] += rows
        return codes

    def counts(self, published: Summary) -> Counts:
        """Return what became of the articles, in all, by language and by source."""
        languages: Counter[str] = Counter()
        splits: Counter[str] = Counter()
        for (language, split), rows in published.languages.items():
            languages[language] += rows
            splits[split] += rows
        reasons = self._reasons()
        by_language: Counter[str] = Counter()
        by_source: Counter[str] = Counter()
        for (_, language, source), rows in reasons.items():
            by_language[language or UNKNOWN] += rows
            by_source[source or UNKNOWN] += rows
        total = sum(splits.values())
        return Counts(
            total=Tally(read=self.read(), published=total, rejected=sum(reasons.values())),
            rejects=dict(sorted(self.rejects().items())),
            languages=_tallies(languages, by_language),
            sources=_tallies(published.sources, by_source),
            splits={split: splits[split] for split in split_order(splits)},
        )

    def _reasons(self) -> Counter[tuple[str, str, str]]:
        reasons: Counter[tuple[str, str, str]] = Counter()
        for report in self.reports:
            reasons.update(report.rejects)
        for reject in (*self.listing.rejects, *self.decision.rejects):
            reasons[reject.code, reject.language or "", reject.source or ""] += 1
        return reasons


def describe_build(
    config: BuildConfig,
    base: Path,
    record: BuildRecord,
    written: tuple[Sequence[Shard], Summary],
    folder: Path,
) -> BuildManifest:
    """Write card, licence, metadata and manifest into the folder of the shards.

    Args:
        config: the configuration of the build.
        base: folder that paths in the configuration are relative to.
        record: what the stages reported.
        written: the shards, and the counts of their rows.
        folder: where to write.

    Raises:
        ConfigError: the licence or the template of the card cannot be read or filled.
        OutputError: a file cannot be written.
    """
    shards, summary = written
    settings = config.model_dump(mode="json")
    unknown: Counter[str] = Counter()
    for report in record.reports:
        unknown.update(report.unknown_fields)
    manifest = BuildManifest(
        schema_version=SCHEMA_VERSION,
        name=config.name,
        version=config.version,
        release_date=config.release_date,
        config=settings,
        config_hash=_config_hash(settings),
        inputs=_inputs(record, unknown, folder),
        libraries={"pressmark": __version__, **{name: version(name) for name in LIBRARIES}},
        annotators=describe_annotators(config),
        templates=_templates(record.templates),
        counts=record.counts(summary),
        stats=summary.finish(record.decision.clusters),
        splits=_shares(record.decision),
        since=_since(record),
        releases=_releases(record, config.version),
        leaks=tuple(SplitLeak(**leak._asdict()) for leak in record.decision.leaks),
        audit=config.audit,
        warnings=(
            *record.decision.warnings,
            *unread_columns(config.input, unknown),
            *idle_withholds(config.withhold, folder.parent / "rejects"),
        ),
        shards=tuple(sorted(shards, key=lambda shard: (shard.config != "default", shard.path))),
        files=(),
    )
    if config.license_file:
        _write(folder / "LICENSE", _read_text(base / config.license_file).encode())
    citation = render_cff(manifest)
    if citation is not None:
        _write(folder / CITATION_NAME, citation.encode())
    _write(folder / CARD_NAME, _fill_card(config, base, manifest).encode())
    for name, picture in render_pictures(manifest).items():
        _write(folder / name, picture.encode())
    _write(folder / CROISSANT_NAME, render_croissant(manifest).encode())
    listed = {shard.path for shard in manifest.shards}
    manifest = manifest.model_copy(update={"files": tuple(_other_files(folder, listed))})
    _write(folder / MANIFEST_NAME, dump_manifest(manifest))
    return manifest


def check_description(config: BuildConfig, base: Path) -> None:
    """Find what would stop the description, before any article is read.

    Raises:
        ConfigError: the licence is none of the Hub's, or a text or template cannot be used.
    """
    if config.license not in LICENCES:
        near = get_close_matches(config.license, sorted(LICENCES), n=3)
        raise ConfigError(
            f"license: the Hub knows no {config.license!r}"
            + (f" (did you mean {', '.join(near)}?)" if near else "")
            + "; use 'other' with license_name and license_file"
        )
    if config.license_file:
        _read_text(base / config.license_file)
    if config.card:
        try:
            check_template(_read_text(base / config.card))
        except ConfigError as error:
            raise ConfigError(f"{base / config.card}: {error}") from error


def _fill_card(config: BuildConfig, base: Path, manifest: BuildManifest) -> str:
    """Return the card: the configured template, or ours, with its blocks filled."""
    template = _read_text(base / config.card) if config.card else None
    return render_card(template, manifest)


def dump_manifest(manifest: BuildManifest) -> bytes:
    """Return the manifest as JSON that people can read and tools can compare."""
    data = manifest.model_dump(mode="json")
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _write(path: Path, data: bytes) -> None:
    """Write a file of a folder that is not in its place yet."""
    with translate_os_errors(path):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


def _config_hash(settings: Mapping[str, object]) -> str:
    """Hash all that decides the bytes besides the input: settings, code and rules."""
    parts = {
        "config": settings,
        "pressmark": __version__,
        "schema": SCHEMA_VERSION,
        "rules": data_digest(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _inputs(record: BuildRecord, unknown: Mapping[str, int], folder: Path) -> Inputs:
    files = record.inputs
    listing = None
    if len(files) > MAX_LISTED:
        listing = LISTING_NAME
        table = pa.Table.from_pylist([file.model_dump() for file in files])
        write_parquet(folder / listing, table.schema, [table])
    return Inputs(
        count=len(files),
        bytes=sum(file.bytes for file in files),
        files=None if listing else files,
        listing=listing,
        skipped=tuple(
            SkippedFile(path=item.path, reason=item.reason) for item in record.listing.skipped
        ),
        # A mapped column that was read is counted as unknown no times.
        unknown_fields={name: rows for name, rows in sorted(unknown.items()) if rows},
    )


def _templates(found: Templates | None) -> TemplateRecord | None:
    if found is None or not found.keys.size:
        return None
    digest = hashlib.sha256(found.keys.astype("<u8").tobytes()).hexdigest()
    return TemplateRecord(segments=found.keys.size, sources=found.sources, sha256=digest)


def _releases(record: BuildRecord, version: str) -> tuple[ReleaseRows, ...]:
    """Return the rows of the earlier releases and of this one."""
    latest = ReleaseRows(version=version, rows=record.decision.count_release())
    if record.earlier is None:
        return (latest,)
    older = (
        ReleaseRows(version=release.version, rows=record.decision.count_release(number))
        for number, release in enumerate(record.earlier.manifest.releases)
    )
    return (*older, latest)


def _since(record: BuildRecord) -> Since | None:
    if record.earlier is None:
        return None
    older = _releases(record, "")[:-1]
    carried = sum(
        rows for release in older for held in release.rows.values() for rows in held.values()
    )
    manifest = record.earlier.manifest
    return Since(
        version=manifest.version,
        manifest=record.earlier.sha256,
        carried=carried,
        removed=manifest.counts.total.published - carried,
    )


def _shares(decision: Decision) -> dict[str, SplitShare]:
    return {
        share.split: SplitShare(
            articles=share.articles, share=round(share.share, 4), wanted=share.wanted
        )
        for share in decision.shares
    }


def _tallies(published: Mapping[str, int], rejected: Mapping[str, int]) -> dict[str, Tally]:
    return {
        name: Tally(
            read=published.get(name, 0) + rejected.get(name, 0),
            published=published.get(name, 0),
            rejected=rejected.get(name, 0),
        )
        for name in sorted(published.keys() | rejected.keys())
    }


def _other_files(folder: Path, shards: set[str]) -> Iterable[ReleaseFile]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in shards and name != MANIFEST_NAME:
            size, digest = hash_file(path)
            yield ReleaseFile(path=name, bytes=size, sha256=digest)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}", path=path) from error
