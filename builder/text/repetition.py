"""Recognise template text: segments that recur in many articles of a source.

Knows how a segment is reduced to a hash, which segments are worth counting, and what a
frozen table of recurring ones proposes for one article. Refuses to know how the table was
counted (`builder.corpus.templates`) and keeps no text: only hashes.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.text.characters import (
    DIGIT,
    IDEOGRAPH,
    LOWER,
    NEWLINE,
    SPACE,
    basic_codes,
    class_table,
)
from builder.text.clean import Proposal
from builder.text.segments import LINE, Segments

__all__ = [
    "LONG",
    "Counted",
    "TemplateTable",
    "count_segments",
    "load_templates",
    "propose_repetition",
    "source_key",
    "with_source",
]

RULE = "repetition"

LONG = 30
"""Letters from which a segment is taken for prose. Shorter sentences and pieces are never
counted: "he said" recurs in every paper. Shorter lines are counted, because menus are made of
them, but they are removed only where no article can be (see `propose_repetition`)."""

LEAST = 2
"""Letters of the shortest line that is counted."""

IDEOGRAPH_LETTERS = 3
"""Letters that an ideograph counts for: thirty letters are about ten ideographs."""

LETTERS_PER_DIGIT = 3
"""Letters for each digit without which a segment is not counted. Digits are folded, so that
"12 comments" and "7 comments" are one template; tables, results and rates would then recur in
every issue. They are news."""

MIN_BLOCK = 3
"""Recurring lines in a row that make a block of the page also between two paragraphs. One or
two may be subheads that a paper uses every day."""

U64 = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15  # any odd number far from a power of two
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # as in SplitMix64
_LEAST_POWERS = 1 << 14


class Counted(NamedTuple):
    """The segments of one article that are counted: index, hash and letters of each."""

    places: Places
    hashes: U64
    letters: Places


@dataclass(frozen=True, eq=False)
class TemplateTable:
    """Hashes of the segments that recur, each for its source (see `with_source`); sorted."""

    keys: U64

    def __len__(self) -> int:
        """Return the number of segments."""
        return int(self.keys.size)

    def holds(self, keys: U64) -> npt.NDArray[np.bool_]:
        """Tell which keys are in the table."""
        if not self.keys.size:
            return np.zeros(keys.size, dtype=np.bool_)
        at = np.minimum(np.searchsorted(self.keys, keys), self.keys.size - 1)
        return np.equal(self.keys[at], keys)


def load_templates(path: Path) -> TemplateTable:
    """Map a table, written with `numpy.save`, into memory."""
    return TemplateTable(np.load(path, mmap_mode="r", allow_pickle=False))


def count_segments(text: str, segments: Segments) -> Counted:
    """Choose the segments that may be template text, and hash them.

    White space does not count, and a run of digits is as good as any other. The hash is a
    polynomial modulo 2^64 over the code points, so all segments of a text are hashed at once.

    Args:
        text: normalized text of one article.
        segments: what `segment` returned for it.
    """
    if not segments:
        return Counted(np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int64))
    starts, ends, is_line = segments.starts, segments.ends, segments.kinds == LINE
    codes = basic_codes(text)
    classes = class_table()[codes]
    letters = _between((classes >= LOWER) & (classes <= IDEOGRAPH), starts, ends)
    if (ideograph := classes == IDEOGRAPH).any():
        letters += (IDEOGRAPH_LETTERS - 1) * _between(ideograph, starts, ends)
    digits = _between(classes == DIGIT, starts, ends)
    chosen = letters >= np.where(is_line, LEAST, LONG)
    chosen &= letters >= LETTERS_PER_DIGIT * digits
    places = np.flatnonzero(chosen)
    hashes = _hash_spans(codes, classes, starts[places], ends[places])
    return Counted(places, hashes, letters[places])


def propose_repetition(
    text: str, segments: Segments, table: TemplateTable, source: str | None
) -> list[Proposal]:
    """Propose the segments that recur in the articles of a source.

    The article reaches from the first to the last long segment that does not recur. Outside
    of it every recurring segment is proposed; inside only the long ones, and blocks of
    `MIN_BLOCK` in a row. A text without such a segment is left alone.

    Args:
        text: normalized text of one article.
        segments: what `segment` returned for it.
        table: the recurring segments of the build.
        source: resolved source of the article; None if unknown.

    Returns:
        Proposals in order, one for each run of neighbouring segments.
    """
    if not len(table):
        return []
    counted = count_segments(text, segments)
    recurs = table.holds(with_source(counted.hashes, source_key(source)))
    own = counted.places[~recurs & (counted.letters >= LONG)]
    if not recurs.any() or not own.size:
        return []
    found = np.zeros(len(segments), dtype=np.bool_)
    found[counted.places[recurs]] = True
    removed = found.copy()
    first, last = int(own[0]), int(own[-1])
    removed[first : last + 1] = False
    removed[counted.places[recurs & (counted.letters >= LONG)]] = True
    for start, end in _runs(found):
        if end - start >= MIN_BLOCK:
            removed[start:end] = True
    return [
        Proposal(segments[start].start, segments[end - 1].end, RULE)
        for start, end in _runs(removed)
    ]


@lru_cache(maxsize=4096)
def source_key(source: str | None) -> int:
    """Return 64 bits of a source, never zero; articles of unknown source share key 0."""
    if source is None:
        return 0
    digest = hashlib.blake2b(source.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


def with_source(hashes: U64, source: int) -> U64:
    """Bind hashes to a source: the same words of two sources get different keys."""
    return _mix(hashes ^ np.uint64(source))


def _between(marked: npt.NDArray[np.bool_], starts: Places, ends: Places) -> Places:
    """Count the marks between starts and ends."""
    places = np.flatnonzero(marked)
    return np.searchsorted(places, ends) - np.searchsorted(places, starts)


def _hash_spans(
    codes: npt.NDArray[np.uint32], classes: npt.NDArray[np.uint8], starts: Places, ends: Places
) -> U64:
    """Hash spans of a text without their white space, runs of digits as one sign."""
    digit = classes == DIGIT
    kept = (classes != SPACE) & (classes != NEWLINE)
    kept[1:] &= ~(digit[1:] & digit[:-1])
    places = np.flatnonzero(kept)
    signs = codes[places].astype(np.uint64)
    signs[digit[places]] = ord("0")
    powers, inverses = _powers(signs.size)
    signs *= powers[: signs.size]
    sums = np.zeros(signs.size + 1, dtype=np.uint64)
    np.cumsum(signs, out=sums[1:])
    first, last = np.searchsorted(places, starts), np.searchsorted(places, ends)
    values = (sums[last] - sums[first]) * inverses[first]
    return _mix(values + (last - first).astype(np.uint64))


def _mix(values: U64) -> U64:
    """Spread the bits of numbers."""
    mixed = (values ^ (values >> np.uint64(30))) * _MIX[0]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[1]
    result: U64 = mixed ^ (mixed >> np.uint64(31))
    return result


def _powers(size: int) -> tuple[U64, U64]:
    """Return at least `size` + 1 powers of the base and of its inverse."""
    return _power_tables(max(_LEAST_POWERS, 1 << size.bit_length()))


@lru_cache(maxsize=2)
def _power_tables(size: int) -> tuple[U64, U64]:
    tables = []
    for base in (_BASE, _INVERSE):
        factors = np.full(size, base, dtype=np.uint64)
        factors[0] = 1
        tables.append(np.multiply.accumulate(factors))
    return tables[0], tables[1]


def _runs(marked: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield the half-open ranges of neighbours that are marked."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marked, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
