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
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["SignatureParams", "estimate_jaccard", "sign_text", "sign_texts"]

Codes = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Signatures = npt.NDArray[np.uint32]

# Classes of characters: a separator ends a token; word characters run together; a lone
# letter is a token with the lone marks after it; an ignored character is not there.
_SEPARATOR, _WORD, _LONE, _LONE_MARK, _IGNORED = range(5)

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

# Characters signed together.  Measured: 2^15 to 2^18 are equally fast, 2^20 is 20 % slower.
_BATCH_CHARS = 1 << 17

# Shingles and products held at once while the permutations run.  Measured on 8,192
# shingles: 16 permutations at a time 0.31 ns a product, 4 or 112 at a time 0.45 ns.
_BLOCK_SHINGLES = 8192
_BLOCK_PRODUCTS = 1 << 17

# Odd 64-bit constants: the multipliers of SplitMix64 and MurmurHash3, and their kin.
_POWER = 0x9E3779B97F4A7C15
_INVERSE_POWER = pow(_POWER, -1, 1 << 64)
_TOKEN_POWER = 0xC2B2AE3D27D4EB4F
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


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
    for first, last in _batches(texts):
        _sign_batch(texts[first:last], params, signatures[first:last])
    return signatures.astype("<u4", copy=False)


def estimate_jaccard(left: Signatures, right: Signatures) -> npt.NDArray[np.float64]:
    """Return the share of places, 0 to 1, at which signatures agree, row by row.

    Example:
        >>> rows = sign_texts(["a b c d e f", "a b c d e f", "g"], SignatureParams())
        >>> estimate_jaccard(rows[:2], rows[1:]).tolist()
        [1.0, 0.0]
    """
    return np.asarray((left == right).mean(axis=-1), dtype=np.float64)


