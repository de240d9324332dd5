"""Count in how many different articles of a source each segment recurs.

Knows hashes, sizes and places of segments, and decides which of them are template text.
Refuses to know texts. Exact: the result depends on the articles alone, not on how they were
cut into slices or in which order the slices came.

An article that is printed again is no evidence of a template, and neither are the ten
versions of one that grows. So a segment is not counted over articles but over *witnesses*:
articles most of whose prose is their own, which means that fewer than `min_articles` articles
of the source have it. Reprints and versions share most of their prose, and witness nothing.
What stands in half of the articles of a large source is hardly a story, so it does not count
against a witness; but a fifth of the prose has to be its own in any case.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["RepetitionParams", "SliceCounts", "Templates", "find_templates"]

PROSE_FACTOR = 2
"""A segment of prose has to recur in so many times more articles, and in so many times the
share of them, than a short line. Papers repeat a paragraph of background in many articles of
one affair; what the page itself says recurs in nearly all."""

UNKNOWN_FACTOR = 4
"""So many times more articles are needed where their source is not known: they may be the
same story from many papers."""

USUAL_SHARE = 2
"""One in so many articles of a known source has what is usual there. Some pages bear more
prose of their site (notices, terms, promotions) than of the article: of 24 made-up sources
7 had no witnesses at all without this, and 1 with it."""

OWN_SHARE = 5
"""One in so many letters of a witness's prose has to be its own, whatever is usual."""

