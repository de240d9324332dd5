"""The command line: parse, call one function, return its exit code.

Everything heavy is imported inside the command that needs it, so that
`pressmark --help` starts without numpy, pyarrow or pydantic.
"""

from builder.cli.entry import cli, main

__all__ = ["cli", "main"]
