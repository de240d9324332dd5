"""Record sets of Croissant: the columns of each config, and where their values come from."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from schema.arrow import field_rows, model_schema
from schema.article import Article, AuditRow
from schema.manifest import Shard

__all__ = ["PARQUET", "record_set"]

PARQUET = "application/x-parquet"

#: Types of Croissant by type of Arrow.
TYPES = {
    "string": "sc:Text",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "float": "cr:Float32",
    "date32[day]": "sc:Date",
}


def record_set(name: str, shards: Sequence[Shard]) -> dict[str, Any]:
    """Return a config with its split and every nested column."""
    model = AuditRow if name == "audit" else Article
    maker = _Fields(name, _descriptions(model))
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"Config {name}: {sum(shard.rows for shard in shards):,} rows.",
        "key": {"@id": f"{name}/id"},
        "field": [maker.split(), *(maker.field(column) for column in model_schema(model))],
    }


@cache
def _descriptions(model: type[BaseModel]) -> dict[str, str]:
    return {row.name: row.description for row in field_rows(model)}


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
