"""Match one cue phrase around one place of a text, and say which line or sentence it stands in.

It finds borders, never decides between cues: that is `cues.py`. All searches look at a
bounded window, so a line of a million characters costs no more than a short one.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from builder.text.cue_blocks import list_after
from builder.text.cue_rules import Cue
from builder.text.names import NameSpan, leading_name, listed_names

__all__ = ["CueHit", "Lines", "Matcher", "Piece", "Unit", "ends_word"]

MAX_UNIT = 400
"""A line longer than this many characters never goes as a whole: it is read as sentences."""

WINDOW = 300
"""Characters before and after a word in which its sentence has to begin and end, and in which
an open quotation counts."""

MAX_LEAD = 25
"""In a long line, a sentence goes for a phrase inside it only if at most so many characters come
before the phrase: what comes earlier may be prose without a stop."""

MAX_TAIL = 140
"""In a long line, at most so many characters of the sentence may follow the phrase, and the next
word may not have a capital: it may begin a sentence that is glued to the phrase."""

MAX_MARKS = 40
"""Characters without letters or digits (bullets, quotes) that may stand before a phrase."""

REACH = 320
"""Characters after its rarest word within which a phrase has to end."""

_LONG_LINE = re.compile(r"\n[^\n]{120}")
_LONG_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af][^\n]{49}")
"""A line so long is prose; ideographs say more per character."""

_STOP = re.compile(r"[.!?…।؟۔](?=[\s\"»”')\]]|$)|[。！？]|[|•]| [-–—] ")
_QUOTE = re.compile(r"[«»“”„「」『』]")
_OPENING = frozenset("«“„「『")
_CREDIT_OPENS = frozenset("([/")
_CREDIT_CLOSES = frozenset(")]/,;")
_PLACE_WHITE = "\n \t\u00a0"


class CueHit(NamedTuple):
    """A cue found in a text: the span that it stands for, half-open, in code points.

    `removes` is false for evidence that stays in the text. `hint` is the kind of source that
    the phrase names, if it names one, and `value` the span of that name.
    """

    start: int
    end: int
    cue: str
    removes: bool = True
    hint: str | None = None
    value: tuple[int, int] | None = None


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


class Lines(NamedTuple):
    """The lines of a text: where each begins, and its borders without white space.

    There is one more behind the text.
    """

    begins: list[int]
    starts: list[int]
    ends: list[int]


class Matcher:
    """Collects hits and pieces of one text."""

    def __init__(
        self, text: str, folded: str, lines: Lines, pieces: dict[int, Piece], roles: frozenset[str]
    ) -> None:
        """Take the text as printed and as folded, its lines, and the pieces already known."""
        self.text = text
        self.folded = folded
        self.hits: list[CueHit] = []
        self.pieces = pieces
        """The longest piece that begins at a place; of equals one that is not weak."""
        self.bound: list[tuple[Cue, re.Match[str]]] = []
        """Matches of phrases that are bound to a language, see `take_bound`."""
        self._roles = roles
        self._lines = lines
        self._units: dict[int, Unit] = {}  # by the number of the line
        self._names: dict[tuple[int, int, bool], list[NameSpan]] = {}

    def match_all(self, starts: Iterable[tuple[int, int]], cues: Sequence[Cue]) -> None:
        """Match cues, given by number, where they may begin."""
        text, folded = self.text, self.folded
        for start, number in starts:
            cue = cues[number]
            phrase = cue.phrase
            found = compiled(phrase.pattern).match(folded, start, start + REACH)
            if found is None:
                continue
            if not (phrase.unspaced or phrase.open_ended or ends_word(text, found.end())):
                continue
            if cue.only:
                self.bound.append((cue, found))
            else:
                self._take(cue, found)

    def take_bound(self, language: str) -> None:
        """Take the matches of phrases that are bound to the language of the text."""
        primary = language.partition("-")[0]
        for cue, found in self.bound:
            if cue.language == primary:
                self._take(cue, found)

    def _is_credit(self, start: int, end: int) -> bool:
        """Say whether marks set a name off as a credit: `(AFP)`, `dpa/lnw`, a line of its own."""
        before = self.text[max(0, start - 3) : start].rstrip(" ")[-1:]
        after = self.text[end : end + 3].lstrip(" ")[:1]
        if before in _CREDIT_OPENS:
            return after in _CREDIT_CLOSES
        return self._opens_line(start) and (not after or after in "\n/)")

    def _opens_line(self, start: int) -> bool:
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
        row = bisect_right(self._lines.begins, at) - 1
        unit = self._units.get(row)
        if unit is not None:
            return unit
        begin, end = self._lines.begins[row], self._lines.begins[row + 1] - 1
        if end - begin < MAX_UNIT:
            unit = Unit(self._lines.starts[row], self._lines.ends[row], whole=True, line=True)
            self._units[row] = unit
            return unit
        low, high = max(begin, at - MAX_UNIT), min(end, at + MAX_UNIT)
        whole = end - begin == MAX_UNIT and low == begin and high == end
        return self._tight(low, high, whole=whole, line=True)

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
        begins = self._lines.begins
        low = max(begins[bisect_right(begins, at) - 1], at - WINDOW)
        if low == at:
            return False
        marks = _QUOTE.findall(self.text, low, at)
        if marks and marks[-1] in _OPENING and not (marks[-1] == "“" and "„" in marks[:-1]):
            return True
        return low == 0 or self.text[low - 1] == "\n" if self._odd_marks(low, at) else False

    def _odd_marks(self, low: int, at: int) -> bool:
        return self.text.count('"', low, at) % 2 == 1

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

    @cached_property
    def _body(self) -> int:
        """Where the first prose begins."""
        long = _LONG_LINE.search("\n" + self.text)
        first = long.start() if long else len(self.text)
        unspaced = _LONG_UNSPACED.search(self.text, 0, first)
        return unspaced.start() if unspaced else first

    def _take_list(self, cue: Cue, line: Unit) -> None:
        # Above the body, what looks like the heading of a list may be the section of the headline.
        needs_marks = cue.cue == "sources" or line.start < self._body
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
        """Read a stretch once: the phrases of several languages lead to the same one."""
        known = self._names.get((first, last, listed))
        if known is None:
            if listed:
                known = listed_names(self.text, first, last, self._roles)
            else:
                name = leading_name(self.text, first, last)
                known = [name] if name else []
            self._names[first, last, listed] = known
        return known

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
