"""Sign a text with MinHash, so that near-duplicates are found without the texts.

Knows words and characters, and no language: a token is a word, or one letter where the
script writes no spaces.  Refuses to know other articles: the signature of a text depends
on that text alone, so it may be made anywhere and in batches of any size.

A shingle is a run of consecutive tokens.  Each shingle is hashed once to an odd 32-bit
number; permutation *i* multiplies it by an odd constant, which permutes the odd numbers
modulo 2^32; the signature keeps the smallest product of each permutation.  Two signatures
agree at a place with the probability that is the Jaccard similarity of the shingle sets.
Nothing depends on PYTHONHASHSEED, the platform or the versions of numpy.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from builder import native
from builder.text.characters import CATEGORIES, categories
from builder.text.joined import text_codes, text_groups
from builder.text.tables import character_tables

__all__ = ["SignatureParams", "estimate_jaccard", "fold_tables", "sign_text", "sign_texts"]

Codes = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]
Kinds = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Signatures = npt.NDArray[np.uint32]

# Classes of characters: a separator ends a token; word characters run together; a lone
# letter is a token with the lone marks after it; an ignored character is not there.
# A character of several folds to more than one.
_SEPARATOR, _WORD, _LONE, _LONE_MARK, _IGNORED, _SEVERAL = range(6)

# Scripts written without spaces between words: first and last code point.  Hangul and
# Tibetan are not among them: they have spaces and the tsheg.
_SPACELESS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x3005, 0x3007),  # ideographic iteration mark, closing mark and zero
    (0x3040, 0x312F),  # Hiragana, Katakana, Bopomofo
    (0x31A0, 0x31FF),  # Bopomofo and Katakana extensions
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0xA4CF),  # Han, Yi
    (0xA9E0, 0xA9FF),  # Myanmar
    (0xAA60, 0xAA7F),  # Myanmar
    (0xF900, 0xFAFF),  # Han
    (0xFF66, 0xFF9F),  # half-width Katakana
    (0x1B000, 0x1B16F),  # Kana supplements
    (0x20000, 0x3FFFF),  # Han
)
# Variation selectors choose between shapes of one character; like the invisible
# characters of category Cf they are ignored.
_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))

# Characters below are looked up in a table made once;
# those above are rare, and are classed as they come.
_TABLE_END = 0x10000
_BLOCK = 256

# Characters that one can fold to, in all of Unicode.
_MAX_FOLD = 3

_hash = native.kernel(
    "hash_tokens",
    *(native.U32, native.I64, native.SIZE, native.U32, native.SIZE, native.SIZE),
    *(native.U8, native.U32, native.U32, native.U64, native.I64),
)
_sign = native.kernel(
    "sign_tokens",
    *(native.U64, native.I64, native.SIZE, native.SIZE, native.U32, native.SIZE, native.U32),
)


class FoldTables(NamedTuple):
    """What signing knows of some code points.

    Attributes:
        kinds: their classes.
        folds: their case folded; for `_SEVERAL` places in the third array.
        several: the code points that those fold to, with a 0 after each.
    """

    kinds: Kinds
    folds: Codes
    several: Codes


class SignatureParams(BaseModel):
    """How texts are signed; the TOML table `[signature]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shingle: int = Field(
        default=5,
        ge=1,
        le=32,
        description="Tokens in a shingle: words, or letters where a script writes no spaces.",
    )
    num_perm: int = Field(
        default=112,
        ge=1,
        le=1024,
        description="Permutations, the 32-bit values in a signature. More make the estimated "
        "similarity finer: its standard error is at most 0.5 / sqrt(num_perm).",
    )


def sign_text(text: str, params: SignatureParams) -> bytes:
    """Return the MinHash signature of a text.

    Args:
        text: cleaned text of one article; it may be empty.
        params: shingle length and number of permutations.

    Returns:
        `num_perm` little-endian 32-bit values.  Case, white space and punctuation do not
        change them.  A text with fewer tokens than a shingle is one shingle; a text
        without tokens (signs and emoji only) resembles nothing but itself.

    Example:
        >>> params = SignatureParams()
        >>> len(sign_text("Le Parlement a voté.", params))
        448
        >>> sign_text("Le parlement a voté !", params) == sign_text("LE PARLEMENT A VOTÉ", params)
        True
    """
    return sign_texts([text], params).tobytes()


def sign_texts(texts: Sequence[str], params: SignatureParams) -> Signatures:
    """Return the MinHash signatures of texts; each row equals `sign_text` of its text.

    Args:
        texts: cleaned texts, of any number and length.
        params: shingle length and number of permutations.

    Returns:
        Little-endian uint32 of shape (texts, `num_perm`), rows in the order of the texts.

    Source:
        Broder, On the resemblance and containment of documents (1997).
    """
    signatures = np.empty((len(texts), params.num_perm), dtype=np.uint32)
    for group in text_groups(texts):
        _sign_group(texts[group], params, signatures[group])
    return signatures.astype("<u4", copy=False)


def estimate_jaccard(left: Signatures, right: Signatures) -> npt.NDArray[np.float64]:
    """Return the share of places, 0 to 1, at which signatures agree, row by row.

    Example:
        >>> rows = sign_texts(["a b c d e f", "a b c d e f", "g"], SignatureParams())
        >>> estimate_jaccard(rows[:2], rows[1:]).tolist()
        [1.0, 0.0]
    """
    return np.asarray((left == right).mean(axis=-1), dtype=np.float64)


def _sign_group(texts: Sequence[str], params: SignatureParams, out: Signatures) -> None:
    """Write the signatures of a few texts into the rows of `out`."""
    tokens, ends = _hash_tokens(texts)
    constants = _multipliers(params.num_perm), params.num_perm
    _sign(tokens, ends, len(texts), params.shingle, *constants, out)
    for row in np.flatnonzero(ends[1:] == ends[:-1]).tolist():
        digest = hashlib.blake2b(texts[row].encode("utf-8", "replace"), digest_size=8).digest()
        single = np.frombuffer(digest, dtype="<u8").astype(np.uint64)
        _sign(single, np.array([0, 1]), 1, params.shingle, *constants, out[row])


def _hash_tokens(texts: Sequence[str]) -> tuple[Hashes, Places]:
    """Return the hashes of the tokens of texts, and where those of each text end."""
    codes, bounds = text_codes(texts)
    kinds, folds, several = fold_tables()
    rare = np.unique(codes[codes >= _TABLE_END])
    if rare.size:
        more_kinds, more_folds, more_several = _classify(rare)
        assert not more_several.size  # no such character folds to several
        kinds, folds = np.append(kinds, more_kinds), np.append(folds, more_folds)
    tokens, ends = np.empty(_MAX_FOLD * codes.size, np.uint64), np.empty(len(texts) + 1, np.int64)
    characters = rare, rare.size, _TABLE_END, kinds, folds, several
    _hash(codes, bounds, len(texts), *characters, tokens, ends)
    return tokens, ends


@cache
def _multipliers(num_perm: int) -> Codes:
    """Return the odd constants of the permutations, drawn from BLAKE2b."""
    digests = (
        hashlib.blake2b(f"pressmark minhash {index}".encode(), digest_size=4).digest()
        for index in range(num_perm)
    )
    return np.frombuffer(b"".join(digests), dtype="<u4").astype(np.uint32) | np.uint32(1)


@character_tables(FoldTables)
def fold_tables() -> FoldTables:
    """Build what there is to know of each code point below `_TABLE_END`."""
    return _classify(np.arange(_TABLE_END, dtype=np.uint32))


def _classify(codes: Codes) -> FoldTables:
    """Return the class of each code point, its case folded, and what it folds to."""
    folds, longer = codes.copy(), {}
    for first in range(0, codes.size, _BLOCK):
        block = "".join(map(chr, codes[first : first + _BLOCK].tolist()))
        if block != block.casefold():  # most blocks have no case
            for place, fold in enumerate(map(str.casefold, block), first):
                folds[place] = ord(fold[0])
                if len(fold) > 1:
                    longer[place] = fold
    kinds = _kinds(folds)
    several: list[int] = []
    for place, fold in longer.items():
        kinds[place], folds[place] = _SEVERAL, len(several)
        several += [*map(ord, fold), 0]
    return FoldTables(kinds, folds, np.array(several, dtype=np.uint32))


def _kinds(codes: Codes) -> Kinds:
    """Return the class of each code point."""
    places = categories(codes)
    kinds = np.array([_common_kind(name) for name in CATEGORIES], dtype=np.uint8)[places]
    spaceless = (
        _is_inside(codes, _SPACELESS) & (kinds == _WORD) & (places != CATEGORIES.index("Nd"))
    )
    is_mark = np.array([name[0] == "M" for name in CATEGORIES])[places]
    kinds[spaceless] = np.where(is_mark, _LONE_MARK, _LONE)[spaceless]
    kinds[_is_inside(codes, _SELECTORS)] = _IGNORED
    return kinds


def _common_kind(category: str) -> int:
    """Return the class of a category where words have spaces between them."""
    if category == "Cf":
        return _IGNORED
    return _WORD if category[0] in "LMN" else _SEPARATOR


def _is_inside(codes: Codes, ranges: Sequence[tuple[int, int]]) -> npt.NDArray[np.bool_]:
    """Tell which code points lie in one of the ranges."""
    inside = np.zeros(codes.size, dtype=np.bool_)
    for first, last in ranges:
        inside |= (codes >= first) & (codes <= last)
    return inside
