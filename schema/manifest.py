"""The manifest: our record of a build. It holds no clock, host, path or worker count."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schema.article import SHA256_PATTERN

__all__ = [
    "Annotator",
    "BuildManifest",
    "CorpusStats",
    "Counts",
    "InputRecord",
    "Inputs",
    "ReleaseFile",
    "ReleaseRows",
    "Shard",
    "Since",
    "SkippedFile",
    "SplitLeak",
    "SplitShare",
    "Tally",
    "TemplateRecord",
    "split_order",
]

_SPLITS = {"train": 0, "validation": 1, "test": 2}


def split_order(splits: Iterable[str]) -> list[str]:
    """Sort splits as people list them: train, validation, test, then others by name.

    Example:
        >>> split_order({"test", "extra", "train"})
        ['train', 'test', 'extra']
    """
    return sorted(splits, key=lambda split: (_SPLITS.get(split, len(_SPLITS)), split))


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tally(_Record):
    """Articles read, published and rejected; the first is the sum of the others."""

    read: int = Field(ge=0, description="Articles read.")
    published: int = Field(ge=0, description="Articles published.")
    rejected: int = Field(ge=0, description="Articles rejected.")

    @model_validator(mode="after")
    def _conserved(self) -> Self:
        if self.read != self.published + self.rejected:
            raise ValueError("articles read must be articles published plus articles rejected")
        return self


class Counts(_Record):
    """What became of the articles that were read."""

    total: Tally = Field(description="All articles.")
    rejects: dict[str, int] = Field(description="Rejected articles by `RejectCode`.")
    languages: dict[str, Tally] = Field(description="By language; `?` where it is not known.")
    sources: dict[str, Tally] = Field(description="By `source`; `?` where it is not known.")
    splits: dict[str, int] = Field(description="Published articles by split.")

    @model_validator(mode="after")
    def _sums(self) -> Self:
        total = self.total
        if sum(self.rejects.values()) != total.rejected:
            raise ValueError("rejects by code must sum to the rejected articles")
        if sum(self.splits.values()) != total.published:
            raise ValueError("articles by split must sum to the published articles")
        for group in (self.languages, self.sources):
            if sum(tally.read for tally in group.values()) != total.read:
                raise ValueError("articles by language and by source must sum to those read")
        return self


class CorpusStats(_Record):
    """Statistics of the published articles, measured on the written shards."""

    articles: int = Field(ge=0, description="Articles.")
    chars: int = Field(ge=0, description="Code points of cleaned text.")
    raw_chars: int | None = Field(
        description="Code points of normalized raw text; null without an audit."
    )
    languages: dict[str, dict[str, int]] = Field(description="Articles by language and split.")
    years: dict[str, int] = Field(description="Articles by year of `date`; `?` without a date.")
    date_bases: dict[str, int] = Field(description="Articles by `date_basis`; `?` without a date.")
    sources: dict[str, int] = Field(description="Articles by `source`; `?` without one.")
    titles: int = Field(ge=0, description="Articles with a title.")
    flags: dict[str, int] = Field(description="Articles by flag.")
    hints: dict[str, int] = Field(description="Source hints by kind.")
    entities: dict[str, int] = Field(description="Entities by label.")
    lengths: dict[str, int] = Field(
        description="Quantiles of the length of `text` in code points (min, p05 … max)."
    )
    clusters: int = Field(ge=0, description="Clusters with more than one published article.")
    clustered: int = Field(ge=0, description="Articles in those clusters.")
    largest_cluster: int = Field(ge=0, description="Published articles in the largest cluster.")
    removed_chars: dict[str, int] | None = Field(
        description="Removed code points by rule; pieces with several rules count for each."
    )


class InputRecord(_Record):
    """One file of the input."""

    path: str = Field(description="Relative to the input, with forward slashes.")
    bytes: int = Field(ge=0, description="Size in bytes.")
    sha256: str = Field(pattern=SHA256_PATTERN, description="SHA-256 of the file.")


class SkippedFile(_Record):
    """One file that no reader claims."""

    path: str = Field(description="Relative to the input, with forward slashes.")
    reason: str = Field(description="Why it was skipped.")


class Inputs(_Record):
    """The files that were read."""

    count: int = Field(ge=0, description="Number of files.")
    bytes: int = Field(ge=0, description="Their size in bytes.")
    files: tuple[InputRecord, ...] | None = Field(
        description="The files; null if `listing` holds them."
    )
    listing: str | None = Field(
        default=None, description="Parquet file in the folder that lists them, for large inputs."
    )
    skipped: tuple[SkippedFile, ...] = Field(description="Files that no reader claims.")
    unknown_fields: dict[str, int] = Field(
        description="Fields of records that no column is made of, with the records that have them."
    )


class SplitShare(_Record):
    """How much a split holds."""

    articles: int = Field(ge=0, description="Published articles.")
    share: float = Field(ge=0, le=1, description="Their share of all, rounded to 4 decimals.")
    wanted: float | None = Field(description="The configured share; null where dates decide.")


class SplitLeak(_Record):
    """What two splits have in common; both counts are 0 by construction."""

    left: str = Field(description="A split.")
    right: str = Field(description="Another split.")
    exact: int = Field(ge=0, description="Cleaned texts that occur in both.")
    near: int = Field(ge=0, description="Clusters of near-duplicates with articles in both.")


class Annotator(_Record):
    """A model behind a column: what it is and how good it was measured to be."""

    name: str = Field(description="Name.")
    version: str = Field(description="Version.")
    licence: str = Field(default="", description="Licence of the model.")
    training_data: str = Field(default="", description="What it was trained on.")
    metrics: dict[str, float] = Field(
        default_factory=dict, description="F1 by language, in %, on development data."
    )


class TemplateRecord(_Record):
    """The frozen table of template text that every article was cleaned with."""

    segments: int = Field(ge=1, description="Segments that recur in the articles of a source.")
    sources: int = Field(ge=1, description="Sources that they belong to; unknown counts as one.")
    sha256: str = Field(
        pattern=SHA256_PATTERN, description="SHA-256 of the sorted 64-bit keys, little-endian."
    )


class ReleaseRows(_Record):
    """The rows that a release has added and that are still published."""

    version: str = Field(description="Version of the data.")
    rows: dict[str, dict[str, int]] = Field(description="Articles by language and split.")


class Since(_Record):
    """The release that this one grew from; its rows stay as they were."""

    version: str = Field(description="Version of the data.")
    manifest: str = Field(pattern=SHA256_PATTERN, description="SHA-256 of its `manifest.json`.")
    carried: int = Field(ge=0, description="Its articles that are published again.")
    removed: int = Field(ge=0, description="Its articles that are not: withheld, or not read.")


class Shard(_Record):
    """One Parquet file of a config."""

    path: str = Field(description="Relative to the folder.")
    config: str = Field(description="`default` or `audit`.")
    split: str = Field(description="Split.")
    language: str | None = Field(description="Language; null in `audit`.")
    rows: int = Field(ge=1, description="Rows.")
    bytes: int = Field(ge=1, description="Size of the file in bytes.")
    num_bytes: int = Field(ge=1, description="Size of its rows as Arrow, in bytes.")
    sha256: str = Field(pattern=SHA256_PATTERN, description="SHA-256 of the file.")


class ReleaseFile(_Record):
    """Another file of the folder."""

    path: str = Field(description="Relative to the folder.")
    bytes: int = Field(ge=0, description="Size in bytes.")
    sha256: str = Field(pattern=SHA256_PATTERN, description="SHA-256 of the file.")


class BuildManifest(_Record):
    """What was built, from what, with what, and what came out."""

    format: Literal["pressmark-manifest/1"] = "pressmark-manifest/1"
    schema_version: str = Field(description="Version of the published row.")
    name: str = Field(description="Name of the data set.")
    version: str = Field(description="Version of the data.")
    release_date: dt.date | None = Field(description="As configured; never the clock.")
    config: dict[str, Any] = Field(description="The whole configuration of the build.")
    config_hash: str = Field(
        pattern=SHA256_PATTERN, description="SHA-256 of the configuration and of all rules."
    )
    inputs: Inputs = Field(description="What was read.")
    libraries: dict[str, str] = Field(description="Versions that bytes depend on.")
    annotators: dict[str, Annotator] = Field(description="Models behind columns.")
    templates: TemplateRecord | None = Field(
        default=None, description="Template text of the corpus; null where nothing recurs."
    )
    counts: Counts = Field(description="What became of the articles.")
    stats: CorpusStats = Field(description="Statistics of the published articles.")
    splits: dict[str, SplitShare] = Field(description="Wanted and achieved shares by split.")
    since: Since | None = Field(
        default=None, description="The earlier release; null where everything was built anew."
    )
    releases: tuple[ReleaseRows, ...] = Field(
        description="The releases that the rows first appeared in, oldest first: their order "
        "within each language and split. This release is the last."
    )
    leaks: tuple[SplitLeak, ...] = Field(description="The leak matrix, one entry for each pair.")
    audit: Literal["publish", "local", "none"] = Field(description="Where the receipts are.")
    warnings: tuple[str, ...] = Field(default=(), description="What the build noticed.")
    shards: tuple[Shard, ...] = Field(description="Parquet files of the configs, sorted by path.")
    files: tuple[ReleaseFile, ...] = Field(description="Other files, sorted by path.")
