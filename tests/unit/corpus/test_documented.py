"""docs/splits.md says what the code does: every setting with its default, and the example."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pydantic import BaseModel

from builder.corpus.cluster import ClusterParams
from builder.corpus.splits import SplitParams, assign_splits
from builder.text.signature import SignatureParams

PAGE = (Path(__file__).parents[3] / "docs" / "splits.md").read_text(encoding="utf-8")


def spelled(default: object) -> str:
    """Write a default as the page does."""
    if default is None:
        return "–"
    if isinstance(default, dict):
        return "`{" + ", ".join(f"{name} = {value}" for name, value in default.items()) + "}`"
    return f'`"{default}"`' if isinstance(default, str) else str(default)


@pytest.mark.parametrize("model", [SignatureParams, ClusterParams, SplitParams])
def test_every_setting_is_documented_with_its_default(model: type[BaseModel]) -> None:
    """One line of a table for each."""
    for name, field in model.model_fields.items():
        assert f"| `{name}` | {spelled(field.default)} | " in PAGE


def test_the_documented_hash_is_the_one_used() -> None:
    """The example runs, and agrees with the build for its id and others."""
    example = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    ids = ["66976a8785158790c0ffee0123456789", *(f"{number:032x}" for number in range(40))]
    labels = assign_splits(pa.table({"id": ids}), np.arange(41), SplitParams()).labels.tolist()
    for name, label in zip(ids, labels, strict=True):
        scope: dict[str, str] = {}
        exec(example.replace(ids[0], name), scope)
        assert scope["split"] == label
