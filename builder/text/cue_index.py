"""Index cues by how their phrases begin, so that all words of a text are looked up at once.

Most phrases have one or two words that every match begins with. The few that do not
(`{date} 公開`) are found by a word inside them. It knows keys of words, and no text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from builder.text.cue_words import Keys, Letters, Places, Truths, chain, read_letters
from builder.text.phrases import NUMBER, Parsed

__all__ = [
    "ANYWHERE",
    "CAPITAL",
    "OPENING",
    "CueIndex",
    "Indexed",
    "Numbers",
    "Table",
    "index_cues",
]

ANYWHERE, CAPITAL, OPENING = range(3)
"""Where a cue may begin: at any word; at a capital or where a line opens; only where one opens."""

FILTER_BITS = 18
"""Bits of a key that tell most unknown keys apart at once: of twelve thousand known ones, each
unknown one passes with a chance of one in twenty."""

Numbers = npt.NDArray[np.int64]
Heads = Sequence[tuple[str, str, "Indexed"]]


class Indexed(NamedTuple):
    """What the index has to know of a cue.

    `size` is the length of a phrase that is one plain word, else 0. `alone` says that a word that
    begins a phrase alone is looked up everywhere, not only at openings.
    """

    number: int
    parsed: Parsed
    size: int
    gate: int
    alone: bool


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Numbers by key: `numbers[bounds[i]:bounds[i + 1]]` belong to `keys[i]`; keys are sorted."""

    keys: Keys
    bounds: Places
    numbers: Numbers
    known: Truths

    @classmethod
    def of(cls, keys: Keys, numbers: Sequence[int]) -> Self:
        """Build a table from pairs of a key and a number."""
        order = np.argsort(keys, kind="stable")
        unique, firsts = np.unique(keys[order], return_index=True)
        known = np.zeros(1 << FILTER_BITS, dtype=np.bool_)
        known[unique >> np.uint32(32 - FILTER_BITS)] = True
        bounds = np.append(firsts, keys.size)
        return cls(unique, bounds, np.array(numbers, dtype=np.int64)[order], known)

    def may_have(self, keys: Keys) -> Places:
        """Return the rows of all keys that the table has, and of a few others."""
        return np.flatnonzero(self.known[keys >> np.uint32(32 - FILTER_BITS)])

    def find(self, keys: Keys) -> tuple[Places, Numbers]:
        """Look keys up.

        Returns:
            Rows of `keys` and the numbers found there; a row repeats for each of its numbers.
        """
        rows = self.may_have(keys)
        if not rows.size:
            return rows, rows
        at = np.searchsorted(self.keys, keys[rows])
        at[at == self.keys.size] = 0
        is_hit = self.keys[at] == keys[rows]
        rows, at = rows[is_hit], at[is_hit]
        firsts = self.bounds[at]
        counts = self.bounds[at + 1] - firsts
        ends = np.cumsum(counts)
        spots = np.arange(counts.sum()) + np.repeat(firsts - ends + counts, counts)
        return np.repeat(rows, counts), self.numbers[spots]


@dataclass(frozen=True, slots=True, eq=False)
class CueIndex:
    """Where to look for which cue.

    `pairs`: cues by the first two words of their phrases. `lone`, `opening`: by the first, where
    a second is not certain. `firsts`: all of these by the first word. `literals`: phrases of
    scripts without spaces by their first two characters. `inner`: phrases that begin with no
    certain word, by words inside them; `literal_inner`: the same in scripts without spaces.
    `gates`, `sizes` and `spaced` belong to the numbers of cues, see `Indexed`.
    """

    pairs: Table
    lone: Table
    opening: Table
    firsts: Table
    literals: Table
    inner: Table
    literal_inner: Mapping[str, tuple[int, ...]]
    gates: Numbers
    sizes: Numbers
    spaced: Truths

    def fits(self, letters: Letters, numbers: Numbers, places: Places) -> Truths:
        """Tell which cues may begin at their places, whatever the language."""
        gates, sizes = self.gates[numbers], self.sizes[numbers]
        fits: Truths = ~self.spaced[numbers] | letters.begins_word(places)
        ends = np.minimum(places + sizes, letters.flags.size - 1)
        fits &= (sizes == 0) | letters.ends_word(ends)
        closed = (gates == OPENING) | ((gates == CAPITAL) & letters.is_small(places))
        rows = np.flatnonzero(fits & closed)
        fits[rows] = letters.opens_line(places[rows])
        return fits


def index_cues(cues: Sequence[Indexed], size: int) -> CueIndex:
    """Index cues; their numbers are below `size`."""
    spaced = [cue for cue in cues if not cue.parsed.phrase.unspaced]
    unspaced = [cue for cue in cues if cue.parsed.phrase.unspaced]
    heads = [(*head, cue) for cue in spaced for head in sorted(cue.parsed.heads) if _is_sure(head)]
    firsts = _head_keys([first for first, _, _ in heads])
    pairs = chain(firsts, _head_keys([second for _, second, _ in heads]))
    literals = {(head[0][:2], cue.number) for cue in unspaced for head in cue.parsed.heads}
    literal_keys = _literal_keys([literal for literal, _ in sorted(literals)])
    inner = [(anchor, cue.number) for cue in spaced for anchor in sorted(cue.parsed.anchor)]
    literal_inner: dict[str, tuple[int, ...]] = {}
    for cue in unspaced:
        for anchor in sorted(cue.parsed.anchor):
            literal_inner[anchor] = (*literal_inner.get(anchor, ()), cue.number)
    columns = {cue.number: cue for cue in cues}
    listed = [columns.get(number, cues[0]) for number in range(size)]
    return CueIndex(
        pairs=_table(heads, pairs, [bool(second) for _, second, _ in heads]),
        lone=_table(heads, firsts, [not second and cue.alone for _, second, cue in heads]),
        opening=_table(heads, firsts, [not (second or cue.alone) for _, second, cue in heads]),
        firsts=_table(heads, firsts, [True] * len(heads)),
        literals=Table.of(literal_keys, [number for _, number in sorted(literals)]),
        inner=Table.of(_head_keys([one for one, _ in inner]), [number for _, number in inner]),
        literal_inner=literal_inner,
        gates=np.array([cue.gate for cue in listed]),
        sizes=np.array([cue.size for cue in listed]),
        spaced=np.array([not cue.parsed.phrase.unspaced for cue in listed]),
    )


def _is_sure(head: tuple[str, str]) -> bool:
    """Tell whether texts show the head as it is: there, all numbers are one word."""
    return not any(word[:1].isdigit() and word != NUMBER for word in head)


def _table(heads: Heads, keys: Keys, kept: Sequence[bool]) -> Table:
    numbers = [cue.number for (_, _, cue), keep in zip(heads, kept, strict=True) if keep]
    return Table.of(keys[np.array(kept, dtype=np.bool_)], numbers)


def _head_keys(heads: Sequence[str]) -> Keys:
    letters = read_letters("\n".join(heads))
    sizes = np.fromiter((len(head) + 1 for head in heads), dtype=np.int64, count=len(heads))
    return letters.keys(np.cumsum(sizes) - sizes)


def _literal_keys(literals: Sequence[str]) -> Keys:
    one, two = read_letters("".join(literal.ljust(2) for literal in literals)).literals()
    is_one = [len(literal) == 1 for literal in literals]
    spots = np.arange(len(literals)) * 2
    return np.where(is_one, one[spots], two[spots]).astype(np.uint32)
