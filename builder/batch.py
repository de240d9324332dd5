"""The record stages, in their order: raw articles in, clean articles or rejects out.

Pure: all rules and models come in `Tools`, nothing is read or written. Stages that are
handed several texts at once, because that is faster, promise the same results for any batch.
"""

import traceback
from collections.abc import Callable, Sequence
from functools import wraps

from builder.receipts import Cleaned, Receipt
from builder.text.clean import clean_texts
from builder.text.cues import cue_proposals, find_all_cues
from builder.text.date_numbers import find_numbers
from builder.text.dates import DatedText, DeclaredDates, hint_all_dates, resolve_date
from builder.text.entities.spans import checked_spans
from builder.text.flags import find_all_flags
from builder.text.language import assess_languages
from builder.text.layout import propose_layouts
from builder.text.normalize import article_id, normalize, normalize_all
from builder.text.outline import outline_all
from builder.text.repetition import propose_repetitions
from builder.text.segments import segment_all
from builder.text.signature import sign_texts
from builder.text.soundness import are_sound
from builder.text.source import SourcedText, declared_names, hint_all_sources, resolve_source
from builder.work import Carried, Result, Tools, Withheld, Work
from schema.article import TEXT_IS_SOUND, CleanArticle, RawArticle
from schema.reject import Reject, RejectCode, Stage
from schema.spans import Entity
from schema.terms import DateBasis, EntityLabel, Flag

__all__ = ["STAGES", "process_batch"]

#: Characters of the raw text that a reject shows.
EXCERPT_CHARS = 200

Works = Sequence[Work]
One = Callable[[Work, Tools], Result | None]
Many = Callable[[Works, Tools], None]


def process_batch(batch: Sequence[RawArticle], tools: Tools) -> list[Result]:
    """Send raw articles through the record stages.

    All articles of the batch pass one stage before the next begins: what a stage needs stays in
    the cache of the core, and some stages read many texts at once.

    Returns:
        One result per raw article, in the same order; those that an earlier release holds are
        only named. An article that a stage fails on becomes a reject `STAGE_FAILED` that keeps
        the traceback.

    Raises:
        MemoryError: memory ran out; which article is to blame is for the caller to find out.
    """
    works = [Work(raw) for raw in batch]
    for stage in STAGES:
        stage([work for work in works if work.outcome is None], tools)
    return [work.outcome for work in works if work.outcome is not None]


def _alone(stage: One) -> Many:
    """Make a stage of one article a stage of many; what it cannot do becomes a reject."""

    @wraps(stage)
    def run(works: Works, tools: Tools) -> None:
        for work in works:
            try:
                work.outcome = stage(work, tools)
            except MemoryError:
                raise
            except (Exception, SystemExit):  # noqa: BLE001 - a failed article becomes a reject
                message = traceback.format_exc(limit=-5, chain=False)
                work.outcome = _reject(work, RejectCode.STAGE_FAILED, message)

    return run


def _together(stage: Many) -> Many:
    """Do a stage of many articles one by one if it fails, so that one cannot take others along."""

    @_alone
    def alone(work: Work, tools: Tools) -> Result | None:
        stage([work], tools)
        return work.outcome

    @wraps(stage)
    def run(works: Works, tools: Tools) -> None:
        try:
            stage(works, tools)
        except MemoryError:
            raise  # what it would do to the others is unknown; see `builder.executors.quarantine`
        except (Exception, SystemExit):  # noqa: BLE001 - looked into article by article
            alone(works, tools)

    return run


@_together
def _normalize(works: Works, tools: Tools) -> None:
    del tools
    for work, normalized in zip(
        works, normalize_all([work.raw.text for work in works]), strict=True
    ):
        work.normalized = normalized


@_alone
def _read(work: Work, tools: Tools) -> Reject | Carried | None:
    """Name the article; stop if it is empty, or known from an earlier release."""
    if not work.normalized.strip():
        return _reject(work, RejectCode.EMPTY_TEXT, "no text besides white space")
    work.id = article_id(work.normalized)
    is_carried = tools.carried is not None and work.id in tools.carried
    # Withheld domains were looked at when the ids were gathered.
    if is_carried and not _withheld(work, tools.withheld):
        return Carried(work.id, work.raw)
    return None


