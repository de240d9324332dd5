"""Find where in a text a cue may begin: by its first two words, before any pattern runs.

One pass over the words of the text looks each up in the index of the rules. In prose
hardly any two neighbours are the head of a phrase, so little is left to match.
"""

import re
from collections.abc import Iterator, Mapping

from builder.text.cue_rules import OPENING, CueRules
from builder.text.phrases import AFTER_SMALL, ANCHOR_CHARS, NUMBER, fold, has_unspaced

__all__ = ["find_starts"]

_WORD = re.compile(r"\w+|©")
_DIGITS = frozenset("0123456789")
_NONE: Mapping[str, tuple[int, ...]] = {}
_WORD_START = re.compile(r"\b\w|©")


def find_starts(text: str, folded: str, rules: CueRules) -> Iterator[tuple[int, int]]:
    """Yield the number of a cue and a place where it may begin; pairs may repeat.

    Args:
        text: the text as printed; it shows where one word is glued to another.
        folded: the same text folded.
        rules: the cues.
    """
    yield from _spaced(text, folded, rules)
    yield from _glued(text, rules)
    if has_unspaced(folded):
        yield from _unspaced(folded, rules)


def _spaced(text: str, folded: str, rules: CueRules) -> list[tuple[int, int]]:
    """Return starts at the heads of phrases: the hot loop, one turn per word of the text."""
    heads, anchors = rules.heads, rules.anchors
    found: list[tuple[int, int]] = []
    seconds: Mapping[str, tuple[int, ...]] = _NONE
    start = 0
    for word in _WORD.finditer(folded):
        key = word[0][:ANCHOR_CHARS]
        if key[0] in _DIGITS:
            key = NUMBER
        if key in seconds:
            found += [(number, start) for number in seconds[key]]
        seconds = heads.get(key, _NONE)
        if seconds:
            start = word.start()
            if "" in seconds:
                found += [(number, start) for number in seconds[""]]
            if OPENING in seconds and _may_open(text, start):
                found += [(number, start) for number in seconds[OPENING]]
        if key in anchors:
            found += _before(folded, word.start(), anchors[key], rules)
    return found


def _may_open(text: str, at: int) -> bool:
    """Say whether a word has a capital or no letter or digit two characters before it."""
    return not text[at].islower() or at < 2 or not text[at - 2].isalnum() or text[at - 1] == "\n"


def _before(
    folded: str, at: int, numbers: tuple[int, ...], rules: CueRules
) -> Iterator[tuple[int, int]]:
    """Yield the words from which a phrase may lead to a word inside it."""
    for number in numbers:
        low = max(0, at - rules.cues[number].phrase.back)
        for word in _WORD_START.finditer(folded, low, at + 1):
            yield number, word.start()


def _glued(text: str, rules: CueRules) -> Iterator[tuple[int, int]]:
    """Yield starts at capitals that follow a small letter: `SubscribeLog in`."""
    for word in AFTER_SMALL.finditer(text):
        for numbers in rules.heads.get(fold(word[0]), {}).values():
            yield from ((number, word.start()) for number in numbers)


def _unspaced(folded: str, rules: CueRules) -> Iterator[tuple[int, int]]:
    """Yield starts in scripts where words cannot be told apart."""
    for literal, numbers in rules.literals.items():
        at = folded.find(literal)
        while at >= 0:
            for number in numbers:
                low = max(0, at - rules.cues[number].phrase.back)
                yield from ((number, start) for start in range(low, at + 1))
            at = folded.find(literal, at + len(literal))
