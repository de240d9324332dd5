"""Turn a record into an article, or into a reject that says why it is none.

Knows which types each declared field may have. Declared values are kept as they stand: whether
a date is a date is decided by the record stages.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from builder.input.columns import ColumnMap, has_value
from builder.input.params import InputParams
from builder.input.rejects import Place, excerpt, reject
from schema.article import Origin, RawArticle
from schema.reject import Reject, RejectCode

__all__ = ["BrokenValue", "record_article", "text_article"]

#: Field names that a message lists; a record may have thousands.
SHOWN_NAMES = 20


class BrokenValue(NamedTuple):
    """A value that stands in the file but cannot be read as what it should be."""

    problem: str


class _WrongType(Exception):  # noqa: N818 - becomes the reject of that name
    """A field holds a value of a type that it cannot have."""


def record_article(
    record: Mapping[str, object],
    place: Place,
    columns: ColumnMap,
    params: InputParams,
    unknown: Counter[str],
) -> RawArticle | Reject:
    """Turn a record into an article, or say why it is none.

    Never raises on any record of the types that JSON and Arrow have.

    Args:
        record: field names and values, nested as they stand in the input.
        place: where the record stands.
        columns: the column map of the file, made from `params`.
        params: limits.
        unknown: is told the fields that are not read, by name.
    """
    values, ambiguity = columns.pick(record, unknown)
    if ambiguity is not None:
        message = f"{ambiguity}; say which in [input] map"
        return reject(RejectCode.NO_TEXT_FIELD, place, message, origin_id=_own_id(values))
    try:
        fields = {name: _READERS[name](name, value) for name, value in values.items()}
    except _WrongType as error:
        shown, own = _shown(values.get("text")), _own_id(values)
        return reject(RejectCode.WRONG_TYPE, place, str(error), shown, own)
    text = fields.pop("text", None)
    if text is None:
        return _without_text(record, place, columns, fields.get("id"))
    return text_article(text, place, params, **fields)


def text_article(
    text: str, place: Place, params: InputParams, **fields: Any
) -> RawArticle | Reject:
    """Make the article of a text and its declared fields; reject an empty or overlong text."""
    origin_id = fields.pop("id", None)
    if not text or text.isspace():
        message = "the text is empty or only white space"
        return reject(RejectCode.EMPTY_TEXT, place, message, origin_id=origin_id)
    if len(text) > params.max_chars:
        message = f"{len(text)} characters, more than max_chars = {params.max_chars}"
        return reject(RejectCode.TOO_LONG, place, message, text, origin_id)
    origin = Origin(path=place.path, record=place.record, id=origin_id, sha256=place.sha256)
    return RawArticle(origin=origin, text=text, **fields)


def _without_text(
    record: Mapping[str, object], place: Place, columns: ColumnMap, origin_id: str | None
) -> Reject:
    names = tuple(record)
    if "text" in columns.layout(names).candidates:
        message = "the text is empty or null"
        return reject(RejectCode.EMPTY_TEXT, place, message, origin_id=origin_id)
    listed = ", ".join(repr(excerpt(name)) for name in names[:SHOWN_NAMES]) or "none"
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    message = f"no text field; the fields are {listed}{more} (name one in [input] map)"
    return reject(RejectCode.NO_TEXT_FIELD, place, message, origin_id=origin_id)


def _own_id(values: Mapping[str, object]) -> str | None:
    """Return the record's own id, if it can be one."""
    try:
        return _identifier("id", values["id"]) if "id" in values else None
    except _WrongType:
        return None


def _shown(value: object) -> str:
    return value if isinstance(value, str) else ""


def _wrong(name: str, value: object, expected: str) -> _WrongType:
    if isinstance(value, BrokenValue):
        return _WrongType(f"{name}: {value.problem}")
    return _WrongType(f"{name} must be {expected}, not {type(value).__name__}")


def _string(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise _wrong(name, value, "a string")


def _identifier(name: str, value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return value
    raise _wrong(name, value, "a string or a whole number")


def _date(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dt.date):  # a datetime is one, too
        return value.isoformat()
    raise _wrong(name, value, "a string or a date")


def _named(name: str, value: object) -> str:
    """Read a name, or the object with a `name` that schema.org has in its place."""
    named = value.get("name") if isinstance(value, Mapping) else value
    if isinstance(named, str):
        return named if has_value(name, named) else ""
    raise _wrong(name, value, "a string, or an object with a name")


def _names(name: str, value: object) -> tuple[str, ...]:
    members = value if isinstance(value, list | tuple) else [value]
    if isinstance(value, BrokenValue):
        raise _wrong(name, value, "")
    read = (_named(name, member) for member in members if member is not None)
    return tuple(member for member in read if member)


_READERS: Final[Mapping[str, Callable[[str, object], Any]]] = {
    "text": _string,
    "id": _identifier,
    "url": _string,
    "date": _date,
    "modified": _date,
    "fetched": _date,
    "title": _string,
    "authors": _names,
    "publisher": _named,
    "language": _string,
}
