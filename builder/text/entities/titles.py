"""Keep names inside quoted titles from being people or places: `the film "Casablanca Nights"`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from builder.text.entities.spans import TaggedSpan, trimmed

TITLE_SCORE = 0.7
"""Score of a quoted title. Not calibrated."""
MAX_BEFORE = 60
"""Characters before the quotation mark that are searched for the word that makes it a title."""
_QUOTED = re.compile(r"[«“\"„]\s?([^«»“”\"\n„]{3,60})[»”\"“]")
_KIND = re.compile(
    r"(?<!\w)(?:initiatives?|initiativ\w?|iniciativas?|iniziativa|programmes?|programs?|programas?"
    r"|projets?|projects?|proje[ck]te?s?|projetos?|proyectos?|opérations?|operations?|operaç\w{1,3}"
    r"|operaci\w{1,3}|operation|plans?|campagnes?|campaigns?|films?|filmes?|película|livres?|books?"
    r"|livros?|libros?|romans?|romances?|novels?|séries?|series?|albums?|álbum|chansons?|songs?"
    r"|canções|canção|titre|инициатив\w{1,2}|программ\w{1,2}|проект\w{0,3}|операци\w{1,2}"
    r"|фильм\w{0,3}|книг\w{1,2}|роман\w{0,3}|песн\w{1,2})"
    r"(?: [^\W\d_]{2,20}){0,2},? ?$",
    re.IGNORECASE,
)


def with_quoted_titles(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Turn a quoted title whose words were taken for a person or a place into one MISC span.

    In `l'initiative « la Ceinture et la Route »` there is no place called Ceinture. A span of the
    whole title stays as it is.
    """
    result = list(spans)
    for start, end in _titles(text):
        touching = [s for s in result if s.start < end and s.end > start]
        whole = any(s.start <= start and s.end >= end for s in touching)
        inside = all(s.start >= start and s.end <= end for s in touching)
        if inside and not whole and any(s.label != "MISC" for s in touching):
            result = [s for s in result if s not in touching]
            result.append(TaggedSpan(start, end, "MISC", TITLE_SCORE))
    return sorted(result)


def _titles(text: str) -> Iterator[tuple[int, int]]:
    """Yield the bounds of quoted titles without their quotation marks."""
    done = 0
    for quoted in _QUOTED.finditer(text):
        before = text[max(quoted.start() - MAX_BEFORE, done) : quoted.start()]
        if _KIND.search(before):
            yield trimmed(text, *quoted.span(1))
        done = quoted.end()
