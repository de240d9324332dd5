"""Render docs/codes.md from the enums: `python -m tests.docs.codes > docs/codes.md`."""

import sys

from builder.contract import FAMILIES
from schema.findings import FindingCode
from schema.reject import RejectCode
from schema.terms import Term

HEAD = """\
# Codes

Codes are an interface: scripts and CI may match on them.
A code is never renamed and never gets another meaning.
This page is generated from `schema/findings.py` and `schema/reject.py`; a test keeps it equal.

## Findings

What `pressmark verify`, `validate_table` and the contract report, by what a user of the data
relies on.
"""

REJECTS = """\
## Rejects

Why an article of the input is not published.
Every article that is read is published or becomes one row of `<out>.rejects/` with one of these
codes, the path and record in the input, and a message.
"""


def render_codes() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for family, codes in FAMILIES.items():
        parts += [f"### {family[0].upper()}{family[1:]}\n", _table(codes)]
    named = {code for codes in FAMILIES.values() for code in codes}
    parts += ["### Between releases\n", _table([c for c in FindingCode if c not in named])]
    parts += [REJECTS, _table(list(RejectCode))]
    return "\n".join(parts)


def _table(codes) -> str:
    lines = ["| code | meaning |", "| --- | --- |"]
    lines += [f"| `{code}` | {_cell(code)} |" for code in codes]
    return "\n".join(lines) + "\n"


def _cell(code: Term) -> str:
    return code.meaning.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(render_codes())
