"""Train the layout model: `python -m training.cleaning.train PAGES OUT`.

Writes `layout.npz`, trained on all pages, and with `--folds N` also `layout-<fold>.npz`,
each trained without the publishers of one fold, for `training.cleaning.evaluate`.
"""

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from builder.text.cue_rules import load_cues
from builder.text.layout_words import load_lexicon
from training.cleaning.examples import make_examples
from training.cleaning.network import Recipe, export, train_network
from training.cleaning.pages import RULES, WORDS, GoldPage, fold_of, read_pages

# How much an example counts whose text was extracted by a tool and not marked by people.
SILVER_TRUST = 0.5

# Shorter silver texts (characters) are often wrong.
MIN_SILVER = 600


@dataclass(frozen=True)
class Plan:
    """Where weights are written, which folds are left out (-1: none), where to start from."""

    out: Path
    folds: int
    only: tuple[int, ...]
    start: Path | None = None


def main() -> None:
    """Read the command line, make examples, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, help="pages with gold text, JSON lines (.gz)")
    parser.add_argument("out", type=Path, help="folder for the weights")
    parser.add_argument("--silver", type=Path, help="texts for pages without gold text")
    parser.add_argument("--folds", type=int, default=0, help="train also without each fold")
    parser.add_argument("--only", type=int, nargs="*", help="these folds only (-1: all pages)")
    parser.add_argument("--start", type=Path, help="folder of weights to train on from")
    for name in ("epochs", "seed", "share", "learning_rate"):
        default = getattr(Recipe, name)
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=type(default), default=default)
    options = parser.parse_args()
    recipe = Recipe(
        epochs=options.epochs,
        seed=options.seed,
        share=options.share,
        learning_rate=options.learning_rate,
    )
    pages = read_with_silver(options.pages, options.silver)
    only = options.only if options.only is not None else range(-1, options.folds)
    plan = Plan(options.out, options.folds, tuple(only), options.start)
    train_folds(pages, recipe, plan)


def train_folds(pages: Iterable[GoldPage], recipe: Recipe, plan: Plan) -> None:
    """Train once for each fold that is left out and write the weights."""
    plan.out.mkdir(parents=True, exist_ok=True)
    rules, lexicon = load_cues(RULES), load_lexicon(WORDS)
    examples = [(page.domain, list(make_examples(page, rules, lexicon))) for page in pages]
    print(f"{sum(len(made) for _, made in examples)} examples", flush=True)
    for fold in plan.only:
        chosen = [
            example
            for domain, made in examples
            if fold < 0 or fold_of(domain, plan.folds) != fold
            for example in made
        ]
        name = "layout.npz" if fold < 0 else f"layout-{fold}.npz"
        print(f"{name}: {len(chosen)} texts", flush=True)
        start = plan.start / name if plan.start else None
        export(train_network(chosen, recipe, start), plan.out / name)


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
