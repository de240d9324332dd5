"""The slow, obvious twin of finding cues: every phrase at every place, and `re`."""

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from builder.text.cue_index import CAPITAL, OPENING
from builder.text.cue_match import PROMPTS, CueHit
from builder.text.cue_rules import Cue, ReadRules, gate
from builder.text.folding import CAPITALS, SMALL, UNSPACED, fold
from builder.text.phrases import ANCHOR_CHARS, NUMBER, Parsed
from tests.unit.text.slow_blocks import clock_columns, head_dates
from tests.unit.text.slow_matcher import Matcher, Piece, Unit, compiled

MAX_PROMPTED_LINE, MAX_FILLER, MAX_FILLER_SUM, MIN_FILLED_RUN = 320, 60, 130, 3
WEAK_RUN, MAX_BETWEEN = 3, 12

_SET_OFF = frozenset('.!?…:;|•·»”")]}>→。！？」')
_BAR_MARKS = frozenset(" \u00a0\n\t|/•·-–—:0123456789()")
_WORD = re.compile(r"©|\w+")
_GLUED = re.compile(rf"(?<=[{SMALL}])[{CAPITALS}]\w{{0,4}}")


def slow_cues(text: str, language: str, rules: ReadRules) -> list[CueHit]:
    """Return what `find_cues` returns."""
    folded = fold(text)
    matcher = Matcher(text, folded, rules.roles)
    glued = {found.start() for found in _GLUED.finditer(text)}
    for cue, parsed in rules.cues:
        if cue.only and cue.language != language.partition("-")[0]:
            continue
        for at, end in _places(folded, cue, parsed):
            is_glued = at in glued
            if not cue.phrase.unspaced:
                if at and not is_glued and _is_word(folded[at - 1]):
                    continue
                # Elsewhere, a word alone is only looked up where a line may open.
                alone = cue.where in ("starts", "contains") or is_glued or _may_open(text, at)
                if not _is_looked_up(folded[at:], end - at, parsed, alone=alone, glued=is_glued):
                    continue
            closed = gate(cue) == OPENING or (gate(cue) == CAPITAL and text[at].islower())
            if not closed or matcher.opens_line(at):
                matcher.match(cue, at)
    return _settle(matcher)


def _places(folded: str, cue: Cue, parsed: Parsed) -> Iterator[tuple[int, int]]:
    """Yield where a pattern matches, unless a word is missing that is certain to occur."""
    words = [first for first, _ in parsed.heads] or [*parsed.anchor]
    if not any(word.isdigit() or word[:2] in folded for word in words):
        return
    if cue.phrase.unspaced and not re.search(f"[{UNSPACED}]", folded):
        return
    found = compiled(cue.phrase.pattern).search(folded)
    while found is not None:
        yield found.span()
        found = compiled(cue.phrase.pattern).search(folded, found.start() + 1)


def _may_open(text: str, at: int) -> bool:
    return at < 2 or not text[at].islower() or text[at - 1] == "\n" or not text[at - 2].isalnum()


def _is_looked_up(rest: str, size: int, parsed: Parsed, *, alone: bool, glued: bool) -> bool:
    """Say whether the words begin as those of a phrase: one that is glued to the next does not."""
    if not parsed.heads:
        words = [_key(found.group()) for found in _WORD.finditer(rest) if found.start() < size]
        return not parsed.anchor.isdisjoint(words)
    first, second = [*map(_key, islice(_words(rest), 2)), "", ""][:2]
    return any(
        head == first and (glued or (other == second if other else alone))
        for head, other in parsed.heads
    )


def _words(text: str) -> Iterator[str]:
    return (found.group() for found in _WORD.finditer(text))


