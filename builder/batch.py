"""The record stages, in their order: raw articles in, clean articles or rejects out.

Pure: all rules and models come in `Tools`, nothing is read or written. Every
article is worked on alone. Only tagging and signing are handed several texts
at once, because that is faster; both promise the same results for any batch.
"""

import datetime as dt
import traceback
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

from builder.text.clean import Proposal, RemovedPiece, clean_text
from builder.text.cue_rules import CueRules
from builder.text.cues import CueHit, cue_proposals, find_cues
from builder.text.date_patterns import DateRules
from builder.text.dates import DeclaredDates, hint_dates, resolve_date
from builder.text.entities.spans import EntityTagger, TaggedSpan, checked_spans
from builder.text.flags import find_flags
from builder.text.language import LanguageDecision, LanguageIdentifier, assess_language
from builder.text.layout import LayoutModel, propose_layout
from builder.text.normalize import article_id, normalize
from builder.text.repetition import TemplateTable, propose_repetition
from builder.text.segments import segment
from builder.text.signature import SignatureParams, sign_texts
from builder.text.source import hint_sources, resolve_source
from schema.article import CleanArticle, RawArticle
from schema.hints import DateHint, SourceHint
from schema.reject import Outcome, Reject, RejectCode, Stage
from schema.spans import Entity, RemovedSpan
from schema.terms import DateBasis, EntityLabel, Flag

__all__ = ["Carried", "Tools", "Withheld", "process_batch"]

T = TypeVar("T")

#: Entities of a text; None if its language is not claimed.
Tagged = list[TaggedSpan] | None

#: Characters of the raw text that a reject shows.
EXCERPT_CHARS = 200


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


class _Draft(NamedTuple):
    """An article with all evidence of its own text, not yet tagged and signed."""

    raw: RawArticle
    id: str
    normalized: str
    text: str
    removed: list[RemovedPiece]
    language: LanguageDecision
    dates: list[DateHint]
    source: str | None
    sources: list[SourceHint]
    flags: frozenset[Flag]


class Carried(NamedTuple):
    """An article that an earlier release holds: it keeps the row that it has there."""

    id: str
    raw: RawArticle


def process_batch(batch: Sequence[RawArticle], tools: Tools) -> list[Outcome | Carried]:
    """Send raw articles through the record stages.

    Returns:
        One outcome per raw article, in the same order; those that an earlier release holds are
        only named. An article that a stage fails on becomes a reject `STAGE_FAILED` that keeps
        the traceback.

    Raises:
        MemoryError: memory ran out; which article is to blame is for the caller to find out.
    """
    drafts = [_guarded(raw, partial(_draft, raw, tools)) for raw in batch]
    whole = [draft for draft in drafts if isinstance(draft, _Draft)]
    spans = iter(_tag(whole, tools))
    signatures = iter(sign_texts([draft.text for draft in whole], tools.signature))
    return [
        _guarded(draft.raw, partial(_finish, draft, next(spans), next(signatures).tobytes()))
        if isinstance(draft, _Draft)
        else draft
        for draft in drafts
    ]


def _draft(raw: RawArticle, tools: Tools) -> _Draft | Carried | Reject:
    """Clean one article and collect its evidence."""
    normalized = normalize(raw.text)
    if not normalized.strip():
        return _reject(raw, RejectCode.EMPTY_TEXT, "no text besides white space")
    identity = article_id(normalized)
    is_carried = tools.carried is not None and identity in tools.carried
    # Withheld domains were looked at when the ids were gathered.
    if is_carried and not _withheld(raw, identity, None, tools.withheld):
        return Carried(identity, raw)

    def provisional() -> str:
        return assess_language(normalized, raw.language, tools.identifier).tag

    hits = find_cues(normalized, provisional, tools.cues) if tools.cues else []
    sources = hint_sources(normalized, raw, hits, tools.registrable)
    source = resolve_source(sources)
    withheld = _withheld(raw, identity, source, tools.withheld)
    if withheld:
        message = f"withheld by its {withheld}"
        return _reject(raw, RejectCode.WITHHELD, message, id=identity, source=source)
    text, removed = _clean(normalized, hits, source, tools)
    if not text:
        message = "cleaning found no article text"
        return _reject(raw, RejectCode.NOTHING_LEFT, message, id=identity, source=source)
    language = assess_language(text, raw.language, tools.identifier)
    flags = frozenset(language.flags) | find_flags(normalized, text, hits)
    refused = sorted(flags & tools.reject_flags)
    if refused:
        return _reject(
            raw,
            RejectCode.NOT_ARTICLE,
            f"flagged {', '.join(refused)}",
            id=identity,
            language=language.tag,
            source=source,
        )
    dates = hint_dates(normalized, language.tag, tools.dates, _declared(raw, tools))
    return _Draft(raw, identity, normalized, text, removed, language, dates, source, sources, flags)


def _declared(raw: RawArticle, tools: Tools) -> DeclaredDates:
    return DeclaredDates(
        published=raw.date,
        updated=raw.modified,
        fetched=raw.fetched,
        url=raw.url,
        basis=DateBasis(raw.basis),
        not_after=tools.not_after,
        language=raw.language,
    )


