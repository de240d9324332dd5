"""Read the shipped taggers from their folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from builder.text.entities.cues import Cues
from builder.text.entities.features import TypeFeatures
from builder.text.entities.gazetteer import GazetteerTagger
from builder.text.entities.keys import KeyTable
from builder.text.entities.linear import LinearModel
from builder.text.entities.models import Models
from builder.text.entities.places import Places
from builder.text.entities.store import Arrays, load_arrays
from builder.text.entities.tagger import BuiltinTagger
from builder.text.entities.window import WindowModel


def load_builtin(directory: Path, *, fast: bool = False) -> BuiltinTagger:
    """Read the default tagger: weights, lists and its card.

    Args:
        directory: the folder of the weights.
        fast: leave the window network out: up to twice as fast, some three points of F1 less.

    Raises:
        OSError: a file is missing.
        ValueError: a file is damaged.
    """
    card = json.loads((directory / "card.json").read_text("utf-8"))
    listed = load_arrays(directory / "gazetteer.bin")
    words = KeyTable(np.asarray(listed["keys"], dtype=np.uint32))
    features = TypeFeatures(words, listed["classes"], _cues(directory))
    fast_card = card.pop("fast")
    if fast:
        card |= fast_card
    linear = LinearModel(load_arrays(directory / "linear.bin"))
    window = None if fast else WindowModel(load_arrays(directory / "window.bin"))
    places = _places(directory, _words(listed))
    models = Models(features, linear, window, places.begin_names)
    return BuiltinTagger(models, places, card)


def load_gazetteer(directory: Path) -> GazetteerTagger:
    """Read the lists of the `gazetteer` tagger from the same folder."""
    words = _words(load_arrays(directory / "gazetteer.bin"))
    return GazetteerTagger(_places(directory, words), words)


def _words(listed: Arrays) -> dict[int, int]:
    return dict(zip(listed["keys"].tolist(), listed["classes"].tolist(), strict=True))


def _cues(directory: Path) -> Cues:
    return Cues(load_arrays(directory / "cues.bin")["text"].tobytes().decode("utf-8"))


def _places(directory: Path, words: dict[int, int]) -> Places:
    listing = load_arrays(directory / "places.bin")["text"].tobytes().decode("utf-8")
    return Places(listing, words)
