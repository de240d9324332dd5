"""Score and decode tokens with the trained models, keeping what was computed per type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from builder.text.entities.decode import Decoded, allowed_transitions, decode
from builder.text.entities.linear import LinearModel
from builder.text.entities.scoring import lay_out
from builder.text.entities.tokens import Tokens, Vocabulary, tokenize
from builder.text.entities.window import WindowModel

MAX_TYPES = 60_000
"""Types remembered before the tables are emptied. Bounds memory: a type takes 250 bytes in the
linear table and 1.3 kB in the window table."""


class Models:
    """Hold the models and the vocabulary that their tables share."""

    def __init__(
        self, linear: LinearModel, window: WindowModel | None, begins_place: Callable[[str], bool]
    ) -> None:
        self._begins_place = begins_place
        self._place_types = np.zeros(0, dtype=np.bool_)
        self._linear = linear
        self._window = window
        moves = linear.transitions
        if window is not None:
            moves = moves + window.transitions
        self._transitions = allowed_transitions(moves)
        self._vocabulary = Vocabulary()
        self._learnt = 0

    def tokenize(self, text: str) -> Tokens:
        """Cut a text into tokens numbered by the vocabulary of these models."""
        return tokenize(text, self._vocabulary)

    def make_room(self) -> None:
        """Forget all types when there are too many; call only when no tokens are in use."""
        if len(self._vocabulary) > MAX_TYPES:
            self._vocabulary = Vocabulary()
            self._linear.reset()
            if self._window is not None:
                self._window.reset()
            self._learnt = 0
            self._place_types = self._place_types[:0]

    def places_begin(self, tokens: Tokens) -> list[int]:
        """Return the offsets of decoded tokens that may begin the name of a country."""
        begins: list[int] = tokens.starts[self._place_types[tokens.types]].tolist()
        return begins

    def decode(self, batch: Sequence[Tokens], bias: Sequence[int]) -> list[Decoded]:
        """Return the tags and margins of each text.

        Args:
            batch: the texts.
            bias: for each text what is taken from the score of "no name" (`UNITS` a logit).
        """
        self._learn()
        layout = lay_out(batch)
        sizes = [len(tokens.types) for tokens in batch]
        scores = self._linear.scores(layout.types, layout.where, layout.position)
        if self._window is not None:
            scores += self._window.scores(layout.types, layout.where, layout.position)
        scores[:, 0] -= np.repeat(np.array(bias, dtype=np.int32), sizes)
        done = decode(scores, layout.segments, self._transitions)
        bounds = np.cumsum([0, *sizes]).tolist()
        return [Decoded(done.tags[a:b], done.margins[a:b]) for a, b in pairwise(bounds)]

    def _learn(self) -> None:
        """Compute what is computed once for each type that is new."""
        new = self._vocabulary.names[self._learnt :]
        if new:
            self._linear.learn(new)
            if self._window is not None:
                self._window.learn(new)
            begins = np.fromiter(map(self._begins_place, new), dtype=np.bool_, count=len(new))
            self._place_types = np.concatenate([self._place_types, begins])
            self._learnt += len(new)
