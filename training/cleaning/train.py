"""Train the layout model: `python -m training.cleaning.train PAGES OUT`.

Writes `layout.npz`, trained on all pages, and with `--folds N` also `layout-<fold>.npz`,
each trained without the publishers of one fold, for `training.cleaning.evaluate`.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from builder.text.cue_rules import CueRules, load_cues
from builder.text.layout_words import Lexicon, load_lexicon
from training.cleaning.examples import Maker, labelled_views, make_examples
from training.cleaning.network import Examples, Recipe, export, train_network
from training.cleaning.pages import RULES, WORDS, GoldPage, fold_of, read_pages
from training.cleaning.variations import make_mixed, make_varied

# How much an example counts whose text was extracted by a tool and not marked by people.
SILVER_TRUST = 0.5

# Shorter silver texts (characters) are often wrong.
MIN_SILVER = 600

# Articles are mixed into pages of their language if so many are known, else of any.
LEAST_MATES = 3


@dataclass(frozen=True)
class Plan:
    """Where weights are written, how many folds there are, which are left out (-1: none)."""

    out: Path
    folds: int
    only: tuple[int, ...]


def main() -> None:
    """Read the command line, make examples, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, help="pages with gold text, JSON lines (.gz)")
    parser.add_argument("out", type=Path, help="folder for the weights")
    parser.add_argument("--silver", type=Path, help="texts for pages without gold text")
    parser.add_argument("--folds", type=int, default=0, help="train also without each fold")
    parser.add_argument("--only", type=int, nargs="*", help="these folds only (-1: all pages)")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--learning-rate", type=float, default=Recipe.learning_rate)
    parser.add_argument("--seeds", type=int, nargs="+", default=Recipe.seeds)
    options = parser.parse_args()
    recipe = Recipe(
        epochs=options.epochs, learning_rate=options.learning_rate, seeds=tuple(options.seeds)
    )
    pages = read_with_silver(options.pages, options.silver)
    only = options.only if options.only is not None else range(-1, options.folds)
    train_folds(pages, recipe, Plan(options.out, options.folds, tuple(only)))


def train_folds(pages: Iterable[GoldPage], recipe: Recipe, plan: Plan) -> None:
    """Train once for each fold that is left out and write the weights."""
    plan.out.mkdir(parents=True, exist_ok=True)
    rules, lexicon = load_cues(RULES), load_lexicon(WORDS)
    folds: dict[int, list[GoldPage]] = defaultdict(list)
    for page in pages:
        folds[fold_of(page.domain, max(plan.folds, 1))].append(page)
    made = {fold: _examples(members, rules, lexicon) for fold, members in sorted(folds.items())}
    for left_out in plan.only:
        parts = [examples for fold, examples in made.items() if fold != left_out]
        chosen = Examples(*(list(chain(*kind)) for kind in zip(*parts, strict=True)))
        name = "layout.npz" if left_out < 0 else f"layout-{left_out}.npz"
        print(f"{name}: {', '.join(str(len(kind)) for kind in chosen)} texts", flush=True)
        networks = [train_network(chosen, recipe, seed) for seed in recipe.seeds]
        export(networks, plan.out / name)


def _examples(pages: Sequence[GoldPage], rules: CueRules, lexicon: Lexicon) -> Examples:
    """Make the examples of one fold; pages are mixed with pages of their fold alone."""
    made = Examples([], [], [])
    views = [labelled_views(page) for page in pages]
    for page, lines in zip(pages, views, strict=True):
        maker = Maker(rules, lexicon, page.language, page.trust)
        mates = [
            (other.language, found[-1])
            for other, found in zip(pages, views, strict=True)
            if other.trust == 1.0 and other.domain != page.domain and found
        ]
        near = [lines for language, lines in mates if language == page.language]
        others = near if len(near) >= LEAST_MATES else [lines for _, lines in mates]
        made.seen.extend(make_examples(page, lines, maker))
        made.varied.extend(make_varied(page, lines, maker))
        made.mixed.extend(make_mixed(page, lines, others, maker))
    return made


def read_with_silver(pages: Path, silver: Path | None) -> list[GoldPage]:
    """Read the pages that can be learnt from.

    Args:
        pages: JSON lines with gold texts.
        silver: JSON lines (`doc_id`, `text`) with texts of pages that have no gold.
    """
    texts = _texts(silver) if silver else {}
    found = []
    for page in read_pages(pages):
        if page.gold:
            found.append(page)
        elif len(texts.get(page.id, "")) >= MIN_SILVER:
            found.append(replace(page, gold=texts[page.id], trust=SILVER_TRUST))
    return found


def _texts(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8") as lines:
        return {record["doc_id"]: record["text"] for record in map(json.loads, lines)}


if __name__ == "__main__":
    main()
