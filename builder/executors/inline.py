"""One worker: this process."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

__all__ = ["InlineExecutor", "make"]

Task = TypeVar("Task")
Report = TypeVar("Report")


class InlineExecutor:
    """Runs tasks one after the other, here."""

    def run(
        self, factory: Callable[[], Callable[[Task], Report]], tasks: Iterable[Task]
    ) -> Iterator[Report]:
        """Yield the reports in the order of the tasks."""
        work = factory()
        for task in tasks:
            yield work(task)


def make(workers: int) -> InlineExecutor:  # noqa: ARG001 - all executors are made alike
    """Return the executor; the number of workers is always one."""
    return InlineExecutor()