def _batches(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield ranges of texts of about `_BATCH_CHARS` characters together."""
    first = chars = 0
    for index, text in enumerate(texts):
        if chars and chars + len(text) > _BATCH_CHARS:
            yield first, index
            first, chars = index, 0
        chars += len(text) + 1
    if first < len(texts):
        yield first, len(texts)


def _sign_batch(texts: Sequence[str], params: SignatureParams, out: Signatures) -> None:
    """Write the signatures of a few texts into the rows of `out`."""
    tokens, bounds = _hash_tokens([text.casefold() for text in texts])
    width = params.shingle
    counts = np.diff(bounds)
    multipliers = _multipliers(params.num_perm)
    is_short = counts < width
    if tokens.size >= width:
        sums = _slide(tokens, width)
        # A shingle that begins among the last tokens of a text reaches into the next one.
        inside = np.ones(tokens.size, dtype=np.bool_)
        for back in range(1, width):
            inside[np.maximum(bounds[1:][counts >= back] - back, 0)] = False
        shingles = _fold(sums[inside[: sums.size]])
        starts = np.concatenate(([0], np.cumsum(np.maximum(counts - width + 1, 0))))
        _permute(shingles, starts[:-1][~is_short], multipliers, out, np.flatnonzero(~is_short))
    for row in np.flatnonzero(is_short).tolist():
        single = tokens[bounds[row] : bounds[row + 1]]
        if not single.size:
            digest = hashlib.blake2b(texts[row].encode("utf-8", "replace"), digest_size=8)
            single = np.frombuffer(digest.digest(), dtype="<u8").astype(np.uint64)
        out[row] = _fold(_slide(single, single.size)) * multipliers


def _hash_tokens(texts: Sequence[str]) -> tuple[Hashes, Places]:
    """Hash the tokens of case-folded texts.

    Returns:
        The hashes of all tokens in order, and where those of each text begin and end.
    """
    lengths = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
    edges = np.concatenate(([0], np.cumsum(lengths)))
    joined = "\n".join([*texts, ""])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds, weights = _look_up(codes)
    ignored = kinds == _IGNORED
    if ignored.any():
        kept = ~ignored
        edges = np.concatenate(([0], np.cumsum(kept)))[edges]
        kinds, weights = kinds[kept], weights[kept]
    starts = np.flatnonzero(_begins(kinds))
    bounds = np.searchsorted(starts, edges)
    if not starts.size:
        return np.zeros(0, dtype=np.uint64), bounds
    # A polynomial in the places of the batch, divided by the place of the token's first
    # letter, is a polynomial in the places of the token.
    powers, inverses = _powers(1 << int(kinds.size - 1).bit_length())
    weights *= powers[: weights.size]
    hashes = np.add.reduceat(weights, starts) * inverses[starts]
    return _mix(hashes), bounds


def _look_up(codes: Codes) -> tuple[npt.NDArray[np.uint8], Hashes]:
    """Return the class and the hash of each character; separators hash to zero."""
    kinds, weights = _tables()
    if not codes.size or int(codes.max()) < _TABLE_END:
        return kinds[codes], weights[codes]
    high = np.flatnonzero(codes >= _TABLE_END)
    low = codes.copy()
    low[high] = 0
    all_kinds, all_weights = kinds[low], weights[low]
    rare, places = np.unique(codes[high], return_inverse=True)
    rare_kinds, rare_weights = _classify(rare)
    all_kinds[high], all_weights[high] = rare_kinds[places], rare_weights[places]
    return all_kinds, all_weights


def _begins(kinds: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Tell which characters begin a token."""
    word = kinds == _WORD
    begins: npt.NDArray[np.bool_] = word.copy()
    begins[1:] &= ~word[:-1]
    if kinds.size and int(kinds.max()) > _WORD:
        lone, mark = kinds == _LONE, kinds == _LONE_MARK
        mark[1:] &= (kinds[:-1] != _LONE) & (kinds[:-1] != _LONE_MARK)
        begins |= lone | mark
    return begins


def _slide(tokens: Hashes, width: int) -> Hashes:
    """Hash every run of `width` tokens, order included."""
    count = tokens.size - width + 1
    sums = tokens[:count].copy()
    for step in range(1, width):
        sums += tokens[step : step + count] * np.uint64(pow(_TOKEN_POWER, step, 1 << 64))
    return sums


def _permute(
    shingles: Codes, starts: Places, multipliers: Codes, out: Signatures, rows: Places
) -> None:
    """Write the smallest product of each permutation and text into `out[rows]`."""
    if not rows.size:
        return
    smallest = np.full((rows.size, multipliers.size), 0xFFFFFFFF, dtype=np.uint32)
    for first in range(0, shingles.size, _BLOCK_SHINGLES):
        block = shingles[first : first + _BLOCK_SHINGLES]
        low = int(np.searchsorted(starts, first, side="right")) - 1
        high = int(np.searchsorted(starts, first + block.size))
        cuts = np.maximum(starts[low:high] - first, 0)
        step = max(1, _BLOCK_PRODUCTS // block.size)
        for perm in range(0, multipliers.size, step):
            products = multipliers[perm : perm + step, None] * block
            found = np.minimum.reduceat(products, cuts, axis=1).T
            here = smallest[low:high, perm : perm + step]
            np.minimum(here, found, out=here)
    out[rows] = smallest


def _mix(values: Hashes) -> Hashes:
    """Spread 64 bits over 64 bits (the finaliser of SplitMix64)."""
    mixed = values ^ (values >> np.uint64(30))
    mixed *= _MIX_1
    mixed ^= mixed >> np.uint64(27)
    mixed *= _MIX_2
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _fold(values: Hashes) -> Codes:
    """Fold 64-bit sums to odd 32-bit hashes."""
    return (_mix(values) >> np.uint64(32)).astype(np.uint32) | np.uint32(1)


@cache
def _multipliers(num_perm: int) -> Codes:
    """Return the odd constants of the permutations, drawn from BLAKE2b."""
    digests = (
        hashlib.blake2b(f"pressmark minhash {index}".encode(), digest_size=4).digest()
        for index in range(num_perm)
    )
    return np.frombuffer(b"".join(digests), dtype="<u4").astype(np.uint32) | np.uint32(1)


@cache
def _tables() -> tuple[npt.NDArray[np.uint8], Hashes]:
    """Build class and hash of each code point below `_TABLE_END`, once per process."""
    return _classify(np.arange(_TABLE_END, dtype=np.uint32))


def _classify(codes: Codes) -> tuple[npt.NDArray[np.uint8], Hashes]:
    """Return class and hash of each code point; separators hash to zero."""
    names = list(map(unicodedata.category, map(chr, codes.tolist())))
    common = {name: _common_kind(name) for name in set(names)}
    kinds = np.fromiter(map(common.__getitem__, names), dtype=np.uint8, count=codes.size)
    for place in np.flatnonzero(_is_inside(codes, _SPACELESS) & (kinds == _WORD)).tolist():
        if names[place] != "Nd":
            kinds[place] = _LONE_MARK if names[place][0] == "M" else _LONE
    kinds[_is_inside(codes, _SELECTORS)] = _IGNORED
    weights = _mix(codes.astype(np.uint64) + np.uint64(1))
    weights[kinds == _SEPARATOR] = 0
    return kinds, weights


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


def _powers(size: int) -> tuple[Hashes, Hashes]:
    """Return the powers of the base and of its inverse; those of usual size are kept."""
    return _kept_powers() if size <= _BATCH_CHARS * 2 else _make_powers(size)


@cache
def _kept_powers() -> tuple[Hashes, Hashes]:
    return _make_powers(_BATCH_CHARS * 2)


def _make_powers(size: int) -> tuple[Hashes, Hashes]:
    tables = []
    for base in (_POWER, _INVERSE_POWER):
        table = np.full(size, base, dtype=np.uint64)
        table[0] = 1
        tables.append(np.cumprod(table))
    return tables[0], tables[1]
