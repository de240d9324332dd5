"""Train the linear-chain perceptron with crfsuite and export it in fixed point."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pycrfsuite  # type: ignore[import-untyped]  # the package has no stubs

from builder.text.entities.decode import TAGS, UNITS
from builder.text.entities.features import key_of
from builder.text.entities.scoring import POSITION_FEATURES
from builder.text.entities.vocabulary import Vocabulary
from training.entities.data import Record, tags_of
from training.entities.features import TypeFeatures


class Attributes:
    """Compute crfsuite attributes: a feature string with its offset in front."""

    def __init__(self, features: TypeFeatures, vocabulary: Vocabulary) -> None:
        self._features = features
        self._vocabulary = vocabulary
        self._cache: dict[int, tuple[list[str], ...]] = {}

    def of_type(self, number: int) -> tuple[list[str], ...]:
        """Return the attributes that a type gives at offsets -3 … +3."""
        if number not in self._cache:
            groups = self._features.linear(self._vocabulary.name(number))
            self._cache[number] = tuple([f"{o}:{f}" for f in groups[abs(o)]] for o in range(-3, 4))
        return self._cache[number]

    def segments(self, record: Record) -> list[tuple[list[list[str]], list[str]]]:
        """Return (attributes, tags) of every segment of a record."""
        tokens = record.tokens
        tags = tags_of(record, tokens)
        made = []
        for begin, end in pairwise(tokens.bounds.tolist()):
            types = [self.of_type(int(n)) for n in tokens.types[begin:end]]
            glued = tokens.starts[begin:end] == np.append(-1, tokens.ends[begin : end - 1])
            items = []
            for i in range(len(types)):
                item: list[str] = []
                for offset in range(-3, 4):
                    if 0 <= i + offset < len(types):
                        item += types[i + offset][offset + 3]
                if i == 0:
                    item.append("first")
                if i == len(types) - 1:
                    item.append("last")
                if glued[i]:
                    item.append("glued")
                items.append(item)
            made.append((items, [TAGS[t] for t in tags[begin:end]]))
        return made


def train(
    records: Sequence[Record],
    attributes: Attributes,
    repeats: dict[str, int],
    options: dict[str, float],
) -> tuple[dict[str, list[float]], npt.NDArray[Any]]:
    """Return attribute weights (a row per attribute, a column per tag) and transitions."""
    trainer = pycrfsuite.Trainer(algorithm="ap", verbose=False)
    trainer.set_params(options)
    for record in records:
        for items, tags in attributes.segments(record):
            for _ in range(repeats.get(record.source, 1)):
                trainer.append(items, tags)
    with tempfile.NamedTemporaryFile(suffix=".crfsuite") as file:
        trainer.train(file.name)
        tagger = pycrfsuite.Tagger()
        tagger.open(file.name)
        info = tagger.info()
    weights: dict[str, list[float]] = {}
    for (attribute, tag), weight in info.state_features.items():
        weights.setdefault(attribute, [0.0] * len(TAGS))[TAGS.index(tag)] = weight
    transitions = np.zeros((len(TAGS), len(TAGS)))
    for (before, after), weight in info.transitions.items():
        transitions[TAGS.index(before), TAGS.index(after)] = weight
    return weights, transitions


def export(
    weights: dict[str, list[float]],
    transitions: npt.NDArray[Any],
    settings: Mapping[str, float],
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a linear model: sorted keys, entries per key, columns, values.

    Args:
        weights: what `train` returned first.
        transitions: what it returned second.
        settings: `scale`, the factor from perceptron weights to logits; `prune`, below which a
            weight (before scaling) is left out; `bits`, how many leading bits of one are kept.
    """
    scale, bits = settings["scale"], int(settings["bits"])
    table: dict[int, dict[int, float]] = {}
    position = np.zeros((len(POSITION_FEATURES), len(TAGS)))
    for attribute, row in weights.items():
        if attribute in POSITION_FEATURES:
            position[POSITION_FEATURES.index(attribute)] = row
            continue
        offset, feature = attribute.split(":", 1)
        entry = table.setdefault(key_of(feature), {})
        for tag, weight in enumerate(row):
            if abs(weight) >= settings["prune"]:
                column = (int(offset) + 3) * len(TAGS) + tag
                entry[column] = entry.get(column, 0.0) + weight
    keys = sorted(key for key, entry in table.items() if entry)
    counts = [len(table[key]) for key in keys]
    pairs = [(column, table[key][column]) for key in keys for column in sorted(table[key])]
    values, exponents = np.frexp(np.array([w for _, w in pairs]) * scale * UNITS)
    values = np.rint(np.ldexp(np.rint(np.ldexp(values, bits)), exponents - bits))
    return {
        "keys": np.array(keys, dtype=np.uint32),
        "counts": np.array(counts, dtype=np.uint8),
        "columns": np.array([c for c, _ in pairs], dtype=np.uint8),
        "values": np.clip(values, -32767, 32767).astype(np.int16),
        "position": np.rint(position * scale * UNITS).astype(np.int32),
        "transitions": np.rint(transitions * scale * UNITS).astype(np.int32),
    }
