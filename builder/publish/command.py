"""The `publish` command behind its options: asks, tells, and returns the exit code."""

import json
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from builder.publish.options import PublishOptions, RetryPolicy
from builder.publish.plan import Plan
from builder.publish.publish import publish
from builder.publish.report import render_plan, render_published
from builder.verify import verify

__all__ = ["run_publish"]


@dataclass(frozen=True)
class _Terminal:
    """Tell on stderr; ask only where someone can answer."""

    quiet: bool
    ask: bool

    def notify(self, line: str) -> None:
        """Tell what happens."""
        if not self.quiet:
            click.echo(line, err=True)

    def confirm(self, plan: Plan) -> bool:
        """Show the plan and ask."""
        for line in render_plan(plan):
            self.notify(line)
        return not self.ask or click.confirm("Publish this?", err=True, abort=True)


def run_publish(folder: Path, values: dict[str, Any]) -> int:
    """Publish a folder as the command line asks for.

    Args:
        folder: a built folder.
        values: the options by name, as `builder.cli` declares them.

    Returns:
        0, or 1 if findings stand in the way.
    """
    quiet, as_json = values.pop("quiet"), values.pop("as_json")
    ask = not values.pop("yes") and sys.stdin.isatty() and not as_json
    check = partial(verify, engines=values.pop("engines"))
    retry = RetryPolicy(
        attempts=values.pop("attempts"),
        wait_s=values.pop("wait"),
        timeout_s=values.pop("timeout"),
    )
    progress = not (quiet or as_json) and sys.stderr is not None and sys.stderr.isatty()
    options = PublishOptions(folder=folder, retry=retry, progress=progress, **values)
    done = publish(options, _Terminal(quiet or as_json, ask), check)
    for finding in done.findings:
        click.echo(str(finding), err=True)
    if as_json:
        click.echo(json.dumps(done.as_json(), ensure_ascii=False))
    elif not quiet:
        if options.dry_run and done.plan is not None:
            click.echo("\n".join(render_plan(done.plan)))
        *told, last = render_published(done)
        for line in told:
            click.echo(line, err=True)
        click.echo(last, err=done.exit_code != 0 or options.dry_run)
    return done.exit_code
