"""Index cues by how their phrases begin, so that all words of a text are looked up at once.

Most phrases have one or two words that every match begins with. The few that do not
(`{date} 公開`) are found by a word inside them. It knows keys of words, and no text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.cue_words import Codes, letter_tables, read_codes
from builder.text.phrases import NUMBER, Parsed

__all__ = ["ANYWHERE", "CAPITAL", "OPENING", "CueIndex", "Indexed", "index_cues"]

ANYWHERE, CAPITAL, OPENING = range(3)
"""Where a cue may begin: at any word; at a capital or where a line opens; only where one opens."""

_PAIR, _FIRST, _ALONE, _ALONE_OPENING, _INNER, _LITERAL, _LITERAL_INNER = range(7)
"""What an entry is: the first two words of a phrase; the first one; the first one where a second
is not certain, looked for everywhere or only at openings; a word inside a phrase that begins with
no certain one; the first two characters of either in scripts without spaces."""

_KEY_BITS = 16
"""Bits of a key that say where in the index it stands: of thirty thousand keys, few share them."""

Keys = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int32]

Entry = tuple[int, str, str, int]
"""Its kind, one or two words or characters, and the number of the cue."""

_key_entries = native.kernel(
    "key_cue_entries",
    *(native.U32, native.U32, native.U16, native.I32, native.I64, native.I64, native.SIZE),
    native.U32,
)


class Indexed(NamedTuple):
    """What the index has to know of a cue.

    `alone` says that a word that begins a phrase alone is looked up everywhere, not only at
    openings. `kind` is the number of what a match is, if nothing but its place decides on it, and
    else -1.
    """

    number: int
    parsed: Parsed
    gate: int
    alone: bool
    kind: int


@dataclass(frozen=True, slots=True, eq=False)
class CueIndex:
    """Where to look for which cue.

    `keys` are sorted, and `numbers` are the cues they belong to; the keys whose first bits are `b`
    stand at `buckets[b]` to `buckets[b + 1]`. `cues` has a row for each cue: its gate, how far
    before a word inside it a match may begin, whether its words are parted by spaces, whether it
    begins with a number, whether a digit stands before that word, whether it is plain, its kind if
    it is, or -1, and which openings belong to it. Opening `i` is written in the characters
    `letters[openings[i]:openings[i + 1]]`.
    """

    buckets: Numbers
    keys: Keys
    numbers: Numbers
    cues: Numbers
    openings: Numbers
    letters: Codes


def index_cues(cues: Sequence[Indexed], size: int) -> CueIndex:
    """Index cues; their numbers are below `size`."""
    entries = sorted({entry for cue in cues for entry in _entries(cue)})
    keys = _keys(entries)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    firsts = np.arange((1 << _KEY_BITS) + 1, dtype=np.uint64) << np.uint64(32 - _KEY_BITS)
    rows = np.zeros((size, 9), dtype=np.int32)
    openings: list[str] = []
    for cue in cues:
        phrase, first = cue.parsed.phrase, len(openings)
        openings += phrase.openings
        place = cue.gate, phrase.back, not phrase.unspaced, phrase.numeric, phrase.dated
        kind = cue.kind if phrase.plain else -1
        rows[cue.number] = *place, phrase.plain, kind, first, len(openings)
    return CueIndex(
        buckets=np.searchsorted(keys, firsts).astype(np.int32),
        keys=keys,
        numbers=np.array([number for *_, number in entries], dtype=np.int32)[order],
        cues=rows,
        openings=np.cumsum([0, *map(len, openings)], dtype=np.int32),
        letters=read_codes("".join(openings)),
    )


def _entries(cue: Indexed) -> Iterator[Entry]:
    """Yield what a cue is looked up by."""
    parsed, number = cue.parsed, cue.number
    if parsed.phrase.unspaced:
        for first, _ in parsed.heads:
            yield _LITERAL, first[:1], first[1:2], number
        for anchor in parsed.anchor:
            yield _LITERAL_INNER, anchor[:1], anchor[1:2], number
        return
    for first, second in filter(_is_sure, parsed.heads):
        yield _FIRST, first, "", number
        kind = _PAIR if second else _ALONE if cue.alone else _ALONE_OPENING
        yield kind, first, second, number
    for anchor in parsed.anchor:
        yield _INNER, anchor, "", number


def _is_sure(head: tuple[str, str]) -> bool:
    """Tell whether texts show the head as it is: there, all numbers are one word."""
    return not any(word[:1].isdigit() and word != NUMBER for word in head)


def _keys(entries: Sequence[Entry]) -> Keys:
    words = [word for _, first, second, _ in entries for word in (first, second)]
    sizes = np.fromiter((len(word) for word in words), dtype=np.int64, count=len(words))
    begins = np.cumsum(sizes + 1) - sizes - 1
    firsts = np.ascontiguousarray(begins[::2])
    seconds = np.where(sizes[1::2] > 0, begins[1::2], -1)
    kinds = np.array([kind for kind, *_ in entries], dtype=np.int32)
    keys = np.empty(len(entries), dtype=np.uint32)
    codes = read_codes("\n".join(words))
    _key_entries(codes, *letter_tables(), kinds, firsts, seconds, len(entries), keys)
    return keys
