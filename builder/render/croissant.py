"""Croissant metadata: the data set as JSON-LD that other tools read.

Made from the manifest and the models alone, by hand: the library of the format is a
heavy dependency, so only the tests use it. There is no clock in the file; a build
without a release date has no `datePublished`. Files and people are named only as far as
the build knows them: the address of a repository is not known before it is published.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from builder.render.card_yaml import config_shards
from schema.arrow import field_rows, model_schema
from schema.article import Article, AuditRow
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
PARQUET = "application/x-parquet"

#: Types of Croissant by type of Arrow.
TYPES = {
    "string": "sc:Text",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "float": "cr:Float32",
    "date32[day]": "sc:Date",
}

_LICENCE_URL = "https://spdx.org/licenses/{}"
_SPDX = re.compile(r"(?:cc|mit|apache|odc|pddl|gpl|lgpl|agpl|bsd)(?:-.*)?")


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
        "alternateName": config["pretty_name"] or manifest.name,
        "description": _description(manifest),
        "version": manifest.version,
        "license": _licence(config),
        "inLanguage": sorted(manifest.stats.languages),
        "keywords": ["news", "articles", "pressmark"],
        "isLiveDataset": False,
    }
    if manifest.release_date is not None:
        data["datePublished"] = manifest.release_date.isoformat()
    data |= _responsible(manifest)
    data["prov:wasGeneratedBy"] = _activity(manifest)
    data["distribution"] = [
        *(_file_object(files[path]) for path in sorted(files)),
        *(_file_set(name, shards) for name, shards in configs.items()),
    ]
    data["recordSet"] = [_record_set(name, shards) for name, shards in configs.items()]
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _description(manifest: BuildManifest) -> str:
    stats, total = manifest.stats, manifest.counts.total
    return (
        f"News articles: {stats.articles:,} (languages: {len(stats.languages):,}), cleaned, with "
        "language, date, source and entities and the evidence behind them; near-duplicates "
        f"never lie in different splits. {total.read:,} articles were read, "
        f"{total.rejected:,} rejected."
    )


def _licence(config: dict[str, Any]) -> str:
    licence = str(config["license"])
    if licence == "other":
        return str(config["license_link"] or f"{config['license_name']}, see the file LICENSE")
    return _LICENCE_URL.format(licence.upper()) if _SPDX.fullmatch(licence) else licence


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


def _record_set(name: str, shards: Sequence[Shard]) -> dict[str, Any]:
    model = AuditRow if name == "audit" else Article
    texts = {row.name: row.description for row in field_rows(model)}
    maker = _Fields(name, texts)
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"Config {name}: {sum(shard.rows for shard in shards):,} rows.",
        "key": {"@id": f"{name}/id"},
        "field": [maker.split(), *(maker.field(column) for column in model_schema(model))],
    }


class _Fields:
    """Fields of one record set: what they are called and where they come from."""

    def __init__(self, config: str, texts: dict[str, str]) -> None:
        self._config = config
        self._texts = texts

    def split(self) -> dict[str, Any]:
        """Return the split, which is told by the name of the file."""
        return {
            "@type": "cr:Field",
            "@id": f"{self._config}/split",
            "name": "split",
            "description": "Split that the row lies in.",
            "dataType": "sc:Text",
            "source": {
                "fileSet": {"@id": f"files-{self._config}"},
                "extract": {"fileProperty": "filename"},
                "transform": {"regex": r"^(\w+)-\d+-of-\d+\.parquet$"},
            },
        }

    def field(self, column: pa.Field) -> dict[str, Any]:
        """Return a column, with the fields nested in it."""
        kind, repeated = _item(column.type)
        entry = self._entry(column.name, repeated=repeated)
        if pa.types.is_struct(kind):
            path = f"{column.name}[]." if repeated else f"{column.name}."
            entry["subField"] = [
                self._nested(column.name, f"{path}{child.name}", child) for child in kind
            ]
            return entry
        return {**entry, "dataType": TYPES[str(kind)], "source": self._source(column.name)}

    def _nested(self, column: str, path: str, child: pa.Field) -> dict[str, Any]:
        kind, repeated = _item(child.type)
        entry = self._entry(path, repeated=repeated)
        source = {**self._source(column), "transform": {"jsonPath": child.name}}
        return {**entry, "dataType": TYPES[str(kind)], "source": source}

    def _entry(self, path: str, *, repeated: bool) -> dict[str, Any]:
        name = path.replace("[].", "/").replace(".", "/")
        entry: dict[str, Any] = {
            "@type": "cr:Field",
            "@id": f"{self._config}/{name}",
            "name": name.rpartition("/")[2],
            "description": self._texts[path],
        }
        return {**entry, "isArray": True, "arrayShape": "-1"} if repeated else entry

    def _source(self, column: str) -> dict[str, Any]:
        return {"fileSet": {"@id": f"files-{self._config}"}, "extract": {"column": column}}


def _item(kind: pa.DataType) -> tuple[pa.DataType, bool]:
    return (kind.value_type, True) if pa.types.is_list(kind) else (kind, False)
