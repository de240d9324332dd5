"""Run commands and measure them: CPU seconds of all their processes, wall seconds, memory."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Run(NamedTuple):
    """One run of a command.

    Attributes:
        cpu: user and system seconds, of its children too.
        wall: seconds.
        peak_mb: resident memory of its largest process, in 10^6 bytes.
    """

    cpu: float
    wall: float
    peak_mb: float


class Spread(NamedTuple):
    """Some measurements of one thing."""

    min: float
    median: float
    max: float


def run(arguments: Sequence[str]) -> Run:
    """Run a module of Python and wait for it; its output goes to nobody unless it fails.

    Bytecode is kept, as that of installed packages is.
    """
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.stderr.buffer.write(errors[-4000:])
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    wall = time.perf_counter() - start
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024 / 1e6)


def output_of(arguments: Sequence[str]) -> str:
    """Run a module of Python and return what it prints."""
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def interleave(
    jobs: Mapping[str, Callable[[Path], Sequence[str]]], rounds: int, scratch: Path
) -> dict[str, list[Run]]:
    """Run all jobs one after the other, and that some times, so that a busy spell hits them all.

    Args:
        jobs: makes the command of a job, given a fresh folder for its output.
        rounds: how often each is run.
        scratch: where those folders are made.
    """
    runs: dict[str, list[Run]] = {name: [] for name in jobs}
    for number in range(rounds):
        for name, command in jobs.items():
            folder = scratch / f"{name}-{number}"
            folder.mkdir()
            runs[name].append(run(command(folder)))
            print(f"round {number + 1}: {name:24} {runs[name][-1].cpu:7.2f} CPU s", file=sys.stderr)
    return runs


def spread(numbers: Sequence[float]) -> Spread:
    """Return the smallest, the middle and the largest."""
    return Spread(min(numbers), median(numbers), max(numbers))
