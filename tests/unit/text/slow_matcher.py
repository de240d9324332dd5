"""The slow, obvious way to match one cue at one place, and to say what it speaks for."""

import re
from functools import cache
from typing import NamedTuple

from builder.text.cue_match import CueHit
from builder.text.cue_rules import Cue
from builder.text.names import NameSpan, leading_name, listed_names
from tests.unit.text.slow_blocks import list_after

MAX_UNIT, WINDOW, MAX_LEAD, MAX_TAIL, MAX_MARKS, REACH = 400, 300, 25, 140, 40, 320

_LONG_LINE = re.compile(r"\n[^\n]{120}")
_LONG_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af][^\n]{49}")
"""A line so long is prose; ideographs say more per character."""

_STOP = re.compile(r"[.!?…।؟۔](?=[\s\"»”')\]]|$)|[。！？]|[|•]| [-–—] ")
_QUOTE = re.compile(r"[«»“”„「」『』]")
_OPENING = frozenset("«“„「『")
_CREDIT_OPENS = frozenset("([/")
_CREDIT_CLOSES = frozenset(")]/,;")
_PLACE_WHITE = "\n \t\u00a0"


class Piece(NamedTuple):
    """A match of a `whole` or `prompt` phrase, before it is known what goes with it."""

    start: int
    end: int
    weak: bool
    cue: str
    prompt: bool


class Unit(NamedTuple):
    """A line or sentence without white space at its edges.

    `whole`: both of its borders were found. `line`: it is a whole line.
    """

    start: int
    end: int
    whole: bool
    line: bool


