"""Read pages that were written for this project, every line marked (README of `written`).

A page begins with a line `=== fr | what kind of page`; each line after it is a mark, a tab, and a
line of the page: `T` headline, `A` article, `O` may stay or go, `N` not article.  Braces on lines
of their own stand around what is near the article.
"""

import re
from pathlib import Path

from training.cleaning.pages import GoldPage, split_pages

__all__ = ["WRITTEN", "read_written"]

WRITTEN = Path(__file__).with_name("written")

_HEAD = re.compile(r"(\w+)[\w-]* \| .+")

_LINE = re.compile(r"([TAON])\t(.*\S)")


def read_written(folder: Path = WRITTEN) -> list[GoldPage]:
    """Read all pages of a folder; each stands for a publisher of its own.

    Raises:
        OSError: a file cannot be read.
        ValueError: there are none, or a page has another form; the message says where.
    """
    return [
        _make_page(name, head[1], text.split("\n"))
        for name, head, text in split_pages(folder, _HEAD)
    ]


def _make_page(name: str, language: str, lines: list[str]) -> GoldPage:
    """Make a page from its marked lines and braces."""
    for line in lines:
        if line not in {"{", "}"} and not _LINE.fullmatch(line):
            raise ValueError(f"{name}: no mark, tab and text: {line}")
    if (lines.count("{"), lines.count("}")) != (1, 1):
        raise ValueError(f"{name} has no pair of braces")
    begin, end = lines.index("{"), lines.index("}")

    def texts(part: list[str], marks: str) -> list[str]:
        return [line[2:] for line in part if line[0] in marks]

    return GoldPage(
        id=name,
        source_set="written",
        domain=name,
        url="",
        language=language,
        lines="\n".join(texts(lines, "TAON")),
        near="\n".join(texts(lines[begin:end], "TAON")),
        gold="\n".join(texts(lines, "A")),
        title="\n".join(texts(lines, "T")),
        optional=tuple(texts(lines, "O")),
        wanted=(),
        unwanted=(),
        record={},
        is_written=True,
    )
