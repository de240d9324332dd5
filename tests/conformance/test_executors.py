"""Every executor runs tasks in order, stops on errors, and leaves no process behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from builder.errors import ConfigError, OutputError
from builder.executors import Settings, make_executor

PLACES = [(name, workers) for name in ("inline", "processes") for workers in (1, 2)]


def square(offset: int, number: int) -> int:
    return number * number + offset


def refuse(number: int) -> int:
    if number == 3:
        raise OutputError("no room", path=Path("x"))
    return number


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def make_square() -> Callable[[int], int]:
    return partial(square, 1)


def make_refusal() -> Callable[[int], int]:
    return refuse


def make_death() -> Callable[[int], int]:
    return die


@pytest.mark.parametrize(("name", "workers"), PLACES)
def test_reports_come_in_the_order_of_the_tasks(name: str, workers: int) -> None:
    reports = make_executor(name, Settings(workers)).run(make_square, range(40))
    assert list(reports) == [number * number + 1 for number in range(40)]


@pytest.mark.parametrize(("name", "workers"), PLACES)
def test_no_task_is_no_report(name: str, workers: int) -> None:
    assert list(make_executor(name, Settings(workers)).run(make_square, [])) == []


@pytest.mark.parametrize(("name", "workers"), PLACES)
def test_an_error_of_a_task_ends_the_run(name: str, workers: int) -> None:
    reports = make_executor(name, Settings(workers)).run(make_refusal, range(10))
    with pytest.raises(OutputError, match="no room"):
        list(reports)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_dead_worker_is_said(workers: int) -> None:
    with pytest.raises(OutputError, match="worker process died"):
        list(make_executor("processes", Settings(workers)).run(make_death, range(4)))


def test_an_unknown_executor_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"unknown executor 'slurm' \(known: inline, processes"):
        make_executor("slurm", Settings())


ORPHANS = """
import os, signal, sys, time
from builder.executors import Settings, make_executor
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell runs us behind
def nap(number):
    print(os.getpid(), flush=True)
    time.sleep(600)
def make():
    return nap
if __name__ == "__main__":
    list(make_executor("processes", Settings(2)).run(make, range(2)))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent(tmp_path: Path, how: signal.Signals) -> None:
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    parent = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with parent:
        assert parent.stdout is not None
        workers = [int(parent.stdout.readline()) for _ in range(2)]
        parent.send_signal(how)
        try:
            parent.wait(timeout=300)
        finally:
            parent.kill()
    deadline = time.monotonic() + 300
    while any(is_alive(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_alive(worker) for worker in workers)


def is_alive(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
