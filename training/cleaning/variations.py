"""Make training examples that the pages do not show, out of their labelled lines.

Varied pages: articles that are nearly clean, blank lines between paragraphs, pages with part of
their menus, lines that flow together, cut ends.  Mixed pages: the article of one publisher among
the menus, teasers and footer of another, so that the network learns neither which articles stand
on which page, nor pages by heart.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from training.cleaning.examples import Example, Line, Maker, is_article
from training.cleaning.pages import GoldPage

__all__ = ["make_mixed", "make_varied"]

# So many of the varied texts are seen without their cues, so that a language without rules
# is nothing new.
BLIND = 0.4

# Copies of each view of a page, and of each page.
VARIED = 6
MIXED = 6


def make_varied(page: GoldPage, views: Sequence[list[Line]], maker: Maker) -> Iterator[Example]:
    """Yield varied copies of a page; the same on every run."""
    rng = random.Random(f"varied {page.id}")  # noqa: S311  # repeatable, not secret
    for lines in views:
        for _ in range(VARIED):
            yield _vary(lines, rng, maker)


def make_mixed(
    page: GoldPage, views: Sequence[list[Line]], others: Sequence[list[Line]], maker: Maker
) -> Iterator[Example]:
    """Yield pages like this one, but for their articles; the same on every run.

    Args:
        page: the page around.
        views: its labelled lines.
        others: labelled lines of pages of other publishers.
        maker: describes the mixtures.
    """
    rng = random.Random(f"mixed {page.id}")  # noqa: S311  # repeatable, not secret
    for _ in range(MIXED if others else 0):
        mixed = _mix(rng.choice(views), rng.choice(others), rng)
        if mixed and rng.random() < 0.5:
            yield maker.make(rng.choice(["\n", "\n", " "]), mixed)
        elif mixed:
            yield _vary(mixed, rng, maker)


def _mix(page: list[Line], other: list[Line], rng: random.Random) -> list[Line]:
    """Put another article in the place of that of a page; empty if one of them has none.

    It comes with or without what stands in its midst; what stood in the midst of that of the page
    follows it.
    """
    around, within = _article(page), _article(other)
    if around is None or within is None:
        return []
    noise = [line for line in page[around] if not is_article(line)]
    body = other[within]
    if rng.random() < 0.5:
        body = list(filter(is_article, body))
    return page[: around.start] + body + noise + page[around.stop :]


def _article(lines: list[Line]) -> slice | None:
    """Return where the article stands, from its first line to its last."""
    places = [at for at, line in enumerate(lines) if is_article(line)]
    return slice(places[0], places[-1] + 1) if places else None


def _vary(lines: list[Line], rng: random.Random, maker: Maker) -> Example:
    """Thin out the noise, cut the ends, join lines, or part them by blank lines."""
    share = rng.choice([0.0, 0.15, 0.3, 0.6, 1.0])
    article = _article(lines) or slice(0, len(lines))
    begin = rng.randint(0, article.start) if rng.random() < 0.7 else 0
    end = rng.randint(article.stop, len(lines)) if rng.random() < 0.7 else len(lines)
    kept, going = [], True
    for at in range(begin, end):
        if is_article(lines[at]):
            kept.append(lines[at])
            continue
        if rng.random() < 0.25 or at == begin or is_article(lines[at - 1]):
            going = rng.random() < share
        if going:
            kept.append(lines[at])
    kept = kept or lines
    joiner = rng.choice(["\n", "\n", "\n\n", "\n\n", " ", "mixed"])
    if rng.random() < BLIND:
        maker = replace(maker, rules=None)
    if joiner != "mixed":
        return maker.make(joiner, kept)
    some = rng.choice([0.1, 0.5, 0.9])
    return maker.make([" " if rng.random() < some else "\n" for _ in kept], kept)
