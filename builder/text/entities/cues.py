"""Look up what a word says about a name: titles, kinds of organisations and places, known names.

The words are a list of the recipe (`training/entities/cues.toml`), keyed by skeleton. `x*` stands
for every word that begins with x, `*x` for every word that ends with it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import code_points
from builder.text.entities.keys import KeyTable
from builder.text.entities.skeleton import skeleton
from builder.text.entities.traits import trait_table

NAMES = frozenset({"given", "surname", "orgname", "club", "legal"})
"""Classes of parts of names: looked up for capitalised words only."""
_OF_NAMES = 64
"""Marks the number of such a class."""
_WHOLE, _STEM, _END = 1, 2, 3

_hash_cues = native.kernel("hash_cues", native.U32, native.SIZE, native.U8, native.U64)
_find_cues = native.kernel(
    "find_cues",
    *(native.U32, native.U32, native.SIZE, native.U8),
    *(native.U64, native.U8, native.I32, native.U8),
)


class Cues:
    """Hold the classes of words, by hashes.

    A word that is no cue may be a given name with up to three letters of inflection behind it: its
    class is `given~`. Of beginnings and ends that are listed the longest counts; they have three
    letters or more. `native/entity_cues.c` looks words up.
    """

    def __init__(self, listing: str) -> None:
        self.labels = ["", "given", "given~"]
        classes: dict[tuple[str, int], int] = {}
        for line in listing.splitlines():
            label, _, words = line.partition("\t")
            if label not in self.labels:
                self.labels.append(label)
            number = self.labels.index(label) + _OF_NAMES * (label in NAMES)
            for word in words.split():
                kind = _STEM if word[-1] == "*" else _END if word[0] == "*" else _WHOLE
                classes.setdefault((word.strip("*"), kind), number)
        keys = np.empty(len(classes), dtype=np.uint64)
        words = "".join([f"{word}\n" for word, _ in classes])
        kinds = np.array([kind for _, kind in classes], dtype=np.uint8)
        _hash_cues(code_points(words), len(classes), kinds, keys)
        order = np.argsort(keys)
        self._words = KeyTable(keys[order])
        self._classes = np.array([*classes.values()], dtype=np.uint8)[order]

    def classes_of(self, words: str, count: int) -> npt.NDArray[np.uint8]:
        """Return the place in `labels` of each word's class; a line end stands behind each word."""
        found = np.empty(count, dtype=np.uint8)
        _find_cues(
            *(code_points(words), code_points(skeleton(words)), count, trait_table()),
            *(self._words.keys, self._classes, self._words.firsts, found),
        )
        return found

    def find(self, token: str) -> str:
        """Return the class of a word, empty for none."""
        return self.labels[int(self.classes_of(f"{token}\n", 1)[0])]


def cue_listing(words: Mapping[str, str]) -> str:
    """Return the text that `Cues` reads: a line per class, its words as skeletons.

    Args:
        words: by class the words, parted by white space, with their asterisks.
    """
    lines = []
    for label, listed in words.items():
        keys = {_key(word) for word in listed.split()}
        lines.append(f"{label}\t{' '.join(sorted(keys))}")
    return "\n".join(lines)


def _key(word: str) -> str:
    begin, end = "*" * (word[0] == "*"), "*" * (word[-1] == "*")
    return begin + skeleton(word.strip("*")) + end
