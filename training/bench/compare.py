"""Set corpora beside each other: how far generated pages are from real ones.

    python -m training.bench.compare PAGES.jsonl REAL.jsonl ...

Prints a column of figures for each file of JSON lines with a field `text`.
"""

import argparse
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

SHORT_LINE = 60
"""Characters below which a line is more often furniture than prose."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def describe(texts: list[str]) -> dict[str, str]:
    """Return the figures of a corpus, as printed."""
    lines = [line for text in texts for line in text.split("\n")]
    words = [word.lower() for text in texts for word in re.findall(r"\w+", text)]
    chars = sum(map(len, texts))
    counts = sorted(Counter(words).values(), reverse=True)
    sample = [text.encode() for text in texts[:500]]
    packed = sum(len(zlib.compress(data)) for data in sample)
    return {
        "pages": f"{len(texts):,}",
        "MB": f"{sum(len(text.encode()) for text in texts) / 1e6:.1f}",
        "characters of a page": _quantiles(map(len, texts)),
        "lines of a page": _quantiles(text.count("\n") + 1 for text in texts),
        "characters of a line": _quantiles(map(len, lines)),
        f"share in lines under {SHORT_LINE}": _share(
            sum(len(line) for line in lines if len(line) < SHORT_LINE), chars
        ),
        "characters of a word, mean": f"{fmean(map(len, words)):.2f}",
        "share of the 100 first words": _share(sum(counts[:100]), len(words)),
        "share of digits": _share(sum(map(str.isdigit, "".join(texts))), chars),
        "share beyond ASCII": _share(sum(not char.isascii() for char in "".join(texts)), chars),
        "zlib": _share(packed, sum(map(len, sample))),
    }


def _quantiles(numbers: Iterable[int]) -> str:
    ordered = sorted(numbers)
    return " ".join(str(ordered[int(len(ordered) * share)]) for share in QUANTILES)


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.3f}"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", type=Path, nargs="+")
    columns = []
    for path in parser.parse_args().files:
        with path.open(encoding="utf-8") as file:
            columns.append(describe([json.loads(line)["text"] for line in file]))
    for label in columns[0]:
        print(f"{label:32}", *(f"{column[label]:>26}" for column in columns))


if __name__ == "__main__":
    main()
