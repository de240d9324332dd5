"""Turn date rules into an array and back: the same rules, without reading their files again.

Knows the shape of rules, and refuses to know where they lie.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from builder.text.date_patterns import DateRules

__all__ = ["pack_date_rules", "unpack_date_rules"]

_RULES = "rules"
"""The array of all rules but one, as JSON in UTF-8."""

_NAMES = "names"
"""The one that is bytes already."""


def pack_date_rules(rules: DateRules) -> dict[str, npt.NDArray[Any]]:
    """Turn rules into arrays by name."""
    plain = {**vars(rules)}
    names = np.frombuffer(plain.pop(_NAMES), dtype=np.uint8)
    encoded = json.dumps(plain, default=sorted, ensure_ascii=False).encode()
    return {_RULES: np.frombuffer(encoded, dtype=np.uint8), _NAMES: names}


def unpack_date_rules(arrays: Mapping[str, npt.NDArray[Any]]) -> DateRules:
    """Turn the arrays of `pack_date_rules` into rules."""
    plain = json.loads(arrays[_RULES].tobytes())
    for name in ("weekdays", "last_words", "fillers"):
        plain[name] = frozenset(plain[name])
    behind = plain["labels_behind"].items()
    plain["labels_behind"] = {first: list(map(tuple, labels)) for first, labels in behind}
    return DateRules(names=arrays[_NAMES].tobytes(), **plain)
