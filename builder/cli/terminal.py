"""What people see while they wait, and the findings when it is done; all of it on stderr but these.

Nothing is said by colour alone, and no line is longer than 80 columns.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any

import click

from builder.progress import Progress, silent

if TYPE_CHECKING:
    from schema.findings import Finding

__all__ = ["WIDTH", "align_columns", "draw_progress", "show_findings", "show_verdict", "wrap_note"]

WIDTH = 80


def draw_progress(*, quiet: bool = False) -> Progress:
    """Draw a bar with rate and remaining time for each stage; none where stderr is no terminal."""
    if quiet or sys.stderr is None:  # which a parent may have closed
        return silent
    from tqdm import tqdm

    @contextmanager
    def bar(stage: str, total: int, unit: str) -> Iterator[Callable[[int], Any]]:
        # A bar of one step would stand at nothing and then be gone: its name is enough.
        layout = None if total > 1 else "{desc} [{elapsed}]"
        with tqdm(
            total=total,
            desc=f"{stage:<8}",
            unit=unit if unit == "B" else f" {unit}",
            unit_scale=True,
            bar_format=layout,
            disable=None,
            leave=False,
        ) as line:
            yield line.update

    return bar


def show_findings(findings: "Sequence[Finding]", *, as_json: bool) -> None:
    """Print findings on stdout, one a line."""
    for finding in findings:
        if as_json:
            click.echo(json.dumps(finding._asdict(), ensure_ascii=False))
        else:
            click.echo(str(finding))


def show_verdict(findings: "Sequence[Finding]", place: str) -> None:
    """Print how many findings there are of each code."""
    counts = Counter(finding.code for finding in findings)
    if counts:
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0].value))
        rows = [(code.value, f"{count:,}", code.meaning) for code, count in ranked]
        click.echo("\n" + "\n".join(align_columns(("code", "findings", "meaning"), rows)), err=True)
    number = len(findings)
    click.echo(f"{number:,} finding{'' if number == 1 else 's'} in {place}", err=True)


def align_columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table: names to the left, numbers to the right, the last column cut to fit.

    Args:
        head: titles of the columns.
        rows: cells, as many as there are titles.
    """
    table = [list(head), *map(list, rows)]
    number = [all(_is_number(row[at]) for row in table[1:]) for at in range(len(head))]
    widths = [max(len(row[at]) for row in table) for at in range(len(head))]
    if not number[-1]:
        widths[-1] = min(widths[-1], max(20, WIDTH - sum(widths[:-1]) - 2 * len(widths) + 2))
    return [
        "  ".join(
            cell.rjust(width) if right else shorten(cell, width, placeholder=" …").ljust(width)
            for cell, width, right in zip(row, widths, number, strict=True)
        ).rstrip()
        for row in table
    ]


def wrap_note(kind: str, text: str) -> str:
    """Return a note on as many lines as it needs."""
    return "\n".join(wrap(f"{kind}: {text}", WIDTH, subsequent_indent="  "))


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").isdigit()