class Matcher:
    """Collects hits and pieces of one text."""

    def __init__(self, text: str, folded: str, roles: frozenset[str]) -> None:
        """Take the text as printed and as folded."""
        self.text = text
        self.folded = folded
        self.hits: list[CueHit] = []
        self.pieces: dict[int, Piece] = {}
        """The longest piece that begins at a place; of equals one that is not weak."""
        self._roles = roles

    def match(self, cue: Cue, start: int) -> None:
        """Match a cue where it may begin."""
        phrase = cue.phrase
        found = compiled(phrase.pattern).match(self.folded, start, start + REACH)
        if found and (phrase.unspaced or phrase.open_ended or ends_word(self.text, found.end())):
            self._take(cue, found)

    def _is_credit(self, start: int, end: int) -> bool:
        """Say whether marks set a name off as a credit: `(AFP)`, `dpa/lnw`, a line of its own."""
        before = self.text[max(0, start - 3) : start].rstrip(" ")[-1:]
        after = self.text[end : end + 3].lstrip(" ")[:1]
        if before in _CREDIT_OPENS:
            return after in _CREDIT_CLOSES
        return self.opens_line(start) and (not after or after in "\n/)")

    def opens_line(self, start: int) -> bool:
        """Say whether only marks stand before a place in its line."""
        before = self.text[max(0, start - MAX_MARKS) : start]
        line = before[before.rfind("\n") + 1 :]
        return len(line) < MAX_MARKS and not any(map(str.isalnum, line))

    def _take(self, cue: Cue, found: re.Match[str]) -> None:
        if cue.is_piece:
            piece = Piece(*found.span(), cue.weak, cue.cue, cue.where == "prompt")
            known = self.pieces.setdefault(piece.start, piece)
            if known is not piece and _rank(piece) < _rank(known):
                self.pieces[piece.start] = piece
        elif cue.where in ("starts", "contains"):
            self._take_sentence(cue, found)
        elif cue.where == "credit":
            if self._is_credit(*found.span()):
                span = found.span()
                self.hits.append(CueHit(*span, cue.cue, removes=False, hint=cue.hint, value=span))
        elif cue.where == "label":
            self.hits.append(CueHit(*found.span(), cue.cue, removes=False, hint=cue.hint))
        else:
            line = self.line(found.start())
            if line.whole:
                self._take_line(cue, line, found)

    def line(self, at: int) -> Unit:
        """Return the line around a place, or the window around it if the line is long."""
        begin, end = self._begin(at), self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        low, high = max(begin, at - MAX_UNIT), min(end, at + MAX_UNIT)
        is_whole = end - begin <= MAX_UNIT
        return self._tight(low, high, whole=is_whole, line=True)

    def _begin(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def sentence(self, found: re.Match[str]) -> Unit:
        """Return the sentence around a match, within its line."""
        line = self.line(found.start())
        at, last = found.start(), max(found.end() - 1, found.start())
        low = max(line.start, at - WINDOW)
        start, opened = low, low == line.start and (line.whole or self._line_begins(low))
        for stop in _STOP.finditer(self.text, low, at):
            start, opened = stop.end(), True
        high = min(line.end, last + WINDOW)
        stop_after = _STOP.search(self.text, last, high)
        end = stop_after.end() if stop_after else high
        closed = bool(stop_after) or (high == line.end and (line.whole or self._line_ends(high)))
        unit = self._tight(start, end, whole=opened and closed, line=False)
        if line.whole and (unit.start, unit.end) == (line.start, line.end):
            return line
        return unit

    def quoted(self, at: int) -> bool:
        """Say whether a place lies in a quotation that was opened before it in its line."""
        low = max(self._begin(at), at - WINDOW)
        if low == at:
            return False
        marks = _QUOTE.findall(self.text, low, at)
        if marks and marks[-1] in _OPENING and not (marks[-1] == "“" and "„" in marks[:-1]):
            return True
        return self.text.count('"', low, at) % 2 == 1 and low == self._begin(at)

    def _take_line(self, cue: Cue, line: Unit, found: re.Match[str]) -> None:
        if cue.where == "line":
            fits = line.end - line.start <= cue.max_chars
        else:
            end = self._core_end(line)
            again = compiled(cue.phrase.pattern).fullmatch(self.folded, found.start(), end)
            fits = again is not None
            found = again or found
        if not fits or self.quoted(found.start()) or not self._name_hits(cue, line, found):
            return
        if cue.where == "heading":
            self._take_list(cue, line)

    def _body(self) -> int:
        """Say where the first prose begins."""
        long = _LONG_LINE.search("\n" + self.text)
        first = long.start() if long else len(self.text)
        unspaced = _LONG_UNSPACED.search(self.text, 0, first)
        return unspaced.start() if unspaced else first

    def _take_list(self, cue: Cue, line: Unit) -> None:
        # Above the body, what looks like the heading of a list may be the section of the headline.
        needs_marks = cue.cue == "sources" or line.start < self._body()
        items = list_after(self.text, line.end, needs_marks=needs_marks)
        if cue.cue == "sources":
            if not items:
                self.hits.pop()
                return
            self.hits += [
                CueHit(first, last, cue.cue, hint="cited_source", value=item)
                for first, last, item in items
            ]
        else:
            self.hits += [CueHit(first, last, cue.cue) for first, last, _ in items]

    def _take_sentence(self, cue: Cue, found: re.Match[str]) -> None:
        unit = self.sentence(found)
        if cue.where == "starts" and self._text_before(unit.start, found.start()):
            return
        if self.quoted(found.start()):
            return
        if not cue.removes or self._may_go(cue, unit, found):
            self._name_hits(cue, unit, found)

    def _text_before(self, start: int, at: int) -> bool:
        """Say whether anything but marks stands before a match."""
        return at - start > MAX_MARKS or any(map(str.isalnum, self.text[start:at]))

    def _may_go(self, cue: Cue, unit: Unit, found: re.Match[str]) -> bool:
        """Say whether a sentence is short and bounded enough to go with its phrase."""
        if not unit.whole or unit.end - unit.start > cue.max_chars:
            return False
        if unit.line:
            return True
        if self.text[found.end() : unit.end].lstrip()[:1].isupper():
            return False  # it may begin a sentence that is glued to the phrase
        if self.line(unit.start).whole:
            return True
        return found.start() - unit.start <= MAX_LEAD and unit.end - found.end() <= MAX_TAIL

    def _name_hits(self, cue: Cue, unit: Unit, found: re.Match[str]) -> bool:
        """Add the hits of a match; return False if its `{name}` is no name."""
        if not found.re.groups:
            self.hits.append(CueHit(unit.start, unit.end, cue.cue, cue.removes))
            return True
        first, last = found.span("name")
        names = self._read_names(first, last, listed=cue.cue == "byline")
        if not names or (cue.cue == "byline" and not self._is_byline(cue, names[0])):
            return False
        self.hits += [
            CueHit(unit.start, unit.end, cue.cue, cue.removes, cue.hint, (name.start, name.end))
            for name in names
        ]
        return True

    def _read_names(self, first: int, last: int, *, listed: bool) -> list[NameSpan]:
        if listed:
            return listed_names(self.text, first, last, self._roles)
        name = leading_name(self.text, first, last)
        return [name] if name else []

    def _is_byline(self, cue: Cue, name: NameSpan) -> bool:
        """Say whether a name is enough for a byline: "By land" and "Of Greece" are none."""
        printed = self.text[name.start : name.end]
        return cue.phrase.unspaced or ":" in cue.source or " " in printed or printed.isupper()

    def _tight(self, start: int, end: int, *, whole: bool, line: bool) -> Unit:
        piece = self.text[start:end]
        start += len(piece) - len(piece.lstrip())
        return Unit(start, start + len(piece.strip()), whole, line)

    def _line_begins(self, at: int) -> bool:
        return (
            at == 0 or self.text.rfind("\n", 0, at) == len(self.text[:at].rstrip(" \t\u00a0")) - 1
        )

    def _line_ends(self, at: int) -> bool:
        return not self.text[at : at + 1].strip(_PLACE_WHITE)

    def _core_end(self, unit: Unit) -> int:
        end = unit.end
        while end > unit.start and not self.text[end - 1].isalnum():
            end -= 1
        return end


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile on first use: most phrases of most languages are never needed."""
    return re.compile(pattern)


def _rank(piece: Piece) -> tuple[int, bool, str, bool]:
    """Order the pieces that begin at one place."""
    return -piece.end, piece.weak, piece.cue, not piece.prompt


def ends_word(text: str, at: int) -> bool:
    """Say whether a word ends here; `SubscribeLog in` holds two."""
    if at >= len(text) or not text[at].isalnum():
        return True
    return text[at - 1].islower() and text[at].isupper()
