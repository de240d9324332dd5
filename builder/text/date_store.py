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
"""The array of all there is, as JSON in UTF-8."""


def pack_date_rules(rules: DateRules) -> dict[str, npt.NDArray[Any]]:
    """Turn rules into arrays by name."""
    encoded = json.dumps(vars(rules), default=sorted, ensure_ascii=False).encode()
    return {_RULES: np.frombuffer(encoded, dtype=np.uint8)}


def unpack_date_rules(arrays: Mapping[str, npt.NDArray[Any]]) -> DateRules:
    """Turn the arrays of `pack_date_rules` into rules."""
    plain = json.loads(arrays[_RULES].tobytes())
    months = plain.pop("months")
    return DateRules(months=months, **{name: frozenset(words) for name, words in plain.items()})
