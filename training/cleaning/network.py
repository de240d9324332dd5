"""The layout network: its shape in torch, its training, and its export as integers."""

import copy
import random
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from builder.text.layout_features import GRID, segment_weights
from builder.text.layout_network import ACTIVATION_GRID, ACTIVATION_LIMIT, WEIGHT_GRID
from training.cleaning.examples import Example

__all__ = ["Examples", "Recipe", "export", "train_network"]


class Examples(NamedTuple):
    """Texts as they are, varied ones, and articles among the noise of other pages."""

    seen: list[Example]
    varied: list[Example]
    mixed: list[Example]


@dataclass(frozen=True)
class Recipe:
    """What decides the weights, apart from the examples."""

    channels: int = 32
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16)
    epochs: int = 20
    learning_rate: float = 4e-3
    weight_decay: float = 1e-3
    dropout: float = 0.3
    shares: tuple[float, ...] = (0.6, 0.4, 0.5)  # of `Examples`, drawn anew for each epoch
    batch_segments: int = 6000
    decay: float = 0.99
    seeds: tuple[int, ...] = (0, 1)  # a network for each, from pages of the web alone
    written_seeds: tuple[int, ...] = (2, 3)  # a network for each, from these and written pages


@dataclass(frozen=True)
class _Batch:
    """Padded examples: features (texts, segments, features) and what belongs to them."""

    features: Tensor
    article: Tensor
    tokens: Tensor
    neutral: Tensor
    present: Tensor
    weight: Tensor


class LayoutNetwork(nn.Module):
    """Residual convolutions over segments, with one look at the whole text in the middle."""

    def __init__(self, features: int, recipe: Recipe) -> None:
        super().__init__()
        width = recipe.channels
        self.dilations = recipe.dilations
        self.entry = nn.Linear(features, width)
        self.blocks = nn.ModuleList(nn.Linear(3 * width, width) for _ in recipe.dilations)
        self.pool = nn.Linear(2 * width, width)
        self.hidden = nn.Linear(width, width)
        self.output = nn.Linear(width, 1)
        self.drop = nn.Dropout(recipe.dropout)

    def forward(self, features: Tensor, present: Tensor, weight: Tensor) -> Tensor:
        """Return log odds of shape (texts, segments)."""
        state = self.drop(_active(self.entry(features))) * present
        number, size = present.sum(1).clamp(min=1), state.shape[1]
        for at, (step, block) in enumerate(zip(self.dilations, self.blocks, strict=True)):
            padded = functional.pad(state, (0, 0, step, step))
            around = torch.cat([padded[:, :size], state, padded[:, 2 * step :]], dim=2)
            state = _active(state + functional.relu(block(around))) * present
            if at == len(self.blocks) // 2:
                whole = torch.cat([(state * weight).sum(1), state.sum(1) / number], dim=1)
                state = _active(state + functional.relu(self.pool(whole))[:, None]) * present
        scores: Tensor = self.output(self.drop(_active(self.hidden(state))))[:, :, 0]
        return scores


def _active(values: Tensor) -> Tensor:
    return values.clamp(0.0, ACTIVATION_LIMIT)


