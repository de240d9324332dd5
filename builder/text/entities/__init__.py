"""Find people, places and organisations in cleaned text: what a tagger is, and the default ones.

Taggers are imported when one is asked for: a build without entities does without their tables.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from builder.text.entities.spans import (
    LABEL_MAP,
    LABELS,
    EntityTagger,
    NoneTagger,
    TaggedSpan,
    TaggerOutputError,
    checked_spans,
)

if TYPE_CHECKING:
    from builder.text.entities.gazetteer import GazetteerTagger
    from builder.text.entities.load import load_builtin, load_gazetteer
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

_TAGGERS = {
    "BuiltinTagger": "tagger",
    "GazetteerTagger": "gazetteer",
    "load_builtin": "load",
    "load_gazetteer": "load",
}


def __getattr__(name: str) -> Any:
    if name not in _TAGGERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_TAGGERS[name]}"), name)
