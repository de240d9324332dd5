"""The metadata name every file and every column, and hold no clock."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builder.render.croissant import render_croissant
from schema.arrow import field_rows
from schema.article import Article, AuditRow
from schema.manifest import BuildManifest
from tests.unit.render.test_citation import CITATION


@pytest.fixture
def manifest(seeds: Path) -> BuildManifest:
    return BuildManifest.model_validate_json((seeds / "manifest.json").read_bytes())


@pytest.fixture
def metadata(manifest: BuildManifest) -> dict[str, Any]:
    return json.loads(render_croissant(manifest))  # type: ignore[no-any-return]


def paths(fields: list[dict[str, Any]], config: str) -> Iterator[str]:
    for field in fields:
        yield field["@id"].removeprefix(f"{config}/")
        yield from paths(field.get("subField", []), config)


def test_the_build_writes_what_the_manifest_gives(seeds: Path, manifest: BuildManifest) -> None:
    assert (seeds / "croissant.json").read_text() == render_croissant(manifest)
    assert "croissant.json" in {file.path for file in manifest.files}


def test_every_shard_is_there_with_its_checksum(
    manifest: BuildManifest, metadata: dict[str, Any]
) -> None:
    files = [node for node in metadata["distribution"] if node["@type"] == "cr:FileObject"]
    assert {node["contentUrl"]: node["sha256"] for node in files} == {
        shard.path: shard.sha256 for shard in manifest.shards
    }


def test_every_field_of_every_config_is_there(metadata: dict[str, Any]) -> None:
    assert [node["name"] for node in metadata["recordSet"]] == ["default", "fr", "audit"]
    for node in metadata["recordSet"]:
        model = AuditRow if node["name"] == "audit" else Article
        wanted = [row.name.replace("[].", "/").replace(".", "/") for row in field_rows(model)]
        assert list(paths(node["field"], node["name"])) == ["split", *wanted]


def test_ids_are_unique(metadata: dict[str, Any]) -> None:
    ids = [node["@id"] for node in metadata["distribution"]]
    for node in metadata["recordSet"]:
        ids += [
            node["@id"],
            *(f"{node['@id']}/{path}" for path in paths(node["field"], node["@id"])),
        ]
    assert len(ids) == len(set(ids))


def test_a_date_is_given_only_if_the_configuration_has_one(manifest: BuildManifest) -> None:
    undated = manifest.model_copy(update={"release_date": None})
    assert "datePublished" not in json.loads(render_croissant(undated))
    dated = manifest.model_copy(update={"release_date": dt.date(2026, 1, 31)})
    assert json.loads(render_croissant(dated))["datePublished"] == "2026-01-31"


def test_receipts_that_stay_with_the_publisher_are_not_named(manifest: BuildManifest) -> None:
    kept = manifest.model_copy(update={"audit": "local"})
    assert '"audit/' not in render_croissant(kept)


@pytest.mark.parametrize(
    ("licence", "wanted"),
    [
        ("cc-by-4.0", "https://spdx.org/licenses/CC-BY-4.0"),
        ("unknown", "unknown"),
    ],
)
def test_a_licence_is_an_address_where_there_is_one(
    manifest: BuildManifest, licence: str, wanted: str
) -> None:
    config = {**manifest.config, "license": licence}
    changed = manifest.model_copy(update={"config": config})
    assert json.loads(render_croissant(changed))["license"] == wanted


def test_people_and_their_address_are_named(manifest: BuildManifest) -> None:
    config = {**manifest.config, "citation": CITATION}
    data = json.loads(render_croissant(manifest.model_copy(update={"config": config})))
    assert data["creator"] == [
        {
            "@type": "sc:Person",
            "name": "d'Été & Fils_, Zoë",
            "givenName": "Zoë",
            "familyName": "d'Été & Fils_",
            "affiliation": {"@type": "sc:Organization", "name": "Example University"},
            "sameAs": "https://orcid.org/0000-0002-1825-0097",
        },
        {
            "@type": "sc:Organization",
            "name": "Institute | of {News}",
            "url": "https://example.org",
        },
    ]
    assert data["url"] == "https://example.org/news"
    assert data["sameAs"] == "https://doi.org/10.5281/zenodo.1003150"
    assert data["citeAs"].startswith("@misc{seeds,")
    assert data["description"].startswith("Articles: 'quoted'")
