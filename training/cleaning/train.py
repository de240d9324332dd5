"""Train the layout model: `python -m training.cleaning.train PAGES OUT`.

Writes `layout.npz`, trained on all pages, and with `--folds N` also `layout-<fold>.npz`,
each trained without the publishers of one fold, for `training.cleaning.evaluate`.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from builder.text.cue_rules import CueRules, load_cues
from training.cleaning.examples import Example, make_examples
from training.cleaning.network import Recipe, export, train_network
from training.cleaning.pages import RULES, GoldPage, fold_of, read_pages

# How much an example counts whose text was extracted by a tool and not marked by people.
SILVER_TRUST = 0.5

# Shorter silver texts (characters) are often wrong.
MIN_SILVER = 600


def main() -> None:
    """Read the command line, make examples, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, help="pages with gold text, JSON lines (.gz)")
    parser.add_argument("out", type=Path, help="folder for the weights")
    parser.add_argument("--silver", type=Path, help="texts for pages without gold text")
    parser.add_argument("--folds", type=int, default=0, help="train also without each fold")
    parser.add_argument("--only", type=int, nargs="*", help="these folds only (-1: all pages)")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    options = parser.parse_args()
    recipe = Recipe(epochs=options.epochs, seed=options.seed)
    pages = read_with_silver(options.pages, options.silver)
    only = options.only if options.only is not None else range(-1, options.folds)
    train_folds(pages, recipe, options.out, options.folds, only)


def train_folds(
    pages: Iterable[GoldPage], recipe: Recipe, out: Path, folds: int, only: Iterable[int]
) -> None:
    """Train once for each fold that is left out (-1: for none) and write the weights."""
    out.mkdir(parents=True, exist_ok=True)
    rules = load_cues(RULES)
    examples = [(page.domain, _examples_of(page, rules)) for page in pages]
    print(f"{sum(len(made) for _, made in examples)} examples", flush=True)
    for fold in only:
        chosen = [
            example
            for domain, made in examples
            if fold < 0 or fold_of(domain, folds) != fold
            for example in made
        ]
        name = "layout.npz" if fold < 0 else f"layout-{fold}.npz"
        print(f"{name}: {len(chosen)} texts", flush=True)
        export(train_network(chosen, recipe), out / name)


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


def _examples_of(page: GoldPage, rules: CueRules) -> Sequence[Example]:
    return list(make_examples(page, rules))


if __name__ == "__main__":
    main()
