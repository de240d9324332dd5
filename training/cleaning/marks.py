"""Which lines of a page are its article, as marked by a reader.

`python -m training.cleaning.marks PAGES` prints how well the marks agree with the segments that
people marked on the same pages.

A line of a marks file is a page, in three columns parted by tabs: its id, the first eight
hexadecimal digits of the SHA-256 of its `raw_lines`, and the numbers of the lines that are
article, counted from 0; after a question mark those that may stay or go (`30-41 43 ? 29 44`).
The texts themselves are not in it.
"""

import argparse
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from training.cleaning.measure import segment_rates
from training.cleaning.pages import GoldPage, read_pages

__all__ = ["MARKS", "Marks", "add_marks", "fingerprint", "read_marks"]

MARKS = Path(__file__).with_name("marks.txt")


@dataclass(frozen=True)
class Marks:
    """The lines of a page that are article, those that may be, and which text they count."""

    fingerprint: str
    article: tuple[int, ...]
    optional: tuple[int, ...] = ()


def read_marks(path: Path = MARKS) -> dict[str, Marks]:
    """Read a marks file, by id of the page.

    Raises:
        OSError: the file cannot be read.
        ValueError: a line has another form, or marks a page again; the message says which.
    """
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            name, seen, lines = line.split("\t")
            article, _, optional = lines.partition("?")
            marks = Marks(seen, _numbers(article), _numbers(optional))
        except ValueError as error:
            raise ValueError(f"{path}: line {number} is not a page and its lines") from error
        if found.setdefault(name, marks) is not marks:
            raise ValueError(f"{path}: line {number} marks {name} again")
    return found


def add_marks(page: GoldPage, marks: Marks) -> GoldPage:
    """Give a page the text of its marked lines as gold text.

    Raises:
        ValueError: the page has another text than the one that was marked.
    """
    if fingerprint(page.lines) != marks.fingerprint:
        raise ValueError(f"{page.id}: its lines are not those that were marked")
    lines = page.lines.split("\n")
    return replace(
        page,
        gold="\n".join(lines[at] for at in marks.article),
        optional=tuple(lines[at] for at in marks.optional),
    )


def fingerprint(lines: str) -> str:
    """Return by what a marks file knows a text again."""
    return hashlib.sha256(lines.encode()).hexdigest()[:8]


def main() -> None:
    """Print the share of wanted segments that are marked, and of unwanted ones that are not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, help="pages that were marked, JSON lines (.gz)")
    marked = read_marks()
    pages = [page for page in read_pages(parser.parse_args().pages) if page.id in marked]
    rates = [segment_rates(page, add_marks(page, marked[page.id]).gold) for page in pages]
    for name, values in zip(
        ("wanted marked", "unwanted not marked"), zip(*rates, strict=True), strict=True
    ):
        known = [value for value in values if value is not None]
        print(f"{name}: {sum(known) / len(known):.3f}, mean of {len(known)} pages")


def _numbers(text: str) -> tuple[int, ...]:
    """Expand numbers and ranges, ends included."""
    numbers: list[int] = []
    for part in text.split():
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return tuple(numbers)


if __name__ == "__main__":
    main()
