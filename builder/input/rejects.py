"""Make the reject of a record that could not be read."""

from typing import NamedTuple

from schema.reject import Reject, RejectCode, Stage

__all__ = ["EXCERPT_CHARS", "Place", "excerpt", "reject"]

EXCERPT_CHARS = 200
"""Length of a reject's excerpt: enough to recognise a record, too short to republish it."""


class Place(NamedTuple):
    """Where a record stands in the input."""

    path: str
    record: int
    sha256: str | None = None


def excerpt(raw: str | bytes) -> str:
    r"""Return the beginning of a text or of bytes, printable and at most 200 characters long.

    Example:
        >>> excerpt(b"caf\xe9\n ...")
        'caf\\xe9 ...'
    """
    if isinstance(raw, bytes):
        raw = raw[:EXCERPT_CHARS].decode("utf-8", "backslashreplace")
    head = raw[:EXCERPT_CHARS]
    if head.isprintable():
        return head
    shown = "".join(char if char.isprintable() else " " for char in head)
    return " ".join(shown.split())


def reject(
    code: RejectCode,
    place: Place,
    message: str,
    raw: str | bytes = "",
    origin_id: str | None = None,
) -> Reject:
    """Make the reject of a record that could not be read."""
    return Reject(
        code=code,
        stage=Stage.READ,
        path=place.path,
        record=place.record,
        origin_id=origin_id,
        message=message,
        excerpt=excerpt(raw),
    )
