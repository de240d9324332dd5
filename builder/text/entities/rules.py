"""Correct the spans of one article by what it says elsewhere: treaties, surnames, acronyms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from builder.text.entities.spans import TaggedSpan, without_overlaps

MIN_CHARS = 400
"""Shorter articles say too little for names to be carried from one sentence to another."""
MIN_SURNAME = 4
TREATY_SCORE = 0.9
DOUBTFUL = 0.6
"""Below this score a label gives way to what the article says elsewhere."""
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
        end = max(span.end, more.end() if more else 0)
        joined.append(span._replace(end=end))
    return joined


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
    """Tag more occurrences of names that the article introduces: surnames, acronyms, long names."""
    if len(text) < MIN_CHARS:
        return list(spans)
    votes: dict[str, Counter[str]] = {}
    for span in spans:
        mention = text[span.start : span.end]
        for name, label in _names_from(text, span, mention):
            votes.setdefault(name, Counter())[label] += 1
    taken = bytearray(len(text))
    for span in spans:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    added: list[TaggedSpan] = []
    for name in sorted(votes, key=lambda n: (-len(n), n)):
        labels = votes[name].most_common(2)
        if len(labels) > 1:
            continue
        for at in occurrences(text, name):
            if not any(taken[at : at + len(name)]) and not _joined(text, at, at + len(name)):
                taken[at : at + len(name)] = b"\1" * len(name)
                added.append(TaggedSpan(at, at + len(name), labels[0][0], 0.8))
    return sorted([*spans, *added])


def _names_from(text: str, span: TaggedSpan, mention: str) -> Iterator[tuple[str, str]]:
    words = mention.split()
    if len(words) > 1 and span.label != "MISC":
        yield mention, span.label
    if span.label == "PER" and len(words) > 1:
        last = words[-1]
        if len(last) >= MIN_SURNAME and last[0].isupper() and last.isalpha() and not last.isupper():
            yield last, "PER"
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
            if add and not _joined(text, place.start, place.end):
                result.append(place)
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
