"""The configuration of a build: one frozen model, read from TOML.

It gathers the parameter models that live beside each algorithm. It holds no
behaviour besides reading itself; what a parameter does is documented where
the parameter lives, and `docs/configuration.md` is generated from here.
"""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from builder.corpus.cluster import ClusterParams
from builder.corpus.splits import SplitParams
from builder.corpus.templates import RepetitionParams
from builder.errors import ConfigError
from builder.input.params import InputParams
from builder.render.citation import CitationParams
from builder.text.language_codes import canonical_tag
from builder.text.signature import SignatureParams
from schema.terms import Flag

__all__ = [
    "BuildConfig",
    "CleaningParams",
    "LimitParams",
    "OutputParams",
    "WithholdParams",
    "read_config",
]

#: File that a folder of articles may hold to configure its own build.
CONFIG_NAME = "pressmark.toml"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CleaningParams(_Table):
    """What cleaning removes and which articles it refuses."""

    cues: bool = Field(default=True, description="Remove phrases listed in the language rules.")
    layout: bool = Field(default=True, description="Remove what the layout model takes for none.")
    repetition: bool = Field(
        default=True,
        description="Remove what recurs in many articles of a source; see `[repetition]`.",
    )
    reject_flags: tuple[Flag, ...] = Field(
        default=(),
        description="Reject articles with one of these flags instead of publishing them.",
        examples=[["not_article", "login_wall"]],
    )


class WithholdParams(_Table):
    """Articles that are not published, in this release or any later one."""

    ids: tuple[str, ...] = Field(default=(), description="Article ids, or ids of the input.")
    domains: tuple[str, ...] = Field(
        default=(),
        description="Domains, with all that is below them, or declared publishers; "
        "`www.example.org` withholds all of `example.org`.",
        examples=[["example.org"]],
    )
    urls: tuple[str, ...] = Field(default=(), description="Declared URLs, to the letter.")


class OutputParams(_Table):
    """Sizes of what is written."""

    shard_bytes: int = Field(
        default=256_000_000, ge=1_000, description="Largest shard, in bytes before compression."
    )
    row_group_bytes: int = Field(
        default=32_000_000,
        ge=1_000,
        le=100_000_000,
        description="Largest row group, in bytes before compression; the Hub's viewer needs "
        "less than 100 MB.",
    )


class LimitParams(_Table):
    """What one article may cost; one that costs more is rejected, and the others are not."""

    seconds: float = Field(
        default=60,
        gt=0,
        le=1_000_000,
        description="Processor time of an article, in seconds (and ten times as much by the "
        "clock). Machines differ in speed, so set it well above what any article should need.",
    )
    memory_mb: int | None = Field(
        default=None,
        ge=1,
        description="Memory of a worker beyond its tools, in millions of bytes; null: what the "
        "machine has.",
    )


