"""Train the window network with PyTorch.

Embeddings of a word type's pieces are summed, read through a window, refined by dilated
convolutions and trained with the loss of a conditional random field.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from builder.text.entities.decode import TAGS, UNITS
from builder.text.entities.features import key_of
from builder.text.entities.vocabulary import Vocabulary
from builder.text.entities.window import ACTIVATION_UNITS, CEILING
from training.entities.data import Record, tags_of
from training.entities.features import TypeFeatures

NEVER = -1e4
PART_UNITS = 2 * ACTIVATION_UNITS
"""Units of the cached first layer: half of it is rounded to an activation."""
MISC_TAGS = slice(7, 9)


class Segment(NamedTuple):
    """Hold one training segment."""

    types: npt.NDArray[np.int32]
    tags: npt.NDArray[np.int32]
    glued: npt.NDArray[np.bool_]
    source: int
    misc: bool
    """Whether the source annotates MISC; where it does not, an unmarked token may be MISC."""


class Batch(NamedTuple):
    """Hold segments of similar length as tensors."""

    rows: Tensor
    heads: Tensor
    """Pieces of the batch's types in one row, and where each type begins."""
    places: Tensor
    """(segment, place) → type, 0 for none, with `reach` empty places on both sides."""
    position: Tensor
    source: Tensor
    inside: Tensor
    allowed: Tensor
    """(segment, token, tag): the tags that the annotation permits."""


def select_pieces(
    records: Sequence[Record], vocabulary: Vocabulary, features: TypeFeatures, rows: int
) -> list[int]:
    """Return the hashes of the most frequent pieces, counted over tokens, ties by hash."""
    counts: Counter[int] = Counter()
    for number, times in sorted(Counter(int(n) for r in records for n in r.tokens.types).items()):
        for piece in features.window(vocabulary.name(number)):
            counts[key_of(piece)] += min(times, 20)
    best = sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))[:rows]
    print("rarest kept piece counts", best[-1][1], "of", len(counts))
    return sorted(key for key, _ in best)


def pieces_of_types(
    names: Sequence[str], features: TypeFeatures, keys: list[int]
) -> tuple[Tensor, Tensor]:
    """Return the piece rows of all types in one tensor, and where each type begins and ends."""
    rank = {key: number for number, key in enumerate(keys)}
    flat: list[int] = []
    offsets = [0]
    for name in names:
        flat += [rank[k] for k in map(key_of, features.window(name)) if k in rank]
        offsets.append(len(flat))
    return torch.tensor(flat, dtype=torch.long), torch.tensor(offsets, dtype=torch.long)


