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

from builder import native
from builder.text.characters import class_table, code_points
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

MIN_BLOCK = 3
"""Recurring lines in a row that make a block of the page also between two paragraphs. One or
two may be subheads that a paper uses every day."""

U64 = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # as in SplitMix64

_count_segments = native.kernel(
    "count_segments",
    *(native.U32, native.U8, native.I64, native.I64, native.I64, native.SIZE),
    *(native.I64, native.U64, native.I64),
)


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
    polynomial modulo 2^64 over the code points.

    Args:
        text: normalized text of one article.
        segments: what `segment` returned for it.
    """
    number = len(segments)
    places, letters = np.empty(number, np.int64), np.empty(number, np.int64)
    hashes = np.empty(number, np.uint64)
    least = np.where(segments.kinds == LINE, LEAST, LONG)
    inputs = code_points(text), class_table(), segments.starts, segments.ends, least, number
    chosen = _count_segments(*inputs, places, hashes, letters)
    return Counted(places[:chosen], hashes[:chosen], letters[:chosen])


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


def _mix(values: U64) -> U64:
    """Spread the bits of numbers."""
    mixed = (values ^ (values >> np.uint64(30))) * _MIX[0]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[1]
    result: U64 = mixed ^ (mixed >> np.uint64(31))
    return result


def _runs(marked: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield the half-open ranges of neighbours that are marked."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marked, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
