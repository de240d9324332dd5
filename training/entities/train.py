"""Train the embedded entity tagger: `python -m training.entities.train DATA_FOLDER OUT_FOLDER`."""

from __future__ import annotations

import argparse
import json
import time
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import torch

from builder.text.entities.cues import Cues
from builder.text.entities.features import key_of
from builder.text.entities.store import Arrays, pack_arrays
from builder.text.entities.vocabulary import Vocabulary
from training.entities import linear, window
from training.entities.cues import cue_words
from training.entities.data import WRITTEN, Record, load_sources
from training.entities.features import TypeFeatures
from training.entities.gazetteer import gazetteer
from training.entities.places import listing

PARTS = ("lists", "linear", "window")


def main() -> None:
    """Parse the command line, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the training files (JSONL, gzip)")
    parser.add_argument("--written", type=Path, default=WRITTEN, help="folder with marked passages")
    parser.add_argument("out", type=Path, help="folder for the weights")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--holdout", type=int, default=0, help="keep every n-th block apart")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    arguments = parser.parse_args()
    config = tomllib.loads(arguments.config.read_text("utf-8"))
    arguments.out.mkdir(parents=True, exist_ok=True)
    files = [*sorted(arguments.data.glob("*.jsonl*")), *sorted(arguments.written.glob("*.txt"))]
    begun = time.time()
    features = TypeFeatures(gazetteer(), Cues(cue_words()))
    if "lists" in arguments.parts:
        write_lists(arguments.out)
    for part, train in (("linear", train_linear), ("window", train_window)):
        if part in arguments.parts:
            # The network reads single signs, the linear model pairs of them.
            vocabulary = Vocabulary(pairs=part == "linear")
            records, _ = load_sources(files, config["caps"], vocabulary, arguments.holdout)
            tokens = sum(len(r.tokens.types) for r in records)
            print(
                f"{len(records)} records, {tokens} tokens, {time.time() - begun:.0f} s", flush=True
            )
            train(records, vocabulary, features, arguments.out, config)
            print(f"{part} model written after {time.time() - begun:.0f} s", flush=True)


def write_lists(out: Path) -> None:
    """Write the place names of CLDR, the cue words and the hashes of the gazetteer."""
    cues = np.frombuffer(cue_words(more_names=True).encode("utf-8"), dtype=np.uint8)
    (out / "cues.bin").write_bytes(pack_arrays({"text": cues}))
    names = np.frombuffer(listing().encode("utf-8"), dtype=np.uint8)
    (out / "places.bin").write_bytes(pack_arrays({"text": names}))
    classes = gazetteer()
    keys = sorted(classes)
    arrays: Arrays = {
        "keys": np.array(keys, dtype=np.uint32),
        "classes": np.array([classes[key] for key in keys], dtype=np.uint8),
    }
    (out / "gazetteer.bin").write_bytes(pack_arrays(arrays))


def train_linear(
    records: list[Record],
    vocabulary: Vocabulary,
    features: TypeFeatures,
    out: Path,
    config: dict[str, Any],
) -> None:
    """Train the linear model and write it in fixed point."""
    settings = config["linear"]
    options = {
        "max_iterations": settings["max_iterations"],
        "feature.minfreq": settings["min_frequency"],
    }
    attributes = linear.Attributes(features, vocabulary)
    weights, transitions = linear.train(records, attributes, config["repeats"], options)
    arrays = linear.export(weights, transitions, settings)
    (out / "linear.bin").write_bytes(pack_arrays(arrays))


def train_window(
    records: list[Record],
    vocabulary: Vocabulary,
    features: TypeFeatures,
    out: Path,
    config: dict[str, Any],
) -> None:
    """Train the window network and write it in integers, with the numbers of its sources."""
    settings = config["window"]
    torch.set_num_threads(1)
    torch.manual_seed(settings["seed"])
    keys = window.select_pieces(records, vocabulary, features, settings["rows"])
    sources = {name: n for n, name in enumerate(sorted({r.source for r in records}), start=1)}
    segments: list[window.Segment] = []
    for record in records:
        repeats = settings["repeats"].get(record.source, 1)
        misc = "MISC" in record.labels or record.source in settings["misc_sources"]
        segments += window.make_segments(record, sources[record.source], misc) * repeats
    net = window.WindowNet(len(keys), len(sources), settings)
    feeder = window.Feeder(segments, window.pieces_of_types(vocabulary.names, features, keys))
    words = {key_of(features.window(name)[0]) for name in vocabulary.names}
    feeder.word_rows = torch.tensor([key in words for key in keys])
    for number, phase in enumerate(settings["phases"]):
        window.train(net, feeder, settings | phase, number)
        torch.save(net.state_dict(), out / f"window-{number}.pt")
    arrays = window.export(net, keys, settings["share"])
    (out / "window.bin").write_bytes(pack_arrays(arrays))
    (out / "sources.json").write_text(json.dumps(sources), "utf-8")


if __name__ == "__main__":
    main()
