"""Name the clusters of published articles, and count their members.

Knows ids, cluster numbers and the names that an earlier release gave.  A cluster is named by
the smallest id in it; articles of an earlier release keep name and size, and new ones that join
them take that name.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder.corpus.columns import IdArray

__all__ = ["ClusterNames", "EarlierNames", "name_clusters"]

Rows = npt.NDArray[np.int64]


class EarlierNames(NamedTuple):
    """What an earlier release says of the clusters of its rows.

    Attributes:
        rows: numbers of the rows that come from it.
        ids: their `cluster_id`.
        sizes: their `cluster_size`.
    """

    rows: Rows
    ids: IdArray
    sizes: npt.NDArray[np.int32]


class ClusterNames(NamedTuple):
    """The columns `cluster_id` and `cluster_size`, for each row."""

    ids: IdArray
    sizes: npt.NDArray[np.int32]


def name_clusters(ids: IdArray, cluster: Rows, earlier: EarlierNames | None = None) -> ClusterNames:
    """Name the cluster of every published row.

    Args:
        ids: the articles' ids.
        cluster: for each row anything that the members of its cluster share.
        earlier: names and sizes that stay.

    Returns:
        Name and size for each row. A new row that joins rows of an earlier release takes the
        name of the one with the smallest id, and counts all who have that name.

    Example:
        >>> ids = np.array([b"3", b"1", b"2"])
        >>> name_clusters(ids, np.array([7, 7, 8])).ids.tolist()
        [b'1', b'1', b'2']
    """
    labels, is_new = ids.copy(), np.ones(ids.size, dtype=np.bool_)
    if earlier is not None:
        labels[earlier.rows], is_new[earlier.rows] = earlier.ids, False
    order = np.lexsort((ids, is_new, cluster))
    is_first = np.append(True, np.diff(cluster[order]) != 0)[: ids.size]
    names = np.empty_like(ids)
    names[order] = labels[order[is_first]][np.cumsum(is_first) - 1]
    names[~is_new] = labels[~is_new]
    _, number, counts = np.unique(names, return_inverse=True, return_counts=True)
    sizes = counts[number].astype(np.int32)
    if earlier is not None:
        sizes[earlier.rows] = earlier.sizes
    return ClusterNames(names, sizes)
