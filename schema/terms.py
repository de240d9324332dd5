"""Closed vocabularies of the published row: every value a column may hold, with its meaning.

A term is a string, so it travels through Arrow, JSON and TOML as it is;
its `meaning` is the sentence that documentation and the card show.
"""

from enum import StrEnum
from typing import Self

__all__ = [
    "DateBasis",
    "DateKind",
    "DatePrecision",
    "EntityLabel",
    "Flag",
    "SourceBasis",
    "SourceKind",
    "Term",
]


class Term(StrEnum):
    """A member of a closed vocabulary: a string that knows what it means."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        """Make the string and attach its meaning."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class DatePrecision(Term):
    """How much of a date its evidence declares."""

    DAY = "day", "day, month and year are declared"
    MONTH = "month", "month and year are declared; the value is the first day of the month"
    YEAR = "year", "only the year is declared; the value is the first of January"


class DateKind(Term):
    """What a date says about the article."""

    PUBLISHED = "published", "declared as the time of publication"
    UPDATED = "updated", "declared as the time of the last change"
    MENTION = "mention", "a date that the text speaks of"
    FETCHED = "fetched", "when the page was fetched: an upper bound, never the date"


class DateBasis(Term):
    """Where a date was found."""

    METADATA = "metadata", "a field of the input record"
    HEADER = "header", "a labelled line or a lone dated line at the head of the text"
    HTML = "html", "a declaration in the HTML of the page"
    URL = "url", "the path of the declared URL"
    DATELINE = "dateline", "the place-and-date opening of the first paragraph"
    TEXT = "text", "running text"


class SourceKind(Term):
    """What a source hint names."""

    PUBLISHER = "publisher", "who published the article"
    AUTHOR = "author", "who wrote it"
    EDITOR = "editor", "who edited or translated it"
    AGENCY = "agency", "the news agency credited with it"
    ORIGINAL_SOURCE = "original_source", "where a reprint or translation first appeared"
    CITED_SOURCE = "cited_source", "an entry of the article's own list of sources"
    PLATFORM = "platform", "the platform that the text comes from or points to as its channel"
    DOMAIN = "domain", "the registrable domain of the declared URL"
    URL = "url", "the declared URL"


class SourceBasis(Term):
    """Where a source hint was found."""

    METADATA = "metadata", "a field of the input record"
    HTML = "html", "a declaration in the HTML of the page"
    URL = "url", "the declared URL"
    TEXT = "text", "the text; start and end say where"


class EntityLabel(Term):
    """Types of entities."""

    PER = "PER", "a person"
    LOC = "LOC", "a place, also a country as an actor"
    ORG = "ORG", "an organisation"
    MISC = "MISC", "another name: an event, a work, a product, a treaty"


class Flag(Term):
    """What a reader of an article should know before using it."""

    TRUNCATED = "truncated", "the text ends before the article does"
    PAYWALLED = "paywalled", "a paywall notice stood in the raw text"
    LIVEBLOG = "liveblog", "a live blog or ticker, or its notices stood in the raw text"
    TRANSLATION = "translation", "the text says that it is a translation"
    REPRINT = "reprint", "the text says that it first appeared elsewhere"
    NOT_ARTICLE = "not_article", "hardly any running text: probably not an article"
    INDEX = "index", "a list of teasers or links"
    VIDEO = "video", "a page around a video or a player"
    LOGIN_WALL = "login_wall", "a request to log in stands in place of the text"
    MIXED_LANGUAGE = "mixed_language", "substantial passages are in different languages"
    LANGUAGE_CONFLICT = "language_conflict", "the declared language is not the identified one"
    LANGUAGE_UNCERTAIN = "language_uncertain", "the identifier abstained; `language` is `und`"
    ENTITIES_UNSUPPORTED = (
        "entities_unsupported",
        "the annotator does not claim this language; `entities` is empty for that reason",
    )
