"""Measure how the memory of a build grows with its input, by stage.

    python -m tests.benchmarks.memory [--mb 20 100 400] [--workers 2] [--full]

The corpus is made once (`training.bench.make_pages`); a larger input is more copies of its file,
which the map stages (scan, annotate) cannot tell from other articles. Sums are over all processes
of the build: PSS counts a page that several share once. Part of it are pages of files that the
kernel may drop at any time; what is left, the anonymous memory, is what the machine must have.
Memory is looked at five times a second, so a shorter peak can
pass unseen; the largest RSS of a single process is the kernel's own figure, and exact.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from builder.config import BuildConfig
from builder.pipeline import BuildRequest, build
from builder.progress import Advance
from training.bench.make_pages import write_pages

#: Seconds between two looks.
PAUSE = 0.2

#: Articles are repeated beyond this size, in 10^6 bytes.
PAGES_MB = 20


def main() -> None:
    """Measure builds of several sizes, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--mb", type=float, nargs="+", default=[20, 100, 400])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--full", action="store_true", help="with entities, which take most time")
    parser.add_argument("--build", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        build_loudly(*options.build, options.workers, full=options.full)
        return
    print(f"{'MB':>6}  {'stage':<10}{'PSS MB':>8}{'of it anonymous':>17}{'largest':>9}")
    with tempfile.TemporaryDirectory() as scratch:
        for size in options.mb:
            folder = make_input(Path(scratch), size)
            for stage, peak in measure(folder, Path(scratch) / "out", options).items():
                print(f"{size:>6g}  {stage:<10}" + "{:>8.0f}{:>17.0f}{:>9.0f}".format(*peak))


def make_input(scratch: Path, size: float) -> Path:
    """Fill a folder with copies of one file of articles, up to a size in 10^6 bytes."""
    pages = scratch / "pages.jsonl"
    whole = min(size, PAGES_MB)
    write_pages(pages, int(whole * 1e6), seed=1)
    folder = scratch / "input"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number in range(round(size / whole)):
        os.link(pages, folder / f"pages-{number:04d}.jsonl")
    return folder


def measure(folder: Path, out: Path, options: argparse.Namespace) -> dict[str, list[float]]:
    """Build a folder; by stage, in MB, the peaks of PSS, anonymous PSS and the largest process."""
    command = [sys.executable, "-m", "tests.benchmarks.memory", "--build", str(folder), str(out)]
    command += ["--workers", str(options.workers), *(["--full"] if options.full else [])]
    peaks: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    stage = ["start"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = process.stdout
        threading.Thread(
            target=lambda: [stage.append(line.strip()) for line in lines], daemon=True
        ).start()
        while process.poll() is None:
            for at, bytes_ in enumerate(memory_of(process.pid)):
                peaks[stage[-1]][at] = max(peaks[stage[-1]][at], bytes_ / 1e6)
            time.sleep(PAUSE)
    if process.returncode:
        raise SystemExit(process.returncode)
    return peaks


def memory_of(root: int) -> tuple[int, int, int]:
    """Return PSS and anonymous PSS of a process and all below it, and the largest peak of one."""
    pss = anonymous = largest = 0
    for process in family(root):
        with contextlib.suppress(OSError, LookupError):  # it has ended
            folder = Path("/proc") / str(process)
            fields = dict(
                line.split(":", 1)
                for line in (folder / "smaps_rollup").read_text().splitlines()[1:]
            )
            status = dict(
                line.split(":", 1) for line in (folder / "status").read_text().splitlines()
            )
            pss += kilobytes(fields["Pss"])
            anonymous += kilobytes(fields["Pss_Anon"])
            largest = max(largest, kilobytes(status["VmHWM"]))
    return pss, anonymous, largest


def kilobytes(field: str) -> int:
    """Return the bytes of a field such as `  12 kB`."""
    return int(field.split(maxsplit=1)[0]) * 1024


def family(root: int) -> Iterator[int]:
    """Yield a process and all that it has started."""
    yield root
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                yield from family(int(child))


def build_loudly(folder: Path, out: Path, workers: int, *, full: bool) -> None:
    """Build, and print the name of each stage when it begins."""

    @contextmanager
    def say(stage: str, total: int, unit: str) -> Iterator[Advance]:
        print(stage, flush=True)
        yield lambda done: None
        print(f"({stage})", flush=True)

    config = BuildConfig(entities="builtin" if full else "none")
    build(BuildRequest(folder, out, config, folder, workers=workers), say)


if __name__ == "__main__":
    main()
