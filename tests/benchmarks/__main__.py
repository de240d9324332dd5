"""Measure a build against its peers, interleaved, and say what was found of planted duplicates.

    python -m tests.benchmarks [--mb 10] [--rounds 3] [--input FILE.jsonl] [--json FILE]

CPU seconds are user and system time of all processes of a command. Every figure is the median
over the rounds, with the smallest and the largest behind it; ratios are taken within a round.
Without --input the corpus is made by `training.bench.make_pages`. Peers are measured if they are
installed (`pip install 'pressmark[bench]'`).
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.jobs import jobs, prepare
from tests.benchmarks.measure import Run, Spread, interleave, output_of, run, spread
from tests.benchmarks.truth import compare, groups_of_build
from training.bench.make_pages import write_pages

Runs = Mapping[str, list[Run]]


class Figure(NamedTuple):
    """A line of the table: what was measured, and what was wanted."""

    label: str
    spread: Spread
    must: str
    stretch: str


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--mb", type=float, default=10, help="size of the texts in 10^6 bytes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--input", type=Path, help="JSON lines with fields `id`, `text`, `url`")
    parser.add_argument("--json", type=Path, help="where to write everything that was measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder), options)
    print_results(results)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1, default=str) + "\n")


def measure(scratch: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run everything and return what was found."""
    whole = scratch / "pages.jsonl"
    if options.input:
        shutil.copyfile(options.input, whole)
    else:
        write_pages(whole, int(options.mb * 1e6), seed=1)
    with whole.open(encoding="utf-8") as lines:
        megabytes = sum(len(json.loads(line)["text"].encode()) for line in lines) / 1e6
    load = os.getloadavg()[0]
    os.environ["XDG_CACHE_HOME"] = str(scratch / "caches")  # empty, so that a first build is one
    commands = jobs(prepare(whole, scratch))
    first = run(commands["ten articles"](scratch))
    runs = {"first build": [first], **interleave(commands, options.rounds, scratch)}
    clustering = json.loads(output_of(["tests.benchmarks.clustering"]))
    results = {
        "when": time.strftime("%Y-%m-%d"),
        "versions": {name: _version(name) for name in ("pressmark", "datasets", "datatrove")},
        "cores": os.cpu_count(),
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
        "megabytes": round(megabytes, 2),
        "runs": {name: [one._asdict() for one in some] for name, some in runs.items()},
        "clustering": clustering,
        "figures": list(figures(runs, megabytes, clustering)),
    }
    if not options.input:
        groups = groups_of_build(scratch / "pressmark-0" / "built")
        results["duplicates"] = compare(groups, whole.with_suffix(".truth.jsonl"))
    return results


def figures(runs: Runs, megabytes: float, clustering: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield the lines of the table."""
    few = runs["ten articles"]
    ours, two = runs["pressmark"], runs["pressmark, 2 workers"]

    def by_round(value: Callable[..., float], *jobs: list[Run]) -> Spread:
        return spread([value(*round_) for round_ in zip(*jobs, strict=True)])

    yield Figure(
        "MB of text per core second", by_round(lambda one: megabytes / one.cpu, ours), "2.0", "3.5"
    )
    yield Figure(
        "  the same, less the start",
        by_round(lambda one, start: megabytes / (one.cpu - start.cpu), ours, few),
        "",
        "",
    )
    for peer, must, stretch in (
        ("datasets", "2.5", "3.5"),
        ("datatrove", "10", "15"),
        ("datasets, no dedup", "1.8", "3"),
        ("datatrove, no dedup", "1.8", "3"),
    ):
        if peer in runs:
            ratio = by_round(lambda one, other: other.cpu / one.cpu, ours, runs[peer])
            yield Figure(f"CPU of {peer} / ours", ratio, must, stretch)
    yield Figure(
        "CPU with 2 workers / with 1",
        by_round(lambda one, other: other.cpu / one.cpu, ours, two),
        "≤ 1.10",
        "1.05",
    )
    yield Figure(
        "wall with 1 worker / with 2",
        by_round(lambda one, other: one.wall / other.wall, ours, two),
        "1.7",
        "1.9",
    )
    yield Figure(
        f"clustering {clustering['count']:,} signatures, CPU s",
        spread(clustering["cpu"]),
        "≤ 10",
        "5",
    )
    yield Figure("build of ten articles, wall s", by_round(lambda one: one.wall, few), "≤ 1.5", "1")
    first = by_round(lambda one: one.wall, runs["first build"])
    yield Figure("the same, first of a user, wall s", first, "", "")
    yield Figure("pressmark --help, CPU s", by_round(lambda one: one.cpu, runs["help"]), "", "")


def print_results(results: Mapping[str, Any]) -> None:
    """Print the tables as Markdown."""
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    print(
        f"{results['when']}, {versions}; {results['megabytes']} MB of text; "
        f"{results['cores']} cores, load {results['load'][0]} to {results['load'][1]}\n"
    )
    print("| | median | min – max | must | stretch |\n|---|---|---|---|---|")
    for label, (low, middle, high), must, stretch in results["figures"]:
        print(f"| {label} | {middle:.2f} | {low:.2f} – {high:.2f} | {must} | {stretch} |")
    print("\n| command | CPU s | wall s | MB of memory |\n|---|---|---|---|")
    for name, some in results["runs"].items():
        middle = (spread([run[key] for run in some]).median for key in ("cpu", "wall", "peak_mb"))
        print(f"| {name} | {' | '.join(f'{value:.2f}' for value in middle)} |")
    if "duplicates" in results:
        print("\n| planted duplicates | found together |\n|---|---|")
        for label, share in results["duplicates"].items():
            print(f"| {label} | {share} |")


def _version(name: str) -> str:
    try:
        return version(name)
    except ImportError:
        return "is not installed"


if __name__ == "__main__":
    main()
