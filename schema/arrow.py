"""Projections of the models: Arrow schema, `datasets` features, table of fields.

The only module that turns annotations into Arrow types. Nothing is inferred
from data, so every shard of every build has the same schema to the letter.
"""

import datetime as dt
import json
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, Union, get_args, get_origin

import pyarrow as pa
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schema.article import SCHEMA_VERSION, Article, AuditRow
from schema.reject import Reject
from schema.spans import MAX_OFFSET

__all__ = [
    "FieldRow",
    "arrow_schema",
    "audit_schema",
    "features_metadata",
    "features_yaml",
    "field_rows",
    "model_schema",
    "reject_schema",
    "to_rows",
]

#: Key under which `datasets` reads features from a Parquet footer.
HUGGINGFACE_KEY = b"huggingface"
SCHEMA_VERSION_KEY = b"pressmark.schema_version"

_SCALARS: Mapping[type, pa.DataType] = {
    str: pa.string(),
    bytes: pa.binary(),
    float: pa.float32(),
    bool: pa.bool_(),
    dt.date: pa.date32(),
}


class FieldRow(NamedTuple):
    """One line of the card's field table."""

    name: str
    type: str
    nullable: bool
    description: str


@cache
def arrow_schema() -> pa.Schema:
    """Return the Arrow schema of the published row, with its metadata."""
    return _with_metadata(model_schema(Article))


@cache
def audit_schema() -> pa.Schema:
    """Return the Arrow schema of the `audit` config, with its metadata."""
    return _with_metadata(model_schema(AuditRow))


def reject_schema() -> pa.Schema:
    """Return the Arrow schema of the rejects, which are never part of a data set."""
    return model_schema(Reject)


@cache
def model_schema(model: type[BaseModel]) -> pa.Schema:
    """Project a model to an Arrow schema, columns in the order of its fields."""
    return pa.schema([_field(name, info) for name, info in _ordered(model)])


def features_metadata(schema: pa.Schema) -> str:
    """Return the JSON under which `datasets` keeps a schema in a Parquet footer."""
    return json.dumps({"info": {"features": {f.name: _feature(f.type) for f in schema}}})


def features_yaml(schema: pa.Schema) -> list[dict[str, Any]]:
    """Return the `features` of `dataset_info` as the card's YAML spells them."""
    return [{"name": f.name, **_yaml_type(f.type)} for f in schema]


def field_rows(model: type[BaseModel], prefix: str = "") -> Iterator[FieldRow]:
    """Yield name, type and description of every field, nested ones after their parent."""
    for name, info in _ordered(model):
        field = _field(name, info)
        path = f"{prefix}{name}"
        yield FieldRow(path, _type_name(field.type), field.nullable, info.description or "")
        nested, is_list = _nested_model(info)
        if nested is not None:
            yield from field_rows(nested, f"{path}[]." if is_list else f"{path}.")


def to_rows(articles: Iterable[BaseModel]) -> list[dict[str, Any]]:
    """Turn models into plain dictionaries that Arrow takes."""
    return [article.model_dump(mode="python") for article in articles]


def _with_metadata(schema: pa.Schema) -> pa.Schema:
    return schema.with_metadata(
        {
            HUGGINGFACE_KEY: features_metadata(schema).encode(),
            SCHEMA_VERSION_KEY: SCHEMA_VERSION.encode(),
        }
    )


def _ordered(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return list(model.model_fields.items())


def _field(name: str, info: FieldInfo) -> pa.Field:
    inner, nullable = _unwrap(info.annotation)
    return pa.field(name, _arrow_type(inner, info.metadata), nullable=nullable)


def _unwrap(annotation: Any) -> tuple[Any, bool]:
    """Split `X | None` into X and True, anything else into itself and False."""
    if get_origin(annotation) in (Union, types.UnionType):
        arms = [arm for arm in get_args(annotation) if arm is not type(None)]
        if len(arms) == 1:
            return arms[0], True
    return annotation, False


def _strip_annotated(annotation: Any) -> tuple[Any, Sequence[Any]]:
    if hasattr(annotation, "__metadata__"):
        return annotation.__origin__, annotation.__metadata__
    return annotation, ()


def _arrow_type(annotation: Any, metadata: Sequence[Any] = ()) -> pa.DataType:
    annotation, own = _strip_annotated(annotation)
    if get_origin(annotation) is tuple:
        item = get_args(annotation)[0]
        return pa.list_(pa.field("item", _arrow_type(item)))
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return pa.struct([_field(name, info) for name, info in _ordered(annotation)])
        if issubclass(annotation, StrEnum):
            return pa.string()
        if annotation is int:
            return _integer([*metadata, *own])
        if annotation in _SCALARS:
            return _SCALARS[annotation]
    raise TypeError(f"no Arrow type for {annotation!r}")


def _integer(metadata: Sequence[Any]) -> pa.DataType:
    """An int32 where the bounds of the field allow it, else an int64."""
    bounded = any(getattr(item, "le", MAX_OFFSET + 1) <= MAX_OFFSET for item in _flat(metadata))
    return pa.int32() if bounded else pa.int64()


def _flat(metadata: Sequence[Any]) -> Iterator[Any]:
    for item in metadata:
        if isinstance(item, FieldInfo):
            yield from item.metadata
        else:
            yield item


def _nested_model(info: FieldInfo) -> tuple[type[BaseModel] | None, bool]:
    annotation, _ = _unwrap(info.annotation)
    is_list = get_origin(annotation) is tuple
    if is_list:
        annotation, _ = _strip_annotated(get_args(annotation)[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, is_list
    return None, is_list


def _feature(kind: pa.DataType) -> Any:
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    return {"dtype": _dtype(kind), "_type": "Value"}


def _yaml_type(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(kind):
        item = kind.value_type
        if pa.types.is_struct(item):
            return {"list": features_yaml(pa.schema(list(item)))}
        return {"list": _dtype(item)}
    if pa.types.is_struct(kind):
        return {"struct": features_yaml(pa.schema(list(kind)))}
    return {"dtype": _dtype(kind)}


def _dtype(kind: pa.DataType) -> str:
    return {"float": "float32", "date32[day]": "date32"}.get(str(kind), str(kind))


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list<{_type_name(kind.value_type)}>"
    return "struct" if pa.types.is_struct(kind) else _dtype(kind)
