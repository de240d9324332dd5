"""Fit the confidence curve of `card.json`: `python -m training.entities.calibrate FOLDER FILE ...`.

A score says how often entities with that margin are right: a logistic curve over the logarithm of
the margin, fitted on annotated files that took no part in training.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from builder.text.entities import checked_spans, load_builtin
from training.entities.data import read_records
from training.entities.evaluate import SCORED

FloatArray = npt.NDArray[np.float64]


def main() -> None:
    """Parse the command line and print slope and offset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the weights")
    parser.add_argument("files", type=Path, nargs="+", help="annotated files")
    parser.add_argument("--fast", action="store_true", help="the linear model alone")
    arguments = parser.parse_args()
    slope, offset = fit(*margins(arguments.folder, arguments.files, fast=arguments.fast))
    print(f"[{slope:.3f}, {offset:.3f}]")


def margins(folder: Path, files: list[Path], *, fast: bool) -> tuple[FloatArray, FloatArray]:
    """Return for each entity the logarithm of its margin and whether it is right."""
    card = json.loads((folder / "card.json").read_text("utf-8"))
    slope, offset = card["fast"]["confidence"] if fast else card["confidence"]
    tagger = load_builtin(folder, fast=fast)
    tagger.rules = frozenset()  # spans that a rule makes have a fixed score
    scores: list[float] = []
    right: list[bool] = []
    for path in files:
        records = list(read_records(path))
        found = tagger.annotate([r.text for r in records], [r.language for r in records])
        for record, spans in zip(records, found, strict=True):
            gold = set(record.spans)
            for span in checked_spans(record.text, spans):
                if span.label in SCORED:
                    scores.append(span.score)
                    right.append((span.start, span.end, span.label) in gold)
    chance = np.clip(np.array(scores), 0.0005, 0.9995)
    logs = (np.log(chance / (1 - chance)) - offset) / slope
    return logs, np.array(right, dtype=np.float64)


def fit(logs: FloatArray, right: FloatArray) -> tuple[float, float]:
    """Return slope and offset of the logistic curve by Newton's method."""
    columns = np.stack([logs, np.ones_like(logs)], axis=1)
    weights = np.zeros(2)
    for _ in range(25):
        chance = 1.0 / (1.0 + np.exp(-columns @ weights))
        curvature = (columns * (chance * (1 - chance))[:, None]).T @ columns
        weights += np.linalg.solve(curvature, columns.T @ (right - chance))
    return float(weights[0]), float(weights[1])


if __name__ == "__main__":
    main()