@_together
def _outline(works: Works, tools: Tools) -> None:
    """Look over the texts once, for the stages that look for bylines and dates."""
    texts = [work.normalized for work in works]
    found = zip(outline_all(texts), find_numbers(texts, tools.dates.names), strict=True)
    for work, (outlined, numbers) in zip(works, found, strict=True):
        work.outline, work.numbers = outlined, numbers


@_together
def _find_cues(works: Works, tools: Tools) -> None:
    if tools.cues is None:
        return

    def provisional(numbers: Sequence[int]) -> list[str]:
        some = [works[number] for number in numbers]
        declared = [work.raw.language for work in some]
        decided = assess_languages([work.normalized for work in some], declared, tools.identifier)
        return [decision.tag for decision in decided]

    found = find_all_cues([work.normalized for work in works], provisional, tools.cues)
    for work, hits in zip(works, found, strict=True):
        work.hits, work.typed = hits, cue_proposals(hits)


@_together
def _name_source(works: Works, tools: Tools) -> None:
    found = hint_all_sources(list(map(_sourced, works)), tools.registrable)
    for work, hints in zip(works, found, strict=True):
        work.sources, work.source = hints, resolve_source(hints)
        withheld = _withheld(work, tools.withheld)
        if withheld:
            work.outcome = _reject(work, RejectCode.WITHHELD, f"withheld by its {withheld}")


def _sourced(work: Work) -> SourcedText:
    assert work.outline is not None
    return SourcedText(work.normalized, work.raw, work.hits, work.outline)


@_together
def _read_layout(works: Works, tools: Tools) -> None:
    """Cut the texts into segments, and tell article from page."""
    if not (tools.layout or tools.templates):
        return
    texts = [work.normalized for work in works]
    segmented = segment_all(texts)
    for work, segments in zip(works, segmented, strict=True):
        work.segments = segments
    if tools.layout:
        typed = [work.typed for work in works]
        found = propose_layouts(texts, segmented, tools.layout, typed)
        for work, proposals in zip(works, found, strict=True):
            work.weak = proposals


@_together
def _clean(works: Works, tools: Tools) -> None:
    """Weigh all evidence against the page around the article, and remove it."""
    texts, typed = [work.normalized for work in works], [work.typed for work in works]
    weak = [work.weak for work in works]
    if tools.templates:
        segmented = [work.segments for work in works if work.segments is not None]
        sources = [work.source for work in works]
        found = propose_repetitions(texts, segmented, tools.templates, sources)
        weak = [own + more for own, more in zip(weak, found, strict=True)]
    for work, cleaned in zip(works, clean_texts(texts, typed, weak), strict=True):
        work.text, work.removed = cleaned
        if not work.text:
            message = "cleaning found no article text"
            work.outcome = _reject(work, RejectCode.NOTHING_LEFT, message)


@_together
def _identify(works: Works, tools: Tools) -> None:
    texts, declared = [work.text for work in works], [work.raw.language for work in works]
    decided = assess_languages(texts, declared, tools.identifier)
    for work, decision in zip(works, decided, strict=True):
        work.language = decision


@_together
def _flag(works: Works, tools: Tools) -> None:
    """Tell what to know of the texts before they are used."""
    raw_texts, texts = [work.normalized for work in works], [work.text for work in works]
    found = find_all_flags(raw_texts, texts, [work.hits for work in works])
    for work, flags in zip(works, found, strict=True):
        assert work.language is not None
        tagged = tools.tagger(work.tag).supports(work.tag)
        unsupported = frozenset() if tagged else frozenset({Flag.ENTITIES_UNSUPPORTED})
        work.flags = unsupported.union(work.language.flags, flags)
        refused = sorted(work.flags & tools.reject_flags)
        if refused:
            message = f"flagged {', '.join(refused)}"
            work.outcome = _reject(work, RejectCode.NOT_ARTICLE, message)


@_together
def _date(works: Works, tools: Tools) -> None:
    found = hint_all_dates([_dated(work, tools) for work in works], tools.dates)
    for work, hints in zip(works, found, strict=True):
        work.dates = hints


