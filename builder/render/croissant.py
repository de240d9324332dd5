"""Croissant metadata: the data set as JSON-LD that other tools read.

Made from the manifest and the models alone, by hand: the library of the format is a
heavy dependency, so only the tests use it. There is no clock in the file; a build
without a release date has no `datePublished`. Files and people are named only as far as
the build knows them: the address of a repository is not known before it is published.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from builder.render.card_yaml import config_shards
from builder.render.citation import Creator, citation_of, name_of, render_bibtex, title_of
from builder.render.croissant_records import PARQUET, record_set
from builder.render.licences import licence_address
from schema.manifest import BuildManifest, Shard

__all__ = ["render_croissant"]

#: The context of Croissant 1.1 as its specification prints it, with RAI and PROV besides.
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

CONFORMS_TO = [
    "http://mlcommons.org/croissant/1.1",
    "http://mlcommons.org/croissant/RAI/1.0",
]


def render_croissant(manifest: BuildManifest) -> str:
    """Return the metadata of a build as JSON-LD that conforms to Croissant 1.1 and RAI 1.0.

    Args:
        manifest: the build; its list of other files is not used.
    """
    config = manifest.config
    configs = config_shards(manifest)
    published = [shard for shards in configs.values() for shard in shards]
    files = {shard.path: shard for shard in published}
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": manifest.name,
        "alternateName": title_of(manifest),
        "description": _description(manifest),
        "version": manifest.version,
        "license": _licence(config),
        "inLanguage": sorted(manifest.stats.languages),
        "keywords": list(citation_of(manifest).keywords),
        "isLiveDataset": False,
        **_cited(manifest),
    }
    if manifest.release_date is not None:
        data["datePublished"] = manifest.release_date.isoformat()
    data |= _responsible(manifest)
    data["prov:wasGeneratedBy"] = _activity(manifest)
    data["distribution"] = [
        *(_file_object(files[path]) for path in sorted(files)),
        *(_file_set(name, shards) for name, shards in configs.items()),
    ]
    data["recordSet"] = [record_set(name, shards) for name, shards in configs.items()]
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _description(manifest: BuildManifest) -> str:
    stats, total = manifest.stats, manifest.counts.total
    abstract = citation_of(manifest).abstract
    return (f"{abstract} " if abstract else "") + (
        f"News articles: {stats.articles:,} (languages: {len(stats.languages):,}), cleaned, with "
        "language, date, source and entities and the evidence behind them; near-duplicates "
        f"never lie in different splits. {total.read:,} articles were read, "
        f"{total.rejected:,} rejected."
    )


def _licence(config: dict[str, Any]) -> str:
    if config["license"] != "other":
        return licence_address(config) or str(config["license"])
    return licence_address(config) or f"{config['license_name']}, see the file LICENSE"


def _cited(manifest: BuildManifest) -> dict[str, Any]:
    """Return whom and what to cite, as far as the configuration says it."""
    citation = citation_of(manifest)
    data: dict[str, Any] = {}
    if citation.creators:
        data["creator"] = [_creator(creator) for creator in citation.creators]
        data["citeAs"] = render_bibtex(manifest)
    address = citation.doi and f"https://doi.org/{citation.doi}"
    if citation.url or address:
        data["url"] = citation.url or address
    if citation.url and address:
        data["sameAs"] = address
    return data


def _creator(creator: Creator) -> dict[str, Any]:
    kind = "Organization" if creator.name else "Person"
    orcid = creator.orcid and f"https://orcid.org/{creator.orcid}"
    employer = creator.affiliation and {"@type": "sc:Organization", "name": creator.affiliation}
    fields = {
        "givenName": creator.given_names,
        "familyName": creator.family_names,
        "affiliation": employer,
        "sameAs": orcid,
        "url": creator.url,
    }
    known = {name: value for name, value in fields.items() if value}
    return {"@type": f"sc:{kind}", "name": name_of(creator), **known}


def _responsible(manifest: BuildManifest) -> dict[str, Any]:
    """Return the RAI fields that a build can answer from what it measured."""
    stats = manifest.stats
    years = sorted(year for year in stats.years if year != "?")
    undated = stats.date_bases.get("?", 0)
    fields: dict[str, Any] = {
        "rai:dataCollection": "Articles as they were gathered by the publisher of the data set; "
        f"{manifest.inputs.count:,} input files, whose checksums stand in manifest.json.",
        "rai:dataPreprocessingProtocol": [
            "Text is normalized: NFC, line ends, no control characters.",
            "What is no part of the article is removed as spans; the receipts rebuild the text.",
            "Near-duplicates are found by MinHash and kept within one split.",
        ],
        "rai:dataManipulationProtocol": f"Receipts of cleaning: {manifest.audit}. "
        f"Near-duplicates: {manifest.config['duplicates']}.",
        "rai:machineAnnotationTools": [
            f"{key}: {tool.name} {tool.version}"
            for key, tool in sorted(manifest.annotators.items())
        ],
        "rai:dataLimitations": [
            "Cleaning, languages, dates, hints and entities are the work of programs, with errors.",
            f"{undated:,} of {stats.articles:,} articles have no date, since nothing declares one.",
        ],
        "rai:dataBiases": [
            "Languages: " + ", ".join(_language_counts(manifest)) + ".",
            "The articles are those that were gathered, no sample of all news.",
        ],
        "rai:personalSensitiveInformation": "Names of people stand in the text, in entities and "
        "in source_hints as the sources published them.",
        "rai:dataUseCases": [
            "Language modelling and named-entity recognition on news text.",
            "Research on cleaning, dating and attributing news articles.",
        ],
    }
    if years:  # calendar years of the articles, not the time at which somebody gathered them
        fields["temporalCoverage"] = f"{years[0]}/{years[-1]}"
    return fields


def _language_counts(manifest: BuildManifest) -> Iterator[str]:
    for language, splits in manifest.stats.languages.items():
        yield f"{language} {sum(splits.values()):,}"


def _activity(manifest: BuildManifest) -> dict[str, Any]:
    versions = ", ".join(f"{name} {version}" for name, version in manifest.libraries.items())
    return {
        "@type": "prov:Activity",
        "@id": f"build-{manifest.config_hash[:16]}",
        "prov:label": f"Build with {versions}; configuration {manifest.config_hash}",
    }


def _file_object(shard: Shard) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": shard.path,
        "name": shard.path,
        "description": f"{shard.rows:,} rows of the split {shard.split}.",
        "contentUrl": shard.path,
        "contentSize": f"{shard.bytes} B",
        "encodingFormat": PARQUET,
        "sha256": shard.sha256,
    }


def _file_set(name: str, shards: Sequence[Shard]) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"files-{name}",
        "name": f"files-{name}",
        "description": f"Parquet files of the config {name}.",
        "encodingFormat": PARQUET,
        "includes": sorted(shard.path for shard in shards),
    }
