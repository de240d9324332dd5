"""Extract texts for pages without gold: `python -m training.cleaning.silver PAGES HTML OUT`.

The pages that have only a date or a few marked segments still show many more layouts and
languages.  trafilatura in its precision mode reads their HTML; what it finds is trusted
half as much as marked text, and is never measured on.
"""

import argparse
import gzip
import json
from pathlib import Path

import trafilatura

from training.cleaning.pages import read_pages


def main() -> None:
    """Write one JSON line (`doc_id`, `text`) for each page without gold text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("html", type=Path, help="JSON lines (.gz): doc_id, html")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    wanted = {page.id for page in read_pages(options.pages) if not page.gold}
    with (
        gzip.open(options.html, "rt", encoding="utf-8") as records,
        options.out.open("w", encoding="utf-8") as out,
    ):
        for record in map(json.loads, records):
            if record["doc_id"] in wanted:
                text = trafilatura.extract(
                    record["html"],
                    include_comments=False,
                    include_tables=False,
                    favor_precision=True,
                )
                if text:
                    line = {"doc_id": record["doc_id"], "text": text}
                    out.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
