"""Find people, places and organisations in cleaned text: what a tagger is, and the default ones."""

from builder.text.entities.gazetteer import GazetteerTagger, NoneTagger
from builder.text.entities.load import load_builtin, load_gazetteer
from builder.text.entities.spans import (
    LABEL_MAP,
    LABELS,
    EntityTagger,
    TaggedSpan,
    TaggerOutputError,
    checked_spans,
)
from builder.text.entities.tagger import BuiltinTagger

__all__ = [
    "LABELS",
    "LABEL_MAP",
    "BuiltinTagger",
    "EntityTagger",
    "GazetteerTagger",
    "NoneTagger",
    "TaggedSpan",
    "TaggerOutputError",
    "checked_spans",
    "load_builtin",
    "load_gazetteer",
]
