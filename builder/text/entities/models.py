"""Score and decode tokens with the trained models, keeping what was computed per type."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from builder.text.entities.decode import Decoded, allowed_transitions, decode
from builder.text.entities.features import TypeFeatures
from builder.text.entities.linear import LinearModel
from builder.text.entities.tokens import Tokens, Vocabulary, tokenize
from builder.text.entities.window import WindowModel

MAX_TYPES = 60_000
"""Types remembered before the tables are emptied. Bounds memory: a type takes 250 bytes in the
linear table and 1.3 kB in the window table."""


class Models:
    """Hold the models and the vocabulary that their tables share."""

    def __init__(
        self,
        features: TypeFeatures,
        linear: LinearModel,
        window: WindowModel | None,
        begins_place: Callable[[str], bool],
    ) -> None:
        self._features = features
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

    def decode(self, tokens: Tokens, bias: int) -> Decoded:
        """Return the tags and margins of a text whose types are learnt.

        Args:
            tokens: its tokens.
            bias: what is taken from the score of "no name" (`UNITS` a logit).
        """
        scores = self._linear.scores(tokens)
        if self._window is not None:
            self._window.add_scores(tokens, scores)
        scores[:, 0] -= bias
        return decode(scores, tokens.bounds, self._transitions)

    def learn(self) -> None:
        """Compute what is computed once for each type that is new."""
        new = self._vocabulary.names[self._learnt :]
        if new:
            keys = self._features.keys_of([name.replace("\n", " ") for name in new])
            self._linear.learn(keys)
            if self._window is not None:
                self._window.learn(keys)
            begins = np.fromiter(map(self._begins_place, new), dtype=np.bool_, count=len(new))
            self._place_types = np.concatenate([self._place_types, begins])
            self._learnt += len(new)
