"""Floors of cleaning on pages of our own: many languages, in lines and in one line.

The pages are invented, publishers included, and dedicated to the public domain (CC0 1.0).
They guard against breakage; how good the cleaning is on real pages is in docs/cleaning.md.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

import builder.text
from builder.text.clean import clean_text
from builder.text.cue_rules import load_cues
from builder.text.cues import propose_cues
from builder.text.layout import load_layout, propose_layout
from builder.text.segments import segment

TEXT = Path(builder.text.__file__).parent
MODEL = load_layout(TEXT / "models" / "layout.npz", TEXT / "rules" / "layout" / "words.toml")
RULES = load_cues(TEXT / "rules")
PAGES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "cleaning.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]

# Mean F1 over all pages, and the least F1 of one page.
FLOORS = {"lines": (0.97, 0.90), "blank lines": (0.97, 0.90), "flat": (0.93, 0.80)}
JOINERS = {"lines": "\n", "blank lines": "\n\n", "flat": " "}


def clean(text: str, language: str) -> str:
    cues = propose_cues(text, language, RULES)
    return clean_text(text, cues, propose_layout(text, segment(text), MODEL, cues))[0]


def f1(gold: str, kept: str) -> float:
    """Compare characters without white space, so that all scripts count alike."""
    wanted, found = (Counter(zip(t, t[1:], t[2:], strict=False)) for t in (gold, kept))
    return 2 * (wanted & found).total() / (wanted.total() + found.total())


@pytest.mark.parametrize("view", FLOORS)
def test_pages_are_cleaned(view: str) -> None:
    """Menus go and articles stay, in every language of the set."""
    joiner = JOINERS[view]
    scores = {}
    for page in PAGES:
        article = joiner.join([page["title"], *page["body"]])
        raw = joiner.join([*page["before"], article, *page["after"]])
        kept = clean(raw, page["language"])
        scores[page["id"]] = f1("".join(article.split()), "".join(kept.split()))
    mean, least = FLOORS[view]
    assert sum(scores.values()) / len(scores) >= mean, scores
    assert min(scores.values()) >= least, scores


@pytest.mark.parametrize("joiner", JOINERS.values(), ids=JOINERS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["id"])
def test_a_clean_article_is_left_alone(page: dict[str, object], joiner: str) -> None:
    """An article without noise loses nothing, headline and subheads included."""
    parts = [page["title"], *page["body"]]  # type: ignore[misc]  # lists of strings
    kept = clean(joiner.join(map(str, parts)), str(page["language"]))
    assert kept.split() == " ".join(map(str, parts)).split()
