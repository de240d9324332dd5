"""Identify languages with a fastText model file: lid.176, GlotLID, OpenLID.

Knows fastText's labels (`__label__fr`, `__label__fra_Latn`); works with the packages
fasttext-predict and fasttext.
"""

import hashlib
from pathlib import Path
from typing import Any

import fasttext

from builder.errors import ConfigError
from builder.text.language_codes import UNDETERMINED, canonical_tag
from schema.hints import LanguageGuess

LABEL = "__label__"


class FastTextIdentifier:
    """A fastText model; its version is the start of the file's SHA-256, since it has no other."""

    name = "fasttext"

    def __init__(self, model: Any, version: str) -> None:
        self._model = model
        self.version = version

    def identify(self, text: str) -> LanguageGuess:
        """Return the model's best label in canonical form; fastText reads one line."""
        labels, scores = self._model.predict(" ".join(text.split()).lower(), k=1)
        if not labels:
            return LanguageGuess(tag=UNDETERMINED, score=0.0)
        score = round(min(1.0, max(0.0, float(scores[0]))), 3)
        return LanguageGuess(tag=canonical_tag(labels[0].removeprefix(LABEL)), score=score)


def load(rest: str) -> FastTextIdentifier:
    """Load a model file.

    Raises:
        ConfigError: there is no such file, or fastText cannot read it.
    """
    path = Path(rest)
    if not path.is_file():
        raise ConfigError(f"language: no fastText model at {rest!r}; give fasttext:PATH")
    with path.open("rb") as file:
        version = hashlib.file_digest(file, "sha256").hexdigest()[:12]
    try:
        return FastTextIdentifier(fasttext.load_model(str(path)), version)
    except ValueError as error:
        raise ConfigError(f"language: fastText cannot read {rest!r}: {error}") from error
