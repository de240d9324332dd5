"""Say what differs: lines for people, JSON for machines, an entry for the changelog."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from builder.diff.difference import Difference
from builder.writers.atomic import write_file

__all__ = ["difference_json", "render_difference", "render_entry", "write_changelog"]

#: Ids shown of each kind; the JSON has all.
SHOWN = 10


def render_difference(difference: Difference) -> Iterator[str]:
    """Yield lines that say what differs and which version follows."""
    for name in ("added", "removed", "changed", "moved"):
        rows = getattr(difference, name)
        yield f"{name:<10}{len(rows):>12,}"
        yield from (f"    {_show(row)}" for row in rows[:SHOWN])
        if len(rows) > SHOWN:
            yield f"    … and {len(rows) - SHOWN:,} more"
    yield from _table("column", {name: (0, rows) for name, rows in difference.columns.items()})
    yield from _table("split", difference.splits)
    yield from _table("language", difference.languages)
    yield from (f"schema    {sentence}" for sentence in difference.schema)
    suggestion = difference.suggestion
    yield f"version   {difference.old_version or '?'} → {suggestion.version or suggestion.level}"
    yield from (f"    {suggestion.level}: {reason}" for reason in suggestion.reasons)
    if difference.new_version and suggestion.version not in (None, difference.new_version):
        yield f"    the new release calls itself {difference.new_version}"


def difference_json(difference: Difference) -> dict[str, Any]:
    """Return plain values."""
    return asdict(difference) | {
        "moved": [one._asdict() for one in difference.moved],
        "suggestion": difference.suggestion._asdict(),
        "findings": [finding._asdict() for finding in difference.findings],
    }


def render_entry(difference: Difference) -> str:
    """Write the changelog entry of the new release, in Markdown."""
    date = f" ({difference.release_date})" if difference.release_date else ""
    lines = [f"## {entry_version(difference)}{date}", ""]
    lines += [f"- {reason[:1].upper()}{reason[1:]}." for reason in difference.suggestion.reasons]
    if difference.added and difference.suggestion.level == "major":
        lines.append(f"- {len(difference.added):,} articles added.")
    for name, (old, new) in difference.languages.items():
        if old != new:
            lines.append(f"- {name}: {old:,} → {new:,} articles.")
    if len(lines) == 2:
        lines.append("- No difference.")
    return "\n".join(lines) + "\n"


def entry_version(difference: Difference) -> str:
    """Return the version that the entry is about: as the release says, else as suggested."""
    if difference.new_version and difference.new_version != difference.old_version:
        return difference.new_version
    return difference.suggestion.version or difference.new_version or "Unversioned"


def write_changelog(path: Path, difference: Difference) -> None:
    """Put the entry above the older ones; an entry for the same version is replaced."""
    text = path.read_text(encoding="utf-8") if path.is_file() else "# Versions\n"
    version = re.escape(entry_version(difference))
    same = re.search(rf"^## {version}(?: .*)?$", text, re.MULTILINE)
    if same:
        following = re.compile(r"^## ", re.MULTILINE).search(text, same.end())
        text = text[: same.start()] + (text[following.start() :] if following else "")
    first = re.search(r"^## ", text, re.MULTILINE)
    at = first.start() if first else len(text)
    head = text[:at].rstrip("\n")
    entry = render_entry(difference)
    write_file(path, f"{head}\n\n{entry}\n{text[at:]}".rstrip("\n").encode() + b"\n")


def _show(row: Any) -> str:
    return row if isinstance(row, str) else f"{row.id}  {row.old} → {row.new}"


def _table(title: str, counts: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    for name, (old, new) in counts.items():
        change = f"{old:>10,} → {new:>10,}" if title != "column" else f"{new:>10,} changed"
        yield f"{title:<10}{name:<20}{change}"
