"""One worker: this process. Nothing limits it, and an article that ends it ends the build."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from builder.executors import Settings

__all__ = ["InlineExecutor", "make"]

Task = TypeVar("Task")
Report = TypeVar("Report")


class InlineExecutor:
    """Runs tasks one after the other, here, where a debugger can look at them."""

    def run(
        self, factory: Callable[[], Callable[[Task], Report]], tasks: Iterable[Task]
    ) -> Iterator[Report]:
        """Yield the reports in the order of the tasks."""
        work = factory()
        for task in tasks:
            yield work(task)


def make(settings: Settings) -> InlineExecutor:  # noqa: ARG001 - all executors are made alike
    """Return the executor; the number of workers is always one."""
    return InlineExecutor()
