"""Run a spaCy pipeline as an entity tagger: `spacy:NAME_OR_PATH`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import spacy
from spacy.cli.download import download

from builder.errors import ConfigError
from builder.text.entities import TaggedSpan

NEEDED = frozenset({"ner", "tok2vec", "transformer"})
"""Components that run; tagger, parser and the rest cost time and change no entity."""
NO_SCORE = 1.0
"""spaCy's entity recognizer gives no probability."""


class SpacyTagger:
    """Tag with the `ner` component of a pipeline; labels stay spaCy's, the caller maps them."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        self._language = str(pipeline.lang)
        self.name = f"spacy:{pipeline.lang}_{pipeline.meta.get('name', 'pipeline')}"
        self.version = str(pipeline.meta.get("version", "0"))
        self.labels = frozenset(str(label) for label in pipeline.get_pipe("ner").labels)

    def supports(self, language: str) -> bool:
        """Claim the pipeline's language; a multilingual pipeline claims all but `und`."""
        base = language.split("-", maxsplit=1)[0].lower()
        return base == self._language or (self._language == "xx" and base not in {"", "und"})

    def annotate(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[TaggedSpan]]:
        """Tag each text by itself: spaCy's batches change results in the last digits."""
        return [
            self._tag(text) if self.supports(language) else []
            for text, language in zip(texts, languages, strict=True)
        ]

    def _tag(self, text: str) -> list[TaggedSpan]:
        self._pipeline.max_length = max(self._pipeline.max_length, len(text) + 1)
        return [
            TaggedSpan(entity.start_char, entity.end_char, entity.label_, NO_SCORE)
            for entity in self._pipeline(text).ents
            if entity.text.strip()
        ]


def load(rest: str, allow_download: bool) -> SpacyTagger:
    """Load a pipeline by package name or path.

    Raises:
        ConfigError: the pipeline is not on this machine, or recognises no entities.
    """
    try:
        pipeline = spacy.load(rest)
    except OSError as error:
        if not allow_download:
            raise ConfigError(
                f"entities: no spaCy pipeline {rest!r}; run: python -m spacy download {rest}"
            ) from error
        download(rest)
        pipeline = spacy.load(rest)
    if "ner" not in pipeline.pipe_names:
        raise ConfigError(f"entities: spaCy pipeline {rest!r} has no 'ner' component")
    pipeline.disable_pipes(*[name for name in pipeline.pipe_names if name not in NEEDED])
    return SpacyTagger(pipeline)
