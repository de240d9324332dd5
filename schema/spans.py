"""Spans: half-open ranges of Unicode code points, and what they mark.

Every span says which text it points into: entities point into the cleaned
text, removed spans into the normalized raw text.
"""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from schema.terms import EntityLabel

__all__ = ["Entity", "Offset", "RemovedSpan", "Score", "Span"]

#: Largest offset: an Arrow int32. Articles are far shorter (see `max_chars`).
MAX_OFFSET = 2**31 - 1

Offset = Annotated[int, Field(ge=0, le=MAX_OFFSET)]
Score = Annotated[float, Field(ge=0.0, le=1.0)]


class Span(BaseModel):
    """A half-open range [start, end) of code points; never empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Offset = Field(description="First code point of the span.")
    end: Offset = Field(description="One past the last code point of the span.")

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.start >= self.end:
            raise PydanticCustomError("span_empty", "start must lie before end")
        return self


class RemovedSpan(Span):
    """A piece of the normalized raw text that cleaning removed, with its reasons."""

    rules: tuple[str, ...] = Field(
        min_length=1,
        description="Ids of all rules that removed these characters, sorted.",
        examples=[["cue.newsletter", "layout"]],
    )
    text: str = Field(min_length=1, description="The removed characters.")

    @model_validator(mode="after")
    def _text_fills_span(self) -> Self:
        if len(self.text) != self.end - self.start:
            raise PydanticCustomError("removed_length", "text must be as long as its span")
        return self


class Entity(BaseModel):
    """A named entity in the cleaned text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mention: str = Field(
        min_length=1, description="Surface text; equals text[start:end].", examples=["Astana"]
    )
    label: EntityLabel = Field(description="Type of the entity.")
    start: Offset = Field(description="First code point of the mention in `text`.")
    end: Offset = Field(description="One past the last code point of the mention in `text`.")
    score: Score = Field(description="Confidence of the annotator, rounded to 3 decimals.")
    iso: str | None = Field(
        default=None,
        pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
        description="ISO 3166 code of a place, where it is known.",
        examples=["KZ"],
    )
