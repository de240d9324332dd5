"""Find where in a text a cue may begin: by its first two words, before any pattern runs.

All words are looked up in the index of the rules at once. In prose hardly any two neighbours
are the head of a phrase, so little is left to match.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from builder.text.cue_index import CueIndex, Numbers
from builder.text.cue_rules import CueRules
from builder.text.cue_words import Letters, Places, chain, read_letters
from builder.text.joined import join_texts, text_groups
from builder.text.phrases import AFTER_SMALL

__all__ = ["Start", "find_starts"]

_NUMBER_BITS = 20
"""Room for the number of a cue beside a place."""

_LAST = (1 << _NUMBER_BITS) - 1

Starts = tuple[Numbers, Places]

Start = tuple[int, int]
"""A place where a cue may begin, and the number of the cue."""


def find_starts(
    texts: Sequence[str], folded: Sequence[str], rules: CueRules
) -> Iterator[list[Start]]:
    """Yield for each text where which cues may begin, by place, without repetition.

    Args:
        texts: texts as printed; they show where one word is glued to another.
        folded: the same texts folded.
        rules: the cues; of those that do the same, in several languages, one stands for all.
    """
    for group in text_groups(texts):
        text, begins = join_texts(texts[group])
        both = _starts(text, join_texts(folded[group])[0], begins, rules)
        bounds = np.searchsorted(both, begins << _NUMBER_BITS).tolist()
        for at, begin in enumerate(begins[:-1].tolist()):
            found = both[bounds[at] : bounds[at + 1]] - (begin << _NUMBER_BITS)
            yield list(zip((found >> _NUMBER_BITS).tolist(), (found & _LAST).tolist(), strict=True))


def _starts(text: str, folded: str, begins: Places, rules: CueRules) -> Places:
    """Return places and numbers of cues in one, sorted."""
    letters, index = read_letters(text), rules.index
    found = [*_at_words(letters, rules), _glued(text, letters, index)]
    unspaced = letters.have_unspaced(begins[:-1])
    if unspaced.any():
        found += [_literals(letters, index), *_around_literals(text, folded, letters, rules)]
    numbers = np.concatenate([numbers for numbers, _ in found])
    places = np.concatenate([places for _, places in found])
    fits = index.fits(letters, numbers, places)
    if unspaced.any() and not unspaced.all():
        owners = np.searchsorted(begins, places, side="right") - 1
        fits &= index.spaced[numbers] | unspaced[owners]
    return np.unique((places[fits] << _NUMBER_BITS) | numbers[fits])


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
