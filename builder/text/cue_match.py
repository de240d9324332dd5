"""Match cues in texts, and decide what goes with them: two passes in C, with names read between.

The first pass finds where phrases stand, and the line or sentence that each speaks for. A phrase
that is bound to a language, or followed by a name, then waits for what is no matter of letters:
the language of the text, and whether that is a name. The second pass weighs all matches of a
text together. What it finds comes as columns, so a text full of cues costs little.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.cue_index import CueRow
from builder.text.cue_rules import BYLINE, CUE_NAMES, HINT_NAMES, SURE_BYLINE, CueRules
from builder.text.cue_words import letter_tables, read_codes
from builder.text.joined import BETWEEN, join_texts
from builder.text.names import NameSpan, leading_name, listed_names

__all__ = ["PROMPTS", "CueHit", "Languages", "match_group"]

Languages = Callable[[Sequence[int]], Sequence[str]]
"""Tells the languages of some of the texts, by their numbers."""

Places = npt.NDArray[np.int64]

_CUE, _NAME_START, _NAME_END = 0, 5, 6
_MATCH_COLUMNS, _HIT_COLUMNS = 7, 7
"""Columns of what C finds, see `native/cue.h` and `native/cue_hits.h`."""

_LANGUAGE, _NAMED = (CueRow._fields.index(name) for name in ("language", "named"))

PROMPTS = frozenset(
    {"app", "comment", "cookie", "correction", "form", "login", "navigation", "newsletter"}
    | {"paywall", "share", "social", "support"}
)
"""Classes that ask the reader for something; only these draw unmarked neighbours with them."""

_NUMBERS = np.array(
    [
        *(CUE_NAMES.index(name) for name in ("time_list", "date_header", "sources")),
        HINT_NAMES.index("cited_source"),
        sum(1 << CUE_NAMES.index(name) for name in PROMPTS),
    ],
    dtype=np.int64,
)

_TEXTS = (native.U32, native.I64, native.SIZE, native.SIZE, native.U32, native.U16, native.U32)

_match_cues = native.kernel(
    "match_cues",
    *_TEXTS,
    *(native.I32, native.U32, native.I32, native.I32, native.I32),
    *(native.I64, native.SIZE, native.I64),
)

_settle_cues = native.kernel(
    "settle_cues",
    *_TEXTS,
    *(native.I32, native.I32, native.I32, native.I64, native.I64, native.I64, native.I64),
    *(native.I64, native.SIZE, native.I64),
)


class CueHit(NamedTuple):
    """A cue found in a text: the span that it stands for, half-open, in code points.

    `removes` is false for evidence that stays in the text. `hint` is the kind of source that
    the phrase names, if it names one, and `value` the span of that name.
    """

    start: int
    end: int
    cue: str
    removes: bool = True
    hint: str | None = None
    value: tuple[int, int] | None = None


def match_group(
    texts: Sequence[str], languages: Languages, rules: CueRules
) -> Iterator[list[CueHit]]:
    """Find the cues of neighbouring texts: of each those that it has alone, sorted by place.

    Args:
        texts: normalized texts.
        languages: asked for the texts in which a phrase stands that is bound to a language.
        rules: the cues of all languages.
    """
    index = rules.index
    text, begins = join_texts(texts)
    codes = read_codes(text)
    group = codes, begins, len(texts), len(BETWEEN), *letter_tables(), index.sets
    looked_up = index.buckets, index.keys, index.numbers, index.cues, index.programs
    matches, ends = _run(_match_cues, (*group, *looked_up), len(texts), _MATCH_COLUMNS, codes.size)
    owners = np.repeat(np.arange(len(texts)), np.diff(ends, prepend=0))
    kept = _in_language(matches, owners, languages, rules)
    names = _read_names(text, matches, kept, rules)
    if not kept.all():
        matches = matches[kept]
        ends = np.searchsorted(owners[kept], np.arange(len(texts)), side="right")
    weighed = index.cues, index.programs, index.kinds, matches, ends, names, _NUMBERS
    hits, ends = _run(_settle_cues, (*group, *weighed), len(texts), _HIT_COLUMNS, codes.size)
    return _hits(hits, ends, begins)


def _run(
    kernel: Callable[..., int], given: Sequence[object], texts: int, columns: int, chars: int
) -> tuple[Places, Places]:
    """Return the rows that a kernel finds, and where those of each text end."""
    ends = np.empty(texts, dtype=np.int64)
    count, room = chars // 32 + 64, -1
    while count > room:
        room = count
        rows = np.empty((room, columns), dtype=np.int64)
        count = kernel(*given, rows, room, ends)
        if count < 0:
            raise MemoryError
    return rows[:count], ends


def _in_language(
    matches: Places, owners: Places, languages: Languages, rules: CueRules
) -> npt.NDArray[np.bool_]:
    """Say which matches are bound to no other language than that of their text."""
    bound = rules.index.cues[:, _LANGUAGE][matches[:, _CUE]]
    asked = sorted(set(owners[bound >= 0].tolist()))
    spoken = np.full(int(owners[-1]) + 1 if owners.size else 0, -1)
    for number, tag in zip(asked, languages(asked) if asked else (), strict=True):
        primary = tag.partition("-")[0]
        if primary in rules.languages:
            spoken[number] = rules.languages.index(primary)
    found: npt.NDArray[np.bool_] = (bound < 0) | (bound == spoken[owners])
    return found


def _read_names(text: str, matches: Places, kept: npt.NDArray[np.bool_], rules: CueRules) -> Places:
    """Read the names of matches, and say of each which are its own; it is lost if it has none."""
    names: list[NameSpan] = []
    known: dict[tuple[int, int, bool], list[NameSpan]] = {}
    for row in np.flatnonzero(kept & (matches[:, _NAME_START] >= 0)).tolist():
        cue, *_, first, last = matches[row].tolist()
        named = rules.index.cues[cue, _NAMED]
        stretch = first, last, named >= BYLINE
        # The phrases of several languages lead to the same one.
        if stretch not in known:
            known[stretch] = _names(text, *stretch, rules.roles)
        found = known[stretch]
        if not found or (named == SURE_BYLINE and not _is_sure(text, found[0])):
            kept[row] = False
            continue
        matches[row, _NAME_START:] = len(names), len(names) + len(found)
        names += found
    return np.array(names, dtype=np.int64).reshape(-1, 2)


def _names(text: str, first: int, last: int, listed: bool, roles: frozenset[str]) -> list[NameSpan]:
    if listed:
        return listed_names(text, first, last, roles)
    name = leading_name(text, first, last)
    return [name] if name else []


def _is_sure(text: str, name: NameSpan) -> bool:
    """Say whether a name is enough for a byline: "By land" and "Of Greece" are none."""
    printed = text[name.start : name.end]
    return " " in printed or printed.isupper()


def _hits(rows: Places, ends: Places, begins: Places) -> Iterator[list[CueHit]]:
    """Yield the hits of each text."""
    bounds = [0, *ends.tolist()]
    for begin, (first, last) in zip(begins.tolist(), pairwise(bounds), strict=False):
        own = rows[first:last].tolist()
        yield [
            tuple.__new__(
                CueHit,
                (
                    start - begin,
                    end - begin,
                    CUE_NAMES[cue],
                    removes == 1,
                    HINT_NAMES[hint],
                    None if low < 0 else (low - begin, high - begin),
                ),
            )
            for start, end, cue, removes, hint, low, high in own
        ]
