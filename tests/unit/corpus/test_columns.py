"""Columns as arrays: ids, their order, and the last possible day of a date."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.corpus.columns import NO_DATE, id_array, id_order, last_days

examples = settings(max_examples=60, deadline=None)

IDS = [f"{number * 2654435761 % 2**32:032x}" for number in range(50)]


def test_ids_keep_their_order_through_slices_and_chunks() -> None:
    """A slice of chunks is read where it lies."""
    column = pa.chunked_array([IDS[:7], IDS[7:30], IDS[30:]]).slice(3, 40)
    assert id_array(column).astype(str).tolist() == IDS[3:43]
    assert id_array(pa.array(IDS).slice(3, 4)).astype(str).tolist() == IDS[3:7]


def test_no_ids_are_an_empty_array() -> None:
    """An empty corpus is a corpus."""
    assert id_array(pa.array([], pa.string())).tolist() == []
    assert id_array(pa.chunked_array([], pa.string())).tolist() == []
    assert id_order(id_array(pa.array([], pa.string()))).tolist() == []


@pytest.mark.parametrize("bad", [["ab"], ["0" * 33], ["0" * 32, None]])
def test_other_things_than_ids_are_refused(bad: list[str | None]) -> None:
    """Lengths and nulls are checked, for all the arrays rely on them."""
    with pytest.raises(ValueError, match="ids"):
        id_array(pa.array(bad, pa.string()))


def test_the_order_of_ids_is_that_of_their_digits() -> None:
    """As Python sorts the strings."""
    order = id_order(id_array(pa.array(IDS)))
    assert [IDS[row] for row in order] == sorted(IDS)
    assert id_order(id_array(pa.array(sorted(IDS)))).tolist() == list(range(50))


def test_repeated_ids_are_named() -> None:
    """Exact duplicates have to be folded before."""
    with pytest.raises(ValueError, match=IDS[9]):
        id_order(id_array(pa.array([*IDS, IDS[9]])))


@given(st.dates(), st.sampled_from(["day", "month", "year"]))
@examples
def test_the_last_day_is_the_last_of_its_month_or_year(date: dt.date, precision: str) -> None:
    """The first of the month stands for the month; the last day is the latest it may mean."""
    if precision != "day":
        date = date.replace(day=1, month=date.month if precision == "month" else 1)
    rows = pa.table({"date": pa.array([date], pa.date32()), "date_precision": [precision]})
    last = np.datetime64(int(last_days(rows)[0]), "D")
    if precision == "day":
        assert last == np.datetime64(date)
    else:
        unit = {"month": "M", "year": "Y"}[precision]
        assert last.astype(f"datetime64[{unit}]") == np.datetime64(date, unit)
        assert (last + 1).astype(f"datetime64[{unit}]") == np.datetime64(date, unit) + 1


def test_no_date_comes_after_every_date() -> None:
    """Also where no article has any date."""
    rows = pa.table(
        {"date": pa.array([None], pa.date32()), "date_precision": pa.array([None], pa.string())}
    )
    assert last_days(rows).tolist() == [NO_DATE]
