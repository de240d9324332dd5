"""Find where in a text a cue may begin: by its first two words, before any pattern runs.

All words are looked up in the index of the rules at once. In prose hardly any two neighbours
are the head of a phrase, so little is left to match.
"""

from collections.abc import Callable, Iterator

import numpy as np

from builder.text.cue_index import CueIndex, Numbers
from builder.text.cue_rules import CueRules
from builder.text.cue_words import Letters, Places, chain, read_letters
from builder.text.phrases import AFTER_SMALL

__all__ = ["find_starts"]

Starts = tuple[Numbers, Places]


def find_starts(
    text: str, folded: str, language: str | Callable[[], str], rules: CueRules
) -> Iterator[tuple[int, int]]:
    """Yield the number of a cue and a place where it may begin; pairs may repeat.

    Args:
        text: the text as printed; it shows where one word is glued to another.
        folded: the same text folded.
        language: tag of the language of the text, or a way to find it out if it matters.
        rules: the cues; of those that do the same, in several languages, one stands for all.
    """
    letters, index = read_letters(text), rules.index
    found = [*_at_words(letters, rules), _glued(text, letters, index)]
    if letters.has_unspaced():
        found += [_literals(letters, index), *_around_literals(text, folded, letters, rules)]
    numbers = np.concatenate([numbers for numbers, _ in found])
    places = np.concatenate([places for _, places in found])
    fits = index.fits(letters, numbers, places)
    numbers, places = numbers[fits], places[fits]
    tags = index.tags[numbers]
    if (tags != "").any():
        tag = language if isinstance(language, str) else language()
        fits = (tags == "") | (tags == tag.split("-", maxsplit=1)[0])
        numbers, places = numbers[fits], places[fits]
    return zip(numbers.tolist(), places.tolist(), strict=True)


def _at_words(letters: Letters, rules: CueRules) -> Iterator[Starts]:
    """Yield starts at the words that phrases begin with, or that are inside them."""
    index = rules.index
    starts, keys = letters.words()
    inner = zip(*index.inner.find(keys), strict=True)
    for row, number in inner:
        low = np.searchsorted(starts, starts[row] - rules.cues[number].phrase.back)
        yield np.full(row + 1 - low, number), starts[low : row + 1]
    known = index.firsts.may_have(keys)
    nexts = keys[np.minimum(known + 1, keys.size - 1)]
    starts, keys = starts[known], keys[known]
    rows, numbers = index.pairs.find(chain(keys, nexts))
    yield numbers, starts[rows]
    rows, numbers = index.lone.find(keys)
    yield numbers, starts[rows]
    rows, numbers = index.opening.find(keys)
    opens = letters.may_open(starts[rows])
    yield numbers[opens], starts[rows[opens]]


def _glued(text: str, letters: Letters, index: CueIndex) -> Starts:
    """Return starts at capitals that follow a small letter: `SubscribeLog in`."""
    places, end = [], 0
    for place in letters.glued().tolist():
        word = AFTER_SMALL.match(text, place) if place >= end else None
        if word:
            places.append(place)
            end = word.end()
    starts = np.array(places, dtype=np.int64)
    rows, numbers = index.firsts.find(letters.keys(starts))
    return numbers, starts[rows]


def _literals(letters: Letters, index: CueIndex) -> Starts:
    """Return starts in scripts where words cannot be told apart."""
    found = [index.literals.find(keys) for keys in letters.literals()]
    numbers = np.concatenate([numbers for _, numbers in found])
    return numbers, np.concatenate([places for places, _ in found])


def _around_literals(text: str, folded: str, letters: Letters, rules: CueRules) -> Iterator[Starts]:
    """Yield starts from which a phrase may lead to a word inside it, in the same scripts."""
    alnum = letters.alnum()
    for literal, numbers in rules.index.literal_inner.items():
        at = folded.find(literal)
        while at >= 0:
            for number in numbers:
                phrase = rules.cues[number].phrase
                low, high = np.searchsorted(alnum, (at - phrase.back, at + 1))
                places = alnum[low:high]
                if phrase.numeric:
                    places = places[[text[place].isdecimal() for place in places]]
                yield np.full(places.size, number), places
            at = folded.find(literal, at + len(literal))
