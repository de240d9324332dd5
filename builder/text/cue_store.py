"""Turn cue rules into arrays and back: the same rules, without reading a phrase again.

Reading thousands of phrases costs more than cleaning a hundred articles. What comes of it can be
kept as arrays, which hold no code. Knows the shape of rules, and refuses to know where they lie.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from builder.text.cue_index import CueIndex, Table
from builder.text.cue_rules import Cue, CueRules
from builder.text.phrases import Phrase

__all__ = ["pack_cues", "unpack_cues"]

_RULES = "rules"
"""The array of all that is no array, as JSON in UTF-8."""


def pack_cues(rules: CueRules) -> dict[str, npt.NDArray[Any]]:
    """Turn rules into arrays by name."""
    index = {item.name: getattr(rules.index, item.name) for item in fields(CueIndex)}
    plain = {
        "languages": rules.languages,
        "roles": sorted(rules.roles),
        "cues": rules.cues,
        "index": {name: value for name, value in index.items() if isinstance(value, Mapping)},
    }
    encoded = json.dumps(plain, ensure_ascii=False).encode()
    arrays: dict[str, npt.NDArray[Any]] = {_RULES: np.frombuffer(encoded, dtype=np.uint8)}
    for name, value in index.items():
        if isinstance(value, Table):
            arrays |= {f"{name}.{part.name}": getattr(value, part.name) for part in fields(Table)}
        elif isinstance(value, np.ndarray):
            arrays[name] = value
    return arrays


def unpack_cues(arrays: Mapping[str, npt.NDArray[Any]]) -> CueRules:
    """Turn the arrays of `pack_cues` into rules."""
    plain = json.loads(arrays[_RULES].tobytes())
    index = dict(_index_parts(arrays))
    for name, value in plain["index"].items():
        index[name] = {key: tuple(numbers) for key, numbers in value.items()}
    cues = tuple(_cue(*cue) for cue in plain["cues"])
    return CueRules(tuple(plain["languages"]), cues, frozenset(plain["roles"]), CueIndex(**index))


def _cue(language: str, cue: str, where: str, source: str, phrase: Any, *rest: Any) -> Cue:
    *parts, openings = phrase
    return Cue(language, cue, where, source, Phrase._make([*parts, tuple(openings)]), *rest)


def _index_parts(arrays: Mapping[str, npt.NDArray[Any]]) -> Iterator[tuple[str, Any]]:
    parts = [part.name for part in fields(Table)]
    for name, array in arrays.items():
        table, _, part = name.partition(".")
        if part == parts[0]:
            yield table, Table(*(arrays[f"{table}.{one}"] for one in parts))
        elif not part and name != _RULES:
            yield name, array
