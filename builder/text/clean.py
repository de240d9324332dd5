"""Remove proposed spans from a text, once, and account for every character.

Knows how proposals are merged, which white space is surplus, and when the weaker
evidence must give way so that a text is not emptied.  Refuses to know why a span was
proposed: cues, layout and repetition live in their own modules.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, chain, islice, pairwise
from math import ceil
from typing import NamedTuple

import numpy as np

from builder import native
from builder.text.characters import white_table
from builder.text.joined import text_codes, text_groups

__all__ = ["Proposal", "Removed", "RemovedPiece", "clean_text", "clean_texts", "remove_spans"]

SPACE_RULE = "space"

# Share of the letters and digits left by the typed cues that the other evidence (layout,
# repetition) has to keep.  Below it that evidence is dropped for this text: a page that is
# almost all menu is rarer than a wrong decision about a whole article.  On the
# development pages the smallest article is 1.9 % of the letters and digits of its page.
MIN_KEPT_SHARE = 0.01

_WORD_BITS = 64  # rules in a word of a set

_remove_spans = native.kernel(
    "remove_spans",
    *(native.U32, native.I64, native.SIZE, native.U8, native.SIZE),
    *(native.I64, native.I64, native.SIZE, native.I64, native.I64),
    *(native.U64, native.I64, native.U64, native.I64),
)


class Proposal(NamedTuple):
    """One span of a text that a rule would remove; half-open, in code points."""

    start: int
    end: int
    rule: str


class RemovedPiece(NamedTuple):
    """One removed span and all rules that proposed its characters, sorted."""

    start: int
    end: int
    rules: tuple[str, ...]


class Removed(NamedTuple):
    """The removed pieces of one text in order, kept as columns."""

    starts: list[int]
    ends: list[int]
    rules: list[tuple[str, ...]]

    def pieces(self) -> list[RemovedPiece]:
        """Return them one by one."""
        return list(map(RemovedPiece, *self))


Removal = tuple[str, Removed]
"""What is left of a text, and what is not."""


def remove_spans(text: str, proposals: Iterable[Proposal]) -> tuple[str, list[RemovedPiece]]:
    """Remove all proposed spans at once, with the white space they leave behind.

    Between two kept characters at most one white-space character survives: a newline
    if the gap holds one, else a space; none at the edges of the text.  Nothing is ever
    inserted, so a gap without white space closes without one.

    Args:
        text: any string.
        proposals: spans in any order; they may overlap, repeat or reach outside.

    Returns:
        The kept text, and the removed pieces, sorted and disjoint.  Kept text and
        pieces together restore the input exactly.
    """
    kept, removed = _remove_all([text], [list(proposals)])[0]
    return kept, removed.pieces()


def clean_text(
    text: str,
    typed: Iterable[Proposal],
    weak: Iterable[Proposal] = (),
    min_kept_share: float = MIN_KEPT_SHARE,
) -> tuple[str, list[RemovedPiece]]:
    """Combine the evidence of all rules and remove it.

    Args:
        text: normalized text of one article.
        typed: proposals that may remove alone (cues of a known kind).
        weak: proposals that may be overruled (layout, repetition across articles).
        min_kept_share: share, 0 to 1, of what the typed rules leave (in letters and
            digits) that the weak evidence has to keep, or it is dropped altogether.

    Returns:
        What `remove_spans` returns.
    """
    kept, removed = clean_texts([text], [list(typed)], [list(weak)], min_kept_share)[0]
    return kept, removed.pieces()


def clean_texts(
    texts: Sequence[str],
    typed: Sequence[list[Proposal]],
    weak: Sequence[list[Proposal]],
    min_kept_share: float = MIN_KEPT_SHARE,
) -> list[Removal]:
    """Return what `clean_text` returns for each text, in less time."""
    cleaned = _remove_all(texts, [one + other for one, other in zip(typed, weak, strict=True)])
    for number, text in enumerate(texts):
        kept = cleaned[number][0]
        if weak[number] and not _has_substance(kept, max(min_kept_share * len(text), 1)):
            by_typed = _remove_all([text], [typed[number]])[0]
            left = sum(map(str.isalnum, by_typed[0]))
            if not _has_substance(kept, max(min_kept_share * left, 1)):
                cleaned[number] = by_typed
    return cleaned


def _has_substance(text: str, least: float) -> bool:
    """Say whether a text has at least so many letters and digits; read no further than needed."""
    return len(list(islice(filter(str.isalnum, text), ceil(least)))) >= least


def _remove_all(texts: Sequence[str], proposals: Sequence[list[Proposal]]) -> list[Removal]:
    """Return what `remove_spans` returns for each text."""
    removals: list[Removal] = []
    for group in text_groups(texts):
        removals += map(_cut, texts[group], _find_pieces(texts[group], proposals[group]))
    return removals


def _cut(text: str, removed: Removed) -> Removal:
    """Take the pieces out of their text."""
    kept = map(text.__getitem__, map(slice, [0, *removed.ends], [*removed.starts, len(text)]))
    return "".join(kept), removed


def _find_pieces(texts: Sequence[str], proposals: Sequence[list[Proposal]]) -> Iterator[Removed]:
    """Yield the removed pieces of each text."""
    codes, bounds = text_codes(texts)
    every = [*chain.from_iterable(proposals)]
    names = [SPACE_RULE, *sorted({rule for _, _, rule in every} - {SPACE_RULE})]
    numbers = {name: number for number, name in enumerate(names)}
    words = -(-len(names) // _WORD_BITS)
    flat = [number for start, end, rule in every for number in (start, end, numbers[rule])]
    given = np.fromiter(accumulate(map(len, proposals), initial=0), np.int64, len(texts) + 1)
    counts, sets = np.zeros(len(names), np.int64), np.zeros(2 * words, np.uint64)
    sets[words] = 1
    events = np.empty(6 * len(every), np.int64)
    spans, rules = np.empty((codes.size, 2), np.int64), np.empty((codes.size, words), np.uint64)
    ends = np.empty(len(texts) + 1, np.int64)
    evidence = np.array(flat, np.int64), given, words
    white = white_table().view(np.uint8), white_table().size
    room = events, counts, sets, spans, rules, ends
    size = _remove_spans(codes, bounds, len(texts), *white, *evidence, *room)
    members, width = rules[:size].tobytes(), rules.itemsize * words
    reasons = list(
        map(_named(names), [members[at : at + width] for at in range(0, size * width, width)])
    )
    starts, stops = spans[:size, 0].tolist(), spans[:size, 1].tolist()
    for first, last in pairwise(ends.tolist()):
        yield Removed(starts[first:last], stops[first:last], reasons[first:last])


def _named(names: Sequence[str]) -> Callable[[bytes], tuple[str, ...]]:
    """Return what names the rules in a set of rules, sorted."""

    @cache
    def rules(members: bytes) -> tuple[str, ...]:
        number = int.from_bytes(members, "little")
        return tuple(sorted(name for bit, name in enumerate(names) if number >> bit & 1))

    return rules
