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

__all__ = ["PROMPTS", "CueHit", "Matched", "match_texts", "settle_texts"]

Places = npt.NDArray[np.int64]

_CUE, _NAME_START = 0, 5
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
    *(native.U64, native.I32, native.U32, native.I32, native.I32, native.I32),
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


class Matched(NamedTuple):
    """What the first pass finds in texts.

    `matches` has a row for each, and `owners` the numbers of their texts. `bound` has the number of
    the language that each is bound to, or -1, and `asked` the texts whose language matters so.
    """

    text: str
    given: tuple[object, ...]
    begins: Places
    matches: Places
    owners: Places
    bound: Places
    asked: list[int]


def match_texts(texts: Sequence[str], rules: CueRules) -> Matched:
    """Find where phrases stand in texts, of which there is at least one."""
    index = rules.index
    text, begins = join_texts(texts)
    codes = read_codes(text)
    given = codes, begins, len(texts), len(BETWEEN), *letter_tables(), index.sets
    looked_up = index.filter, index.buckets, index.keys, index.numbers, index.cues, index.programs
    matches, ends = _run(_match_cues, (*given, *looked_up), begins, _MATCH_COLUMNS)
    owners = np.repeat(np.arange(len(texts)), np.diff(ends, prepend=0))
    bound = index.cues[matches[:, _CUE], _LANGUAGE]
    asked = np.unique(owners[bound >= 0]).tolist()
    return Matched(text, given, begins, matches, owners, bound, asked)


def settle_texts(
    matched: Matched, languages: Sequence[str], rules: CueRules
) -> Iterator[list[CueHit]]:
    """Decide what goes with the matches: yield the hits of each text, sorted by place.

    Args:
        matched: what `match_texts` found.
        languages: the languages of those texts that it asks for.
        rules: the cues of all languages.
    """
    texts = matched.begins.size - 1
    kept = matched.bound < 0
    for number, tag in zip(matched.asked, languages, strict=True):
        primary = tag.partition("-")[0]
        if primary in rules.languages:
            language = rules.languages.index(primary)
            kept |= (matched.bound == language) & (matched.owners == number)
    names = _read_names(matched, kept, rules)
    matches = matched.matches[kept]
    ends = np.searchsorted(matched.owners[kept], np.arange(texts), side="right")
    weighed = rules.index.cues, rules.index.programs, rules.index.kinds, matches, ends, names
    hits, ends = _run(
        _settle_cues, (*matched.given, *weighed, _NUMBERS), matched.begins, _HIT_COLUMNS
    )
    return _hits(hits, ends, matched.begins)


def _run(
    kernel: Callable[..., int], given: Sequence[object], begins: Places, columns: int
) -> tuple[Places, Places]:
    """Return the rows that a kernel finds, and where those of each text end."""
    ends = np.empty(begins.size - 1, dtype=np.int64)
    count, room = int(begins[-1]) // 32 + 64, -1
    while count > room:
        room = count
        rows = np.empty((room, columns), dtype=np.int64)
        count = kernel(*given, rows, room, ends)
        if count < 0:
            raise MemoryError
    return rows[:count], ends


def _read_names(matched: Matched, kept: npt.NDArray[np.bool_], rules: CueRules) -> Places:
    """Read the names of matches, and note at each which are its own; it is not kept without any."""
    text, matches = matched.text, matched.matches
    rows = np.flatnonzero(kept & (matches[:, _NAME_START] >= 0))
    kinds = rules.index.cues[matches[rows, _CUE], _NAMED].tolist()
    stretches = matches[rows, _NAME_START:]
    names: list[NameSpan] = []
    known: dict[tuple[int, int, bool], list[NameSpan]] = {}
    own = []
    for kind, (first, last) in zip(kinds, stretches.tolist(), strict=True):
        stretch = first, last, kind >= BYLINE
        # The phrases of several languages lead to the same one.
        found = known.get(stretch)
        if found is None:
            found = known[stretch] = _names(text, *stretch, rules.roles)
        if kind == SURE_BYLINE and found and not _is_sure(text, found[0]):
            found = []
        own.append((len(names), len(names) + len(found)))
        names += found
    stretches[:] = np.array(own, dtype=np.int64).reshape(-1, 2)
    kept[rows] = stretches[:, 0] < stretches[:, 1]
    matches[rows, _NAME_START:] = stretches
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
