"""Exit codes that no error carries, and the one line that an error becomes."""

import click

__all__ = ["BUG", "FINDINGS", "INTERRUPTED", "USAGE", "fail"]

FINDINGS = 1
USAGE = 2
BUG = 70
INTERRUPTED = 130


def fail(message: str, code: int) -> int:
    """Say on stderr what went wrong, and return the exit code."""
    click.echo(f"pressmark: {message}", err=True)
    return code
