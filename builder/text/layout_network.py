"""Run the layout networks: score how likely segments are part of the article.

Several networks of one shape read each text, and the mean of their scores counts: trained from
other beginnings, they are wrong in other places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.layout_features import FEATURES, GRID, LIMIT, Features, Places, Units

__all__ = ["LayoutNetwork", "load_networks", "score_segments"]

# Weights are stored as integers, in units of 1 / WEIGHT_GRID; activations are cut to
# multiples of 1 / ACTIVATION_GRID up to ACTIVATION_LIMIT. As long as no sum of products
# reaches MAX_SUM, it is the same in any order, so that scores are the same on every machine;
# `load_networks` makes sure of it.
WEIGHT_GRID = 512
ACTIVATION_GRID = 64
ACTIVATION_LIMIT = 16.0
MAX_SUM = 1 << 31

WIDTH = 32
"""Outputs of each layer but the last."""

Weights = npt.NDArray[np.int16]
Layer = tuple[Weights, npt.NDArray[np.int32]]

_score_segments = native.kernel(
    "score_segments",
    *(native.I16, native.SIZE, native.I64, native.SIZE),
    *(native.I16, native.I32, native.I64, native.SIZE, native.SIZE),
    *(native.I16, native.I16, native.F32),
)


@dataclass(frozen=True, eq=False)
class LayoutNetwork:
    """A network as its kernel takes it.

    Attributes:
        weights: those of the entry, the blocks (for the segments before, itself, and those
            after), the pool, the hidden layer and the output, one after the other. Those of two
            inputs for one output stand together.
        biases: theirs, in units of the sums.
        steps: how far each block looks.
        pool_after: the block after which the text as a whole is added.
    """

    weights: Weights
    biases: npt.NDArray[np.int32]
    steps: Places
    pool_after: int


def load_networks(path: Path) -> tuple[LayoutNetwork, ...]:
    """Read the weights that `training.cleaning.train` wrote.

    Raises:
        OSError: the file cannot be read.
        KeyError, ValueError: it is no layout model of this version.
    """
    with np.load(path, allow_pickle=False) as stored:
        arrays = dict(stored)
    grids = [int(arrays[f"{name}_grid"]) for name in ("feature", "weight", "activation")]
    if grids != [GRID, WEIGHT_GRID, ACTIVATION_GRID]:
        raise ValueError(f"{path} belongs to another version of the layout features")
    try:
        return tuple(_network(arrays, at) for at in range(len(arrays["output_bias"])))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _network(arrays: Mapping[str, npt.NDArray[np.generic]], member: int) -> LayoutNetwork:
    """Put one of the stored networks as its kernel reads it."""

    def layer(name: str, inputs: int, outputs: int = WIDTH) -> Layer:
        weights, bias = (arrays[f"{name}_{part}"][member] for part in ("weight", "bias"))
        if weights.shape != (inputs, outputs) or bias.shape != (outputs,):
            raise ValueError(f"{name} has another shape than its kernel reads")
        if (weights.dtype, bias.dtype) != (np.int16, np.int32):
            raise ValueError(f"{name} has numbers of other types than its kernel reads")
        grid, limit = (GRID, LIMIT) if name == "entry" else (ACTIVATION_GRID, ACTIVATION_LIMIT)
        sums = np.abs(weights.astype(np.int64)).sum(axis=0) * (grid * limit)
        if (sums + np.abs(bias.astype(np.int64)) * grid).max() >= MAX_SUM:
            raise ValueError(f"the weights of {name} are too large for sums of 32 bits")
        return _in_pairs(weights), bias * np.int32(grid)

    steps = arrays["dilations"].astype(np.int64)
    layers = [
        layer("entry", FEATURES),
        *(layer(f"block{at}", 3 * WIDTH) for at in range(steps.size)),
        layer("pool", 2 * WIDTH),
        layer("hidden", WIDTH),
        layer("output", WIDTH, 1),
    ]
    weights, biases = zip(*layers, strict=True)
    return LayoutNetwork(
        weights=np.concatenate(weights),
        biases=np.concatenate(biases, dtype=np.int32),
        steps=steps,
        pool_after=int(arrays["pool_after"]),
    )


def _in_pairs(weights: Weights) -> Weights:
    """Put the weights of each two inputs for one output side by side; flat, in fours of inputs."""
    inputs, outputs = weights.shape
    whole = np.zeros((inputs + -inputs % 4, outputs), dtype=np.int16)
    whole[:inputs] = weights
    return whole.reshape(-1, 2, outputs).swapaxes(1, 2).ravel()


def score_segments(units: Units, bounds: Places, networks: Sequence[LayoutNetwork]) -> Features:
    """Score segments: the log odds that they are part of the article.

    Args:
        units: what `describe_texts` returned.
        bounds: between which the segments of each text lie.
        networks: at least one.

    Returns:
        The mean of the scores of all networks.
    """
    number, inputs = units.shape
    scores = np.empty((len(networks), number), dtype=np.float32)
    rooms = np.empty((2, number, WIDTH), dtype=np.int16)
    for network, row in zip(networks, scores, strict=True):
        parts = network.weights, network.biases, network.steps, network.steps.size
        _score_segments(
            *(units, inputs, bounds, bounds.size - 1),
            *(*parts, network.pool_after, rooms[0], rooms[1], row),
        )
    mean: Features = scores.mean(axis=0)
    return mean
