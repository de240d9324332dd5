"""Describe each segment of a text by its surface: sizes, signs, capitals, place, echo.

Knows no publisher and no grammar: words are counted, measured, compared with the other
words of the same text, and looked up in a small lexicon of words by which pages speak of
themselves.  All features are rounded to a grid, so that small differences in arithmetic
cannot change a decision.
"""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import DASH, class_table
from builder.text.clean import Proposal
from builder.text.joined import text_codes
from builder.text.layout_words import Lexicon, letter_table
from builder.text.segments import Segments, join_segments
from builder.text.tables import character_table

__all__ = [
    "FEATURES",
    "GRID",
    "LIMIT",
    "Features",
    "Units",
    "describe_segments",
    "describe_texts",
    "fine_table",
    "segment_weights",
]

# Features are multiples of 1 / GRID, at most LIMIT in size: exact in any arithmetic.
GRID = 32
LIMIT = 8.0

FEATURES = 105
"""Features of a segment."""

Features = npt.NDArray[np.float32]
Units = npt.NDArray[np.int16]
Places = npt.NDArray[np.int64]

# Finer classes than those of `characters`, for counting only.
_FINE = ("?!？！؟", ":：", "@#", "€$£¥₽₴₺₹₩%％", "©®™", "/\\", "…⋯")

_CUE_GROUPS = {"related": 0, "comment": 1, "sources": 2}
_CUE_GROUPS |= dict.fromkeys(("byline", "date_header", "reading_time"), 3)
_CUE_GROUPS |= {"photo": 4}
_CUE_GROUPS |= {f"cue.{name}": group for name, group in _CUE_GROUPS.items()}
_OTHER_CUES = 5

_describe_texts = native.kernel(
    "describe_texts",
    *(native.U32, native.I64, native.SIZE, native.U8, native.U32),
    *(native.U32, native.I64, native.SIZE, native.U8),
    *(native.I64, native.I64, native.U8, native.I64),
    *(native.I64, native.I64, native.I16, native.SIZE),
)


def describe_segments(
    text: str, segments: Segments, lexicon: Lexicon, cues: Sequence[Proposal] = ()
) -> Features:
    """Compute the features of all segments of one text.

    Args:
        text: normalized text of one article.
        segments: what `segment` returned for it.
        lexicon: words by which pages speak of themselves.
        cues: what the typed cues propose to remove from it, if they are known.

    Returns:
        An array of shape (segments, FEATURES), multiples of 1 / GRID.
    """
    units = describe_texts([text], *join_segments([segments]), lexicon, [cues])
    features: Features = units[:, :FEATURES] * np.float32(1 / GRID)
    return features


def describe_texts(
    texts: Sequence[str],
    segments: Segments,
    bounds: Places,
    lexicon: Lexicon,
    cues: Sequence[Sequence[Proposal]],
) -> Units:
    """Compute the features of all segments of many texts: the same as in each alone.

    Args:
        texts: normalized texts.
        segments: those of all texts, joined.
        bounds: where those of each text begin.
        lexicon: words by which pages speak of themselves.
        cues: what the typed cues propose for each text.

    Returns:
        A row for each segment in units of 1 / GRID, a multiple of four of them: the last are zeros.

    Raises:
        MemoryError: there is no room for the work.
    """
    spans = [
        (start, end, _CUE_GROUPS.get(rule, _OTHER_CUES))
        for found in cues
        for start, end, rule in found
    ]
    cue_bounds = np.fromiter(accumulate(map(len, cues), initial=0), np.int64, len(cues) + 1)
    units = np.zeros((len(segments), FEATURES + -FEATURES % 4), dtype=np.int16)
    done = _describe_texts(
        *(*text_codes(texts), len(texts)),
        *(fine_table(), letter_table()),
        *(lexicon.keys, lexicon.topics, lexicon.keys.size, lexicon.is_near.view(np.uint8)),
        *(segments.starts, segments.ends, segments.kinds, bounds),
        *(np.array(spans, dtype=np.int64), cue_bounds),
        *(units, units.shape[1]),
    )
    if done < 0:
        raise MemoryError
    return units


def segment_weights(features: Features) -> npt.NDArray[np.float64]:
    """Recover the weight of each segment (characters, ideographs thrice) from its features."""
    root = features[:, 1].astype(np.float64) + 3.0
    return np.maximum(np.rint(np.square(np.square(root))), 1.0)


@character_table
def fine_table() -> npt.NDArray[np.uint8]:
    """Build the class of each code point of the basic plane, some classes divided further."""
    table = class_table().copy()
    for kind, signs in enumerate(_FINE, start=DASH + 1):
        for sign in signs:
            table[ord(sign)] = kind
    return table