def _clean(
    normalized: str, hits: Sequence[CueHit], source: str | None, tools: Tools
) -> tuple[str, list[RemovedPiece]]:
    typed = cue_proposals(hits)
    weak: list[Proposal] = []
    segments = segment(normalized) if tools.layout or tools.templates else []
    if tools.layout:
        weak += propose_layout(normalized, segments, tools.layout, typed)
    if tools.templates:
        weak += propose_repetition(normalized, segments, tools.templates, source)
    return clean_text(normalized, typed, weak)


def _tag(drafts: Sequence[_Draft], tools: Tools) -> list[Tagged | Reject]:
    """Tag the texts of a batch, grouped by tagger; None where no tagger claims the language."""
    found: list[Tagged | Reject] = [None] * len(drafts)
    groups: dict[int, list[int]] = {}
    for index, draft in enumerate(drafts):
        tagger = tools.tagger(draft.language.tag)
        if tagger.supports(draft.language.tag):
            groups.setdefault(id(tagger), []).append(index)
    for members in groups.values():
        group = [drafts[index] for index in members]
        tagger = tools.tagger(group[0].language.tag)
        for index, spans in zip(members, _tag_group(group, tagger), strict=True):
            found[index] = spans
    return found


def _tag_group(group: Sequence[_Draft], tagger: EntityTagger) -> list[Tagged | Reject]:
    """Tag texts together; if that fails, each alone, so that one cannot take the others along."""
    try:
        return [*_annotate(group, tagger)]
    except MemoryError:
        raise  # what it would do to the others is unknown; see `builder.executors.quarantine`
    except (Exception, SystemExit):  # noqa: BLE001 - looked into article by article
        return [_guarded(draft.raw, partial(_annotate_one, draft, tagger)) for draft in group]


def _annotate_one(draft: _Draft, tagger: EntityTagger) -> Tagged:
    return _annotate([draft], tagger)[0]


def _annotate(group: Sequence[_Draft], tagger: EntityTagger) -> list[Tagged]:
    texts = [draft.text for draft in group]
    results = tagger.annotate(texts, [draft.language.tag for draft in group])
    return [checked_spans(text, spans) for text, spans in zip(texts, results, strict=True)]


def _finish(draft: _Draft, tagged: Tagged | Reject, signature: bytes) -> CleanArticle | Reject:
    if isinstance(tagged, Reject):
        return tagged
    flags = draft.flags if tagged is not None else draft.flags | {Flag.ENTITIES_UNSUPPORTED}
    date = resolve_date(draft.dates)
    return CleanArticle(
        id=draft.id,
        language=draft.language.tag,
        language_score=draft.language.score,
        date=date.value if date else None,
        date_precision=date.precision if date else None,
        date_basis=date.basis if date else None,
        date_hints=tuple(draft.dates),
        title=_title(draft.raw),
        source=draft.source,
        source_hints=tuple(draft.sources),
        flags=tuple(sorted(flags)),
        text=draft.text,
        entities=tuple(
            Entity(
                mention=draft.text[span.start : span.end],
                label=EntityLabel(span.label),
                start=span.start,
                end=span.end,
                score=span.score,
                iso=span.iso,
            )
            for span in tagged or ()
        ),
        origin=draft.raw.origin,
        removed=tuple(
            RemovedSpan(
                start=piece.start,
                end=piece.end,
                rules=piece.rules,
                text=draft.normalized[piece.start : piece.end],
            )
            for piece in draft.removed
        ),
        raw_chars=len(draft.normalized),
        signature=signature,
    )


def _title(raw: RawArticle) -> str | None:
    """Return the declared headline on one line, or None if it is blank."""
    return " ".join(normalize(raw.title).split()) or None if raw.title else None


def _withheld(raw: RawArticle, identity: str, source: str | None, withheld: Withheld) -> str:
    """Say by what an article is withheld, or nothing; an address, which no column holds, first."""
    if raw.url in withheld.urls:
        return f"url {raw.url}"
    if identity in withheld.ids or raw.origin.id in withheld.ids:
        return "id"
    return "domain" if source in withheld.domains else ""


def _guarded(raw: RawArticle, stage: Callable[[], T]) -> T | Reject:
    """Run a stage on one article; what it cannot do is a reject that says so."""
    try:
        return stage()
    except MemoryError:
        raise
    except (Exception, SystemExit):  # noqa: BLE001 - the one place where a failed article becomes a reject
        return _reject(raw, RejectCode.STAGE_FAILED, traceback.format_exc(limit=-5, chain=False))


def _reject(raw: RawArticle, code: RejectCode, message: str, **known: str | None) -> Reject:
    """Make a reject; `known` are its `id`, `language` and `source` as far as they are known."""
    return Reject(
        code=code,
        stage=Stage.RECORD,
        path=raw.origin.path,
        record=raw.origin.record,
        origin_id=raw.origin.id,
        message=message,
        excerpt=raw.text[:EXCERPT_CHARS],
        **known,
    )
