"""Remove proposed spans from a text, once, and account for every character.

Knows how proposals are merged, which white space is surplus, and when the weaker
evidence must give way so that a text is not emptied.  Refuses to know why a span was
proposed: cues, layout and repetition live in their own modules.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from math import ceil
from typing import NamedTuple

__all__ = ["Proposal", "RemovedPiece", "clean_text", "remove_spans"]

SPACE_RULE = "space"

# Share of the letters and digits left by the typed cues that the other evidence (layout,
# repetition) has to keep.  Below it that evidence is dropped for this text: a page that is
# almost all menu is rarer than a wrong decision about a whole article.  On the
# development pages the smallest article is 1.9 % of the letters and digits of its page.
MIN_KEPT_SHARE = 0.01

_WHITE_RUN = re.compile(r"\s\s+")  # `\s{2,}` says the same and takes twice as long
_WHITE = re.compile(r"\s")


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
    marked = _merge(proposals, len(text))
    kept: list[str] = []
    removed: list[RemovedPiece] = []
    position = 0
    for start, end, inside in _gaps(text, marked):
        survivor = _survivor(text, start, end, inside)
        kept.append(text[position:start])
        if survivor >= 0:
            kept.append(text[survivor])
        removed.extend(_pieces(start, end, inside, survivor))
        position = end
    kept.append(text[position:])
    return "".join(kept), removed


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
    typed, weak = list(typed), list(weak)
    if not weak:
        return remove_spans(text, typed)
    cleaned = remove_spans(text, typed + weak)
    if _has_substance(cleaned[0], max(min_kept_share * len(text), 1)):
        return cleaned
    by_typed = remove_spans(text, typed)
    left = sum(map(str.isalnum, by_typed[0]))
    return cleaned if _has_substance(cleaned[0], max(min_kept_share * left, 1)) else by_typed


def _has_substance(text: str, least: float) -> bool:
    """Say whether a text has at least so many letters and digits; read no further than needed."""
    return sum(1 for _ in islice(filter(str.isalnum, text), ceil(least))) >= least


def _merge(proposals: Iterable[Proposal], length: int) -> list[RemovedPiece]:
    """Turn proposals into sorted disjoint pieces, each with all its rules."""
    events: list[tuple[int, int, str]] = []
    for start, end, rule in proposals:
        first, last = max(start, 0), min(end, length)
        if first < last:
            events.append((first, 1, rule))
            events.append((last, -1, rule))
    events.sort()
    merged: list[RemovedPiece] = []
    active: dict[str, int] = {}
    since = 0
    for position, step, rule in events:
        if active and position > since:
            _append(merged, RemovedPiece(since, position, tuple(sorted(active))))
        count = active.get(rule, 0) + step
        if count:
            active[rule] = count
        else:
            del active[rule]
        since = position
    return merged


def _append(pieces: list[RemovedPiece], piece: RemovedPiece) -> None:
    """Add a piece, joining it to the one before if they touch and agree."""
    if pieces and pieces[-1].end == piece.start and pieces[-1].rules == piece.rules:
        piece = RemovedPiece(pieces.pop().start, piece.end, piece.rules)
    pieces.append(piece)


def _gaps(text: str, marked: list[RemovedPiece]) -> Iterator[tuple[int, int, list[RemovedPiece]]]:
    """Yield the maximal runs of removed or white characters that lose something.

    Work is done at borders only: runs of white space come from one compiled pattern,
    single white characters count only where they touch a removed span or an edge.
    """
    spans = [(found.start(), found.end(), None) for found in _WHITE_RUN.finditer(text)]
    touching = {0, len(text) - 1} if text else set()
    for piece in marked:
        touching.update((piece.start - 1, piece.end))
    spans += [(at, at + 1, None) for at in touching if 0 <= at < len(text) and text[at].isspace()]
    every: list[tuple[int, int, RemovedPiece | None]] = [*spans]
    every += [(piece.start, piece.end, piece) for piece in marked]
    every.sort(key=lambda span: (span[0], span[1]))
    start = end = -1
    inside: list[RemovedPiece] = []
    for first, last, mark in every:
        if first > end:
            if end > start:
                yield start, end, inside
            start, end, inside = first, last, []
        end = max(end, last)
        if mark is not None:
            inside.append(mark)
    if end > start:
        yield start, end, inside


def _survivor(text: str, start: int, end: int, inside: list[RemovedPiece]) -> int:
    """Choose the one white character of a gap that stays; -1 for none.

    A newline wins over a space; of equals, one that no rule proposed wins.
    """
    if start == 0 or end == len(text):
        return -1
    outside = list(_outside(start, end, inside))
    for wanted in ("\n", " "):
        for first, last in outside:
            found = text.find(wanted, first, last)
            if found >= 0:
                return found
        if wanted == "\n" and inside:
            found = text.find(wanted, start, end)
            if found >= 0:
                return found
    if outside:
        return outside[0][0]
    found = text.find(" ", start, end)
    if found >= 0:
        return found
    white = _WHITE.search(text, start, end)
    return white.start() if white else -1


def _outside(start: int, end: int, inside: list[RemovedPiece]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a gap that no rule proposed: white space only."""
    for piece in inside:
        if start < piece.start:
            yield start, piece.start
        start = piece.end
    if start < end:
        yield start, end


def _pieces(start: int, end: int, inside: list[RemovedPiece], survivor: int) -> list[RemovedPiece]:
    """Name the rules of every character of a gap, leaving out the survivor."""
    whole = [
        *inside,
        *(RemovedPiece(first, last, (SPACE_RULE,)) for first, last in _outside(start, end, inside)),
    ]
    pieces: list[RemovedPiece] = []
    for piece in sorted(whole):
        if piece.start <= survivor < piece.end:
            if piece.start < survivor:
                _append(pieces, RemovedPiece(piece.start, survivor, piece.rules))
            if survivor + 1 < piece.end:
                _append(pieces, RemovedPiece(survivor + 1, piece.end, piece.rules))
        else:
            _append(pieces, piece)
    return pieces
