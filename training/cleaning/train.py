"""Train the layout model: `python -m training.cleaning.train PAGES OUT`.

Writes `layout.npz`, trained on all pages, and with `--folds N` also `layout-<fold>.npz`,
each trained without the publishers of one fold, for `training.cleaning.evaluate`.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from builder.text.cue_rules import CueRules, load_cues
from builder.text.layout_words import Lexicon, load_lexicon
from training.cleaning.examples import Maker, labelled_views, make_examples
from training.cleaning.marks import MARKS, add_marks, read_marks
from training.cleaning.network import Examples, Recipe, export, train_network
from training.cleaning.pages import RULES, WORDS, GoldPage, fold_of, read_pages
from training.cleaning.variations import make_mixed, make_varied
from training.cleaning.written import WRITTEN, read_written

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
    parser.add_argument(
        "--marks", type=Path, default=MARKS, help="article lines of pages without gold text"
    )
    parser.add_argument("--written", type=Path, default=WRITTEN, help="folder of written pages")
    parser.add_argument("--folds", type=int, default=0, help="train also without each fold")
    parser.add_argument("--only", type=int, nargs="*", help="these folds only (-1: all pages)")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--learning-rate", type=float, default=Recipe.learning_rate)
    parser.add_argument("--seeds", type=int, nargs="*", default=Recipe.seeds)
    parser.add_argument("--written-seeds", type=int, nargs="*", default=Recipe.written_seeds)
    options = parser.parse_args()
    recipe = Recipe(
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        seeds=tuple(options.seeds),
        written_seeds=tuple(options.written_seeds),
    )
    pages = read_all(options.pages, options.marks, options.written)
    only = options.only if options.only is not None else range(-1, options.folds)
    train_folds(pages, recipe, Plan(options.out, options.folds, tuple(only)))


def train_folds(pages: Iterable[GoldPage], recipe: Recipe, plan: Plan) -> None:
    """Train once for each fold that is left out and write the weights.

    Raises:
        ValueError: all pages are written, or there are none.
    """
    plan.out.mkdir(parents=True, exist_ok=True)
    folds: dict[int, list[GoldPage]] = defaultdict(list)
    for page in pages:
        folds[fold_of(page.domain, max(plan.folds, 1))].append(page)
    rules, lexicon = load_cues(RULES), load_lexicon(WORDS)
    made = {fold: _examples(members, rules, lexicon) for fold, members in sorted(folds.items())}
    for left_out in plan.only:
        kept = [parts for fold, parts in made.items() if fold != left_out]
        web, written = (_join(parts) for parts in zip(*kept, strict=True))
        if not any(web):
            raise ValueError("there is no page of the web to learn from")
        name = "layout.npz" if left_out < 0 else f"layout-{left_out}.npz"
        print(f"{name}: {sum(map(len, web))} and {sum(map(len, written))} texts", flush=True)
        networks = [train_network(web, recipe, seed) for seed in recipe.seeds]
        both = _join([web, written])
        networks += [train_network(both, recipe, seed) for seed in recipe.written_seeds]
        export(networks, plan.out / name)


def _join(parts: Iterable[Examples]) -> Examples:
    return Examples(*(list(chain(*kind)) for kind in zip(*parts, strict=True)))


def _examples(
    pages: Sequence[GoldPage], rules: CueRules, lexicon: Lexicon
) -> tuple[Examples, Examples]:
    """Make the examples of one fold: of pages of the web, and of written ones.

    Pages are mixed with pages of their fold alone, those of the web with such alone.
    """
    made = {False: Examples([], [], []), True: Examples([], [], [])}
    views = [labelled_views(page) for page in pages]
    for page, lines in zip(pages, views, strict=True):
        maker = Maker(rules, lexicon, page.language)
        mates = [
            (other.language, found[-1])
            for other, found in zip(pages, views, strict=True)
            if other.domain != page.domain and found and other.is_written <= page.is_written
        ]
        near = [lines for language, lines in mates if language == page.language]
        others = near if len(near) >= LEAST_MATES else [lines for _, lines in mates]
        seen, varied, mixed = made[page.is_written]
        seen.extend(make_examples(page, lines, maker))
        varied.extend(make_varied(page, lines, maker))
        mixed.extend(make_mixed(page, lines, others, maker))
    return made[False], made[True]


def read_all(pages: Path, marks: Path = MARKS, written: Path = WRITTEN) -> list[GoldPage]:
    """Read the pages that can be learnt from: with gold text, with marked lines, and written.

    Raises:
        ValueError: the marks are of another text than that of a page, or a file has another form.
    """
    marked = read_marks(marks)
    found = []
    for page in read_pages(pages):
        if page.gold:
            found.append(page)
        elif page.id in marked:
            found.append(add_marks(page, marked[page.id]))
    return found + read_written(written)


if __name__ == "__main__":
    main()
