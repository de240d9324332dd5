"""The article before, between and after: RawArticle → CleanArticle → Article.

Three complete, frozen models instead of one that fills up on the way.
`Article` is the published row and the only definition of it: the Arrow schema,
the `datasets` features, the JSON Schema and the card's field table are
projections of its annotations and descriptions.
"""

import datetime as dt
import itertools
import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from schema.hints import DateHint, SourceHint
from schema.spans import Entity, RemovedSpan, Score
from schema.terms import (
    DateBasis,
    DateKind,
    DatePrecision,
    EntityLabel,
    Flag,
    SourceBasis,
    SourceKind,
)

__all__ = [
    "CONTROL_CHARACTERS",
    "LANGUAGE_PATTERN",
    "SCHEMA_VERSION",
    "TEXT_IS_SOUND",
    "WHITE_SPACE",
    "Article",
    "ArticleContent",
    "AuditRow",
    "CleanArticle",
    "Origin",
    "RawArticle",
]

#: Version of the published row. A change of columns or meanings raises it,
#: and with it the major version of every data set built afterwards.
SCHEMA_VERSION = "1.0.0"

ID_PATTERN = r"^[0-9a-f]{32}$"
SHA256_PATTERN = r"^[0-9a-f]{64}$"

#: BCP 47 as far as we publish it: a primary subtag, and a script for zh and sr.
LANGUAGE_PATTERN = r"^([a-z]{2,3}|zh-Han[st]|sr-(Cyrl|Latn))$"

#: The white space that may stand in normalized text, as a regular-expression class body.
#: Spelled out because Python's and RE2's `\s` differ.
WHITE_SPACE = "\t\n \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"

#: The control characters that may not stand in a text, as a class body for `re` and RE2.
CONTROL_CHARACTERS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"

#: Context of a validation (`model_validate(..., context=...)`) by a caller who has looked for
#: white space and control characters in the text already.
TEXT_IS_SOUND = "text is sound"

_SPACE = re.compile(f"[{WHITE_SPACE}]")
_SPACES = re.compile(f"[{WHITE_SPACE}][{WHITE_SPACE}]")
_CONTROL = re.compile(f"[{CONTROL_CHARACTERS}]")
_CONTROL_BYTES = "".join(_CONTROL.findall("".join(map(chr, range(0x80))))).encode()
_CONTROL_PAIR = re.compile(b"\xc2[\x80-\x9f]")

ArticleId = Annotated[str, Field(pattern=ID_PATTERN, examples=["66976a8785158790c0ffee0123456789"])]


class Origin(BaseModel):
    """Where in the input an article came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(
        min_length=1,
        pattern=r"^([^/]|[^/].*)$",
        description="File, relative to the input, with forward slashes.",
        examples=["2025/news.jsonl.gz"],
    )
    record: int = Field(
        ge=0,
        description="Row index (Parquet), byte offset in the decompressed stream (JSONL, WARC), "
        "0 (a text or HTML file).",
    )
    id: str | None = Field(default=None, description="The input's own id, if it has one.")
    sha256: str | None = Field(
        default=None,
        pattern=SHA256_PATTERN,
        description="SHA-256 of the record's bytes (file, line); null for Parquet.",
    )


class RawArticle(BaseModel):
    """What a reader yields: the raw text and what the input declares about it.

    Only `origin` and `text` are certain. Declared values are kept as they
    stand in the input; the record stages turn them into evidence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    origin: Origin
    text: str = Field(description="Raw text, not yet normalized.")
    url: str | None = Field(default=None, description="Declared URL.")
    date: str | None = Field(default=None, description="Declared date of publication.")
    modified: str | None = Field(default=None, description="Declared date of the last change.")
    fetched: str | None = Field(default=None, description="When the page was fetched.")
    title: str | None = Field(default=None, description="Declared headline.")
    authors: tuple[str, ...] = Field(default=(), description="Declared authors.")
    publisher: str | None = Field(default=None, description="Declared publisher or site name.")
    language: str | None = Field(default=None, description="Declared language.")
    basis: Literal["metadata", "html"] = Field(
        default="metadata", description="Who declares: fields of a record, or the HTML page."
    )


