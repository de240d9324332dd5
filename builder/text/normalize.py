"""Rewrite a text into the one form that everything downstream measures offsets in.

It knows Unicode's normal form, line ends and invisible characters; it refuses to know languages,
layout or white space: spaces of any kind stay as they are, because surplus white space is a
removal with a receipt (`clean.py`), not a rewriting.

What stays although it is invisible:

- zero-width joiner and non-joiner: letters of Persian, Hindi and others, and the glue of emoji;
- zero-width space after Thai, Lao, Burmese and Khmer letters, where it is the word space
  (elsewhere it only breaks words, and is removed);
- bidirectional marks and isolates: they decide the order in which a reader of Hebrew or Arabic
  sees numbers and names, and an order once lost cannot be rebuilt;
- variation selectors and tag characters, which belong to emoji and to CJK names.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import CATEGORIES, categories
from builder.text.joined import text_codes, text_groups
from builder.text.tables import character_table

__all__ = ["article_id", "fact_table", "normalize", "normalize_all"]

_gather_facts = native.kernel(
    "gather_facts",
    *(native.U32, native.I64, native.SIZE, native.U8, native.SIZE, native.SIZE, native.U8),
)

_IS_DIRTY, _MAY_COMPOSE = 1, 2
"""Facts of a character that ask for a rewriting."""

ID_HEX_DIGITS = 32
"""Length of an article id: 128 bits; two of 10^12 articles collide with odds below 10^-14."""

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
"""Everything that a reader sees as a new line, the page break included; a pair counts once."""

_INVISIBLE = re.compile(
    # controls, soft hyphen, word joiner, byte order mark, noncharacters
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u2060\ufdd0-\ufdef\ufeff\ufffe\uffff]"
    # zero-width space, unless it parts words of a script that writes none
    "|(?<![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f])\u200b"
)

_DIRTY = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u2060\ud800-\udfff\ufdd0-\ufdef\ufeff"
    "\ufffe\uffff]"
)
"""Where a text has none of these, the rewriting passes are skipped."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def normalize(text: str) -> str:
    r"""Return the text in NFC, with "\n" line ends, and without stray invisible characters.

    A surrogate pair, left by a careless decoder, becomes its character; a lone surrogate becomes
    U+FFFD. Never raises.

    Args:
        text: any string, also one that cannot be encoded.

    Returns:
        A string that UTF-8 can encode and that a second pass leaves unchanged. It may be empty.

    Example:
        >>> normalize("\ufeffCafe\u0301\r\nau lait\x00")
        'Café\nau lait'
    """
    return normalize_all([text])[0]


def normalize_all(texts: Sequence[str]) -> list[str]:
    """Return what `normalize` returns for each text, in less time."""
    normalized: list[str] = []
    for group in text_groups(texts):
        codes, bounds = text_codes(texts[group])
        facts, table = np.empty(bounds.size - 1, np.uint8), fact_table()
        _gather_facts(codes, bounds, facts.size, table, table.size, _MAY_COMPOSE, facts)
        normalized += map(_rewrite, texts[group], facts.tolist())
    return normalized


def _rewrite(text: str, facts: int) -> str:
    """Normalize a text whose characters have some facts; most have none."""
    if facts & _IS_DIRTY:
        if _SURROGATE.search(text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = _INVISIBLE.sub("", _LINE_END.sub("\n", text))
    # Last, because a removal can bring a letter and its accent together.
    if facts & _MAY_COMPOSE and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text


@character_table
def fact_table() -> npt.NDArray[np.uint8]:
    """Mark the code points of the basic plane.

    A text may need composing if it holds a mark, a letter of Hangul, half of a surrogate pair, or
    what is written otherwise in NFC.
    """
    plane = "".join(map(chr, range(0x10000)))
    table = np.zeros(len(plane), dtype=np.uint8)
    for found in re.finditer(f"{_DIRTY.pattern}+", plane):
        table[slice(*found.span())] = _IS_DIRTY
    is_normalized = partial(unicodedata.is_normalized, "NFC")
    for first in range(0, len(plane), 256):
        block = plane[first : first + 256]
        if not is_normalized("\n".join(block)):
            other = np.array([not is_normalized(one) for one in block])
            table[first : first + 256][other] |= _MAY_COMPOSE
    is_mark = np.array([name[0] == "M" for name in CATEGORIES])
    table[is_mark[categories(np.arange(table.size, dtype=np.uint32))]] |= _MAY_COMPOSE
    for first, last in ((0x1100, 0x1200), (0xD800, 0xE000)):
        table[first:last] |= _MAY_COMPOSE
    return table


def article_id(normalized: str) -> str:
    """Return the id of an article: 128 bits of the SHA-256 of its normalized raw text, in hex.

    Args:
        normalized: what `normalize` returned, before any cleaning.

    Raises:
        UnicodeEncodeError: the text was not normalized and holds a lone surrogate.

    Example:
        >>> article_id("")
        'e3b0c44298fc1c149afbf4c8996fb924'
    """
    return hashlib.sha256(normalized.encode("utf-8")).hexdigest()[:ID_HEX_DIGITS]
