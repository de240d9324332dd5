"""Hints: uncertain values, each with the evidence that it rests on."""

import datetime as dt
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from schema.spans import Offset, Score
from schema.terms import DateBasis, DateKind, DatePrecision, SourceBasis, SourceKind

__all__ = ["DateHint", "LanguageGuess", "SourceHint"]

#: Bases whose evidence is printed in the text; all others have no place in it.
PRINTED_DATES = (DateBasis.HEADER, DateBasis.DATELINE, DateBasis.TEXT)


class LanguageGuess(BaseModel):
    """A language and how sure its identifier is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tag: str = Field(description="BCP 47 tag; `und` when the identifier abstains.")
    score: Score = Field(description="Probability, rounded to 3 decimals.")


class DateHint(BaseModel):
    """One piece of date evidence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: dt.date = Field(description="The date; the first day where only month or year is known.")
    precision: DatePrecision = Field(description="How much of the date is declared.")
    kind: DateKind = Field(description="What the date says about the article.")
    basis: DateBasis = Field(description="Where it was found.")
    start: Offset | None = Field(
        default=None, description="Start of the evidence in the normalized raw text, if printed."
    )
    end: Offset | None = Field(default=None, description="End of that evidence, exclusive.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.precision is not DatePrecision.DAY:
            _check_precision(self.value, self.precision, self.kind)
        _check_place(self.start, self.end, printed=self.basis in PRINTED_DATES)
        return self


class SourceHint(BaseModel):
    """One piece of evidence of where the article comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: SourceKind = Field(description="What is named.")
    value: str = Field(min_length=1, description="The name.", examples=["Central Asian News"])
    basis: SourceBasis = Field(description="Where it was found.")
    start: Offset | None = Field(
        default=None, description="Start of the name in the normalized raw text (basis text)."
    )
    end: Offset | None = Field(default=None, description="End of that name, exclusive.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _check_place(self.start, self.end, printed=self.basis is SourceBasis.TEXT)
        return self


def _check_precision(value: dt.date, precision: DatePrecision, kind: DateKind) -> None:
    """A month or a year is given by its first day, and no mention names only one."""
    if value.day != 1 or (precision is DatePrecision.YEAR and value.month != 1):
        raise PydanticCustomError("date_precision", "a month or year is given by its first day")
    if kind is DateKind.MENTION:
        raise PydanticCustomError("mention_precision", "a mention prints day, month and year")


def _check_place(start: int | None, end: int | None, *, printed: bool) -> None:
    """Offsets belong to printed evidence, and only to it."""
    if (start is None) is printed or (end is None) is printed:
        raise PydanticCustomError("hint_place", "offsets are given exactly where basis is the text")
    if start is not None and end is not None and start >= end:
        raise PydanticCustomError("span_empty", "start must lie before end")