class WindowNet(nn.Module):
    """Score tags from pieces, as `builder.text.entities.window` does in integers."""

    def __init__(self, rows: int, sources: int, settings: Mapping[str, Any]) -> None:
        super().__init__()
        width, hidden = int(settings["width"]), int(settings["hidden"])
        self.reach = int(settings["reach"])
        self.dilations = [int(d) for d in settings["dilations"]]
        self.dropout = 0.0
        self.table = nn.EmbeddingBag(rows, width, mode="sum", include_last_offset=True)
        nn.init.normal_(self.table.weight, std=0.1)
        self.window = nn.Linear(width * (2 * self.reach + 1), hidden)
        self.source = nn.Embedding(sources + 1, hidden)
        nn.init.zeros_(self.source.weight)
        self.position = nn.Linear(3, hidden, bias=False)
        self.convolutions = nn.ModuleList(nn.Linear(3 * hidden, hidden) for _ in self.dilations)
        self.out = nn.Linear(hidden, len(TAGS))
        self.transitions = nn.Parameter(torch.zeros(len(TAGS), len(TAGS)))

    def forward(self, batch: Batch) -> Tensor:
        """Return (segment, token, tag) scores."""
        vectors = self.table(batch.rows, batch.heads)
        vectors = torch.cat([torch.zeros_like(vectors[:1]), vectors])
        # The product per type comes first, as at inference: fewer types than tokens.
        width = vectors.shape[1]
        length = batch.places.shape[1] - 2 * self.reach
        total = self.window.bias + self.source(batch.source)[:, None, :]
        total = total + self.position(batch.position)
        for slot in range(2 * self.reach + 1):
            part = vectors @ self.window.weight[:, slot * width : (slot + 1) * width].T
            total = total + part[batch.places[:, slot : slot + length]]
        keep = batch.inside[:, :, None].to(total.dtype)
        hidden = self._dropped(torch.relu(total), keep)
        for dilation, convolution in zip(self.dilations, self.convolutions, strict=True):
            wide = nn.functional.pad(hidden, (0, 0, dilation, dilation))
            sides = wide[:, :length], hidden, wide[:, 2 * dilation : 2 * dilation + length]
            step = torch.relu(convolution(torch.cat(sides, dim=2)))
            hidden = hidden * keep + self._dropped(step, keep)
        scores: Tensor = self.out(hidden)
        return scores

    def _dropped(self, hidden: Tensor, keep: Tensor) -> Tensor:
        """Drop whole channels of a segment, and everything outside segments."""
        if not self.training:
            return hidden * keep
        mask = torch.rand(hidden.shape[0], 1, hidden.shape[2]) > self.dropout
        return hidden * (keep * (mask / (1.0 - self.dropout)))


def log_partition(scores: Tensor, inside: Tensor, transitions: Tensor) -> Tensor:
    """Return the log of the summed weight of all tag sequences of every segment."""
    # Probabilities with one scale a step: products of small matrices, not sums of exponentials.
    peak = scores.amax(dim=2, keepdim=True)
    weights = torch.where(inside[:, :, None], torch.exp(scores - peak), 1.0)
    moves = torch.exp(transitions)
    alpha = weights[:, 0]
    norm = alpha.sum(dim=1, keepdim=True)
    alpha = alpha / norm
    logs = [norm]
    for step in range(1, scores.shape[1]):
        new = (alpha @ moves) * weights[:, step]
        alpha = torch.where(inside[:, step, None], new, alpha)
        norm = alpha.sum(dim=1, keepdim=True) + 1e-30
        alpha = alpha / norm
        logs.append(norm)
    return torch.log(torch.cat(logs, dim=1)).sum(dim=1) + (peak[:, :, 0] * inside).sum(dim=1)


def batches(segments: Sequence[Segment], tokens: int, rng: np.random.Generator) -> list[list[int]]:
    """Group segments of similar length, about `tokens` tokens in each batch, in random order."""
    sizes = np.array([len(s.types) for s in segments])
    order = np.argsort(sizes + rng.random(len(sizes)) * (2 + sizes * 0.15), kind="stable")
    groups: list[list[int]] = []
    group: list[int] = []
    longest = 0
    for number in order.tolist():
        longest = max(longest, int(sizes[number]))
        if group and longest * (len(group) + 1) > tokens:
            groups.append(group)
            group, longest = [], int(sizes[number])
        group.append(number)
    groups.append(group)
    return [groups[i] for i in rng.permutation(len(groups))]


def make_segments(record: Record, source: int, misc: bool) -> list[Segment]:
    """Return the segments of a record; `misc` says whether unmarked tokens are no MISC."""
    tokens = record.tokens
    tags = tags_of(record, tokens)
    glued = np.zeros(len(tags), dtype=np.bool_)
    glued[1:] = tokens.starts[1:] == tokens.ends[:-1]
    glued[tokens.bounds[:-1]] = False
    bounds = tokens.bounds.tolist()
    return [
        Segment(tokens.types[a:b], tags[a:b], glued[a:b], source, misc) for a, b in pairwise(bounds)
    ]