class BuildConfig(_Table):
    """Everything that decides what a build writes, besides the articles."""

    name: str = Field(
        default="articles",
        pattern=r"^[A-Za-z0-9](?:(?:[._-]?[A-Za-z0-9_])*[A-Za-z0-9])?$",
        max_length=96,
        description="Name of the data set, as in `user/name` on the Hub.",
    )
    pretty_name: str | None = Field(default=None, description="Title of the card.")
    version: str = Field(
        default="1.0.0", pattern=r"^\d+\.\d+\.\d+$", description="Version of the data."
    )
    release_date: dt.date | None = Field(
        default=None,
        description="Date of the release. Later dates in articles are refused as impossible.",
    )
    license: str = Field(
        default="unknown",
        description="Licence id as the Hub lists them; `other` needs `license_name` and a text.",
        examples=["cc-by-4.0", "other"],
    )
    license_name: str | None = Field(default=None, description="Name of a licence that is `other`.")
    license_link: str | None = Field(
        default=None, description="Link to the licence, or `LICENSE` for the file in the folder."
    )
    license_file: str | None = Field(
        default=None,
        description="Text of the licence, copied to LICENSE; relative to the configuration.",
    )
    card: str | None = Field(
        default=None,
        description="Template of the card with managed blocks; relative to the configuration.",
        examples=["../DATASET_CARD.md"],
    )
    duplicates: Literal["keep", "reject"] = Field(
        default="keep",
        description="Keep near-duplicates (with their cluster), or publish one of each cluster.",
    )
    audit: Literal["publish", "local", "none"] = Field(
        default="publish",
        description="Receipts of cleaning: a config of the data set, a folder beside it, or none.",
    )
    min_config_rows: int = Field(
        default=1, ge=1, description="Rows from which a language gets a config of its own."
    )
    max_reject_rate: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Share of rejected articles above which the build ends with exit code 1.",
    )
    citation: CitationParams = Field(
        default_factory=CitationParams, description="Whom and what to cite."
    )
    input: InputParams = Field(default_factory=InputParams, description="How input is read.")
    cleaning: CleaningParams = Field(
        default_factory=CleaningParams, description="What cleaning removes and refuses."
    )
    repetition: RepetitionParams = Field(
        default_factory=RepetitionParams, description="What recurs often enough to be removed."
    )
    signature: SignatureParams = Field(
        default_factory=SignatureParams, description="How texts are signed to be compared."
    )
    clusters: ClusterParams = Field(
        default_factory=ClusterParams, description="How near-duplicates are found."
    )
    splits: SplitParams = Field(
        default_factory=SplitParams, description="How articles are put into splits."
    )
    withhold: WithholdParams = Field(
        default_factory=WithholdParams, description="What is never published."
    )
    language: str = Field(
        default="builtin",
        description="Language identifier: a spec (`builtin`, `fasttext:PATH`, `lingua`, "
        "`python:module:factory`).",
    )
    entities: str | dict[str, str] = Field(
        default="builtin",
        description="Entity tagger: a spec (`builtin`, `gazetteer`, `none`, …), or one per "
        "language (`fr`, `zh`: no script, no region) with `default`.",
        examples=[{"default": "builtin", "fr": "spacy:fr_core_news_lg"}],
    )
    allow_download: bool = Field(
        default=False, description="Let entity taggers fetch models that are not on this machine."
    )
    output: OutputParams = Field(default_factory=OutputParams, description="Sizes of the output.")
    limits: LimitParams = Field(
        default_factory=LimitParams, description="What an article may cost."
    )

    @field_validator("license")
    @classmethod
    def _lower_case(cls, value: str) -> str:
        if value != value.lower():
            raise ValueError(f"licence ids of the Hub are lower-case: {value.lower()!r}")
        return value

    @field_validator("entities")
    @classmethod
    def _routes_are_languages(cls, value: str | dict[str, str]) -> str | dict[str, str]:
        for route in value if isinstance(value, dict) else ():
            tag = canonical_tag(route)
            if route not in (tag, "default"):
                raise ValueError(f"no article is in language {route!r}; its tag here is {tag!r}")
        return value

    @model_validator(mode="after")
    def _bands_fit(self) -> Self:
        needed, num_perm = self.clusters.bands * self.clusters.rows, self.signature.num_perm
        if needed > num_perm:
            raise ValueError(
                f"clusters.bands × clusters.rows is {needed}, above signature.num_perm ({num_perm})"
            )
        return self

    @model_validator(mode="after")
    def _other_is_named(self) -> Self:
        if self.license == "other" and not (self.license_name and self.license_file):
            raise ValueError("license 'other' needs license_name and license_file")
        return self


def read_config(path: Path) -> BuildConfig:
    """Read a configuration from a TOML file.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or a key or value is not known;
            the message lists every mistake with its key.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}", path=path) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}", path=path) from error
    return parse_config(table, str(path))


def parse_config(table: dict[str, Any], where: str) -> BuildConfig:
    """Turn a table into a configuration; `where` names it in messages.

    Raises:
        ConfigError: a key or value is not known.
    """
    try:
        return BuildConfig.model_validate(table)
    except ValidationError as error:
        lines = [f"  {_key(item['loc'])}: {_advice(item)}" for item in error.errors()]
        raise ConfigError("\n".join([f"{where}:", *lines]), path=where) from error


_FORMS = {
    "name": "must be letters and digits, with '_' and single '-' or '.' between them",
    "version": "must be three numbers, as in '1.0.0'",
    "tuple_type": "must be a list",
    "string_type": "must be a string, in quotes",
}
"""What to do about a key of a certain form, or about a kind of mistake."""


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(configuration)"


def _advice(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        known = _known_keys(item["loc"][:-1])
        return f"unknown key (known: {', '.join(known)})"
    key = _key(item["loc"]) if item["type"] == "string_pattern_mismatch" else item["type"]
    if key in _FORMS:
        return _FORMS[key]
    return str(item["msg"]).removeprefix("Value error, ")


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    model: Any = BuildConfig
    for part in location:
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return []
        model = model.model_fields[str(part)].annotation if part in model.model_fields else None
    if isinstance(model, type) and issubclass(model, BaseModel):
        return sorted(model.model_fields)
    return []
