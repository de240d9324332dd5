"""Correct the spans of one article by what it says elsewhere: treaties, surnames, acronyms."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter

from builder.text.entities.spans import TaggedSpan, without_overlaps

MIN_CHARS = 400
"""Shorter articles say too little for names to be carried from one sentence to another."""
MIN_SURNAME = 4
TREATY_SCORE = 0.9
DOUBTFUL = 0.6
"""Below this score a label gives way to what the article says elsewhere."""
AGREED_SHARE = 0.75
"""Share of the summed scores that a name's label needs to be carried."""
CERTAIN = 0.8
"""A name of one word is carried from spans with this score or more."""
CARRIED_SCORE = 0.8
_TREATY_WORD = re.compile(
    r"cc?ord|rait[ée]s? d|acte|cuerdo|ratado|reaty|Pact|greement|Abkommen|Vertr|соглаш"
)
_QUOTE = re.compile(r"[\"“«]")

_NAME = r"[^\W\d_a-zà-ÿа-яё][^\W\d_]{2,30}"
TREATY = re.compile(
    r"(?<!\w)(?:[Aa]ccords?|[Tt]raités?|[Pp]actes?|[Aa]cuerdos?|[Aa]cordos?|[Aa]ccordi|[Tt]ratados?)"
    rf" (?:(?:de|di|do|da|of) |d['’]|d['’] )[\"“«]?\s?(?P<name>{_NAME})"
    rf"|(?<!\w)(?P<front>{_NAME}) (?:Accords?|Agreements?|Treaty|Pact)(?!\w)"
    rf"|(?<!\w)(?:Accords?|Agreement|Treaty|Pact) of (?P<of>{_NAME})"
    rf"|(?<!\w)(?P<german>{_NAME})-(?:Abkommen|Vertr(?:ag|äge))(?!\w)"
    rf"|(?<!\w)(?P<front_ru>Авраамов\w{{1,3}}) соглашени\w{{1,2}}"
)
_SHORTENED = re.compile(r" (?:Corp|Inc|Ltd|Bros|Jr|Sr)$")
_NUMERAL = re.compile(r" [IVX]{1,5}$")
_GOES_ON = re.compile(r"\. [^\W\d_A-Z]")
_PARTICLES = "[bB]en|[bB]in|[iI]bn|[bB]int|[oO]uld|[aA]l|бен|бин|ибн"
PARTICLE = re.compile(rf"(?: (?:{_PARTICLES})[ -]{_NAME}(?:-{_NAME})?){{1,2}}(?!\w)")
"""Particles of Arabic and Hebrew names with the name behind them."""
ACRONYM = re.compile(r"\s?[(«\"]\s?([^\W\d_a-zà-ÿа-яё]{2,8})\s?[)»\"]")


def without_treaty_names(
    text: str, spans: Sequence[TaggedSpan], is_place: Callable[[str], bool]
) -> list[TaggedSpan]:
    """Turn `accords d'Abraham` into one MISC span: a treaty is no person and no organisation.

    A listed place keeps its span: in `accords de Minsk` the place is meant, too.
    """
    made: list[TaggedSpan] = []
    for match in _treaties(text):
        name = next(group for group in match.groups() if group)
        if is_place(name):
            continue
        # A quotation mark inside the phrase would be left without its partner: keep the name only.
        start, end = match.span(match.lastgroup or 0) if _QUOTE.search(match[0]) else match.span()
        touching = [s for s in spans if s.start < end and s.end > start]
        if any(
            s.start <= start and s.end >= end and s.end - s.start > end - start for s in touching
        ):
            continue
        if touching or name.startswith(("Abraham", "Авраам")):
            made.append(TaggedSpan(start, end, "MISC", TREATY_SCORE))
    kept = [s for s in spans if not any(s.start < m.end and s.end > m.start for m in made)]
    return without_overlaps(kept + made)


