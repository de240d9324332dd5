"""Cut text into tokens and segments for the entity tagger, keeping offsets.

Knows only code points: no language model, no dictionary. A *type* is the exact string of a token;
everything the tagger knows about a word is a function of its type, so that it is computed once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int32]

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
TOKEN = re.compile(
    rf"(?:[^\W\d_{CJK}]\.){{2,}}"  # initials: U.S., В.В.
    rf"|[{CJK}]"  # one sign of Chinese or Japanese
    rf"|[^\W\d_{CJK}]+"  # a run of letters
    r"|\d+|\n|[^\S\n]+|\S"
)
MAX_SEGMENT = 160
"""Tokens in one segment at most. Sentences of news are shorter (99.9 % of the training data);
the bound keeps tables of hostile input small."""

_SPACE, _WORD, _LOWER, _STOP, _HARD_STOP, _NEWLINE, _SHORT, _CLOSER = range(8)
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        "mr mrs ms dr st sr jr prof gen col sgt lt capt rev hon gov sen rep no vs mm mme mlle hr "
        "fr nr bzw ca sra dra exmo kgs kgl kungl hl v av th sv mt pvt ii iii iv vi vii viii ix xi "
        "xii xiii xiv xv xvi г ул им стр тыс млн гг проф акад ст т д л др",
    )
)


_SIGNS = re.compile(rf"[{CJK}]{{2}}")
_SIGN = re.compile(rf"[{CJK}]")


def is_sign(token: str) -> bool:
    """Tell whether a type is a sign of Chinese or Japanese (with the sign behind it, if any)."""
    return _SIGN.match(token) is not None


class Tokens(NamedTuple):
    """Hold the tokens of one text: type numbers, offsets and where segments begin."""

    types: IntArray
    starts: IntArray
    ends: IntArray
    bounds: IntArray
    """First token of every segment, ascending, and the number of tokens."""

    @property
    def segments(self) -> IntArray:
        """First token of every segment; empty for a text without tokens."""
        return self.bounds[:-1]

    def places(self) -> tuple[IntArray, IntArray, IntArray, IntArray, int]:
        """Return what kernels that score tokens begin with."""
        return self.types, self.starts, self.ends, self.bounds, len(self.bounds) - 1


_KIND_OF_SIGN = (
    dict.fromkeys(".!?…", _STOP)
    | dict.fromkeys("。！？", _HARD_STOP)
    | dict.fromkeys("\"'”»’)]", _CLOSER)
)


def _kind(word: str) -> int:
    if word.isspace():
        return _NEWLINE if word == "\n" else _SPACE
    if word in _KIND_OF_SIGN:
        return _KIND_OF_SIGN[word]
    initial = len(word) == 1 and word.isupper()
    ordinal = len(word) <= 2 and word.isdigit()
    if initial or ordinal or word.lower() in _ABBREVIATIONS:
        return _SHORT
    return _LOWER if word[0].islower() else _WORD


def _case(token: str) -> int:
    """Return 2 for a word in capitals, 1 for another word of two letters or more, else 0."""
    if len(token) < 2 or not token[0].isalpha() or token.lower() == token.upper():
        return 0
    return 2 if token.isupper() else 1


class Vocabulary(dict[str, int]):
    """Number the types met so far; a number says nothing, so order of arrival changes no result."""

    def __init__(self, *, pairs: bool = True) -> None:
        super().__init__()
        self.pairs = pairs
        """Whether the type of a Chinese or Japanese sign tells the sign behind it, too."""
        self.names: list[str] = []
        self.kinds = np.zeros(1024, dtype=np.int8)
        self.cases = np.zeros(1024, dtype=np.int8)
        self.lengths = np.zeros(1024, dtype=np.int32)

    def __missing__(self, token: str) -> int:
        number = len(self.names)
        if number == len(self.kinds):
            self.kinds = np.concatenate([self.kinds, np.zeros_like(self.kinds)])
            self.cases = np.concatenate([self.cases, np.zeros_like(self.cases)])
            self.lengths = np.concatenate([self.lengths, np.zeros_like(self.lengths)])
        self.kinds[number] = _kind(token)
        self.cases[number] = _case(token)
        self.lengths[number] = 1 if is_sign(token) else len(token)
        self.names.append(token)
        self[token] = number
        return number

    def numbers(self, tokens: Sequence[str]) -> IntArray:
        """Return the type number of each token, numbering new types on the way."""
        return np.fromiter(map(self.__getitem__, tokens), dtype=np.int32, count=len(tokens))


def tokenize(text: str, vocabulary: Vocabulary) -> Tokens:
    """Cut a text into tokens (white space dropped) and segments.

    A segment ends at a line end, or after a final stop with white space behind it, unless the stop
    belongs to an initial or a title or the next word is lower-case.
    """
    pieces = TOKEN.findall(text)
    if not pieces:
        empty = np.zeros(0, dtype=np.int32)
        return Tokens(empty, empty, empty, np.zeros(1, dtype=np.int32))
    if vocabulary.pairs and _SIGNS.search(text):
        pieces = _paired(pieces)
    types = vocabulary.numbers(pieces)
    lengths = vocabulary.lengths[types]
    ends = np.cumsum(lengths, dtype=np.int32)
    kinds = vocabulary.kinds[types]
    newline = kinds == _NEWLINE
    keep = (kinds != _SPACE) & ~newline
    lines = np.cumsum(newline)[keep]
    types, ends, kinds = types[keep], ends[keep], kinds[keep]
    starts = ends - lengths[keep]
    segments = _segments(kinds, starts, ends, lines)
    bounds = np.append(segments, np.int32(len(types)))
    return Tokens(_calmed(types, segments, vocabulary), starts, ends, bounds)


def _paired(pieces: list[str]) -> list[str]:
    """Give every sign of Chinese or Japanese the sign behind it: alone it says too little."""
    signs = [len(piece) == 1 and is_sign(piece) for piece in pieces]
    pairs = zip(pieces, signs, pieces[1:], signs[1:], strict=False)
    paired = [a + b if first and second else a for a, first, b, second in pairs]
    return [*paired, pieces[-1]]


def _calmed(types: IntArray, segments: IntArray, vocabulary: Vocabulary) -> IntArray:
    """Read segments written in capitals (headlines) as if every word were capitalised."""
    cases = vocabulary.cases[types]
    if not (cases == 2).any():
        return types
    shouted = np.add.reduceat((cases == 2).astype(np.int32), segments)
    words = np.add.reduceat((cases > 0).astype(np.int32), segments)
    loud = (shouted >= 4) & (shouted * 10 >= words * 7)
    if not loud.any():
        return types
    sizes = np.diff(np.append(segments, len(types)))
    change = np.flatnonzero(np.repeat(loud, sizes) & (cases == 2))
    calm = types.copy()
    calm[change] = vocabulary.numbers([vocabulary.names[types[i]].capitalize() for i in change])
    return calm


def _segments(
    kinds: npt.NDArray[np.int8], starts: IntArray, ends: IntArray, lines: npt.NDArray[np.int64]
) -> IntArray:
    count = len(kinds)
    if count == 0:
        return np.zeros(0, dtype=np.int32)
    before, after = kinds[:-1], kinds[1:]
    spaced = starts[1:] > ends[:-1]
    stop = before == _STOP
    stop[1:] &= kinds[:-2] != _SHORT
    # A closing quote or bracket after a stop still belongs to the sentence.
    closed = np.zeros(count - 1, dtype=bool)
    closed[1:] = (before[1:] == _CLOSER) & (kinds[:-2] == _STOP) & ~spaced[:-1]
    cut = (stop | closed) & spaced & (after != _LOWER)
    cut |= (before == _HARD_STOP) & (after != _CLOSER)
    cut |= lines[1:] != lines[:-1]
    first = np.concatenate(([0], np.flatnonzero(cut) + 1))
    sizes = np.diff(np.append(first, count))
    if sizes.max() <= MAX_SEGMENT:
        return first.astype(np.int32)
    pieces = [
        np.arange(start, start + size, MAX_SEGMENT)
        for start, size in zip(first, sizes, strict=True)
    ]
    return np.concatenate(pieces).astype(np.int32)
