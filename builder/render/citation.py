"""How to cite the data set: for people in the card, for programs in `CITATION.cff`.

Everything comes from the configuration. Without creators there is nobody to cite, and
no `CITATION.cff`, whose format needs them.
"""

import re
from collections.abc import Iterator
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from builder.render.card_yaml import dump_yaml
from builder.render.licences import licence_address, spdx_id
from builder.render.markdown import plain
from schema.manifest import BuildManifest

__all__ = [
    "CitationParams",
    "Creator",
    "citation_of",
    "citation_words",
    "name_of",
    "render_bibtex",
    "render_cff",
    "title_of",
]

_URL = r"^https?://[^\s<>\"]+$"


class Creator(BaseModel):
    """A person, or an organisation that has only a `name`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(default=None, min_length=1, description="Name of an organisation.")
    family_names: str | None = Field(default=None, min_length=1, description="Of a person.")
    given_names: str | None = Field(default=None, min_length=1, description="Of a person.")
    affiliation: str | None = Field(default=None, min_length=1, description="Of a person.")
    orcid: str | None = Field(
        default=None, pattern=r"^(\d{4}-){3}\d{3}[\dX]$", description="ORCID of a person."
    )
    url: str | None = Field(default=None, pattern=_URL, description="Page of the creator.")

    @model_validator(mode="after")
    def _person_or_organisation(self) -> Self:
        person = (self.family_names, self.given_names, self.affiliation, self.orcid)
        if self.name and any(person):
            raise ValueError("give `name` for an organisation, or `family_names` for a person")
        if not (self.name or self.family_names):
            raise ValueError("a creator needs `name` or `family_names`")
        return self


class CitationParams(BaseModel):
    """Whom and what to cite."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    creators: tuple[Creator, ...] = Field(
        default=(),
        description="Who made the data set: tables with `name` (an organisation), or with "
        "`family_names`, `given_names`, `affiliation` and `orcid` (a person); `url` for both. "
        "With creators, the build writes CITATION.cff.",
        examples=[
            [
                {"family_names": "Doe", "given_names": "Jane", "orcid": "0000-0002-1825-0097"},
                {"name": "Example Institute", "url": "https://example.org"},
            ]
        ],
    )
    abstract: str | None = Field(
        default=None, min_length=1, description="What the data set is, in a few sentences."
    )
    keywords: tuple[str, ...] = Field(default=("news", "articles"), description="Keywords.")
    doi: str | None = Field(
        default=None,
        pattern=r"^10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+$",
        description="DOI of the data set, without https://doi.org/.",
        examples=["10.5281/zenodo.1003150"],
    )
    url: str | None = Field(default=None, pattern=_URL, description="Page of the data set.")


def citation_of(manifest: BuildManifest) -> CitationParams:
    """Return what the configuration of a build says about citing it."""
    return CitationParams.model_validate(manifest.config.get("citation") or {})


def title_of(manifest: BuildManifest) -> str:
    """Return the title of the data set."""
    return str(manifest.config["pretty_name"] or manifest.name)


def render_cff(manifest: BuildManifest) -> str | None:
    """Return `CITATION.cff`, or None if nobody is to be cited.

    Source:
        Citation File Format 1.2.0, https://doi.org/10.5281/zenodo.5171937.
    """
    citation = citation_of(manifest)
    if not citation.creators:
        return None
    data: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this data set, please cite it as below.",
        "type": "dataset",
        "title": title_of(manifest),
        "authors": [_author(creator) for creator in citation.creators],
        "version": manifest.version,
    }
    if manifest.release_date:
        data["date-released"] = manifest.release_date.isoformat()
    spdx = spdx_id(manifest.config["license"])
    if spdx:
        data["license"] = spdx
    elif address := licence_address(manifest.config):
        data["license-url"] = address
    known = {"abstract": citation.abstract, "doi": citation.doi, "url": citation.url}
    data |= {name: value for name, value in known.items() if value}
    if citation.keywords:
        data["keywords"] = list(dict.fromkeys(citation.keywords))
    return dump_yaml(data)


def render_bibtex(manifest: BuildManifest) -> str:
    """Return the data set as one BibTeX entry."""
    citation = citation_of(manifest)
    fields = {
        "title": f"{{{_tex(title_of(manifest))}}}",
        "author": " and ".join(_bibtex_name(creator) for creator in citation.creators),
        "year": str(manifest.release_date.year) if manifest.release_date else "",
        "version": manifest.version,
        "doi": citation.doi or "",
        "url": citation.url or "",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{manifest.name},", *lines, "}"])


def citation_words(manifest: BuildManifest) -> str:
    """Return whom and what to cite, as Markdown."""
    citation = citation_of(manifest)
    if not citation.creators:
        return "The publisher of this data set names nobody to cite."
    names = "; ".join(plain(name_of(creator)) for creator in citation.creators)
    year = f" ({manifest.release_date.year})" if manifest.release_date else ""
    place = f"https://doi.org/{citation.doi}" if citation.doi else citation.url
    return (
        f"{names}{year}. *{plain(title_of(manifest))}*, version {manifest.version}."
        f"{f' <{place}>' if place else ''}\n\n```bibtex\n{render_bibtex(manifest)}\n```\n\n"
        "`CITATION.cff` says the same to programs."
    )


def name_of(creator: Creator) -> str:
    """Return the name of a creator as lists of references print it.

    Example:
        >>> name_of(Creator(family_names="Doe", given_names="Jane"))
        'Doe, Jane'
    """
    return ", ".join(_names(creator))


def _names(creator: Creator) -> Iterator[str]:
    names = (creator.name, creator.family_names, creator.given_names)
    yield from (" ".join(name.split()) for name in names if name)


def _author(creator: Creator) -> dict[str, str]:
    orcid = creator.orcid and f"https://orcid.org/{creator.orcid}"
    fields = {
        "name": creator.name,
        "family-names": creator.family_names,
        "given-names": creator.given_names,
        "affiliation": creator.affiliation,
        "orcid": orcid,
        "website": creator.url,
    }
    return {name: value for name, value in fields.items() if value}


def _bibtex_name(creator: Creator) -> str:
    name = _tex(name_of(creator))
    return f"{{{name}}}" if creator.name else name


def _tex(text: str) -> str:
    """Escape what TeX would act upon."""
    plain = " ".join(text.split()).replace("\\", "/")
    return re.sub(r"([&%$#_{}])", r"\\\1", plain)
