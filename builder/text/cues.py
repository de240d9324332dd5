"""Find typed cues: phrases by which a page speaks of itself rather than of the news.

The phrases of all languages run on every article. Beginnings of their rarest words are
looked up first, so that a pattern only runs where such a word stands. What a cue takes
with it depends on its place (see `cue_rules.PLACES`), never on a guess about the rest:
prose, quotations and subheads stay. It knows nothing of layout or of other articles.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from builder.text.clean import Proposal
from builder.text.cue_blocks import clock_columns, head_dates
from builder.text.cue_match import CueHit, Matcher, Piece, Unit
from builder.text.cue_rules import CueRules
from builder.text.cue_starts import find_starts
from builder.text.folding import fold

__all__ = ["CueHit", "cue_proposals", "find_all_cues", "find_cues", "propose_cues"]

Languages = Callable[[Sequence[int]], Sequence[str]]
"""Tells the languages of some of the texts, by their numbers."""

MAX_PROMPTED_LINE = 320
"""A line up to this long whose first sentence is a prompt goes with its other sentences."""

MAX_FILLER = 60
MAX_FILLER_SUM = 130
MIN_FILLED_RUN = 3
"""Characters of an unmarked piece between two prompts at the end of a line, of all such pieces
together, and the prompts that it takes: "Free, every morning." goes with its neighbours, news
that happens to stand between two prompts does not."""

WEAK_RUN = 3
"""So many weak words in a row ("Facebook", "Print") make a share bar; fewer may be subheads."""

MAX_BETWEEN = 12
"""Characters without letters (marks, counters) that may stand between the items of a bar."""

_PROMPTS = frozenset(
    {"app", "comment", "cookie", "correction", "form", "login", "navigation", "newsletter"}
    | {"paywall", "share", "social", "support"}
)
"""Classes that ask the reader for something; only these draw unmarked neighbours with them."""

_SET_OFF = frozenset('.!?…:;|•·»”")]}>→。！？】」')
_BAR_MARKS = frozenset(" \u00a0\n\t|/•·-–—:0123456789()")


def propose_cues(text: str, language: str, rules: CueRules) -> list[Proposal]:
    """Propose the spans that typed cues remove.

    Args:
        text: normalized text of one article.
        language: provisional language of the text, as a tag; `und` if unknown.
        rules: what `load_cues` returned.

    Returns:
        Proposals sorted by place, with rules `cue.<class>`; they may overlap.
    """
    return cue_proposals(find_cues(text, language, rules))


def cue_proposals(hits: Iterable[CueHit]) -> list[Proposal]:
    """Turn the removing hits into proposals, sorted by place."""
    return sorted({Proposal(hit.start, hit.end, f"cue.{hit.cue}") for hit in hits if hit.removes})


def find_cues(text: str, language: str, rules: CueRules) -> list[CueHit]:
    """Find all cues of a text, also those that remove nothing, sorted by place.

    Args: as `propose_cues`.
    """
    return next(find_all_cues([text], lambda _: [language], rules))


def find_all_cues(
    texts: Sequence[str], languages: Languages, rules: CueRules
) -> Iterator[list[CueHit]]:
    """Find the cues of many texts: the same as in each alone, in less time.

    Args:
        texts: normalized texts.
        languages: asked for the texts in which a phrase stands that is bound to a language.
        rules: what `load_cues` returned.
    """
    folded = [fold(text) for text in texts]
    matchers = []
    for text, low, found in zip(texts, folded, find_starts(texts, rules), strict=True):
        matcher = Matcher(text, low, found.lines, found.pieces, rules.roles)
        matcher.match_all(found.tries, rules.cues)
        matchers.append(matcher)
    bound = [number for number, matcher in enumerate(matchers) if matcher.bound]
    for number, language in zip(bound, languages(bound) if bound else (), strict=True):
        matchers[number].take_bound(language)
    return map(_settle, matchers)


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
    prompts = [(hit.start, hit.end, None) for hit in hits if hit.removes and hit.cue in _PROMPTS]
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
        if not hit.removes or hit.cue not in _PROMPTS:
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
    prompts = sorted((hit for hit in hits if hit.removes and hit.cue in _PROMPTS), key=_order)
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
