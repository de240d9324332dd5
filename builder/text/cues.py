"""Find typed cues: phrases by which a page speaks of itself rather than of the news.

The phrases of all languages run on every article. Beginnings of their rarest words are
looked up first, so that a pattern only runs where such a word stands. What a cue takes
with it depends on its place (see `cue_rules.PLACES`), never on a guess about the rest:
prose, quotations and subheads stay. It knows nothing of layout or of other articles.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from builder.text.clean import Proposal
from builder.text.cue_match import CueHit, match_texts, settle_texts
from builder.text.cue_rules import CUE_NAMES, CueRules

__all__ = ["CueHit", "cue_proposals", "find_all_cues", "find_cues", "propose_cues"]

Languages = Callable[[Sequence[int]], Sequence[str]]
"""Tells the languages of some of the texts, by their numbers."""

_RULES = {cue: f"cue.{cue}" for cue in CUE_NAMES}


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
    """Turn the removing hits of a text, sorted by place, into proposals, without repetition."""
    proposals = (Proposal(hit.start, hit.end, _RULES[hit.cue]) for hit in hits if hit.removes)
    return list(dict.fromkeys(proposals))


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
    if not texts:
        return iter(())
    matched = match_texts(texts, rules)
    return settle_texts(matched, languages(matched.asked) if matched.asked else (), rules)
