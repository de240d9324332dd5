"""Names and sizes of clusters, with and without an earlier release."""

import numpy as np
import pytest

from builder.corpus.cluster_names import EarlierNames, name_clusters


def ids(*names: str) -> np.ndarray:
    return np.array([name.encode() for name in names], dtype="S1")


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2]])
def test_a_cluster_is_named_by_its_smallest_id(order: list[int]) -> None:
    names = name_clusters(ids("c", "a", "b", "d")[order], np.array([5, 5, 9, 5])[order])
    assert names.ids.tolist() == ids("a", "a", "b", "a")[order].tolist()
    assert names.sizes.tolist() == np.array([3, 3, 1, 3])[order].tolist()


def test_new_rows_take_the_name_that_is_there() -> None:
    """Rows 0 and 2 are old; row 1 has the smallest id of all and joins row 2's cluster."""
    earlier = EarlierNames(np.array([0, 2]), ids("c", "x"), np.array([1, 4], dtype=np.int32))
    names = name_clusters(ids("c", "a", "e", "b"), np.array([0, 7, 7, 8]), earlier)
    assert names.ids.tolist() == ids("c", "x", "x", "b").tolist()
    assert names.sizes.tolist() == [1, 2, 4, 1]


def test_nothing_has_no_name() -> None:
    names = name_clusters(ids(), np.zeros(0, dtype=np.int64))
    assert names.ids.size == names.sizes.size == 0