def with_whole_names(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Join a person's name to what its particle ties to it: `Mohammed` + `ben Salmane`."""
    joined: list[TaggedSpan] = []
    end = 0
    for span in spans:
        if span.start < end:
            continue
        more = PARTICLE.match(text, span.end) if span.label == "PER" else None
        joined.append(span._replace(end=more.end()) if more else span)
        end = joined[-1].end
    return joined


def with_final_dots(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Take the full stop of an abbreviation into the name: `Enron Corp.`, `Roger II. von`."""
    return [
        span._replace(end=span.end + 1)
        if text.startswith(".", span.end)
        and (
            _SHORTENED.search(text, span.start, span.end)
            or (_NUMERAL.search(text, span.start, span.end) and _GOES_ON.match(text, span.end))
        )
        else span
        for span in spans
    ]


def with_people_by_surname(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Read a doubtful name of two words or more as a person if its last word is one elsewhere."""
    people = {text[s.start : s.end].rsplit(maxsplit=1)[-1] for s in spans if s.label == "PER"}
    return [
        span._replace(label="PER")
        if span.score < DOUBTFUL
        and span.label != "PER"
        and len(words := text[span.start : span.end].split()) in {2, 3}
        and words[-1] in people
        and len(words[-1]) >= MIN_SURNAME
        else span
        for span in spans
    ]


def without_glued_names(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Part a person met elsewhere from the name before: `la Maison Blanche Jean Martin`."""
    met = {text[s.start : s.end] for s in spans if s.label == "PER"}
    people = sorted(name for name in met if " " in name)
    parted: list[TaggedSpan] = []
    for span in spans:
        mention = text[span.start : span.end]
        name = None
        if span.label != "PER" and " " in mention:
            name = next((n for n in people if mention.endswith(" " + n)), None)
        if name is None:
            parted.append(span)
            continue
        start = span.end - len(name)
        parted.append(span._replace(end=start - 1))
        parted.append(span._replace(start=start, label="PER"))
    return parted


def _treaties(text: str) -> Iterator[re.Match[str]]:
    """Yield matches of `TREATY`, looking only around the few words that can make one."""
    done = 0
    for word in _TREATY_WORD.finditer(text):
        begin = max(done, word.start() - 40)
        for match in TREATY.finditer(text, begin, word.end() + 60):
            if match.end() > done:
                done = match.end()
                yield match


def occurrences(text: str, name: str) -> Iterator[int]:
    """Yield where a name stands as a whole word."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not (at and text[at - 1].isalnum()) and not (end < len(text) and text[end].isalnum()):
            yield at
        at = text.find(name, end)


def carried_names(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Tag more occurrences of names that the article introduces: surnames, acronyms, long names.

    A doubtful span of a name takes the label that the article's other spans of it agree on. A
    person's span that is cut short takes the whole name.
    """
    if len(text) < MIN_CHARS:
        return list(spans)
    votes: dict[str, dict[str, float]] = {}
    for span in spans:
        for name, label in _names_from(text, span, text[span.start : span.end]):
            labels = votes.setdefault(name, {})
            labels[label] = labels.get(label, 0.0) + span.score
    agreed = {name: label for name, labels in votes.items() for label in _agreed(labels)}
    kept = [_relabelled(span, agreed.get(text[span.start : span.end])) for span in spans]
    taken = bytearray(len(text))
    for span in kept:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    added: list[TaggedSpan] = []
    for name in sorted(agreed, key=lambda n: (-len(n), n)):
        label = agreed[name]
        for at in occurrences(text, name):
            end = at + len(name)
            if _joined(text, at, end):
                continue
            if taken.find(1, at, end) >= 0:
                known = label == "PER" and votes[name][label] >= DOUBTFUL
                if not known or not _is_cut(kept, at, end):
                    continue
                kept = [s for s in kept if s.end <= at or s.start >= end]
            taken[at:end] = b"\1" * len(name)
            added.append(TaggedSpan(at, end, label, CARRIED_SCORE))
    return sorted([*kept, *added])


def _is_cut(spans: Sequence[TaggedSpan], start: int, end: int) -> bool:
    """Tell whether spans, sorted, cover only part of the person's name that stands there."""
    last = bisect_left(spans, end, key=attrgetter("start"))
    first = last
    while first and spans[first - 1].end > start:
        first -= 1
    touching = spans[first:last]
    inside = all(start <= s.start and s.end <= end and s.label == "PER" for s in touching)
    return inside and {(s.start, s.end) for s in touching} not in (set(), {(start, end)})


def _agreed(labels: Mapping[str, float]) -> list[str]:
    """Return the label that has most of the evidence; none if the labels are at odds."""
    best = max(sorted(labels), key=lambda name: labels[name])
    return [best] if labels[best] >= AGREED_SHARE * sum(labels.values()) else []


def _relabelled(span: TaggedSpan, label: str | None) -> TaggedSpan:
    if label is None or label == span.label or span.score >= DOUBTFUL:
        return span
    return span._replace(label=label)


def _names_from(text: str, span: TaggedSpan, mention: str) -> Iterator[tuple[str, str]]:
    words = mention.split()
    if len(words) > 1:
        if span.label != "MISC":
            yield mention, span.label
        last = words[-1]
        if (
            span.label == "PER"
            and len(last) >= MIN_SURNAME
            and last[0].isupper()
            and last.isalpha()
            and not last.isupper()
        ):
            yield last, "PER"
    elif span.score >= CERTAIN and len(mention) >= MIN_SURNAME and mention[0].isupper():
        yield mention, span.label
    if span.label == "ORG":
        acronym = ACRONYM.match(text, span.end)
        if acronym:
            yield acronym.group(1), "ORG"
        elif len(mention) >= 3 and mention.isalpha() and mention.isupper():
            yield mention, "ORG"


def _joined(text: str, start: int, end: int) -> bool:
    """Tell whether a hyphen ties the place to another word."""
    return (start > 0 and text[start - 1] in "-_@#/.") or (end < len(text) and text[end] in "-_@")


def with_places(
    text: str, spans: Sequence[TaggedSpan], listed: Sequence[TaggedSpan], *, add: bool
) -> list[TaggedSpan]:
    """Extend LOC spans to the full names of `listed` places; with `add`, tag missed ones, too."""
    result: list[TaggedSpan] = list(spans)
    for place in listed:
        touching = [s for s in result if s.start < place.end and s.end > place.start]
        if not touching:
            alone = place.iso is not None or not _among_names(text, place.start, place.end)
            if add and alone and not _joined(text, place.start, place.end):
                result.append(place)
        elif _overshot(touching, place):
            result = [s for s in result if s not in touching]
            result.append(place._replace(score=touching[0].score))
        elif all(
            (s.label == "LOC" or (s.start, s.end) == (place.start, place.end))
            and place.start <= s.start
            and s.end <= place.end
            for s in touching
        ):
            # The score stays that of the models: a list knows no context.
            score = max(s.score for s in touching)
            result = [s for s in result if s not in touching] + [place._replace(score=score)]
    return sorted(result)


def _overshot(spans: Sequence[TaggedSpan], place: TaggedSpan) -> bool:
    """Tell whether a doubtful span begins with the place and runs on: `ASIE CENTRALE À PARIS`."""
    first = spans[0]
    doubtful = len(spans) == 1 and first.label == "LOC" and first.score < DOUBTFUL
    return doubtful and first.start == place.start and first.end > place.end


_NAME_BEFORE = re.compile(rf"{_NAME} $")
_NAME_BEHIND = re.compile(rf" {_NAME}")


def _among_names(text: str, start: int, end: int) -> bool:
    """Tell whether another capitalised word touches the place: `Los Angeles Times`."""
    before = _NAME_BEFORE.search(text, max(start - 40, 0), start)
    return before is not None or _NAME_BEHIND.match(text, end) is not None
