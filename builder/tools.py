"""Load the rules and models of the record stages, once per worker."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from builder.batch import Tools, Withheld
from builder.config import BuildConfig
from builder.text.cue_rules import load_cues
from builder.text.date_patterns import load_date_rules
from builder.text.entities.spans import EntityTagger
from builder.text.language import load_py3langid
from builder.text.layout import load_layout
from schema.manifest import Annotator

__all__ = ["data_digest", "describe_annotators", "make_tools"]

_TEXT = Path(__file__).parent / "text"
RULES = _TEXT / "rules"
MODELS = _TEXT / "models"
