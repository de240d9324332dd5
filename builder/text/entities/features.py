"""Hash the features of word types: forms, affixes, shape, inner pieces, classes of word lists.

Both models know features by 32-bit hashes of strings, which `training/entities/features.py` writes
down. Here all types are hashed at once, in C, and no string is made.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import code_points
from builder.text.entities.cues import Cues
from builder.text.entities.keys import KeyTable
from builder.text.entities.skeleton import replaced, skeleton
from builder.text.entities.traits import trait_table

Keys = npt.NDArray[np.uint32]
Sizes = npt.NDArray[np.uint8]

_FOLDS = (
    dict.fromkeys("’‘ʼ`´′", "'")
    | dict.fromkeys("“”„«»‟″", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | {"ё": "е", "Ё": "Е"}
)
OFFSETS = (-3, -2, -1, 0, 1, 2, 3)
GAZETTEER_CLASSES = ("", "country", "in_country", "city", "in_city", "region", "in_region")
NAMES = ("t=", "s=", "d=", "w=", "ws=", "n=", "a2=", "a3=", "a4=", "z2=", "z3=", "z4=", "p=")
"""Names of features that are a part of a word, in the kernel's order."""
MAX_LINEAR, MAX_WINDOW = 21, 18
"""Features that a type has at most for each model; the kernel's rows are so wide."""

_hash_features = native.kernel(
    "hash_features",
    *(native.U32, native.U32, native.U32, native.U32, native.U32, native.U8, native.SIZE),
    *(native.U8, native.U32, native.U32, native.SIZE, native.SIZE),
    *(native.U32, native.I32, native.U8, native.U32, native.U8, native.U32, native.U8),
)


def key_of(feature: str) -> int:
    """Hash a feature string to 32 bits (CRC-32: the same everywhere)."""
    return crc32(feature.encode("utf-8", "surrogatepass"))


def normal_form(text: str) -> str:
    """Fold quotes, dashes and apostrophes and write every digit as 0."""
    return replaced(text, _FOLDS | dict.fromkeys(filter(str.isdigit, set(text)), "0"))


@lru_cache(maxsize=8192)
def script_of(char: str) -> str:
    """Return the letter that stands for the script of a character."""
    name = unicodedata.name(char, "?")
    return {"LATIN": "l", "CYRILLIC": "c", "CJK": "h", "HIRAGANA": "j", "KATAKANA": "k"}.get(
        name.split()[0], "o"
    )


class TypeKeys(NamedTuple):
    """Hold the hashes of the features of types: a row for each, and how much of it is in use."""

    linear: Keys
    linear_sizes: Sizes
    window: Keys
    window_sizes: Sizes


class TypeFeatures:
    """Hash the features of types, by word lists."""

    def __init__(self, places: KeyTable, classes: Sizes, cues: Cues) -> None:
        """Take the hashes of the normal forms of places, the class of each, and the cue words."""
        self._places, self._classes, self._cues = places, classes, cues
        names = [
            *NAMES,
            *(f"g={place}" for place in GAZETTEER_CLASSES),
            *(f"gs={place}|" for place in GAZETTEER_CLASSES),
            *(f"c={label}" for label in cues.labels),
            *(f"cs={label}|" for label in cues.labels),
        ]
        self._begun = np.array([key_of(name) for name in names], dtype=np.uint32)

    def keys_of(self, words: str) -> TypeKeys:
        """Return the hashes of the features of types; a line end stands behind each."""
        names = code_points(words)
        count = int(np.count_nonzero(names == ord("\n")))
        found = TypeKeys(
            np.empty((count, MAX_LINEAR), dtype=np.uint32),
            np.empty(count, dtype=np.uint8),
            np.empty((count, MAX_WINDOW), dtype=np.uint32),
            np.empty(count, dtype=np.uint8),
        )
        form = normal_form(words)
        low, plain = form.lower(), skeleton(form)
        forms = code_points(form)
        _hash_features(
            *(names, forms, code_points(low), code_points(plain)),
            *(_scripts(forms), self._cues.classes_of(words, count), count),
            *(trait_table(), _crc_table(), self._begun),
            *(len(GAZETTEER_CLASSES), len(self._cues.labels)),
            *(self._places.keys, self._places.firsts, self._classes, *found),
        )
        return found


def _scripts(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return the letter of the script of each word; a line end stands behind each."""
    is_first = np.append(True, words == ord("\n"))[:-1]
    codes, places = np.unique(words[is_first], return_inverse=True)
    letters = [ord(script_of(chr(code))) for code in codes.tolist()]
    return np.array(letters, dtype=np.uint32)[places]


@cache
def _crc_table() -> Keys:
    """Return what CRC-32 adds for each byte."""
    return np.array([crc32(bytes([n ^ 0xFF])) ^ 0xFF000000 for n in range(256)], dtype=np.uint32)
