"""Render docs/schema.md from the models: `python -m tests.docs.schema > docs/schema.md`."""

import sys

from pydantic import BaseModel

from schema.arrow import field_rows
from schema.article import SCHEMA_VERSION, Article, AuditRow
from schema.reject import Reject
from schema.terms import (
    DateBasis,
    DateKind,
    DatePrecision,
    EntityLabel,
    Flag,
    SourceBasis,
    SourceKind,
    Term,
)

HEAD = f"""\
# Schema

What a published row holds: version {SCHEMA_VERSION}.
The models in `schema/` are the contract; this page is generated from them,
and a test keeps it equal.
`pressmark schema` prints the JSON Schema of a row, `pressmark schema --fields` its columns.

A column of a name with `[]` lies in a list of structs.
Offsets are Python code points, half-open; those of `entities` count in `text`,
all others in the normalized raw text, which `text` and the receipt give back.
Where nothing declares a value the column is null: nothing is guessed.

"""

MODELS: tuple[tuple[str, str, type[BaseModel]], ...] = (
    ("Articles", "The configs `default` and those of the languages, `data/`.", Article),
    ("Receipts", "The config `audit`, `audit/`: what cleaning removed.", AuditRow),
    ("Rejects", "`<out>.rejects/`, beside the dataset: what is not published.", Reject),
)

TERMS: tuple[tuple[str, type[Term]], ...] = (
    ("date_precision", DatePrecision),
    ("date_basis", DateBasis),
    ("date_hints[].kind", DateKind),
    ("source_hints[].kind", SourceKind),
    ("source_hints[].basis", SourceBasis),
    ("entities[].label", EntityLabel),
    ("flags", Flag),
)


def render_schema() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for title, words, model in MODELS:
        parts += [f"## {title}\n\n{words}\n\n", _columns(model), "\n"]
    parts.append(
        "## Values\n\nColumns with a closed vocabulary hold one of these and nothing else.\n"
    )
    for column, terms in TERMS:
        rows = [f"| `{term}` | {_cell(term.meaning)} |" for term in terms]
        table = "\n".join(["| value | meaning |", "| --- | --- |", *rows])
        parts.append(f"\n### `{column}`\n\n{table}\n")
    return "".join(parts)


def _columns(model: type[BaseModel]) -> str:
    lines = ["| column | type | null | meaning |", "| --- | --- | --- | --- |"]
    for row in field_rows(model):
        null = "yes" if row.nullable else ""
        lines.append(f"| `{row.name}` | `{row.type}` | {null} | {_cell(row.description)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(render_schema())
