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
from builder.text.cue_programs import Programs
from builder.text.cue_words import letter_tables, read_codes
from builder.text.phrases import NUMBER, Parsed

__all__ = ["ANYWHERE", "CAPITAL", "OPENING", "CueIndex", "CueRow", "Indexed", "index_cues"]

ANYWHERE, CAPITAL, OPENING = range(3)
"""Where a cue may begin: at any word; at a capital or where a line opens; only where one opens."""

_PAIR, _FIRST, _ALONE, _ALONE_OPENING, _INNER, _LITERAL, _LITERAL_INNER = range(7)
"""What an entry is: the first two words of a phrase; the first one; the first one where a second
is not certain, looked for everywhere or only at openings; a word inside a phrase that begins with
no certain one; the first two characters of either in scripts without spaces."""

_KEY_BITS = 16
"""Bits of a key that say where in the index it stands: of thirty thousand keys, few share them."""

_FILTER_BITS = 18
"""Bits of a key that tell most words of a text from those of the index, in a table that fits into
the innermost cache."""

Keys = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int32]

Entry = tuple[int, str, str, int]
"""Its kind, one or two words or characters, and the number of the cue."""

_key_entries = native.kernel(
    "key_cue_entries",
    *(native.U32, native.U32, native.U16, native.I32, native.I64, native.I64, native.SIZE),
    native.U32,
)


class CueRow(NamedTuple):
    """What is known of a cue when its phrase is matched, in numbers; C has the same columns.

    `gate`: where it may begin. `back`: how far before a word inside it a match may begin.
    `spaced`: its words are parted by spaces. `numeric`: it begins with a number. `dated`: a digit
    stands before that word. `open_ended`: it ends in a name or in anything. `program`: where its
    pattern begins among the programs. `place`, `cue`, `hint`: numbers of where it has to stand, of
    its class, of its hint. `removes`: whether it removes text. `max_chars`: see `Cue`. `kind`: the
    number of the kind of piece that it is. `named`: whether it has a name, and of whom. `language`:
    the number of the one that it is bound to, or -1.
    """

    gate: int
    back: int
    spaced: int
    numeric: int
    dated: int
    open_ended: int
    program: int
    place: int
    cue: int
    removes: int
    hint: int
    max_chars: int
    kind: int
    named: int
    language: int


class Indexed(NamedTuple):
    """A cue as the index has it.

    `alone` says that a word that begins a phrase alone is looked up everywhere, not only at
    openings.
    """

    row: CueRow
    parsed: Parsed
    alone: bool


@dataclass(frozen=True, slots=True, eq=False)
class CueIndex:
    """Where to look for which cue, and how to match it.

    `keys` are sorted, and `numbers` are the cues they belong to; the keys whose first bits are `b`
    stand at `buckets[b]` to `buckets[b + 1]`, and `filter` has a bit for each beginning that a key
    has. `cues` has a `CueRow` for each cue, and `kinds` a row for each kind of pieces. `programs`
    are the patterns of the cues, behind that of a date line, and `sets` the sets of characters that
    they ask for.
    """

    filter: npt.NDArray[np.uint64]
    buckets: Numbers
    keys: Keys
    numbers: Numbers
    cues: Numbers
    kinds: Numbers
    programs: Numbers
    sets: Keys


def index_cues(
    cues: Sequence[Indexed], kinds: Sequence[tuple[int, int, int]], programs: Programs
) -> CueIndex:
    """Index cues, whose patterns are among the programs."""
    entries = sorted({entry for number, cue in enumerate(cues) for entry in _entries(cue, number)})
    keys = _keys(entries)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    firsts = np.arange((1 << _KEY_BITS) + 1, dtype=np.uint64) << np.uint64(32 - _KEY_BITS)
    return CueIndex(
        filter=_filter(keys),
        buckets=np.searchsorted(keys, firsts).astype(np.int32),
        keys=keys,
        numbers=np.array([number for *_, number in entries], dtype=np.int32)[order],
        cues=np.array([cue.row for cue in cues], dtype=np.int32).reshape(-1, len(CueRow._fields)),
        kinds=np.array(kinds, dtype=np.int32).reshape(-1, 3),
        programs=programs.steps(),
        sets=programs.sets(),
    )


def _filter(keys: Keys) -> npt.NDArray[np.uint64]:
    """Set the bits of the beginnings of keys."""
    bits = np.zeros(1 << _FILTER_BITS, dtype=np.bool_)
    bits[keys >> np.uint32(32 - _FILTER_BITS)] = True
    return np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64)


def _entries(cue: Indexed, number: int) -> Iterator[Entry]:
    """Yield what a cue is looked up by."""
    parsed = cue.parsed
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
