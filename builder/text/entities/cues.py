"""Look up what a word says about a name: titles, kinds of organisations and places, known names.

The words are a list of the recipe (`training/entities/cues.toml`), keyed by skeleton. `x*` stands
for every word that begins with x, `*x` for every word that ends with it.
"""

from __future__ import annotations

from collections.abc import Mapping

from builder.text.entities.skeleton import skeleton

NAMES = frozenset({"given", "surname", "orgname", "club", "legal"})
"""Classes of parts of names: looked up for capitalised words only."""
MIN_STEM = 3
MAX_ENDING = 3
"""Letters that an inflected given name may have behind its stem."""
MIN_GIVEN = 5


class Cues:
    """Hold the classes of words."""

    def __init__(self, listing: str) -> None:
        self._whole: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        self._ends: dict[str, str] = {}
        for line in listing.splitlines():
            label, _, words = line.partition("\t")
            for word in words.split():
                kept = self._stems if word[-1] == "*" else self._ends if word[0] == "*" else None
                (self._whole if kept is None else kept).setdefault(word.strip("*"), label)

    def find(self, token: str) -> str:
        """Return the class of a word, empty for none; `given~` is an inflected given name."""
        low = skeleton(token)
        capital = not token[0].islower()
        label = self._whole.get(low, "")
        if label and (capital or label not in NAMES):
            return label
        if capital:
            for size in range(len(low) - 1, max(MIN_GIVEN, len(low) - MAX_ENDING) - 1, -1):
                if self._whole.get(low[:size]) == "given":
                    return "given~"
        for size in range(min(len(low), 16), MIN_STEM - 1, -1):
            label = self._stems.get(low[:size], "")
            if label:
                return label
        for size in range(min(len(low) - 2, 16), MIN_STEM - 1, -1):
            label = self._ends.get(low[-size:], "")
            if label:
                return label
        return ""


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
