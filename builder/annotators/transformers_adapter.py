"""Run a token-classification model of transformers: `transformers:PATH`."""

from __future__ import annotations

from pathlib import Path

import transformers

from builder.annotators.windows import WindowedTagger
from builder.errors import ConfigError
from builder.text.entities import TaggedSpan

MAX_CHARS = 1_000
"""Characters in one window; under 512 word pieces in European languages. Longer pieces are cut off
by the tokenizer, which loses entities, never offsets."""


def load(rest: str, allow_download: bool) -> WindowedTagger:
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

    def tag(text: str) -> list[TaggedSpan]:
        return [
            TaggedSpan(
                int(found["start"]),
                int(found["end"]),
                str(found["entity_group"]),
                round(min(float(found["score"]), 1.0), 3),
            )
            for found in pipeline(text)
            if text[found["start"] : found["end"]].strip()
        ]

    labels = {str(label).split("-")[-1] for label in model.config.id2label.values()} - {"O"}
    return WindowedTagger(f"transformers:{Path(rest).name}", labels, MAX_CHARS, tag)
