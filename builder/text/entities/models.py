"""Score and decode tokens with the trained models, keeping what was computed per type."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from builder.text.entities.decode import Decoded, allowed_transitions, decode
from builder.text.entities.features import TypeFeatures
from builder.text.entities.linear import LinearModel
from builder.text.entities.tokens import Tokens, tokenize
from builder.text.entities.vocabulary import Vocabulary
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
        begin_places: Callable[[str], npt.NDArray[np.bool_]],
    ) -> None:
        self._features = features
        self._begin_places = begin_places
        self._linear = linear
        self._window = window
        moves = linear.transitions
        if window is not None:
            moves = moves + window.transitions
        self._transitions = allowed_transitions(moves)
        self.reset()

    def reset(self) -> None:
        """Forget all types."""
        self._vocabulary = Vocabulary()
        self._place_types = np.empty(0, dtype=np.bool_)

    def tokenize(self, texts: Sequence[str]) -> Tokens:
        """Cut texts into tokens whose types the models know until the next call."""
        if len(self._vocabulary) > MAX_TYPES:
            self.reset()
        tokens = tokenize(texts, self._vocabulary)
        self._learn()
        return tokens

    def begin_places(self, tokens: Tokens) -> npt.NDArray[np.bool_]:
        """Tell of each token whether it may begin the name of a country."""
        begins: npt.NDArray[np.bool_] = self._place_types[tokens.types]
        return begins

    def decode(self, tokens: Tokens, bias: Sequence[int]) -> Decoded:
        """Return the tags and margins of tokens.

        Args:
            tokens: those of some texts.
            bias: for each text what is taken from the score of "no name" (`UNITS` a logit).
        """
        scores = self._linear.scores(tokens)
        if self._window is not None:
            self._window.add_scores(tokens, scores)
        scores[:, 0] -= np.repeat(np.array(bias, dtype=np.int32), np.diff(tokens.texts))
        return decode(scores, tokens.bounds, self._transitions)

    def _learn(self) -> None:
        """Compute what is computed once for each type that is new."""
        known = len(self._place_types)
        if known == len(self._vocabulary):
            return
        words = self._vocabulary.words(known, len(self._vocabulary))
        keys = self._features.keys_of(words)
        self._linear.learn(keys, known)
        if self._window is not None:
            self._window.learn(keys, known)
        self._place_types = np.concatenate([self._place_types, self._begin_places(words)])