PARTITION_ROWS = 4_000_000
"""Rows that are sorted at a time; about 100 MB. No result depends on it."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd: a text of two sources keeps two keys

U64 = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


class RepetitionParams(BaseModel):
    """When a segment counts as template text of its source; the TOML table `[repetition]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_source: int = Field(
        default=20,
        ge=2,
        description="Different articles that a source must have before anything of it counts as "
        "repeated; four times as many where no source is known.",
    )
    min_articles: int = Field(
        default=5,
        ge=2,
        description="Different articles of the source in which a line must recur; twice as many "
        "for prose, four times as many where no source is known.",
    )
    min_share: float = Field(
        default=0.1,
        gt=0,
        le=1,
        description="Share of the source's different articles in which a line must recur; twice "
        "the share for prose.",
    )


class SliceCounts(NamedTuple):
    """The counted segments of one slice of the input.

    Attributes:
        sources: key of the source of each article; 0 where unknown.
        articles: hash of the text of each article.
        segments: hashes of segments, bound to their source; sorted, no pair repeats.
        rows: for each segment, the index of its article.
        prose: for each segment, its letters if it is prose, else 0.
    """

    sources: U64
    articles: U64
    segments: U64
    rows: npt.NDArray[np.int32]
    prose: npt.NDArray[np.int32]


class _Frequent(NamedTuple):
    """Segments of several articles, sorted: in how many, and of which source."""

    keys: U64
    articles: Places
    sources: U64


class Templates(NamedTuple):
    """The segments that recur (sorted, bound to their source), and of how many sources."""

    keys: U64
    sources: int


def find_templates(slices: Sequence[SliceCounts], params: RepetitionParams) -> Templates:
    """Find the segments that recur in enough different articles of their source.

    Args:
        slices: the counts of all slices. An article may occur in several.
        params: thresholds.
    """
    if not slices or not _may_reach(slices, params):
        return Templates(np.zeros(0, np.uint64), 0)
    once = _first_occurrences(slices)
    frequent = _frequent(slices, once, params.min_articles)
    usual = _usual(frequent, _sizes(slices, once), params.min_source)
    witnesses = [
        _witnesses(counts, kept, frequent.keys, usual)
        for counts, kept in zip(slices, once, strict=True)
    ]
    support = np.zeros(frequent.keys.size, dtype=np.int64)
    prose = np.zeros(frequent.keys.size, dtype=np.bool_)
    for counts, seen in zip(slices, witnesses, strict=True):
        held, at = _held(counts.segments, frequent.keys)
        rows = np.flatnonzero(held & seen[counts.rows])
        support += np.bincount(at[rows], minlength=support.size)
        prose[at[rows[counts.prose[rows] > 0]]] = True
    articles = _per_segment(frequent.sources, _sizes(slices, witnesses))
    unknown = np.where(frequent.sources == 0, UNKNOWN_FACTOR, 1)
    factor = np.where(prose, PROSE_FACTOR, 1)
    chosen = articles >= params.min_source * unknown
    chosen &= support >= params.min_articles * unknown * factor
    chosen &= support >= params.min_share * factor * articles
    return Templates(frequent.keys[chosen], int(np.unique(frequent.sources[chosen]).size))


def _may_reach(slices: Sequence[SliceCounts], params: RepetitionParams) -> bool:
    """Tell whether any source has enough articles, before anything is sorted."""
    sources = np.concatenate([counts.sources for counts in slices])
    keys, sizes = np.unique(sources, return_counts=True)
    return bool((sizes >= params.min_source * np.where(keys == 0, UNKNOWN_FACTOR, 1)).any())


def _first_occurrences(slices: Sequence[SliceCounts]) -> list[Mask]:
    """Mark in each slice the articles that occur there first: equal texts count once."""
    keys = np.concatenate([counts.articles + counts.sources * _SPREAD for counts in slices])
    first = np.zeros(keys.size, dtype=np.bool_)
    first[np.unique(keys, return_index=True)[1]] = True
    borders = np.cumsum([counts.articles.size for counts in slices])[:-1]
    return np.split(first, borders)


def _frequent(slices: Sequence[SliceCounts], once: Sequence[Mask], least: int) -> _Frequent:
    """Return the segments of at least so many articles."""
    found, articles = [], []
    for low, high in _partitions(sum(counts.segments.size for counts in slices)):
        parts = []
        for counts, kept in zip(slices, once, strict=True):
            start = int(np.searchsorted(counts.segments, low))
            end = int(np.searchsorted(counts.segments, high, side="right"))
            parts.append(counts.segments[start:end][kept[counts.rows[start:end]]])
        keys, numbers = np.unique(np.concatenate(parts), return_counts=True)
        found.append(keys[numbers >= least])
        articles.append(numbers[numbers >= least])
    keys = np.concatenate(found)
    sources = np.zeros(keys.size, dtype=np.uint64)
    for counts in slices:
        held, at = _held(counts.segments, keys)
        sources[at[held]] = counts.sources[counts.rows[held]]
    return _Frequent(keys, np.concatenate(articles), sources)


def _partitions(rows: int) -> Iterator[tuple[np.uint64, np.uint64]]:
    """Yield closed ranges of hashes that hold about `PARTITION_ROWS` rows each."""
    parts = rows // PARTITION_ROWS + 1
    borders = [(index << 64) // parts for index in range(parts + 1)]
    for low, high in itertools.pairwise(borders):
        yield np.uint64(low), np.uint64(high - 1)


def _sizes(slices: Sequence[SliceCounts], chosen: Sequence[Mask]) -> tuple[U64, Places]:
    """Count the chosen articles of each source; sources are sorted."""
    parts = [counts.sources[mask] for counts, mask in zip(slices, chosen, strict=True)]
    return np.unique(np.concatenate(parts), return_counts=True)


def _per_segment(sources: U64, sizes: tuple[U64, Places]) -> Places:
    """Return for each segment the number of its source; 0 for a source that has none."""
    if not sizes[0].size:
        return np.zeros(sources.size, dtype=np.int64)
    at = np.minimum(np.searchsorted(sizes[0], sources), sizes[0].size - 1)
    return np.where(sizes[0][at] == sources, sizes[1][at], 0)


def _usual(frequent: _Frequent, sizes: tuple[U64, Places], least: int) -> Mask:
    """Tell which segments are usual in their source; of an unknown one, none is."""
    whole = _per_segment(frequent.sources, sizes)
    found: Mask = (frequent.articles >= least) & (USUAL_SHARE * frequent.articles >= whole)
    found &= frequent.sources != 0
    return found


def _witnesses(counts: SliceCounts, kept: Mask, frequent: U64, usual: Mask) -> Mask:
    """Mark the articles whose prose is mostly their own."""
    held, at = _held(counts.segments, frequent)
    unusual = held.copy()
    unusual[held] = ~usual[at[held]]

    def letters(chosen: Mask) -> Places:
        rows, prose = counts.rows[chosen], counts.prose[chosen]
        sums = np.bincount(rows, weights=prose, minlength=counts.articles.size)
        return sums.astype(np.int64)

    own = letters(~held)
    marked: Mask = kept & (own > 0) & (own >= letters(unusual))
    return marked & (OWN_SHARE * own >= letters(np.ones_like(held)))


def _held(segments: U64, frequent: U64) -> tuple[Mask, Places]:
    """Tell which segments are frequent, and where in the list."""
    if not frequent.size:
        return np.zeros(segments.size, np.bool_), np.zeros(segments.size, np.int64)
    at = np.minimum(np.searchsorted(frequent, segments), frequent.size - 1)
    return np.equal(frequent[at], segments), at
