"""Assign whole components of near-duplicates to splits.

Knows ids, components, dates and sources of all articles, and no text.  One component lies
in one split, always; the three strategies differ in how they choose it:

- `hash`: by the salted hash of the component's smallest id, so that new articles move
  nothing;
- `quota`: exact shares, for small corpora;
- `time`: by date, so that training never sees the time of the test.

Rows that an earlier release has published keep their split when it is given.
"""

import datetime as dt
import hashlib
import itertools
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from builder.corpus.columns import NO_DATE, IdArray, id_array, last_days
from builder.corpus.quota import apportion, fill_quotas
from builder.corpus.union import flatten, unite

__all__ = [
    "BRIDGE",
    "SplitParams",
    "SplitResult",
    "assign_splits",
    "split_codes",
]

Codes = npt.NDArray[np.int8]
Rows = npt.NDArray[np.int64]

BRIDGE = -1
"""Code of a new row that would join splits: it is not published (`SPLIT_BRIDGE`)."""

NEW = -1
"""Code of a row that no earlier release holds."""

SPLIT_NAME = re.compile(r"\w+(\.\w+)*")
"""What `datasets` accepts as the name of a split; it reserves `all`."""

MAX_SPLITS = 30
"""Splits of a configuration that the viewer of the Hub shows."""

_TIME_SPLITS = ("train", "validation", "test")
_EPOCH = dt.date(1970, 1, 1)


class SplitParams(BaseModel):
    """How articles are split; the TOML table `[splits]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strategy: Literal["hash", "quota", "time"] = Field(
        default="hash",
        description="`hash`: by salted hash, stable under growth; `quota`: exact shares, for "
        "small corpora; `time`: test after a cut-off.",
    )
    ratios: dict[str, float] = Field(
        default={"train": 0.8, "validation": 0.1, "test": 0.1},
        description="Share of the articles in each split: fractions that sum to 1, or whole "
        "numbers as in 3:1:1. Not with `time`.",
        examples=[{"train": 3, "validation": 1, "test": 1}],
    )
    salt: str = Field(
        default="pressmark",
        description="Any text; another one gives another random choice (`hash`, `quota`).",
    )
    test_from: dt.date | None = Field(
        default=None, description="First day of the test period (`time`, needed there)."
    )
    validation_from: dt.date | None = Field(
        default=None, description="First day of the validation period (`time`), if there is one."
    )
    undated: str = Field(
        default="train",
        description="Split of the components without any date (`time`). They may be from the "
        "test period.",
    )
    group_by: Literal["source"] | None = Field(
        default=None,
        description="Keep all articles of a source in one split, and all sources that share "
        "near-duplicates. Not with `time`.",
    )

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the splits, in order."""
        if self.strategy != "time":
            return tuple(self.ratios)
        return ("train", "test") if self.validation_from is None else _TIME_SPLITS

    @property
    def shares(self) -> tuple[float, ...]:
        """Return the wanted share of each split, 0 to 1; empty with `time`."""
        if self.strategy == "time":
            return ()
        total = sum(self.ratios.values())
        return tuple(ratio / total for ratio in self.ratios.values())

    @field_validator("ratios")
    @classmethod
    def _names_and_ratios(cls, ratios: dict[str, float]) -> dict[str, float]:
        if not 1 <= len(ratios) <= MAX_SPLITS:
            raise ValueError(f"there must be 1 to {MAX_SPLITS} splits, not {len(ratios)}")
        for name, ratio in ratios.items():
            if not SPLIT_NAME.fullmatch(name) or name == "all":
                raise ValueError(
                    f"split name {name!r} cannot be loaded: use letters, digits and "
                    "underscores, parts joined by single dots, and not 'all'"
                )
            if not 0 < ratio < float("inf"):
                raise ValueError(f"ratio of {name!r} must be above 0: leave out an empty split")
        total = sum(ratios.values())
        is_whole = all(ratio == int(ratio) for ratio in ratios.values())
        if not is_whole and abs(total - 1) > 1e-6:
            raise ValueError(
                f"ratios sum to {total:.6g}: fractions must sum to 1, or use whole numbers"
            )
        return ratios

    @model_validator(mode="after")
    def _fits_strategy(self) -> Self:
        # Defaults may be written out: a resolved configuration has to be read again.
        if self.strategy != "time":
            for name in ("test_from", "validation_from"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name} needs strategy = 'time', not {self.strategy!r}")
            return self
        if self.test_from is None:
            raise ValueError("strategy = 'time' needs test_from, the first day of the test period")
        for name in ("ratios", "group_by"):
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"{name} does not go with strategy = 'time'")
        if self.validation_from is not None and self.validation_from >= self.test_from:
            raise ValueError("validation_from must lie before test_from")
        if self.undated not in self.names:
            raise ValueError(f"undated = {self.undated!r} must be one of {', '.join(self.names)}")
        return self


