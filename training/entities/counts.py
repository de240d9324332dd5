"""Count the passages written for the tagger: `python -m training.entities.counts`."""

from __future__ import annotations

from collections import Counter

from training.entities.data import WRITTEN, read_records

COLUMNS = ("passages", "words", "PER", "LOC", "ORG", "MISC")


def main() -> None:
    """Print a table: passages, words and names of each label by file, and their sums."""
    total: Counter[str] = Counter()
    print(f"| file | {' | '.join(COLUMNS)} |\n|{'---|' * (1 + len(COLUMNS))}")
    for path in sorted(WRITTEN.glob("*.txt")):
        counts: Counter[str] = Counter()
        for record in read_records(path):
            counts["passages"] += 1
            counts["words"] += len(record.text.split())
            counts.update(label for _, _, label in record.spans)
        print(_row(path.stem, counts))
        total += counts
    print(_row("all", total))


def _row(title: str, counts: Counter[str]) -> str:
    return f"| {title} | {' | '.join(f'{counts[column]:,}' for column in COLUMNS)} |"


if __name__ == "__main__":
    main()
