"""Recognise template text: segments that recur in many articles of a source.

Knows how a segment is reduced to a hash, which segments are worth counting, and what a
frozen table of recurring ones proposes for one article. Refuses to know how the table was
counted (`builder.corpus.templates`) and keeps no text: only hashes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice, repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import class_table
from builder.text.clean import Proposal
from builder.text.joined import text_codes
from builder.text.segments import LINE, Segments, join_segments

__all__ = [
    "LONG",
    "Counted",
    "TemplateTable",
    "count_segments",
    "load_templates",
    "propose_repetitions",
    "source_key",
    "with_source",
]

RULE = "repetition"

LONG = 30
"""Letters from which a segment is taken for prose. Shorter sentences and pieces are never
counted: "he said" recurs in every paper. Shorter lines are counted, because menus are made of
them, but they are removed only where no article can be (see `propose_repetitions`)."""

LEAST = 2
"""Letters of the shortest line that is counted."""

MIN_BLOCK = 3
"""Recurring lines in a row that make a block of the page also between two paragraphs. One or
two may be subheads that a paper uses every day."""

U64 = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # as in SplitMix64

_count_segments = native.kernel(
    "count_segments",
    *(native.U32, native.I64, native.SIZE, native.U8),
    *(native.I64, native.I64, native.I64, native.U8),
    *(native.I64, native.I64, native.U64, native.I64),
)

_choose_repeats = native.kernel(
    "choose_repeats",
    *(native.SIZE, native.I64, native.I64, native.I64),
    *(native.I64, native.I64, native.U8, native.U8, native.SIZE),
    *(native.U8, native.I64, native.I64, native.I64),
)


class Counted(NamedTuple):
    """The segments of some texts that are counted, text by text.

    `sizes` says how many of each text; of each segment there are the index in its text, the
    hash and the letters.
    """

    sizes: Places
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

    def holds(self, keys: U64) -> Mask:
        """Tell which keys are in the table."""
        if not self.keys.size:
            return np.zeros(keys.size, dtype=np.bool_)
        at = np.minimum(np.searchsorted(self.keys, keys), self.keys.size - 1)
        return np.equal(self.keys[at], keys)


def load_templates(path: Path) -> TemplateTable:
    """Map a table, written with `numpy.save`, into memory."""
    return TemplateTable(np.load(path, mmap_mode="r", allow_pickle=False))


def count_segments(texts: Sequence[str], segmented: Sequence[Segments]) -> Counted:
    """Choose the segments that may be template text, and hash them.

    White space does not count, and a run of digits is as good as any other. The hash is a
    polynomial modulo 2^64 over the code points.

    Args:
        texts: normalized texts.
        segmented: what `segment_all` returned for them.
    """
    segments, bounds = join_segments(segmented)
    sizes, number = np.diff(bounds), len(segments)
    counts, places = np.empty(len(texts), np.int64), np.empty(number, np.int64)
    hashes, letters = np.empty(number, np.uint64), np.empty(number, np.int64)
    least = np.where(segments.kinds == LINE, np.uint8(LEAST), np.uint8(LONG))
    inputs = *text_codes(texts), len(texts), class_table(), sizes, segments.starts, segments.ends
    chosen = _count_segments(*inputs, least, counts, places, hashes, letters)
    return Counted(counts, places[:chosen], hashes[:chosen], letters[:chosen])


def propose_repetitions(
    texts: Sequence[str],
    segmented: Sequence[Segments],
    table: TemplateTable,
    sources: Sequence[str | None],
) -> list[list[Proposal]]:
    """Propose the segments that recur in the articles of a source.

    The article reaches from the first to the last long segment that does not recur. Outside
    of it every recurring segment is proposed; inside only the long ones, and blocks of
    `MIN_BLOCK` in a row. A text without such a segment is left alone.

    Args:
        texts: normalized texts of articles.
        segmented: what `segment_all` returned for them.
        table: the recurring segments of the build.
        sources: resolved sources of the articles; None where unknown.

    Returns:
        For each text its proposals in order, one for each run of neighbouring segments.
    """
    if not len(table):
        return [[] for _ in texts]
    counted = count_segments(texts, segmented)
    keys = np.array([source_key(source) for source in sources], dtype=np.uint64)
    recurs = table.holds(with_source(counted.hashes, np.repeat(keys, counted.sizes)))
    segments, bounds = join_segments(segmented)
    found, marks = np.empty(len(texts), np.int64), np.zeros(len(segments), np.uint8)
    firsts, lasts = np.empty(recurs.size, np.int64), np.empty(recurs.size, np.int64)
    own = counted.sizes, counted.places, recurs.view(np.uint8), np.uint8(counted.letters >= LONG)
    inputs = len(texts), np.diff(bounds), segments.starts, segments.ends, *own, MIN_BLOCK, marks
    number = _choose_repeats(*inputs, found, firsts, lasts)
    ranges = zip(firsts[:number].tolist(), lasts[:number].tolist(), repeat(RULE))
    proposals = map(partial(tuple.__new__, Proposal), ranges)
    return [[*islice(proposals, size)] for size in found.tolist()]


@lru_cache(maxsize=4096)
def source_key(source: str | None) -> int:
    """Return 64 bits of a source, never zero; articles of unknown source share key 0."""
    if source is None:
        return 0
    digest = hashlib.blake2b(source.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


def with_source(hashes: U64, sources: U64) -> U64:
    """Bind hashes to sources: the same words of two sources get different keys."""
    return _mix(hashes ^ sources)


def _mix(values: U64) -> U64:
    """Spread the bits of numbers."""
    mixed = (values ^ (values >> np.uint64(30))) * _MIX[0]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[1]
    result: U64 = mixed ^ (mixed >> np.uint64(31))
    return result