class SplitResult(NamedTuple):
    """The split of each row.

    Attributes:
        names: the splits in their order; one may hold no row.
        codes: for each row the index of its split in `names`, or `BRIDGE`.
    """

    names: tuple[str, ...]
    codes: Codes

    @property
    def labels(self) -> npt.NDArray[np.str_]:
        """Return the name of each row's split; empty for a bridge."""
        return np.array([*self.names, ""])[self.codes]

    @property
    def bridges(self) -> Rows:
        """Return the rows that are not published because they would join splits."""
        return np.flatnonzero(self.codes == BRIDGE)


def assign_splits(
    rows: pa.Table,
    component: Rows,
    params: SplitParams,
    fixed: Codes | None = None,
    counted: npt.NDArray[np.bool_] | None = None,
) -> SplitResult:
    """Assign every row to a split, whole components together.

    Args:
        rows: the clustered articles in any order; column `id`, with `time` also `date` and
            `date_precision`, with `group_by` also `source`.
        component: for each row the row with the smallest id of its component, as from
            `cluster_signatures`.
        params: strategy and its settings.
        fixed: for each row the code of the split in which an earlier release holds it
            (`split_codes`), or -1 for a new row.
        counted: the rows that quotas count, where some are not published; all by default.

    Returns:
        One code a row.  Old rows keep theirs; new rows follow the old rows of their
        component, and are bridges if those lie in different splits.

    Example:
        >>> rows = pa.table({"id": [f"{number:032x}" for number in range(5)]})
        >>> params = SplitParams(strategy="quota", ratios={"train": 3, "validation": 1, "test": 1})
        >>> sorted(assign_splits(rows, np.arange(5), params).labels.tolist())
        ['test', 'train', 'train', 'train', 'validation']
    """
    groups = _group(rows, component, params)
    codes = np.full(groups.firsts.size, NEW, dtype=np.int8)
    is_free = np.ones(codes.size, dtype=np.bool_)
    if fixed is not None:
        codes, is_free = _follow(groups, fixed)
    free = np.flatnonzero(is_free)
    if params.strategy == "time":
        codes[free] = _by_time(rows, groups, params)[free]
    elif params.strategy == "hash":
        codes[free] = _by_hash(_draw(groups, free, params.salt), params.shares)
    else:
        published = np.ones(component.size, dtype=np.bool_) if counted is None else counted
        held = _count(_by_row(codes, groups, fixed)[published], len(params.names))
        sizes = np.bincount(groups.of_row[published], minlength=codes.size)[free]
        wanted = apportion(int(held.sum() + sizes.sum()), params.shares)
        codes[free] = fill_quotas(sizes, _draw(groups, free, params.salt), wanted - held)
    return SplitResult(params.names, _by_row(codes, groups, fixed))


def split_codes(names: pa.Array | pa.ChunkedArray, params: SplitParams) -> Codes:
    """Return the codes of split names, for `fixed`; -1 where the name is null.

    Raises:
        ValueError: a name is not among the splits of `params`.
    """
    known = pa.array(params.names, pa.string())
    codes = pc.index_in(names, value_set=known)
    unknown = pc.unique(pc.filter(names, pc.and_(pc.is_null(codes), pc.is_valid(names))))
    if len(unknown):
        raise ValueError(
            f"the earlier release has splits that are not configured: "
            f"{', '.join(sorted(unknown.to_pylist()))} (known: {', '.join(params.names)})"
        )
    return np.asarray(pc.fill_null(codes, NEW), dtype=np.int8)


class _Groups(NamedTuple):
    """Rows that must lie in one split: the group of each row, and each group's key."""

    of_row: Rows
    firsts: Rows
    ids: IdArray
    """For each row the smallest id of its component."""
    sources: Sequence[str]
    """For each group its smallest source; empty without `group_by`."""


