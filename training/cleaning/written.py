"""Read pages that were written for this project, every line marked (README of `written`).

A page begins with a line `=== fr | what kind of page`; each line after it is a mark, a tab, and a
line of the page: `T` headline, `A` article, `O` may stay or go, `N` not article.  Braces on lines
of their own stand around what is near the article.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from training.cleaning.pages import GoldPage

__all__ = ["WRITTEN", "read_written"]

WRITTEN = Path(__file__).with_name("written")

_HEAD = re.compile(r"=== ([\w-]+) \| .+")

_LINE = re.compile(r"([TAON])\t(.*\S)")


def read_written(folder: Path = WRITTEN) -> list[GoldPage]:
    """Read all pages of a folder; each stands for a publisher of its own.

    Raises:
        OSError: a file cannot be read.
        ValueError: there are none, or a line has another form; the message says where.
    """
    pages = [page for path in sorted(folder.glob("*.txt")) for page in _read_file(path)]
    if not pages:
        raise ValueError(f"{folder}: no pages (*.txt)")
    return pages


def _read_file(path: Path) -> Iterator[GoldPage]:
    for number, page in enumerate(_split(path)):
        head = _HEAD.fullmatch(page[0])
        if not head or page.count("{") != 1 or page.count("}") != 1:
            raise ValueError(f"{path}: page {number} ({page[0]}) has no head or no pair of braces")
        name = f"{path.stem}/{number}"
        yield _make_page(name, head[1].partition("-")[0], page[1:])


def _split(path: Path) -> Iterator[list[str]]:
    """Yield the lines of each page, its head first."""
    page: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("==="):
            if page:
                yield page
            page = [line]
        elif page and (line in {"{", "}"} or _LINE.fullmatch(line)):
            page.append(line)
        else:
            raise ValueError(f"{path}: line {number} is no mark, tab and text")
    if page:
        yield page


def _make_page(name: str, language: str, lines: list[str]) -> GoldPage:
    """Make a page from its marked lines and braces."""
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
