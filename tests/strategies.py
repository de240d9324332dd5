"""Hypothesis generators of rows as they are published, and of rows gone wrong.

Multilingual on purpose: right-to-left scripts, emoji with joiners, combining marks,
CJK and characters beyond the basic plane, because offsets are where data sets break.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from schema.hints import PRINTED_DATES
from schema.terms import (
    DateBasis,
    DateKind,
    DatePrecision,
    EntityLabel,
    Flag,
    SourceBasis,
    SourceKind,
)

Row = dict[str, Any]

WORDS = (
    *("Astana", "l’État", "naïve", "Schöneberg", "İstanbul", "news", "2025", "A"),
    *("مدينة", "القدس", "תל־אביב", "شهرِ", "کتاب‌ها", "\u200fעיר"),
    *("北京市", "東京都", "𠮷野家", "서울", "กรุงเทพฯ", "नई", "दिल्ली", "က"),
    *("👩‍👩‍👧‍👦", "🇹🇳", "❤️", "e\u0301te\u0301", "Z̸̢͖a̷l̶g̵o̴", "ﬁn", "𝔘𝔫𝔦", "ẞ"),
)
SPACES = (" ", "\n", "\u00a0", "\u3000", "\u2009")
LANGUAGES = ("fr", "ar", "he", "zh-Hans", "zh-Hant", "sr-Latn", "und", "kaz")

words = st.sampled_from(WORDS)
hex_ids = st.text("0123456789abcdef", min_size=32, max_size=32)
scores = st.integers(0, 1000).map(lambda number: number / 1000)
dates = st.dates(dt.date(1800, 1, 1), dt.date(2100, 12, 31))


@st.composite
def texts(draw: st.DrawFn, max_words: int = 12) -> str:
    """A cleaned text: words with exactly one white-space character between them."""
    parts = [draw(words)]
    for word in draw(st.lists(words, max_size=max_words - 1)):
        parts += [draw(st.sampled_from(SPACES)), word]
    return "".join(parts)


@st.composite
def entities(draw: st.DrawFn, text: str) -> list[Row]:
    """Sorted, disjoint entities of a text."""
    bounds = st.integers(0, len(text))
    cuts = sorted(draw(st.sets(bounds, max_size=8)))
    spans = [pair for pair in zip(cuts[::2], cuts[1::2], strict=False) if pair[0] < pair[1]]
    return [draw(entity(text, start, end)) for start, end in spans]


@st.composite
def entity(draw: st.DrawFn, text: str, start: int, end: int) -> Row:
    """One entity at a given place."""
    label = draw(st.sampled_from(EntityLabel))
    codes = st.sampled_from([None, "KZ", "FR-75C"])
    return {
        "mention": text[start:end],
        "label": label.value,
        "start": start,
        "end": end,
        "score": draw(scores),
        "iso": draw(codes) if label is EntityLabel.LOC else None,
    }


@st.composite
def spans(draw: st.DrawFn, *, printed: bool) -> Row:
    """Offsets of a hint; null where nothing is printed."""
    if not printed:
        return {"start": None, "end": None}
    start = draw(st.integers(0, 5000))
    return {"start": start, "end": start + draw(st.integers(1, 40))}


@st.composite
def date_hints(draw: st.DrawFn) -> Row:
    """One piece of date evidence."""
    kind = draw(st.sampled_from(DateKind))
    precision = draw(st.sampled_from(DatePrecision))
    if kind is DateKind.MENTION:
        precision = DatePrecision.DAY
    value = draw(dates)
    if precision is not DatePrecision.DAY:
        value = value.replace(day=1, month=value.month if precision is DatePrecision.MONTH else 1)
    basis = draw(st.sampled_from(DateBasis))
    return {
        "value": value,
        "precision": precision.value,
        "kind": kind.value,
        "basis": basis.value,
        **draw(spans(printed=basis in PRINTED_DATES)),
    }


@st.composite
def source_hints(draw: st.DrawFn) -> Row:
    """One piece of evidence of where an article comes from."""
    basis = draw(st.sampled_from(SourceBasis))
    return {
        "kind": draw(st.sampled_from(SourceKind)).value,
        "value": draw(words),
        "basis": basis.value,
        **draw(spans(printed=basis is SourceBasis.TEXT)),
    }


@st.composite
def article_rows(draw: st.DrawFn) -> Row:
    """One published row that keeps every rule."""
    text = draw(texts())
    dated = draw(st.lists(date_hints(), max_size=4))
    named = draw(st.lists(source_hints(), max_size=4))
    article_id, cluster_size = draw(hex_ids), draw(st.integers(1, 9))
    return {
        "id": article_id,
        "language": draw(st.sampled_from(LANGUAGES)),
        "language_score": draw(scores),
        **draw(_resolved_date(dated)),
        "date_hints": dated,
        "title": draw(st.none() | words),
        "source": draw(st.none() | st.sampled_from(_declared_sources(named) or [None])),
        "source_hints": named,
        "flags": sorted(draw(st.sets(st.sampled_from([str(flag) for flag in Flag]), max_size=4))),
        "text": text,
        "entities": draw(entities(text)),
        "cluster_id": draw(hex_ids) if cluster_size > 1 else article_id,
        "cluster_size": cluster_size,
        "origin": {
            "path": draw(st.sampled_from(["a.txt", "2025/ж.jsonl.gz", "…/x y.parquet"])),
            "record": draw(st.integers(0, 2**62)),
            "id": draw(st.none() | words),
            "sha256": draw(st.none() | st.text("0123456789abcdef", min_size=64, max_size=64)),
        },
    }


def _declared_sources(hints: list[Row]) -> list[str]:
    kinds = {SourceKind.DOMAIN.value, SourceKind.PUBLISHER.value}
    return [h["value"] for h in hints if h["kind"] in kinds and h["basis"] != "text"]


def _resolved_date(hints: list[Row]) -> st.SearchStrategy[Row]:
    empty = {"date": None, "date_precision": None, "date_basis": None}
    declared = [
        {"date": h["value"], "date_precision": h["precision"], "date_basis": h["basis"]}
        for h in hints
        if h["kind"] in ("published", "updated") and h["basis"] != "text"
    ]
    return st.sampled_from([empty, *declared])


@st.composite
def removed_spans(draw: st.DrawFn) -> Row:
    """One removed piece."""
    text = draw(texts(4))
    start = draw(st.integers(0, 5000))
    rules = draw(st.sets(st.sampled_from(["space", "layout", "cue.newsletter"]), min_size=1))
    return {"start": start, "end": start + len(text), "rules": sorted(rules), "text": text}


@st.composite
def audit_rows(draw: st.DrawFn) -> Row:
    """One receipt that keeps every rule of its row; its spans fit no text."""
    return {"id": draw(hex_ids), "removed": draw(st.lists(removed_spans(), max_size=4))}


#: Values that no field of their type should meet without a check.
_HOSTILE: dict[type, tuple[Any, ...]] = {
    str: (None, "", " ", "a  b", "tail\n", "\x00", "\x85", "1", "und", "text", "day", "ab\ncd"),
    int: (None, -1, 0, 1, 2, 2**31 - 1),
    float: (None, -0.001, 1.001, 0.5005, float("nan"), float("inf"), 0.9999),
    dt.date: (None, dt.date(2025, 2, 2), dt.date(2025, 2, 1), dt.date(1, 1, 1)),
}


@st.composite
def mutated(draw: st.DrawFn, rows: st.SearchStrategy[Row]) -> Row:
    """A row in which one value somewhere was replaced, dropped, doubled or moved."""
    row = draw(rows)
    places = _places(row)
    container, key = draw(st.sampled_from(places))
    value = container[key]
    if isinstance(value, list):
        container[key] = draw(st.sampled_from([None, [], value * 2, value[::-1], [*value, None]]))
    elif isinstance(value, dict):
        container[key] = None
    elif value is None:
        container[key] = draw(_replacement_for_null(key))
    else:
        container[key] = draw(st.sampled_from(_HOSTILE[type(value)]) | _nearby(value))
    return row


def _places(value: Any) -> list[tuple[Any, Any]]:
    keys = range(len(value)) if isinstance(value, list) else list(value)
    found = []
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], list | dict):
            found += _places(value[key])
    return found


def _nearby(value: Any) -> st.SearchStrategy[Any]:
    """A value of the same type that looks right and is not the same."""
    nearby: dict[type, Callable[[Any], list[Any]]] = {
        str: lambda text: [text + "x", text[1:], text.upper(), text + "\n", " " + text],
        int: lambda number: [max(number - 1, -1), number + 1 if number < 2**31 - 1 else 0],
        float: lambda number: [number / 3, 1 - number],
        dt.date: lambda day: [day.replace(day=2), day.replace(month=2, day=1)],
    }
    return st.sampled_from(nearby[type(value)](value))


def _replacement_for_null(key: object) -> st.SearchStrategy[Any]:
    """Nullable fields have types that the row cannot tell; the name does."""
    if key in ("start", "end"):
        return st.integers(-1, 9)
    if key == "date":
        return dates
    return words | st.sampled_from(["", "day", "header", "KZ", "0" * 64])