def _key(word: str) -> str:
    """Return what a word is looked up by."""
    return NUMBER if word[0] in "0123456789" else word[:ANCHOR_CHARS]


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _settle(matcher: Matcher) -> list[CueHit]:
    """Decide what goes with the matches of a text."""
    text, hits = matcher.text, matcher.hits
    hits += [CueHit(*span, "time_list") for span in clock_columns(text)]
    hits += [CueHit(*span, "date_header") for span in head_dates(matcher.folded)]
    hits += _settle_pieces(matcher)
    hits += _prompted_lines(text, matcher)
    hits += _fillers(text, hits)
    return sorted(set(hits), key=_order)


def _order(hit: CueHit) -> tuple[int, int, str, str, tuple[int, int]]:
    return hit.start, hit.end, hit.cue, hit.hint or "", hit.value or (-1, -1)


def _settle_pieces(matcher: Matcher) -> list[CueHit]:
    """Decide which matches of `whole` and `prompt` phrases go."""
    hits: list[CueHit] = []
    weak: list[tuple[Unit, list[Piece]]] = []
    for pieces in _by_line(matcher):
        line = matcher.line(pieces[0].start)
        if line.whole and _covers(matcher.text, line, pieces):
            if all(piece.weak for piece in pieces) and len(pieces) < WEAK_RUN:
                weak.append((line, pieces))
            else:
                hits += _stretch(line.start, line.end, pieces)
            continue
        if len(pieces) >= WEAK_RUN:
            for bar in _bars(matcher.text, pieces):
                hits += _stretch(bar[0].start, bar[-1].end, bar)
        if any(piece.prompt for piece in pieces):
            hits += _set_off(matcher.text, pieces)
    return hits + _weak_lines(matcher.text, weak, hits + matcher.hits)


def _by_line(matcher: Matcher) -> list[list[Piece]]:
    """Group the pieces by line; of pieces that overlap, the first stands for all."""
    lines: list[list[Piece]] = []
    end = -1
    for start, piece in sorted(matcher.pieces.items()):
        if start < end or matcher.quoted(start):
            continue
        if lines and matcher.text.find("\n", end, start) < 0:
            lines[-1].append(piece)
        else:
            lines.append([piece])
        end = piece.end
    return lines


def _covers(text: str, line: Unit, pieces: list[Piece]) -> bool:
    """Say whether a line holds nothing but the pieces, marks and counters."""
    position = line.start
    for piece in pieces:
        if position < piece.start and any(map(str.isalpha, text[position : piece.start])):
            return False
        position = piece.end
    return position >= line.end or not any(map(str.isalpha, text[position : line.end]))


def _stretch(start: int, end: int, pieces: list[Piece]) -> list[CueHit]:
    """Give each piece what lies between it and the next one."""
    borders = [start, *(piece.start for piece in pieces[1:]), end]
    return [
        CueHit(first, last, piece.cue)
        for piece, (first, last) in zip(pieces, pairwise(borders), strict=True)
    ]