class Feeder:
    """Turn groups of segments into tensors; hide pieces and sources at random."""

    def __init__(self, segments: list[Segment], pieces: tuple[Tensor, Tensor]) -> None:
        self.segments = segments
        self._flat, self._offsets = pieces
        self.word_rows = torch.zeros(0, dtype=torch.bool)

    def batch(
        self, group: Sequence[int], rng: np.random.Generator, settings: Mapping[str, Any]
    ) -> Batch:
        """Return one batch for training."""
        reach = int(settings["reach"])
        picked = [self.segments[i] for i in group]
        shape = (len(picked), max(len(s.types) for s in picked))
        types = np.full((shape[0], shape[1] + 2 * reach), -1, dtype=np.int64)
        inside = np.zeros(shape, dtype=bool)
        position = np.zeros((*shape, 3), dtype=np.float32)
        allowed = np.zeros((*shape, len(TAGS)), dtype=bool)
        for row, segment in enumerate(picked):
            size = len(segment.types)
            types[row, reach : reach + size] = segment.types
            inside[row, :size] = True
            position[row, 0, 0] = position[row, size - 1, 1] = 1
            position[row, :size, 2] = segment.glued
            allowed[row, np.arange(size), segment.tags] = True
            if not segment.misc:
                allowed[row, :size, MISC_TAGS] |= (segment.tags == 0)[:, None]
        unique, index = np.unique(types, return_inverse=True)
        rows, heads = self._pieces(torch.from_numpy(unique[unique >= 0]), rng, settings)
        source = np.array([s.source for s in picked], dtype=np.int64)
        source[rng.random(len(source)) < settings["source_dropout"]] = 0
        index = index.reshape(types.shape) + (0 if unique[0] < 0 else 1)
        arrays = (index, position, source, inside, allowed)
        return Batch(rows, heads, *map(torch.from_numpy, arrays))

    def _pieces(
        self, types: Tensor, rng: np.random.Generator, settings: Mapping[str, Any]
    ) -> tuple[Tensor, Tensor]:
        begins = self._offsets[types]
        sizes = self._offsets[types + 1] - begins
        heads = sizes.cumsum(0) - sizes
        place = torch.arange(int(sizes.sum())) + torch.repeat_interleave(begins - heads, sizes)
        rows = self._flat[place]
        chance = torch.from_numpy(rng.random(len(rows)).astype(np.float32))
        word = self.word_rows[rows]
        limit = torch.where(word, float(settings["word_dropout"]), float(settings["piece_dropout"]))
        keep = chance > limit
        owners = torch.repeat_interleave(torch.arange(len(sizes)), sizes)[keep]
        kept = torch.bincount(owners, minlength=len(sizes))
        return rows[keep], torch.cat([torch.zeros(1, dtype=torch.long), kept.cumsum(0)])


def crf_mask() -> Tensor:
    """Return the penalty of forbidden transitions."""
    mask = torch.zeros(len(TAGS), len(TAGS))
    for number, tag in enumerate(TAGS):
        if tag.startswith("I-"):
            mask[:, number] = NEVER
            mask[number - 1 : number + 1, number] = 0.0
    return mask


def train(net: WindowNet, feeder: Feeder, settings: Mapping[str, Any], phase: int) -> None:
    """Run a fixed number of steps with Adam, warm-up and linear decay of the learning rate."""
    rng = np.random.default_rng(settings["seed"] + phase)
    if phase:
        torch.manual_seed(settings["seed"] + phase)
    net.dropout = float(settings["dropout"])
    rate, total = float(settings["rate"]), int(settings["steps"])
    optimizer = torch.optim.AdamW(
        net.parameters(), lr=rate, weight_decay=float(settings["decay"]), fused=True
    )
    step, begun, running = 0, time.time(), 0.0
    while step < total:
        for group in batches(feeder.segments, int(settings["batch_tokens"]), rng)[: total - step]:
            for part in optimizer.param_groups:
                part["lr"] = rate * min((step + 1) / 100, max((total - step) / total, 0.01))
            loss = loss_of(net, feeder.batch(group, rng, settings))
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            running += (float(loss.detach()) - running) * (0.01 if step > 100 else 0.1)
            step += 1
            if step % 200 == 0:
                print(f"step {step} loss {running:.4f} {time.time() - begun:.0f} s", flush=True)


