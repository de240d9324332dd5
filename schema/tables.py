"""Rules that concern several rows at once: repeated ids, names and sizes of clusters.

Keeps three short columns of every piece that passes and judges them at the end.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.bounds import Rows, mask_of
from schema.findings import Finding, FindingCode

__all__ = ["TableRules"]


class TableRules:
    """What is wrong between the rows of a table, whose pieces are added in order."""

    def __init__(
        self,
        *,
        whole: bool,
        limit: int,
        grown: bool = False,
        place: Callable[[int], str] = "row {}".format,
    ) -> None:
        """Prepare the check of a table.

        Args:
            whole: the table holds every row of the data set, so that clusters are complete;
                otherwise a cluster may have members elsewhere.
            limit: largest number of findings per rule.
            grown: some rows come from an earlier release; they keep the name and size that
                their cluster had there, so only the latest members know its size.
            place: how a message names another row.
        """
        self.height = 0
        self._place = place
        self._exact = whole and not grown
        self._limit = limit
        self._ids = _Keys()
        self._clusters = _Keys()
        self._sizes: list[Rows] = []
        self._members: list[pa.Table] = []

    def add(self, batch: pa.RecordBatch, first_row: int) -> None:
        """Keep the short columns of a piece; a missing or mistyped column is passed over."""
        self.height = first_row + batch.num_rows
        ids = _column(batch, "id", pa.large_string())
        if ids is not None:
            self._ids.add(ids, first_row)
        clusters = _column(batch, "cluster_id", pa.large_string())
        sizes = _column(batch, "cluster_size", pa.int64())
        if clusters is not None and sizes is not None:
            self._clusters.add(clusters, first_row)
            kept = sizes.filter(clusters.is_valid())
            self._sizes.append(pc.fill_null(kept, 0).to_numpy(zero_copy_only=False))
            if self._exact and ids is not None:
                self._members.append(pa.table({"cluster": clusters, "id": ids}))

    def findings(self) -> list[Finding]:
        """Return what is wrong between rows, at most `limit` findings per rule."""
        return [
            *islice(self._repeated_ids(), self._limit),
            *islice(self._wrong_sizes(), self._limit),
            *islice(self._wrong_names(), self._limit),
        ]

    def _repeated_ids(self) -> Iterator[Finding]:
        groups = self._ids.grouped()
        first = groups.first[groups.codes]
        for at in np.flatnonzero(first != np.arange(len(first))):
            other = self._place(int(groups.rows[first[at]]))
            message = f"id {groups.key(int(at))} stands already in {other}"
            yield Finding(FindingCode.ID_REPEATED, message, row=int(groups.rows[at]), column="id")

    def _wrong_sizes(self) -> Iterator[Finding]:
        """Name each cluster once, by its first row."""
        groups = self._clusters.grouped()
        if not len(groups.codes):
            return
        declared = np.concatenate(self._sizes)
        members = np.bincount(groups.codes)
        largest = np.zeros(len(members), dtype=np.int64)
        np.maximum.at(largest, groups.codes, declared)
        wrong = members > largest
        if self._exact:
            wrong |= members < largest
            wrong[groups.codes[declared != largest[groups.codes]]] = True
        for group in np.flatnonzero(wrong):
            at = int(groups.first[group])
            message = f"cluster {groups.key(at)} has {members[group]} rows here"
            sizes = sorted({int(size) for size in declared[groups.codes == group]})
            message += f", but says {' and '.join(map(str, sizes))}"
            row = int(groups.rows[at])
            yield Finding(FindingCode.CLUSTER_SIZE, message, row=row, column="cluster_size")

    def _wrong_names(self) -> Iterator[Finding]:
        """Name each cluster that is not named by the smallest id in it, by its first row."""
        if not self._members:
            return
        groups = self._clusters.grouped()
        smallest = pa.concat_tables(self._members).group_by("cluster").aggregate([("id", "min")])
        wrong = smallest.filter(pc.not_equal(smallest["cluster"], smallest["id_min"]))
        at = pc.index_in(wrong["cluster"].combine_chunks(), value_set=groups.names)
        for group, smallest_id in zip(at.to_pylist(), wrong["id_min"].to_pylist(), strict=True):
            first = int(groups.first[group])
            message = f"the smallest id of cluster {groups.key(first)} is {ascii(smallest_id)[:64]}"
            row = int(groups.rows[first])
            yield Finding(FindingCode.CLUSTER_ID, message, row=row, column="cluster_id")


class _Groups(NamedTuple):
    """Keys by group: the group and row of each key, and where each group occurs first."""

    names: pa.Array
    codes: Rows
    rows: Rows
    first: Rows

    def key(self, at: int) -> str:
        """Return the key at a place, quoted so that it fits a line."""
        return ascii(self.names[int(self.codes[at])].as_py()[:64])[1:-1]


class _Keys:
    """One string column of all pieces, without its nulls."""

    def __init__(self) -> None:
        self._values: list[pa.Array] = []
        self._rows: list[Rows] = []

    def add(self, values: pa.Array, first_row: int) -> None:
        valid = values.is_valid()
        self._values.append(values.filter(valid))
        self._rows.append(first_row + np.flatnonzero(mask_of(valid)))

    def grouped(self) -> _Groups:
        column = pa.chunked_array(self._values, pa.large_string())
        encoded = pc.dictionary_encode(column).combine_chunks()
        codes = encoded.indices.to_numpy().astype(np.int64)
        first = np.zeros(len(encoded.dictionary), dtype=np.int64)
        # Assigned backwards, so that the first occurrence is written last.
        first[codes[::-1]] = np.arange(len(codes))[::-1]
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *self._rows])
        return _Groups(encoded.dictionary, codes, rows, first)


def _column(batch: pa.RecordBatch, name: str, kind: pa.DataType) -> pa.Array | None:
    at = batch.schema.get_all_field_indices(name)
    if len(at) != 1:
        return None
    column = batch.column(at[0])
    try:
        column = column.cast(kind)
        column.validate(full=True)
    except pa.ArrowException:
        return None
    return column
