"""Options that several commands have."""

import click

__all__ = ["ENGINES"]

ENGINES = click.option(
    "--engines",
    default="pyarrow,datasets",
    show_default=True,
    help="Libraries to verify the rows with: names, `all` that are installed, or `none`.",
)