def loss_of(net: WindowNet, batch: Batch) -> Tensor:
    """Return the loss per token: log weight of all sequences less that of the permitted ones."""
    start = torch.zeros(len(TAGS))
    start[2::2] = NEVER
    scores = net(batch)
    scores = torch.cat([scores[:, :1] + start, scores[:, 1:]], dim=1)
    moves = net.transitions + crf_mask()
    free = log_partition(scores, batch.inside, moves)
    bound = log_partition(scores + torch.where(batch.allowed, 0.0, NEVER), batch.inside, moves)
    return (free - bound).sum() / batch.inside.sum()


def export(net: WindowNet, keys: list[int], share: float) -> dict[str, npt.NDArray[Any]]:
    """Return the integer arrays that `builder.text.entities.window` reads.

    Args:
        net: the trained network.
        keys: hashes of the pieces, ascending.
        share: factor of the network's scores beside those of the linear model.
    """
    state = {
        name: value.detach().numpy().astype(np.float64) for name, value in net.state_dict().items()
    }
    table = state["table.weight"]
    unit = np.abs(table).max() / 127 / 255
    row_scales = np.clip(np.ceil(np.abs(table).max(axis=1) / 127 / unit), 1, 255)
    rows = np.rint(table / (row_scales * unit)[:, None])
    width = table.shape[1]
    weight = state["window.weight"].T.reshape(2 * net.reach + 1, width, -1)
    first_unit = np.abs(weight).max() / 127
    first = np.rint(weight / first_unit)
    arrays: dict[str, npt.NDArray[Any]] = {
        "keys": np.array(keys, dtype=np.uint32),
        "rows": rows.astype(np.int8),
        "row_scales": row_scales.astype(np.uint8),
        "first": first.astype(np.int8),
        "first_scale": np.array(unit * first_unit * PART_UNITS),
        "bias": np.rint(state["window.bias"] * PART_UNITS).astype(np.int32),
        "position": np.rint(state["position.weight"].T * PART_UNITS).astype(np.int32),
        "sources": np.rint(state["source.weight"] * PART_UNITS).astype(np.int16),
        "dilations": np.array(net.dilations, dtype=np.uint8),
        "transitions": np.rint(state["transitions"] * share * UNITS).astype(np.int32),
    }
    for number in range(len(net.dilations)):
        kernel = state[f"convolutions.{number}.weight"].T.reshape(
            3, -1, state["out.weight"].shape[1]
        )
        # Per output channel: weights of 7 bits, small enough that no sum can reach 2**24.
        largest = np.abs(kernel).max(axis=(0, 1)) / 127
        total = np.abs(kernel).sum(axis=(0, 1)) * (CEILING + 1) / (2**24 - 2**16)
        scale = np.maximum(largest, total)
        whole = np.trunc(kernel / scale) if (total > largest).any() else np.rint(kernel / scale)
        arrays[f"weight{number}"] = whole.astype(np.int8)
        arrays[f"scale{number}"] = scale.astype(np.float32)
        arrays[f"shift{number}"] = (state[f"convolutions.{number}.bias"] * ACTIVATION_UNITS).astype(
            np.float32
        )
    out = state["out.weight"].T
    out_scale = np.abs(out).max(axis=0) / 127
    arrays["out"] = np.rint(out / out_scale).astype(np.int8)
    arrays["out_scale"] = (out_scale * share * UNITS / ACTIVATION_UNITS).astype(np.float32)
    arrays["out_shift"] = (state["out.bias"] * share * UNITS).astype(np.float32)
    return arrays
