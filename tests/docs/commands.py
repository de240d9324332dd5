"""Render docs/commands.md from the commands: `python -m tests.docs.commands > …`."""

import sys

import click

from builder.cli import cli

HEAD = """\
# Commands

This page is generated from `builder/cli/`; a test keeps it equal.
Every command has `--help` with examples.

Data goes to standard output, words for people to standard error.
Bars with rate and remaining time are drawn only where standard error is a terminal,
and the final tables fit 80 columns and need no colour.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | done, with findings: `verify`, `diff`, or more rejects than `max_reject_rate` |
| 2 | fix the command, the configuration, a name, a licence id or the token |
| 3 | no article was found, or none was published |
| 4 | the output cannot be written |
| 5 | the Hub refused |
| 70 | a bug of ours |
| 130 | interrupted |
"""


def render_commands() -> str:
    """Return the whole page."""
    return HEAD + "".join(_command(name, command) for name, command in cli.commands.items())


def _command(name: str, command: click.Command) -> str:
    words, _, rest = (command.help or "").partition("\b")
    examples = [line.strip() for line in rest.splitlines() if line.strip().startswith("pressmark ")]
    arguments = [part.make_metavar(click.Context(command)) for part in _arguments(command)]
    usage = " ".join(["pressmark", name, *arguments])
    parts = [f"\n## `{usage}`\n", _paragraphs(words)]
    options = [part for part in command.params if isinstance(part, click.Option)]
    if options:
        rows = [
            f"| {_names(option)} | {_cell(option.help or '')}{_default(option)} |"
            for option in options
        ]
        parts.append("\n".join(["| option | meaning |", "| --- | --- |", *rows]) + "\n")
    parts.append("```\n" + "\n".join(examples) + "\n```\n")
    return "\n".join(parts)


def _arguments(command: click.Command) -> list[click.Argument]:
    return [part for part in command.params if isinstance(part, click.Argument)]


def _names(option: click.Option) -> str:
    names = "/".join([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return f"`{names}`"
    return f"`{names} {option.make_metavar(click.Context(cli))}`".replace("|", "\\|")


def _default(option: click.Option) -> str:
    if not option.show_default or option.is_flag or option.default is None:
        return ""
    return f" Default: `{option.default}`."


def _paragraphs(text: str) -> str:
    blocks = [" ".join(block.split()) for block in text.split("\n\n")]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(render_commands())