class ArticleContent(BaseModel):
    """What is known of an article from itself alone, with its evidence."""

    # Most commands check only some of these models, and a small build takes long to make all.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: ArticleId = Field(
        description="First 128 bits, in hex, of the SHA-256 of the normalized raw text."
    )
    language: str = Field(
        pattern=LANGUAGE_PATTERN,
        description="BCP 47 tag of the cleaned text; a script only for zh and sr; "
        "`und` when the identifier abstains.",
        examples=["fr", "zh-Hans"],
    )
    language_score: Score = Field(
        description="Probability of `language`, rounded to 3 decimals.", examples=[0.998]
    )
    date: dt.date | None = Field(
        default=None,
        description="Publication date, only if something declares it.",
        examples=["2025-11-07"],
    )
    date_precision: DatePrecision | None = Field(
        default=None, description="How much of `date` is declared; null with `date`."
    )
    date_basis: DateBasis | None = Field(
        default=None, description="Where `date` was declared; null with `date`."
    )
    date_hints: tuple[DateHint, ...] = Field(
        default=(), description="All date evidence, also what did not become `date`."
    )
    title: str | None = Field(
        default=None, description="Headline, only if metadata or HTML declares it."
    )
    source: str | None = Field(
        default=None,
        description="Registrable domain of the declared URL, else the declared publisher.",
        examples=["example.org"],
    )
    source_hints: tuple[SourceHint, ...] = Field(
        default=(), description="All evidence of publisher, authors, agencies and origins."
    )
    flags: tuple[Flag, ...] = Field(
        default=(), description="What to know before using the article; sorted, no repeats."
    )
    text: str = Field(
        min_length=1,
        description="Cleaned text: the normalized raw text less the removed spans.",
    )
    entities: tuple[Entity, ...] = Field(
        default=(), description="Named entities, sorted, not overlapping; offsets into `text`."
    )

    @model_validator(mode="after")
    def _keeps_the_rules(self, info: ValidationInfo) -> Self:
        self._check_scores()
        self._check_date()
        self._check_source()
        self._check_flags()
        if info.context != TEXT_IS_SOUND:
            self._check_text()
        self._check_entities()
        return self

    def _check_scores(self) -> None:
        for score in (self.language_score, *(entity.score for entity in self.entities)):
            if abs(score - round(score, 3)) > 1e-6:
                raise PydanticCustomError("score_rounded", "scores are rounded to 3 decimals")

    def _check_date(self) -> None:
        triple = (self.date, self.date_precision, self.date_basis)
        if triple == (None, None, None):
            return
        if None in triple:
            raise PydanticCustomError(
                "date_triple", "date, date_precision and date_basis are null together"
            )
        declared = {
            (hint.value, hint.precision, hint.basis)
            for hint in self.date_hints
            if hint.kind in (DateKind.PUBLISHED, DateKind.UPDATED) and hint.basis != DateBasis.TEXT
        }
        if triple not in declared:
            raise PydanticCustomError(
                "date_undeclared", "date must equal a published or updated hint that declares it"
            )

    def _check_source(self) -> None:
        if self.source is None:
            return
        for hint in self.source_hints:
            declares = hint.kind is SourceKind.DOMAIN or hint.kind is SourceKind.PUBLISHER
            if declares and hint.basis is not SourceBasis.TEXT and hint.value == self.source:
                return
        raise PydanticCustomError(
            "source_undeclared", "source must equal a declared domain or publisher hint"
        )

    def _check_flags(self) -> None:
        if any(a >= b for a, b in itertools.pairwise(self.flags)):
            raise PydanticCustomError("flags_order", "flags are sorted and do not repeat")

    def _check_text(self) -> None:
        edges = self.text[:1], self.text[-1:]
        if any(map(_SPACE.match, edges)) or _SPACES.search(self.text):
            raise PydanticCustomError(
                "text_space", "text has no white space at its ends and no two in a row"
            )
        encoded = self.text.encode()  # several times as fast to read as its characters
        if encoded.translate(None, _CONTROL_BYTES) != encoded or _CONTROL_PAIR.search(encoded):
            raise PydanticCustomError("text_control", "text holds no control characters")

    def _check_entities(self) -> None:
        last = 0
        for entity in self.entities:
            if entity.start < last or entity.end <= entity.start:
                raise PydanticCustomError(
                    "entity_order", "entities are sorted, not empty and do not overlap"
                )
            # A slice may reach past the end of the text and still equal the mention.
            fills = len(entity.mention) == entity.end - entity.start
            if not fills or self.text[entity.start : entity.end] != entity.mention:
                raise PydanticCustomError(
                    "entity_mention", "mention must equal text[start:end], in code points"
                )
            if entity.iso is not None and entity.label is not EntityLabel.LOC:
                raise PydanticCustomError("entity_iso", "only a place (LOC) has an ISO 3166 code")
            last = entity.end


class CleanArticle(ArticleContent):
    """An article after all record stages; it knows nothing of other articles."""

    origin: Origin
    removed: tuple[RemovedSpan, ...] = Field(
        description="The receipt of cleaning; with `text` it rebuilds the normalized raw text."
    )
    raw_chars: int = Field(ge=1, description="Length of the normalized raw text in code points.")
    signature: bytes = Field(description="MinHash signature of `text`, little-endian uint32.")


class Article(ArticleContent):
    """The published row. Its split is where it lies."""

    cluster_id: ArticleId = Field(
        description="Names its cluster of near-duplicates: the smallest id of those that were "
        "published together, or the id that an earlier release gave; its own if it stood alone."
    )
    cluster_size: int = Field(
        ge=1,
        le=2**31 - 1,
        description="Members of the cluster when this article was first published, itself "
        "included.",
    )
    origin: Origin = Field(description="Where in the input the article came from.")

    @model_validator(mode="after")
    def _cluster_of_one_is_named_by_it(self) -> Self:
        if self.cluster_size == 1 and self.cluster_id != self.id:
            raise PydanticCustomError("cluster_id", "an article alone in its cluster names it")
        return self


class AuditRow(BaseModel):
    """The receipt of one published article: what cleaning removed, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: ArticleId = Field(description="The article's id.")
    removed: tuple[RemovedSpan, ...] = Field(
        description="Removed pieces in order; offsets into the normalized raw text."
    )
