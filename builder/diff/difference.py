"""What differs between two releases, and the version that follows from it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from schema.findings import Finding, FindingCode

__all__ = ["Difference", "Moved", "Suggestion", "next_version", "suggest_version"]

Level = Literal["none", "patch", "minor", "major"]
_RANK: dict[Level, int] = {"none": 0, "patch": 1, "minor": 2, "major": 3}


class Moved(NamedTuple):
    """An article that lies in another split than before."""

    id: str
    old: str
    new: str


class Suggestion(NamedTuple):
    """A version and why it follows.

    Attributes:
        level: what changes of the old version.
        version: the new version; None if the old one is not known.
        reasons: sentences that make this level, strongest first.
    """

    level: Level
    version: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """What differs between an old and a new release. Ids are sorted.

    Attributes:
        old_version, new_version: as the manifests say; None without a manifest.
        added, removed: ids in one release only.
        changed: ids in both whose row differs in a column.
        moved: articles in both that lie in other splits.
        columns: changed rows by column, for columns that both have.
        schema: sentences about columns that differ in name or type.
        splits, languages: articles by split and by language, as (old, new).
        added_to_old_splits: articles added in splits that the old release has.
        files: paths whose bytes differ, or that one release lacks.
    """

    old_version: str | None
    new_version: str | None
    release_date: str | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()
    columns: Mapping[str, int] = field(default_factory=dict)
    schema: tuple[str, ...] = ()
    splits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    languages: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    added_to_old_splits: int = 0
    files: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return one finding for each article that changed its split."""
        return tuple(
            Finding(FindingCode.SPLIT_MOVED, f"{one.id} was in {one.old}, is in {one.new}")
            for one in self.moved
        )

    @property
    def suggestion(self) -> Suggestion:
        """Return the version that follows."""
        return suggest_version(self)


def suggest_version(difference: Difference) -> Suggestion:
    """Apply the version rule to what differs.

    Major: what a reader of the old version relies on is gone or different (columns,
    rows, the split of a row, the rows of a split). Minor: all of it is still there,
    and there is more beside it. Patch: the same rows in other bytes, or another card.

    Source:
        Croissant 1.1, "Dataset versioning": a new version is minor only if the
        existing data can still be retrieved unchanged, as when new rows form a new split.
    """
    found = sorted(_reasons(difference), key=lambda reason: -_RANK[reason[0]])
    level: Level = found[0][0] if found else "none"
    version = next_version(difference.old_version, level) if difference.old_version else None
    return Suggestion(level, version, tuple(text for rank, text in found if rank == level))


def next_version(version: str, level: Level) -> str:
    """Raise one part of a version and clear those behind it.

    Example:
        >>> next_version("1.4.2", "minor")
        '1.5.0'
    """
    major, minor, patch = (int(part) for part in version.split("."))
    raised: dict[Level, tuple[int, int, int]] = {
        "none": (major, minor, patch),
        "patch": (major, minor, patch + 1),
        "minor": (major, minor + 1, 0),
        "major": (major + 1, 0, 0),
    }
    return ".".join(map(str, raised[level]))


def _reasons(difference: Difference) -> Iterator[tuple[Level, str]]:
    for sentence in difference.schema:
        yield "major", sentence
    if difference.removed:
        yield "major", f"{_articles(len(difference.removed))} removed"
    if difference.changed:
        columns = ", ".join(f"{name} in {rows:,}" for name, rows in difference.columns.items())
        yield "major", f"{_articles(len(difference.changed))} changed ({columns})"
    if difference.moved:
        yield "major", f"{_articles(len(difference.moved))} moved to another split"
    if difference.added_to_old_splits:
        count = _articles(difference.added_to_old_splits)
        yield "major", f"{count} added to splits that the old version has"
    elif difference.added:
        yield "minor", f"{_articles(len(difference.added))} added, all in new splits"
    if difference.files:
        yield "patch", f"{len(difference.files):,} files differ, and no row"


def _articles(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"