def train_network(examples: Examples, recipe: Recipe, seed: int) -> LayoutNetwork:
    """Train on the examples; the same examples, recipe and seed give the same weights."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = random.Random(seed)  # noqa: S311  # repeatable, not secret
    network = LayoutNetwork(examples.seen[0].features.shape[1], recipe)
    plan = [_batches(examples, recipe, rng) for _ in range(recipe.epochs)]
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=sum(map(len, plan)), pct_start=0.15
    )
    average = copy.deepcopy(network)
    network.train()
    for epoch, batches in enumerate(plan):
        total = 0.0
        for drawn in batches:
            batch = _collate(drawn)
            scores = network(batch.features, batch.present, batch.weight)
            loss = _loss(scores, batch)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            for mean, value in zip(average.parameters(), network.parameters(), strict=True):
                mean.data.lerp_(value.data, 1.0 - recipe.decay)
            total += float(loss.detach())
        print(f"epoch {epoch + 1}/{recipe.epochs}: loss {total / len(batches):.4f}", flush=True)
    return average.eval()


def export(networks: Sequence[LayoutNetwork], path: Path) -> None:
    """Write the weights as integers, as `builder.text.layout_network` reads them."""
    arrays = {
        "feature_grid": np.array(GRID),
        "weight_grid": np.array(WEIGHT_GRID),
        "activation_grid": np.array(ACTIVATION_GRID),
        "dilations": np.array(networks[0].dilations),
        "pool_after": np.array(len(networks[0].blocks) // 2),
    }
    for layers in zip(*(_layers(network).items() for network in networks), strict=True):
        for part, kind in (("weight", np.int16), ("bias", np.int32)):
            limit = np.iinfo(kind).max
            values = [
                getattr(layer, part).detach().numpy().astype(np.float64).T * WEIGHT_GRID
                for _, layer in layers
            ]
            stored = np.clip(np.rint(values), -limit, limit).astype(kind)
            arrays[f"{layers[0][0]}_{part}"] = stored
    np.savez_compressed(path, allow_pickle=False, **arrays)


def _layers(network: LayoutNetwork) -> dict[str, nn.Module]:
    layers: dict[str, nn.Module] = {"entry": network.entry, "pool": network.pool}
    layers |= {"hidden": network.hidden, "output": network.output}
    return layers | {f"block{at}": block for at, block in enumerate(network.blocks)}


def _batches(examples: Examples, recipe: Recipe, rng: random.Random) -> list[list[Example]]:
    """Draw texts and group those of like length, at most so many padded segments a batch."""
    drawn = [
        (len(one.article) + 30 * rng.random(), one)
        for kind, share in zip(examples, recipe.shares, strict=True)
        for one in rng.sample(kind, int(share * len(kind)))
    ]
    batches: list[list[Example]] = [[]]
    for _, one in sorted(drawn, key=itemgetter(0)):
        full = len(one.article) * (len(batches[-1]) + 1) > recipe.batch_segments
        if batches[-1] and (full or len(batches[-1]) >= 24):
            batches.append([])
        batches[-1].append(one)
    rng.shuffle(batches)
    return batches


def _collate(examples: Sequence[Example]) -> _Batch:
    size = max(len(example.article) for example in examples)
    shape = (len(examples), size)
    batch = _Batch(
        features=torch.zeros(*shape, examples[0].features.shape[1]),
        article=torch.zeros(shape),
        tokens=torch.zeros(shape),
        neutral=torch.zeros(shape),
        present=torch.zeros(*shape, 1),
        weight=torch.zeros(*shape, 1),
    )
    for at, example in enumerate(examples):
        length = len(example.article)
        batch.features[at, :length] = torch.from_numpy(example.features)
        batch.article[at, :length] = torch.from_numpy(example.article)
        batch.tokens[at, :length] = torch.from_numpy(example.tokens)
        batch.neutral[at, :length] = torch.from_numpy(example.neutral)
        batch.present[at, :length] = 1.0
        weights = segment_weights(example.features.astype(np.float64))
        batch.weight[at, :length, 0] = torch.from_numpy(weights / weights.sum())
    return batch


def _loss(scores: Tensor, batch: _Batch) -> Tensor:
    """Sum cross entropy by size of segment, and the soft F1 by which pages are measured."""
    present = batch.present[:, :, 0]
    is_extra = (batch.neutral > 0.5) & (batch.article < 0.5)
    size = batch.tokens.clamp(min=0.5).pow(0.6) * present * torch.where(is_extra, 0.2, 1.0)
    errors = functional.binary_cross_entropy_with_logits(scores, batch.article, reduction="none")
    entropy = (errors * size).sum(1) / size.sum(1)
    kept = torch.sigmoid(scores) * present
    tokens = batch.tokens * present * torch.where(batch.neutral > 0.5, 0.1, 1.0)
    right = (kept * batch.article * tokens).sum(1)
    whole = (kept * tokens).sum(1) + (batch.article * tokens).sum(1)
    return (entropy + 1.0 - 2.0 * right / (whole + 1.0)).mean()
