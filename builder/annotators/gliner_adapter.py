"""Run a GLiNER model: `gliner:PATH?labels=person,location,organization&threshold=0.5`.

Its labels are plain words.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import gliner

from builder.annotators.windows import WindowedTagger
from builder.errors import ConfigError
from builder.text.entities import TaggedSpan

DEFAULT_LABELS = "person,location,organization"
DEFAULT_THRESHOLD = "0.5"
MAX_CHARS = 1_000
"""Characters in one window: GLiNER models read 384 words at most."""


def load(rest: str, allow_download: bool) -> WindowedTagger:
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

    def tag(text: str) -> list[TaggedSpan]:
        return [
            TaggedSpan(int(e["start"]), int(e["end"]), str(e["label"]), round(float(e["score"]), 3))
            for e in model.predict_entities(text, labels, threshold=threshold)
            if text[e["start"] : e["end"]].strip()
        ]

    return WindowedTagger(f"gliner:{Path(path).name}", labels, MAX_CHARS, tag)
