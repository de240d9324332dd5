"""What the record stages know besides the article, and the article on its way through them."""

import datetime as dt
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from builder.receipts import Cleaned
from builder.text.clean import Proposal, Removed
from builder.text.cue_rules import CueRules
from builder.text.cues import CueHit
from builder.text.date_numbers import DateNumbers
from builder.text.date_patterns import DateRules
from builder.text.entities.spans import EntityTagger, TaggedSpan
from builder.text.language import LanguageDecision, LanguageIdentifier
from builder.text.language_codes import UNDETERMINED
from builder.text.layout import LayoutModel
from builder.text.outline import Outline
from builder.text.repetition import TemplateTable
from builder.text.segments import Segments
from builder.text.signature import SignatureParams
from schema.article import RawArticle
from schema.hints import DateHint, SourceHint
from schema.reject import Reject
from schema.terms import Flag

__all__ = ["Carried", "Result", "Tools", "Withheld", "Work"]

#: Entities of a text; None if its language is not claimed.
Tagged = list[TaggedSpan] | None


@dataclass(frozen=True)
class Withheld:
    """Articles that must not be published."""

    ids: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tools:
    """Everything that the record stages know besides the article.

    Attributes:
        cues: typed phrases of all languages; None removes no phrases.
        layout: model of article and page furniture; None removes none.
        templates: segments that recur in the articles of a source; None removes none.
        dates: month names and date labels of all languages.
        identifier: tells the language of a text.
        taggers: entity taggers by primary language subtag; `default` for all others.
        signature: how texts are signed for near-duplicates.
        registrable: host name → registrable domain.
        withheld: articles that must not be published.
        carried: ids of the articles that an earlier release holds; they are only recognised.
        reject_flags: flags with which an article is rejected.
        not_after: last possible day of publication; None knows no bound.
    """

    cues: CueRules | None
    layout: LayoutModel | None
    dates: DateRules
    identifier: LanguageIdentifier
    taggers: Mapping[str, EntityTagger]
    signature: SignatureParams
    registrable: Callable[[str], str | None]
    templates: TemplateTable | None = None
    withheld: Withheld = Withheld()
    carried: Container[str] | None = None
    reject_flags: frozenset[Flag] = frozenset()
    not_after: dt.date | None = None

    def tagger(self, language: str) -> EntityTagger:
        """Return the entity tagger that the configuration routes a language to."""
        return self.taggers.get(language.split("-", maxsplit=1)[0], self.taggers["default"])


class Carried(NamedTuple):
    """An article that an earlier release holds: it keeps the row that it has there."""

    id: str
    raw: RawArticle


Result = Cleaned | Carried | Reject
"""What becomes of an article in the record stages of a build."""


@dataclass(slots=True)
class Work:
    """An article on its way. Each stage sets what it finds, in this order, or the outcome."""

    raw: RawArticle
    outcome: Result | None = None
    id: str = ""
    normalized: str = ""
    outline: Outline | None = None
    numbers: DateNumbers | None = None
    hits: list[CueHit] = field(default_factory=list)
    typed: list[Proposal] = field(default_factory=list)
    sources: list[SourceHint] = field(default_factory=list)
    source: str | None = None
    segments: Segments | None = None
    weak: list[Proposal] = field(default_factory=list)
    text: str = ""
    removed: Removed | None = None
    language: LanguageDecision | None = None
    flags: frozenset[Flag] = frozenset()
    dates: list[DateHint] = field(default_factory=list)
    spans: Tagged = None
    signature: bytes = b""
    is_sound: bool = False

    @property
    def tag(self) -> str:
        """The language of the cleaned text."""
        return self.language.tag if self.language else UNDETERMINED
