"""Reads what the report shows, and writes the page beside the folder."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
from pydantic import ValidationError

from builder.errors import ConfigError, InputError
from builder.progress import Progress, silent
from builder.render.report import ReportData, render_report
from builder.report.articles import read_articles
from builder.report.rejects import count_duplicates, read_rejects
from builder.report.survey import SEED, survey_shards
from builder.verify import verify
from builder.writers.atomic import write_file
from schema.findings import Finding
from schema.manifest import BuildManifest

__all__ = ["read_report", "write_report"]


def write_report(folder: Path, out: Path | None = None, progress: Progress = silent) -> Path:
    """Write the report of a built folder, and return where it is.

    Args:
        folder: a built data set; its rejects and local audit are looked for beside it.
        out: the file to write; `<folder>.report.html` beside the folder by default.
        progress: told how far the reading is.

    Raises:
        ConfigError: the report would lie in the data set.
        InputError: the folder is no build of ours, or holds files that cannot be read.
        OutputError: the file cannot be written.
    """
    folder = folder.absolute()
    out = out or folder.with_name(f"{folder.name}.report.html")
    if out.absolute().is_relative_to(folder):
        raise ConfigError(f"{out} lies in the data set; write the report beside it", path=out)
    _read_manifest(folder)  # what cannot be shown is said before it is verified
    findings = verify(folder, progress=progress)
    try:
        data = read_report(folder, findings, progress=progress)
    except (OSError, KeyError, pa.ArrowException) as error:
        message = f"{folder} cannot be read; `pressmark verify` says what is wrong: {error}"
        raise InputError(message, path=folder) from error
    root = files("builder.render") / "templates"
    names = ("report.html", "report.css", "report.js")
    templates = {name: (root / name).read_text(encoding="utf-8") for name in names}
    write_file(out, render_report(data, templates).encode())
    return out


def read_report(
    folder: Path, findings: Sequence[Finding], seed: int = SEED, progress: Progress = silent
) -> ReportData:
    """Return what the report of a folder shows.

    Raises:
        InputError: the folder holds no manifest that can be read.
    """
    manifest = _read_manifest(folder)
    shards = sorted(folder.glob("data/*/*.parquet"))
    with progress("survey", len(shards), "shards") as advance:
        survey = survey_shards(shards, seed, advance)
    articles = list(read_articles(folder, manifest, shards, survey))
    return ReportData(
        manifest=manifest,
        articles=articles,
        findings=findings,
        counts=survey.counts,
        rejects=read_rejects(folder),
        duplicates=count_duplicates(folder, manifest),
        sampling=f"{len(articles):,} of {manifest.stats.articles:,} articles, drawn by the "
        f"SHA-256 of “{seed}:id”: some clusters first, then each language in turn.",
    )


def _read_manifest(folder: Path) -> BuildManifest:
    try:
        return BuildManifest.model_validate_json((folder / "manifest.json").read_bytes())
    except OSError as error:
        message = f"{folder} holds no manifest of a build: {error.strerror}"
        raise InputError(message, path=folder) from error
    except ValidationError as error:
        message = f"{folder}: manifest.json is not the manifest of a build; see `pressmark verify`"
        raise InputError(message, path=folder) from error
