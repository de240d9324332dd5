"""Run a GLiNER model: `gliner:PATH?labels=person,location,organization&threshold=0.5`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import gliner

from builder.annotators.windows import tag_windows
from builder.errors import ConfigError
from builder.text.entities import TaggedSpan

DEFAULT_LABELS = "person,location,organization"
DEFAULT_THRESHOLD = "0.5"
MAX_CHARS = 1_000
"""Characters in one window: GLiNER models read 384 words at most."""


class GlinerTagger:
    """Tag with labels in plain words; claims every language but `und`."""

    version = "0"

    def __init__(self, name: str, model: Any, labels: Sequence[str], threshold: float) -> None:
        self._model, self._asked, self._threshold = model, list(labels), threshold
        self.name = f"gliner:{name}"
        self.labels = frozenset(labels)

    def supports(self, language: str) -> bool:
        """Claim every language but `und`: the model does not say which it knows."""
        return language not in {"", "und"}

    def annotate(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[TaggedSpan]]:
        """Tag each text by itself, window by window."""
        return [
            tag_windows(text, MAX_CHARS, self._tag) if self.supports(language) else []
            for text, language in zip(texts, languages, strict=True)
        ]

    def _tag(self, text: str) -> list[TaggedSpan]:
        found = self._model.predict_entities(text, self._asked, threshold=self._threshold)
        return [
            TaggedSpan(int(e["start"]), int(e["end"]), str(e["label"]), round(float(e["score"]), 3))
            for e in found
            if text[e["start"] : e["end"]].strip()
        ]


def load(rest: str, allow_download: bool) -> GlinerTagger:
    """Load a model from a folder, or by name if downloads are allowed.

    Raises:
        ConfigError: the model is not on this machine, or the options cannot be read.
    """
    path, _, query = rest.partition("?")
    if not allow_download and not Path(path).is_dir():
        raise ConfigError(f"entities: no folder {path!r} with a GLiNER model")
    options = parse_qs(query)
    labels = options.get("labels", [DEFAULT_LABELS])[0].split(",")
    try:
        threshold = float(options.get("threshold", [DEFAULT_THRESHOLD])[0])
    except ValueError as error:
        raise ConfigError(f"entities: threshold in {query!r} is no number") from error
    model = gliner.GLiNER.from_pretrained(path, local_files_only=not allow_download)
    return GlinerTagger(Path(path).name, model, labels, threshold)
