"""Measure how long a report page takes to open in headless Chromium.

    python -m tests.benchmarks.open_page dist/news.report.html [--times 6]

Prints the size of the file, and for each opening the milliseconds to the first paint and to
the end of loading, when the page can be used. Needs playwright and Chromium.
"""

import argparse
import os
import shutil
from pathlib import Path

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
TIMES = """() => [
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    performance.getEntriesByType('navigation')[0].loadEventEnd,
]"""


def main() -> None:
    """Open the page some times, each in a new context."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--times", type=int, default=6)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    print(f"{options.page.stat().st_size:,} bytes\n{'paint':>8}{'loaded':>8}  ms")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
        for _ in range(options.times):
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.goto(options.page.absolute().as_uri())
            page.wait_for_timeout(200)  # until the first paint is on record
            paint, loaded = page.evaluate(TIMES)
            print(f"{paint:>8.0f}{loaded:>8.0f}")
        browser.close()


if __name__ == "__main__":
    main()
