"""The parameters of reading: the TOML table `[input]`.

Knows limits and names; imports nothing that is heavy, because every command reads it.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

__all__ = ["COLUMN_NAMES", "InputParams"]

#: Names that are understood without a `map`, best first; the first is ours. Case, "_" and "-"
#: do not count, so `datePublished` and `date_published` are one name. A name that means
#: different things in different corpora (`source`, `timestamp`, `domain`, `summary`) is left
#: out: no hint is better than a wrong one.
COLUMN_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text", "body", "content", "article", "articlebody", "maintext", "plaintext"),
    "id": ("id", "docid", "articleid", "uuid", "guid"),
    "url": ("url", "link", "canonicalurl"),
    "date": (
        "date",
        "published",
        "publishedat",
        "datepublished",
        "datepublish",
        "publishdate",
        "publisheddate",
        "publicationdate",
        "publishingdate",
        "pubdate",
    ),
    "modified": ("modified", "updated", "updatedat", "datemodified", "datemodify", "modifieddate"),
    "fetched": ("fetched", "fetchedat", "crawled", "crawldate", "datedownload", "warcdate"),
    "title": ("title", "headline"),
    "authors": ("authors", "author", "byline"),
    "publisher": ("publisher", "sitename"),
    "language": ("language", "lang", "inlanguage"),
}


def _alternatives(value: object) -> object:
    """Read one column name as a list of one, and an empty one as none."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(value) if isinstance(value, list) else value


Alternatives = Annotated[tuple[str, ...], BeforeValidator(_alternatives)]


class InputParams(BaseModel):
    """How the input is read: the TOML table `[input]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    map: dict[str, Alternatives] = Field(
        default_factory=dict,
        description="Our name → the input's column, or several of which the first with a value "
        "counts, or an empty string for none. A dotted name reaches into nested fields.",
        examples=[{"text": "body", "date": ["published", "meta.date"], "authors": ""}],
    )
    max_chars: int = Field(
        default=1_000_000,
        ge=1,
        le=2**31 - 1,
        description="Longest text of an article, in code points; a longer one is rejected.",
    )
    max_record_bytes: int = Field(
        default=8 * 2**20,
        ge=1,
        le=2**31 - 1,
        description="Longest record (text or HTML file, JSON line, WARC response) in bytes; a "
        "longer one is rejected without being held in memory.",
    )
    encodings: tuple[str, ...] = Field(
        default=(),
        description="Encodings to try, in this order, for files that are not UTF-8 and bear no "
        "byte order mark; empty: they are recognised by their bytes.",
        examples=[["windows-1251", "koi8-r"]],
    )
    links: Literal["inside", "everywhere"] = Field(
        default="inside",
        description="Follow symbolic links to files inside the input only, or everywhere.",
    )

    @field_validator("map")
    @classmethod
    def _known_names(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name in value:
            if name not in COLUMN_NAMES:
                raise ValueError(
                    f"unknown name {name!r} (known: {', '.join(sorted(COLUMN_NAMES))})"
                )
        return value

    @field_validator("encodings")
    @classmethod
    def _known_encodings(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            try:
                b"a".decode(name, "replace")  # of no bytes, codecs that make no text say nothing
            except (LookupError, ValueError):
                raise ValueError(f"unknown encoding {name!r}") from None
        return value
