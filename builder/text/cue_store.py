"""Turn cue rules into arrays and back: the same rules, without reading a phrase again.

Reading thousands of phrases costs more than cleaning a hundred articles. What comes of it can be
kept as arrays, which hold no code. Knows the shape of rules, and refuses to know where they lie.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from builder.text.cue_index import CueIndex
from builder.text.cue_rules import CueRules

__all__ = ["pack_cues", "unpack_cues"]

_WORDS = "words"
"""The array of all that is no array, as JSON in UTF-8."""


def pack_cues(rules: CueRules) -> dict[str, npt.NDArray[Any]]:
    """Turn rules into arrays by name."""
    plain = {"languages": rules.languages, "roles": sorted(rules.roles)}
    encoded = json.dumps(plain, ensure_ascii=False).encode()
    arrays = {item.name: getattr(rules.index, item.name) for item in fields(CueIndex)}
    return arrays | {_WORDS: np.frombuffer(encoded, dtype=np.uint8)}


def unpack_cues(arrays: Mapping[str, npt.NDArray[Any]]) -> CueRules:
    """Turn the arrays of `pack_cues` into rules."""
    plain = json.loads(arrays[_WORDS].tobytes())
    index = CueIndex(**{item.name: arrays[item.name] for item in fields(CueIndex)})
    return CueRules(tuple(plain["languages"]), frozenset(plain["roles"]), index)
