"""A receipt that is checked as columns is refused where its models would be, and as they would."""

from collections.abc import Callable
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from builder.receipts import Receipt
from builder.text.clean import Removed
from schema.spans import RemovedSpan

OFFSETS = st.integers(-3, 12)
RULES = st.lists(st.sampled_from(["layout", "space"]), max_size=2, unique=True).map(tuple)
PIECES = st.lists(st.tuples(OFFSETS, OFFSETS, RULES), max_size=4)


def outcome(check: Callable[[], Any]) -> Any:
    """Return what a check gives, or what it finds wrong."""
    try:
        return check()
    except ValidationError as error:
        return error.errors()


@given(st.text(max_size=10), PIECES)
@example("A  text.", [(1, 2, ("space",)), (6, 8, ("layout", "space"))])
def test_columns_are_checked_as_models_are(raw: str, pieces: list[tuple[int, int, Any]]) -> None:
    values = tuple(
        {"start": start, "end": end, "rules": rules, "text": raw[start:end]}
        for start, end, rules in pieces
    )
    removed = Removed(*([piece[column] for piece in pieces] for column in range(3)))
    expected = outcome(lambda: TypeAdapter(tuple[RemovedSpan, ...]).validate_python(values))
    assert outcome(lambda: Receipt.of(raw, removed).models()) == expected
    is_refused = isinstance(expected, list)
    assert isinstance(outcome(lambda: Receipt.of(raw, removed)), list) == is_refused
