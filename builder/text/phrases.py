"""Read the small language in which cue phrases are written, and compile it.

A phrase is plain words with a few operators, so that people who know a language but no
regular expressions can extend its rules:

- a space stands for any white space or punctuation; case and kinds of apostrophe do not count;
- `(our|the daily)` is a choice, `[free]` may be missing, `...` is a short gap;
- `subscri*` is a word that begins so; `#` is a number; `:` is a colon, equals sign or slash
  that has to be there;
- `{name}` is a name, `{date}` a date with or without a time, `{time}` a time of day,
  `{any}` whatever follows.

Every operator is bounded, so no phrase can make the search run away.  It knows scripts,
and refuses to know what a phrase is for: that is said beside it in `rules/<tag>.toml`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from builder.text.folding import UNSPACED, fold

__all__ = [
    "ANCHOR_CHARS",
    "DATE_PATTERN",
    "NUMBER",
    "Parsed",
    "Phrase",
    "PhraseError",
    "parse_phrase",
]

ANCHOR_CHARS = 5
"""Characters of a word that are looked up before any pattern runs. With 5, `newsletter` and
`newsletters` share a key and a random word of prose seldom has one."""

NUMBER = "0"
"""The key of every word that begins with a digit."""

HEAD_WORDS = 2
"""Words of a phrase that are looked up before its pattern runs: in prose, few pairs are a head."""

MAX_SEPARATOR = 6
GAP_CHARS = 62
STEM_CHARS = 14
SLOT_CHARS = 200
"""Most characters between two words, in a gap, of the ending of a stem, of a placeholder."""

_SEPARATOR = r"[^\w\n]{1,6}"
_TIGHT_SEPARATOR = r"[^\w\n]{0,3}"
_GAP = r"[^\w\n](?:[^\n]{0,60}?[^\w\n])?"
_TIGHT_GAP = r"[^\n]{0,30}?"

_ZONE = r"(?:gmt|utc|cest|cet|edt|pst|pdt|cst|cdt|bst|ist|msk|мск)(?:[+-]\d{1,2}(?::?\d\d)?)?\b"
_CLOCK = (
    r"\d{1,2}(?:[:.h]|\s?(?:uhr|ч)\s?)\d{2}(?::\d{2})?"
    rf"(?:\s?(?:[ap]\.?m\b\.?|uhr\b)(?:\s(?:est|et|ct|pt)\b)?)?(?:\s?\(?{_ZONE}\)?)?"
)
_MONTH_DAY = r"\d{1,2}(?:st|nd|rd|th|er|º|°|ª|\.)?"
_MONTH = r"(?:de |di |d')?[^\W\d_]{3,12}\.?"
_DAY = (
    rf"(?:[^\W\d_]{{2,14}}\.?,? )?(?:(?:den|le|dne|den|el|dia|il) )?"
    r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.?"
    rf"|{_MONTH_DAY},? {_MONTH}(?: de| del)?,? \d{{4}}"
    rf"|{_MONTH} {_MONTH_DAY},? \d{{4}}"
    r"|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]"
    r"|\d{4}\. ?\d{1,2}\. ?\d{1,2}\.?)"
)
_AT = r"(?:(?:at|um|a|à|la|as|às|alle|le|klo|kl|ore|om|в|о|στισ)\.? )?"
DATE_PATTERN = rf"{_DAY}(?:[^\w\n]{{0,4}}{_AT}{_CLOCK})?"
"""A date in digits or with the name of a month, and perhaps a time; no word is tested for being a
month, so it only counts after a label or as a line of its own."""

_PLACEHOLDERS = {
    "date": DATE_PATTERN,
    "time": _CLOCK,
    "name": r"(?P<name>[^\n.:;!?()|<>«»“”\"•]{2,70}%s(?:\.[^\n.:;!?()|<>«»“”\"•]{1,40}%s){0,3}%s)",
    "any": r"[^\n]{1,120}%s",
}
"""Patterns of the placeholders. `%s` becomes `?` (shortest match) if something follows."""

_OPEN_ENDED = ("name", "any")
_DATES = ("date", "time")

_TOKEN = re.compile(
    r"\{(?P<slot>\w*)\}|(?P<gap>\.\.\.|…)|(?P<mark>[()\[\]|])|(?P<number>#)|(?P<colon>[:=/])"
    r"|(?P<word>[©\w\u0300-\u036f\u0900-\u0dff\u0e30-\u0e4e']*[©\w\u0300-\u036f\u0900-\u0dff\u0e30-\u0e4e])(?P<stem>\*?)"
    r"|(?P<other>[^\s]|\s+)"
)
_WORD = re.compile(r"©|\w+")


class PhraseError(ValueError):
    """A phrase cannot be read; the message says what is wrong with it."""


class Phrase(NamedTuple):
    """A compiled phrase.

    `back`: most characters from its start to a word inside it that it is found by, see `Parsed`.
    `unspaced`: it is written in a script without spaces. `numeric`: it begins with a number.
    `dated`: a date or a time comes before that word.
    `open_ended`: it ends in a name or in anything.
    """

    pattern: str
    back: int
    unspaced: bool
    numeric: bool
    dated: bool
    open_ended: bool

    @property
    def named(self) -> bool:
        """Say whether there is a name in it."""
        return "(?P<name>" in self.pattern


class Parsed(NamedTuple):
    """A phrase, and how to find where it may stand.

    `heads` are the beginnings of the first two words of every match; an empty second one
    stands for any. Where a phrase begins with no certain word, `heads` is empty and `anchor`
    holds a word inside it; so it is where a script has no spaces and the phrase begins with a
    number.
    """

    phrase: Phrase
    heads: frozenset[tuple[str, str]]
    anchor: frozenset[str]


class _Node(NamedTuple):
    pattern: str
    anchors: tuple[str, ...]
    width: int  # most characters of a match
    kind: str = "word"  # word | gap | optional | slot | date | colon
    options: tuple[tuple[tuple[str, ...], ...], ...] = ()
    """Each way to read it, as sets of its words or their stems; an empty set is any word."""


def parse_phrase(source: str) -> Parsed:
    """Compile a phrase.

    Raises:
        PhraseError: an operator is unknown or not closed, or no word is certain to occur.
    """
    folded = fold(source).strip()
    unspaced = re.search(f"[{UNSPACED}]", folded) is not None
    reader = _Reader(folded, unspaced=unspaced)
    nodes = reader.read()
    if not any(node.anchors for node in nodes):
        raise PhraseError("no word of it is certain to occur; give it one that may not be missing")
    heads = _heads(_readings(nodes))
    numeric = any(first == NUMBER for first, _ in heads)
    if unspaced and numeric:
        heads = frozenset()
    anchor, back, dated = (frozenset(), 0, False) if heads else _anchor(nodes)
    place = back, unspaced, numeric, dated, nodes[-1].kind == "slot"
    return Parsed(Phrase(reader.join(nodes), *place), heads, anchor)


class _Reader:
    """Recursive descent over the tokens of one phrase."""

    def __init__(self, source: str, *, unspaced: bool) -> None:
        self._tokens = [token for token in _TOKEN.finditer(source) if not _is_filler(token)]
        self._at = 0
        self._unspaced = unspaced
        self._names = 0

    def read(self) -> list[_Node]:
        nodes = list(self._sequence(closers=""))
        if self._at < len(self._tokens):
            raise PhraseError(f"unexpected {self._tokens[self._at].group()!r}")
        return nodes

    def _sequence(self, closers: str) -> Iterator[_Node]:
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            mark = token.group("mark")
            if mark and mark in closers:
                return
            self._at += 1
            if mark in ("(", "["):
                yield self._choice(mark)
            elif mark:
                message = f"{mark!r} without its opening bracket"
                raise PhraseError(message)
            else:
                yield self._leaf(token)

    def _choice(self, opener: str) -> _Node:
        closer = ")" if opener == "(" else "]"
        options: list[list[_Node]] = []
        while True:
            options.append(list(self._sequence(closers="|" + closer)))
            if self._at >= len(self._tokens):
                message = f"{opener!r} is never closed"
                raise PhraseError(message)
            mark = self._tokens[self._at].group()
            self._at += 1
            if mark == closer:
                break
        if not all(options):
            message = "an empty choice; write [a|b] for something that may be missing"
            raise PhraseError(message)
        # Longest first, or `min` would win over `minutes` and leave half a word.
        patterns = sorted(
            {self.join(option) for option in options}, key=lambda one: (-len(one), one)
        )
        pattern = f"(?:{'|'.join(patterns)})"
        width = max(sum(node.width + MAX_SEPARATOR for node in option) for option in options)
        readings = tuple(reading for option in options for reading in _readings(option))
        if opener == "[":
            return _Node(pattern, (), width, "optional", (*readings, ()))
        per_option = [_best_anchors(option) for option in options]
        anchors = {key for keys in per_option for key in keys} if all(per_option) else set()
        return _Node(pattern, tuple(sorted(anchors)), width, options=readings)

    def _leaf(self, token: re.Match[str]) -> _Node:
        if token.group("gap"):
            return _Node("", (), GAP_CHARS, "gap", (((),),))
        if token.group("number"):
            return _Node(r"\d[\d.,]{0,8}", (), 9, options=(((NUMBER,),),))
        if token.group("colon"):
            return _Node(r"[^\w\n:=/]{0,3}[:=/]", (), 4, "colon", ((),))
        slot = token.group("slot")
        if slot is not None:
            return self._slot(slot, last=self._at == len(self._tokens))
        return _word(token.group("word"), stem=bool(token.group("stem")), unspaced=self._unspaced)

    def _slot(self, slot: str, *, last: bool) -> _Node:
        if slot not in _PLACEHOLDERS:
            known = ", ".join(sorted(_PLACEHOLDERS))
            message = f"unknown placeholder {{{slot}}} (known: {known})"
            raise PhraseError(message)
        if slot == "name":
            self._names += 1
            if self._names > 1:
                message = "only one {name} per phrase"
                raise PhraseError(message)
        pattern = _PLACEHOLDERS[slot].replace("%s", "" if last else "?")
        kind = "date" if slot in _DATES else "slot" if last and slot in _OPEN_ENDED else "word"
        return _Node(pattern, (), SLOT_CHARS, kind, (((),),))

    def join(self, nodes: Iterable[_Node]) -> str:
        separator, gap = (_TIGHT_SEPARATOR, _TIGHT_GAP) if self._unspaced else (_SEPARATOR, _GAP)
        out, begun, pending = "", False, separator
        for node in nodes:
            if node.kind == "gap":
                pending = gap
            elif node.kind == "optional":
                form = f"{pending}{node.pattern}" if begun else f"{node.pattern}{separator}"
                out += f"(?:{form})?"
            elif node.kind == "colon":
                out, begun, pending = out + node.pattern, True, _TIGHT_SEPARATOR
            else:
                out += pending + node.pattern if begun else node.pattern
                begun, pending = True, separator
        return out


@cache
def _word(word: str, *, stem: bool, unspaced: bool) -> _Node:
    """Read a word; the phrases of a language repeat theirs."""
    parts = [part for part in word.split("'") if part]
    pattern = r"[^\w\n]{1,2}".join(map(re.escape, parts))
    width = len(word) + 2
    if stem:
        pattern += rf"\w{{0,{STEM_CHARS}}}"
        width += STEM_CHARS
    words = [found for part in parts for found in _WORD.findall(part)]
    keys = [found[:ANCHOR_CHARS] for found in words]
    if stem and len(keys[-1]) < ANCHOR_CHARS:
        keys[-1] = ""
    reading = tuple((found,) if key else () for found, key in zip(words, keys, strict=True))
    anchor = word if unspaced else max(keys, key=len)
    return _Node(pattern, (anchor,) if anchor else (), width, options=(reading,))


def _is_filler(token: re.Match[str]) -> bool:
    other = token.group("other")
    if other and other in "?+*^$\\{}":
        raise PhraseError(f"{other!r} is no operator; what may be missing stands in [brackets]")
    return other is not None


def _best_anchors(nodes: Iterable[_Node]) -> tuple[str, ...]:
    """Return the anchors of the node that is likely to be rarest, or none."""
    certain = [node.anchors for node in nodes if node.anchors]
    return max(certain, key=_rarity) if certain else ()


def _rarity(keys: tuple[str, ...]) -> tuple[int, int, int]:
    """Order sets of words by how rare they are likely to be: long keys, and few."""
    return min(map(len, keys)), -len(keys), max(map(len, keys))


def _anchor(nodes: Sequence[_Node]) -> tuple[frozenset[str], int, bool]:
    """Return the rarest word of a phrase, how far it may stand from the start, and `dated`."""
    best = max((node for node in nodes if node.anchors), key=lambda node: _rarity(node.anchors))
    before = nodes[: nodes.index(best)]
    back = sum(node.width + MAX_SEPARATOR for node in before)
    inside = best.width if len(best.options) > 1 else 0
    return frozenset(best.anchors), back + inside, any(node.kind == "date" for node in before)


def _readings(nodes: Iterable[_Node]) -> list[tuple[tuple[str, ...], ...]]:
    """Return the first two words of every way to read a sequence."""
    found: set[tuple[tuple[str, ...], ...]] = {()}
    for node in nodes:
        if all(len(words) >= HEAD_WORDS for words in found):
            break
        found = {
            (words + option)[:HEAD_WORDS] if len(words) < HEAD_WORDS else words
            for words in found
            for option in node.options
        }
    return sorted(found)


def _heads(readings: Iterable[tuple[tuple[str, ...], ...]]) -> frozenset[tuple[str, str]]:
    """Return how the first two words of every match begin; none if a first word is not certain."""
    heads: set[tuple[str, str]] = set()
    for words in readings:
        if not words or not words[0]:
            return frozenset()
        second = words[1] if len(words) > 1 else ()
        heads.update(
            (first[:ANCHOR_CHARS], other[:ANCHOR_CHARS])
            for first in words[0]
            for other in second or ("",)
        )
    return frozenset(heads)
