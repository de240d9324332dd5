"""Cut texts into tokens and segments for the entity tagger, keeping offsets.

Knows only code points: no language model, no dictionary. A token is a chain of initials (`U.S.`,
`В.В.`), a run of other letters, a run of digits, a sign of Chinese or Japanese, or any other
character but white space.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.entities.traits import SIGNS, trait_table
from builder.text.entities.vocabulary import VOCABULARY, Vocabulary
from builder.text.joined import text_codes

IntArray = npt.NDArray[np.int32]

_cut_tokens = native.kernel(
    "cut_tokens",
    *(native.U32, native.I64, native.SIZE, native.U8, native.SIZE, *VOCABULARY),
    *(native.I32, native.I32, native.I32, native.U8, native.I64),
)
_part_segments = native.kernel(
    "part_segments",
    *(native.I32, native.I32, native.I32, native.U8, native.SIZE, native.U8, native.U8),
    *(native.I32, native.I32, native.I64),
)


def is_sign(token: str) -> bool:
    """Tell whether a type is a sign of Chinese or Japanese (with the sign behind it, if any)."""
    return any(first <= ord(token[0]) <= last for first, last in SIGNS)


class Tokens(NamedTuple):
    """Hold the tokens of texts side by side."""

    types: IntArray
    """Type numbers."""
    starts: IntArray
    ends: IntArray
    """Where tokens stand in the joined texts."""
    bounds: IntArray
    """First token of every segment, ascending, and the number of tokens."""
    texts: npt.NDArray[np.int64]
    """First token of every text, and the number of tokens."""

    def places(self) -> tuple[IntArray, IntArray, IntArray, IntArray, int]:
        """Return what kernels that score tokens begin with."""
        return self.types, self.starts, self.ends, self.bounds, len(self.bounds) - 1


def tokenize(texts: Sequence[str], vocabulary: Vocabulary) -> Tokens:
    """Cut texts into tokens (white space dropped) and segments.

    A segment ends at a line end, or after a final stop with white space behind it, unless the stop
    belongs to an initial or a title or the next word is lower-case; and after 160 tokens.
    Sentences of news are shorter (99.9 % of the training data); the bound keeps hostile input
    small. Segments written in capitals (headlines) are read as if every word were capitalised.
    """
    codes, bounds = text_codes(texts)
    types, starts, ends = np.empty((3, len(codes)), dtype=np.int32)
    breaks = np.empty(len(codes) + 1, dtype=np.uint8)
    text_ends = np.zeros(len(texts) + 1, dtype=np.int64)
    given = codes, bounds, len(texts), trait_table(), int(vocabulary.pairs)
    found = types, starts, ends, breaks, text_ends[1:]
    vocabulary.fill(lambda *room: _cut_tokens(*given, *room, *found), len(texts))
    count = int(text_ends[-1])
    segments, loud = np.empty((2, count + 1), dtype=np.int32)
    louds = np.zeros(1, dtype=np.int64)
    parts = _part_segments(
        *(types, starts, ends, breaks, count, vocabulary.kinds, vocabulary.cases),
        *(segments, loud, louds),
    )
    calm = loud[: louds[0]]
    if len(calm):
        words = map(vocabulary.name, types[calm].tolist())
        types[calm] = vocabulary.numbers([word.capitalize() for word in words])
    return Tokens(types[:count], starts[:count], ends[:count], segments[: parts + 1], text_ends)