def _bars(text: str, pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Yield runs of pieces with nothing but marks between them: share bars in a long line."""
    bar: list[Piece] = []
    for piece in pieces:
        if text[piece.start].islower():
            continue
        if bar and not _adjacent(text, bar[-1].end, piece.start):
            if len(bar) >= WEAK_RUN:
                yield bar
            bar = []
        bar.append(piece)
    if len(bar) >= WEAK_RUN:
        yield bar


def _adjacent(text: str, end: int, start: int) -> bool:
    return start - end <= MAX_BETWEEN and _BAR_MARKS.issuperset(text[end:start])


def _set_off(text: str, pieces: list[Piece]) -> list[CueHit]:
    """Return the prompts inside a longer line that stand apart from its sentences."""
    hits = []
    for before, piece, after in zip([None, *pieces], pieces, [*pieces[1:], None], strict=False):
        if not piece.prompt:
            continue
        left, right = (
            text[max(0, piece.start - 8) : piece.start].rstrip(" \u00a0"),
            _after(text, piece.end),
        )
        open_left = not left or left[-1] == "\n" or left[-1] in _SET_OFF
        open_left |= before is not None and _adjacent(text, before.end, piece.start)
        joined = after is not None and _adjacent(text, piece.end, after.start)
        new_sentence = not right or right[0] == "\n" or right[0].isupper() or joined
        capital = not text[piece.start].islower()
        if open_left and (capital or not left or left[-1] == "\n"):
            if new_sentence or right[0].isdigit() or right[0] in _SET_OFF or right[0] in "«“„¿¡":
                hits.append(CueHit(piece.start, _over_stop(text, piece.end), piece.cue))
        elif text[piece.start].isupper() and new_sentence:
            hits.append(CueHit(piece.start, piece.end, piece.cue))
    return hits


def _after(text: str, end: int) -> str:
    return text[end : end + 8].lstrip(" \u00a0")[:1]


def _over_stop(text: str, end: int) -> int:
    """Return the end of the stop that follows, if one does."""
    at = end
    while at < len(text) and at - end < 4 and text[at] in " \u00a0.!?…。！？":
        at += 1
    return end + len(text[end:at].rstrip())


def _weak_lines(
    text: str, weak: list[tuple[Unit, list[Piece]]], hits: list[CueHit]
) -> list[CueHit]:
    """Return the lines of weak words that stand in a bar, or beside a prompt."""
    prompts = [(hit.start, hit.end, None) for hit in hits if hit.removes and hit.cue in PROMPTS]
    rows = [*prompts, *((line.start, line.end, pieces) for line, pieces in weak)]
    rows.sort(key=lambda row: row[:2])
    found: list[CueHit] = []
    run: list[tuple[int, int, list[Piece] | None]] = []
    for row in [*rows, None]:
        if row and run and _adjacent(text, run[-1][1], row[0]):
            run.append(row)
            continue
        words = sum(len(pieces) for _, _, pieces in run if pieces)
        if words >= WEAK_RUN or any(pieces is None for _, _, pieces in run):
            for start, end, pieces in run:
                if pieces:
                    found += _stretch(start, end, pieces)
        run = [row] if row else []
    return found


def _prompted_lines(text: str, matcher: Matcher) -> list[CueHit]:
    """Return the rest of short lines that begin with a sentence that is a prompt."""
    found = []
    for hit in matcher.hits:
        if not hit.removes or hit.cue not in PROMPTS:
            continue
        line = matcher.line(hit.start)
        if (
            line.whole
            and hit.start == line.start
            and hit.end < line.end <= line.start + MAX_PROMPTED_LINE
            and len(text.strip()) > line.end - line.start
        ):
            found.append(CueHit(hit.end, line.end, hit.cue))
    return found


def _fillers(text: str, hits: list[CueHit]) -> list[CueHit]:
    """Return short unmarked pieces between prompts that close a line."""
    prompts = sorted((hit for hit in hits if hit.removes and hit.cue in PROMPTS), key=_order)
    found: list[CueHit] = []
    run: list[CueHit] = []
    filled: list[CueHit] = []
    for hit in prompts:
        gap = text[run[-1].end : hit.start] if run else ""
        if run and hit.start < run[-1].end:
            run[-1] = max(run[-1], hit, key=lambda one: one.end)
            continue
        if run and ("\n" in gap or not _fits(gap, filled)):
            found += _closed(text, run, filled)
            run, filled = [], []
        elif any(map(str.isalnum, gap)):
            filled.append(CueHit(run[-1].end, hit.start, run[-1].cue))
        run.append(hit)
    return found + _closed(text, run, filled)


def _fits(gap: str, filled: list[CueHit]) -> bool:
    total = sum(hit.end - hit.start for hit in filled) + len(gap)
    return len(gap) <= MAX_FILLER and total <= MAX_FILLER_SUM


def _closed(text: str, run: list[CueHit], filled: list[CueHit]) -> list[CueHit]:
    """Keep the fillers of a run only if it is long and the line ends with it."""
    if len(run) < MIN_FILLED_RUN:
        return []
    rest = text[run[-1].end : run[-1].end + 40].split("\n", maxsplit=1)[0]
    return [] if any(map(str.isalnum, rest)) else filled
