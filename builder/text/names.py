"""Recognise names by their shape: capitals, initials, particles; no lists of names.

It works on the text as printed, in all scripts; scripts without capitals are judged by
length alone, so callers ask only where a label ("By", "文/") makes a name likely.
"""

import re
from itertools import pairwise
from typing import NamedTuple

__all__ = ["PLACE_DASH", "NameSpan", "leading_name", "listed_names", "looks_like_person"]

MAX_NAME_WORDS = 6
MAX_NAME_CHARS = 60
LONGEST_INITIAL = 4
"""A word with a stop that is longer ("Inc." counts) ends the name and its sentence."""

_PARTICLES = frozenset(
    "de da do dos das du des del della di la le les el al bin ibn ben van von der den ter ten "  # noqa: SIM905
    "zu zur zum af av y e of the d l bint abu te ja".split()
)
_JOINS = frozenset(
    "and et und y e i и й та і ve και en og och ja dan và és şi și a или oraz with mit avec con "  # noqa: SIM905
    "com с s z ed ו و".split()
)
_WORD = re.compile(r"([^\W_](?:[\w'’‘ʼ.\-‐&+@]*\w)?\.?)")
_NEXT_WORD = re.compile(r"[ \u00a0]{0,2}" + _WORD.pattern)
"""The word after another one of the same name: nothing but spaces parts them."""

# A pattern that begins with a plain character class is searched several times faster than one
# that begins with a choice or a look-behind; hence the look-behinds after the first character.
_BREAK_MARK = "[,;/&|·•、・，]"
_LIST_BREAK = re.compile(
    rf"[\s,;/&|·•、・，](?:(?<!\s)\s*|(?<=\s)\s*(?:{_BREAK_MARK}\s*|[-–—]\s+))"
)
PLACE_DASH = re.compile(r"\s(?<=\w\s)\s{0,8}[–—]\s")
"""What parts the names of a byline from where they write: "João Neto — São Paulo"."""


class NameSpan(NamedTuple):
    """Where a name stands; half-open, in code points."""

    start: int
    end: int


def leading_name(text: str, start: int, end: int) -> NameSpan | None:
    """Return the longest name that a stretch of text begins with, or None."""
    first = last = -1
    words = 0
    word = _WORD.search(text, start, end)
    while word is not None:
        token, seen = word[1], word.end()
        if _is_capital(token) or (first >= 0 and token[0].isdigit()):
            words += 1
            if words > MAX_NAME_WORDS:
                break
            first, last = (word.start(1) if first < 0 else first), seen
        elif first < 0 or token.casefold() not in _PARTICLES:
            break
        if token[-1] == "." and len(token) > LONGEST_INITIAL:
            break
        word = _NEXT_WORD.match(text, seen, end)
    if first < 0 or last - first > MAX_NAME_CHARS or last - first < 2:
        return None
    last -= text[last - 1] == "." and last - first > LONGEST_INITIAL
    return NameSpan(first, last)


def listed_names(text: str, start: int, end: int, roles: frozenset[str]) -> list[NameSpan]:
    """Return the names of a list such as "Anna Roth und Peter Holm, Paris".

    Reading stops at a part that is no name or names a role; an empty list says that the
    stretch does not begin with a name.
    """
    names: list[NameSpan] = []
    dash = PLACE_DASH.search(text, start, end)
    for first, last in _parts(text, start, dash.start() if dash else end):
        found = leading_name(text, first, last)
        if found is None or text[found.end : last].strip(" .\u00a0)"):
            break
        if has_role(_WORD.findall(text, first, last), roles):
            break
        names.append(found)
    return names


def has_role(words: list[str], roles: frozenset[str]) -> bool:
    """Say whether one of the words is a role such as "reporter"."""
    return not roles.isdisjoint([word.casefold().rstrip(".") for word in words])


def looks_like_person(name: str, most: int = 5) -> bool:
    """Say whether a name has the shape of a person's: two to `most` capitals, and particles."""
    words = name.split()
    if any(map(str.isdigit, name)):
        return False
    if not (any(map(str.isupper, name)) or any(map(str.islower, name))):
        return 2 <= len(name) <= 30
    capitals = [word for word in words if word.casefold() not in _PARTICLES]
    if not 2 <= len(capitals) <= most or len(words) > MAX_NAME_WORDS:
        return False
    is_short = max(map(len, capitals)) <= 3 and all(map(str.isupper, capitals))
    return not is_short and all(map(str.isupper, [word[0] for word in capitals]))


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a list of names at commas, bars and words such as "and"."""
    cuts = [found.span() for found in _LIST_BREAK.finditer(text, start, end)]
    if not _JOINS.isdisjoint(_WORD.findall(text, start, end)):
        for before, word in pairwise(_WORD.finditer(text, start, end)):
            if word[0] in _JOINS and before.end() < word.start():
                cuts.append(word.span())
    parts = []
    position = start
    for first, last in sorted(cuts):
        if first > position:
            parts.append((position, first))
        position = max(position, last)
    parts.append((position, end))
    return [(first, last) for first, last in parts if text[first:last].strip()]


def _is_capital(token: str) -> bool:
    head = token[0]
    return head.isupper() or (head.isalpha() and not head.islower())
