"""Whom to cite is said once, in the configuration, and comes out the same everywhere."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from builder.render.blocks import render_blocks
from builder.render.citation import CitationParams, Creator, render_bibtex, render_cff
from builder.render.hub_values import LICENCES
from builder.render.licences import SPDX
from schema.manifest import BuildManifest

CITATION = {
    "creators": [
        {
            "family_names": "d'Été & Fils_",
            "given_names": "Zoë",
            "orcid": "0000-0002-1825-0097",
            "affiliation": "Example University",
        },
        {"name": "Institute | of {News}", "url": "https://example.org"},
    ],
    "abstract": "Articles: 'quoted', # and not a comment.",
    "doi": "10.5281/zenodo.1003150",
    "url": "https://example.org/news",
    "keywords": ["news", "yes", "news"],
}


@pytest.fixture
def manifest(seeds: Path) -> BuildManifest:
    return BuildManifest.model_validate_json((seeds / "manifest.json").read_bytes())


def cited(manifest: BuildManifest, **config: Any) -> BuildManifest:
    """The same build with another configuration."""
    return manifest.model_copy(
        update={
            "config": {**manifest.config, "citation": CITATION, **config},
            "release_date": dt.date(2026, 1, 31),
        }
    )


def test_the_file_says_what_the_configuration_says(manifest: BuildManifest) -> None:
    text = render_cff(cited(manifest, license="odc-by", license_link=None)) or ""
    assert yaml.safe_load(text) == {
        "cff-version": "1.2.0",
        "message": "If you use this data set, please cite it as below.",
        "type": "dataset",
        "title": "Pressmark seeds",
        "authors": [
            {
                "family-names": "d'Été & Fils_",
                "given-names": "Zoë",
                "affiliation": "Example University",
                "orcid": "https://orcid.org/0000-0002-1825-0097",
            },
            {"name": "Institute | of {News}", "website": "https://example.org"},
        ],
        "version": "1.0.0",
        "date-released": "2026-01-31",
        "license": "ODC-By-1.0",
        "abstract": "Articles: 'quoted', # and not a comment.",
        "doi": "10.5281/zenodo.1003150",
        "url": "https://example.org/news",
        "keywords": ["news", "yes"],
    }


def test_a_licence_of_your_own_is_a_link(manifest: BuildManifest) -> None:
    own = cited(manifest, license="other", license_link="https://example.org/terms")
    data = yaml.safe_load(render_cff(own) or "")
    assert data["license-url"] == "https://example.org/terms"
    assert "license" not in data
    words = render_blocks(own)["licence"]
    assert words.startswith("Licence: [rights-of-the-publishers](<https://example.org/terms>).")


def test_bibtex_escapes_what_tex_acts_upon(manifest: BuildManifest) -> None:
    assert render_bibtex(cited(manifest)).splitlines() == [
        "@misc{seeds,",
        "  title = {{Pressmark seeds}},",
        r"  author = {d'Été \& Fils\_, Zoë and {Institute | of \{News\}}},",
        "  year = {2026},",
        "  version = {1.0.0},",
        "  doi = {10.5281/zenodo.1003150},",
        "  url = {https://example.org/news},",
        "}",
    ]


def test_the_card_names_the_same_people(manifest: BuildManifest) -> None:
    words = render_blocks(cited(manifest))["citation"]
    assert words.startswith(
        r"d'Été \& Fils\_, Zoë; Institute \| of {News} (2026). *Pressmark seeds*"
    )
    assert render_bibtex(cited(manifest)) in words


def test_without_creators_nobody_is_cited(manifest: BuildManifest) -> None:
    config = {name: value for name, value in manifest.config.items() if name != "citation"}
    older = manifest.model_copy(update={"config": config})
    assert render_cff(older) is None
    assert "names nobody" in render_blocks(older)["citation"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"name": "A", "family_names": "B"},
        {"given_names": "A"},
        {"family_names": "A", "orcid": "0000"},
        {"name": "A", "url": "javascript:alert(1)"},
    ],
)
def test_a_creator_is_a_person_or_an_organisation(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Creator.model_validate(wrong)


def test_a_doi_is_no_address() -> None:
    with pytest.raises(ValidationError):
        CitationParams(doi="https://doi.org/10.5281/zenodo.1003150")


def test_every_licence_with_an_spdx_id_is_one_of_the_hub() -> None:
    assert set(SPDX) <= LICENCES
