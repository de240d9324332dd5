"""What all engines have in common: tasks are handed out ahead of the report that is waited for.

An engine lends us worker processes, here or on other machines. It returns reports as they come;
we want them in the order of the tasks, and never more of them waiting than fit into memory.
"""

import itertools
import multiprocessing
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from builder.executors import Settings
from builder.executors.quarantine import Quarantine
from builder.executors.workers import Factory

__all__ = ["Engine", "quarantine", "run_in_order"]

#: Reports that wait for an earlier one, per worker, before no more tasks are handed out.
WINDOW = 8


class Engine(Protocol):
    """Tasks of one run on the workers of an engine."""

    @property
    def running(self) -> int:
        """How many tasks were handed out and have not come back."""
        ...

    def submit(self, number: int, task: Any) -> None:
        """Hand a task out."""
        ...

    def wait(self) -> tuple[int, Any]:
        """Return the number and the report of a task that is done; raise what it raised."""
        ...

    def dismiss(self) -> None:
        """End the tasks that nobody waits for any more, before their folder goes."""
        ...


def run_in_order(engine: Engine, tasks: Iterable[Any], workers: int) -> Iterator[Any]:
    """Run tasks, so many at once, and yield their reports in the order of the tasks."""
    try:
        yield from _in_order(engine, enumerate(tasks), workers)
    finally:
        engine.dismiss()


def quarantine(factory: Factory, settings: Settings) -> Quarantine:
    """Return where tasks that a worker died of are done again: on the machine of the build."""
    return Quarantine(multiprocessing.get_context("forkserver"), factory, settings.limits)


def _in_order(engine: Engine, source: Iterator[tuple[int, Any]], workers: int) -> Iterator[Any]:
    reports: dict[int, Any] = {}
    for turn in itertools.count():
        while turn not in reports:
            ahead = engine.running + len(reports)
            free = min(workers - engine.running, WINDOW * workers - ahead)
            for number, task in itertools.islice(source, max(0, free)):
                engine.submit(number, task)
            if not engine.running:
                return
            number, report = engine.wait()
            reports[number] = report
        yield reports.pop(turn)