def _group(rows: pa.Table, component: Rows, params: SplitParams) -> _Groups:
    ids = id_array(rows["id"])[component]
    if params.group_by is None:
        firsts, of_row = np.unique(component, return_inverse=True)
        return _Groups(of_row, firsts, ids, ())
    encoded = rows["source"].combine_chunks().dictionary_encode()
    names = sorted(name for name in encoded.dictionary.to_pylist() if name is not None)
    ranks = np.asarray(
        pc.fill_null(pc.index_in(rows["source"], value_set=pa.array(names, pa.string())), -1)
    )
    has_source = np.flatnonzero(ranks >= 0)
    parents = np.arange(component.size + len(names), dtype=np.int64)
    unite(parents, np.arange(component.size, dtype=np.int64), component)
    unite(parents, has_source, component.size + ranks[has_source].astype(np.int64))
    flatten(parents)
    firsts, of_row = np.unique(parents[: component.size], return_inverse=True)
    smallest = np.full(firsts.size, len(names), dtype=np.int64)
    np.minimum.at(smallest, of_row[has_source], ranks[has_source].astype(np.int64))
    named = [*names, ""]
    return _Groups(of_row, firsts, ids, [named[rank] for rank in smallest.tolist()])


def _follow(groups: _Groups, fixed: Codes) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Return the split of groups with old rows, and which groups have none.

    A group whose old rows lie in different splits is left without one: its new rows are
    bridges.
    """
    old = np.flatnonzero(fixed != NEW)
    lowest = np.full(groups.firsts.size, np.iinfo(np.int8).max, dtype=np.int8)
    highest = np.full(groups.firsts.size, NEW, dtype=np.int8)
    np.minimum.at(lowest, groups.of_row[old], fixed[old])
    np.maximum.at(highest, groups.of_row[old], fixed[old])
    codes = np.where(lowest == highest, highest, BRIDGE).astype(np.int8)
    return codes, highest == NEW


def _by_row(codes: Codes, groups: _Groups, fixed: Codes | None) -> Codes:
    by_row = codes[groups.of_row]
    return by_row if fixed is None else np.where(fixed != NEW, fixed, by_row).astype(np.int8)


def _draw(groups: _Groups, chosen: Rows, salt: str) -> npt.NDArray[np.uint64]:
    """Draw a number for each chosen group: the start of SHA-256 over salt and key."""
    prefix = hashlib.sha256(f"{salt}:".encode())
    drawn = bytearray()
    ids = groups.ids[groups.firsts[chosen]].tolist()
    for group, key in zip(chosen.tolist(), ids, strict=True):
        if groups.sources and groups.sources[group]:
            key = b"source:" + groups.sources[group].encode()  # noqa: PLW2901 - replaced
        digest = prefix.copy()
        digest.update(key)
        drawn += digest.digest()[:8]
    return np.frombuffer(bytes(drawn), dtype=">u8").astype(np.uint64)


def _by_hash(draws: npt.NDArray[np.uint64], shares: Sequence[float]) -> Codes:
    """Cut the numbers below 2^64 into one stretch for each split."""
    borders = [int(border * 2**64) for border in itertools.accumulate(shares)][:-1]
    cuts = np.array([min(border, 2**64 - 1) for border in borders], dtype=np.uint64)
    return np.searchsorted(cuts, draws, side="right").astype(np.int8)


def _by_time(rows: pa.Table, groups: _Groups, params: SplitParams) -> Codes:
    """Choose by the last day on which any article of a group may have been published."""
    days = last_days(rows)
    dated = np.flatnonzero(days != NO_DATE)
    latest = np.full(groups.firsts.size, np.iinfo(np.int32).min, dtype=np.int32)
    np.maximum.at(latest, groups.of_row[dated], days[dated])
    froms = [day for day in (params.validation_from, params.test_from) if day is not None]
    cuts = np.array([(day - _EPOCH).days for day in froms], dtype=np.int32)
    codes = np.searchsorted(cuts, latest, side="right").astype(np.int8)
    codes[latest == np.iinfo(np.int32).min] = params.names.index(params.undated)
    return codes


def _count(codes: Codes, splits: int) -> Rows:
    return np.bincount(codes[codes >= 0], minlength=splits)
