"""What the annotations of a model say about each field, as plain values.

Knows how pydantic spells optional types, lists and bounds; refuses to know
Arrow and data. The checks of `rules.py` are made from it, so that no bound or
vocabulary is written down twice.
"""

import types
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

__all__ = ["DeclaredField", "declared_fields"]


class DeclaredField(NamedTuple):
    """One field: its type and every bound that its annotation declares."""

    name: str
    kind: type
    is_list: bool
    nullable: bool
    pattern: str | None = None
    min_length: int = 0
    least: float | None = None
    most: float | None = None

    @property
    def model(self) -> type[BaseModel] | None:
        """The model of a nested field or of the items of a list, else None."""
        return self.kind if issubclass(self.kind, BaseModel) else None

    @property
    def terms(self) -> tuple[str, ...]:
        """The sorted closed vocabulary of the field; empty if it has none."""
        if not issubclass(self.kind, StrEnum):
            return ()
        return tuple(sorted(str(term) for term in self.kind))

    def item(self) -> "DeclaredField":
        """Describe one item of a list: never null, with no bounds of its own."""
        return DeclaredField(self.name, self.kind, is_list=False, nullable=False)


def declared_fields(model: type[BaseModel]) -> list[DeclaredField]:
    """List the fields of a model, in order."""
    return [_declared(name, info) for name, info in model.model_fields.items()]


def _declared(name: str, info: FieldInfo) -> DeclaredField:
    annotation, nullable = _without_none(info.annotation)
    annotation, own = _without_bounds(annotation)
    is_list = get_origin(annotation) is tuple
    if is_list:
        annotation, _ = _without_bounds(get_args(annotation)[0])
    if not isinstance(annotation, type):
        raise TypeError(f"field {name} has no plain type: {annotation!r}")
    bounds = list(_flat([*info.metadata, *own]))
    return DeclaredField(
        name,
        annotation,
        is_list,
        nullable,
        pattern=_bound(bounds, "pattern"),
        min_length=_bound(bounds, "min_length") or 0,
        least=_bound(bounds, "ge"),
        most=_bound(bounds, "le"),
    )


def _bound(bounds: Iterable[Any], name: str) -> Any:
    for bound in bounds:
        value = getattr(bound, name, None)
        if value is not None:
            return value
    return None


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        arms = [arm for arm in get_args(annotation) if arm is not type(None)]
        if len(arms) == 1:
            return arms[0], True
    return annotation, False


def _without_bounds(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    if hasattr(annotation, "__metadata__"):
        return annotation.__origin__, annotation.__metadata__
    return annotation, ()


def _flat(metadata: Iterable[Any]) -> Iterator[Any]:
    for item in metadata:
        if isinstance(item, FieldInfo):
            yield from item.metadata
        else:
            yield item