def _dated(work: Work, tools: Tools) -> DatedText:
    raw = work.raw
    declared = DeclaredDates(
        published=raw.date,
        updated=raw.modified,
        fetched=raw.fetched,
        url=raw.url,
        basis=DateBasis(raw.basis),
        not_after=tools.not_after,
        language=raw.language,
    )
    assert work.outline is not None
    assert work.numbers is not None
    return DatedText(work.normalized, work.tag, declared, work.outline, work.numbers)


@_together
def _tag(works: Works, tools: Tools) -> None:
    """Tag the texts, grouped by tagger; where none claims the language, there are no spans."""
    groups: dict[int, list[Work]] = {}
    for work in works:
        tagger = tools.tagger(work.tag)
        if tagger.supports(work.tag):
            groups.setdefault(id(tagger), []).append(work)
    for group in groups.values():
        texts, tags = [work.text for work in group], [work.tag for work in group]
        found = tools.tagger(tags[0]).annotate(texts, tags)
        for work, spans in zip(group, found, strict=True):
            work.spans = checked_spans(work.text, spans)


@_together
def _sign(works: Works, tools: Tools) -> None:
    signatures = sign_texts([work.text for work in works], tools.signature)
    for work, signature in zip(works, signatures, strict=True):
        work.signature = signature.tobytes()


@_together
def _check(works: Works, tools: Tools) -> None:
    """Look for faults in the texts; which they are is for the schema to say."""
    del tools
    for work, is_sound in zip(works, are_sound([work.text for work in works]), strict=True):
        work.is_sound = is_sound


@_alone
def _finish(work: Work, tools: Tools) -> Cleaned:
    """Put together what is known, which checks it."""
    del tools
    text, date, language = work.text, resolve_date(work.dates), work.language
    assert language is not None
    assert work.removed is not None
    values = {
        "id": work.id,
        "language": language.tag,
        "language_score": language.score,
        "date": date.value if date else None,
        "date_precision": date.precision if date else None,
        "date_basis": date.basis if date else None,
        "date_hints": tuple(work.dates),
        "title": _title(work.raw),
        "source": work.source,
        "source_hints": tuple(work.sources),
        "flags": tuple(sorted(work.flags)),
        "text": text,
        "entities": tuple(
            Entity(
                mention=text[span.start : span.end],
                label=EntityLabel(span.label),
                start=span.start,
                end=span.end,
                score=span.score,
                iso=span.iso,
            )
            for span in work.spans or ()
        ),
        "origin": work.raw.origin,
        "removed": (),
        "raw_chars": len(work.normalized),
        "signature": work.signature,
    }
    receipt = Receipt.of(work.normalized, work.removed)
    context = TEXT_IS_SOUND if work.is_sound else None
    return Cleaned(CleanArticle.model_validate(values, context=context), receipt)


STAGES: Sequence[Many] = (
    *(_normalize, _read, _outline, _find_cues, _name_source, _read_layout, _clean, _identify),
    *(_flag, _date, _tag, _sign, _check, _finish),
)


def _title(raw: RawArticle) -> str | None:
    """Return the declared headline on one line, or None if it is blank."""
    return " ".join(normalize(raw.title).split()) or None if raw.title else None


def _withheld(work: Work, withheld: Withheld) -> str:
    """Say by what an article is withheld, or nothing; an address, which no column holds, first."""
    if work.raw.url in withheld.urls:
        return f"url {work.raw.url}"
    if work.id in withheld.ids or work.raw.origin.id in withheld.ids:
        return "id"
    named = next((name for name in declared_names(work.sources) if name in withheld.domains), "")
    return named and f"source {named}"


def _reject(work: Work, code: RejectCode, message: str) -> Reject:
    """Make a reject that says what was known by then."""
    raw = work.raw
    return Reject(
        code=code,
        stage=Stage.RECORD,
        id=work.id or None,
        language=work.language.tag if work.language else None,
        source=work.source,
        path=raw.origin.path,
        record=raw.origin.record,
        origin_id=raw.origin.id,
        message=message,
        excerpt=raw.text[:EXCERPT_CHARS],
    )
