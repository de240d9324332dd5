"""Run a token-classification model of transformers: `transformers:PATH`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import transformers

from builder.annotators.windows import tag_windows
from builder.errors import ConfigError
from builder.text.entities import TaggedSpan

MAX_CHARS = 1_000
"""Characters in one window; under 512 word pieces in European languages. Longer pieces are cut off
by the tokenizer, which loses entities, never offsets."""


class TransformersTagger:
    """Tag with a token-classification pipeline; claims every language but `und`."""

    version = "0"

    def __init__(self, name: str, pipeline: Any) -> None:
        self._pipeline = pipeline
        self.name = f"transformers:{name}"
        names = (str(label) for label in pipeline.model.config.id2label.values())
        self.labels = frozenset(n.split("-")[-1] for n in names if n != "O")

    def supports(self, language: str) -> bool:
        """Claim every language but `und`: the model does not say which it knows."""
        return language not in {"", "und"}

    def annotate(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[TaggedSpan]]:
        """Tag each text by itself, window by window: padding changes results."""
        return [
            tag_windows(text, MAX_CHARS, self._tag) if self.supports(language) else []
            for text, language in zip(texts, languages, strict=True)
        ]

    def _tag(self, text: str) -> list[TaggedSpan]:
        return [
            TaggedSpan(
                int(found["start"]),
                int(found["end"]),
                str(found["entity_group"]),
                round(min(float(found["score"]), 1.0), 3),
            )
            for found in self._pipeline(text)
            if text[found["start"] : found["end"]].strip()
        ]


def load(rest: str, allow_download: bool) -> TransformersTagger:
    """Load a model from a folder, or by name if downloads are allowed.

    Raises:
        ConfigError: the model is not on this machine or cannot be read.
    """
    if not allow_download and not Path(rest).is_dir():
        raise ConfigError(f"entities: no folder {rest!r} with a transformers model")
    local = {"local_files_only": not allow_download}
    try:
        model = transformers.AutoModelForTokenClassification.from_pretrained(rest, **local)
        tokenizer = transformers.AutoTokenizer.from_pretrained(rest, use_fast=True, **local)
    except (OSError, ValueError) as error:
        raise ConfigError(f"entities: cannot read the model {rest!r}: {error}") from error
    pipeline = transformers.pipeline(
        "token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="simple"
    )
    return TransformersTagger(Path(rest).name, pipeline)
