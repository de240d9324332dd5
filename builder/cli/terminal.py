"""What people see while they wait and when it is done: bars, tables and findings."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from builder.pipeline import Progress
    from schema.findings import Finding
    from schema.manifest import BuildManifest

__all__ = ["draw_progress", "show_findings", "show_summary"]


def show_findings(findings: "list[Finding]", *, as_json: bool) -> None:
    """Print findings on stdout, one a line."""
    for finding in findings:
        if as_json:
            click.echo(json.dumps(finding._asdict(), ensure_ascii=False))
        else:
            click.echo(str(finding))


def show_summary(manifest: "BuildManifest", out: Path) -> None:
    """Print what was built, on 80 columns, on stderr."""
    total = manifest.counts.total
    lines = [
        f"{'read':<12}{total.read:>12,}",
        f"{'published':<12}{total.published:>12,}",
        f"{'rejected':<12}{total.rejected:>12,}",
        *(f"  {code:<22}{rows:>10,}" for code, rows in manifest.counts.rejects.items()),
        *(f"{split:<12}{rows:>12,}" for split, rows in manifest.counts.splits.items()),
        *(f"warning: {warning}" for warning in manifest.warnings),
        f"Look: {out}/README.md   Check: pressmark verify {out}",
    ]
    click.echo("\n".join(lines), err=True)


def draw_progress() -> "Progress":
    """Draw a bar for each stage; nothing where stderr is no terminal."""
    from tqdm import tqdm

    @contextmanager
    def bar(stage: str, total: int, unit: str) -> Iterator[Callable[[int], Any]]:
        with tqdm(
            total=total, desc=stage, unit=unit, unit_scale=True, disable=None, leave=False
        ) as line:
            yield line.update

    return bar
