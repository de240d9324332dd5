"""Places to run: each runs tasks in order, and none of them changes what comes out.

An executor receives a *factory*: `factory()` is called once per worker and
returns the function that turns one task into one small report. Text never
travels through an executor; tasks exchange it as files. Work that hands its
records through a `Watch` survives records that end their worker.
"""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import NamedTuple, Protocol, TypeVar

from builder.config import LimitParams
from builder.errors import ConfigError

__all__ = ["EXECUTORS", "Executor", "Settings", "make_executor"]

Task = TypeVar("Task")
Report = TypeVar("Report")


class Executor(Protocol):
    """Runs tasks and yields their reports in the order of the tasks."""

    def run(
        self, factory: Callable[[], Callable[[Task], Report]], tasks: Iterable[Task]
    ) -> Iterator[Report]:
        """Run every task; an exception of a task ends the run and is raised here."""
        ...


class Settings(NamedTuple):
    """How workers are made.

    Attributes:
        workers: how many, at least 1.
        limits: what an article may cost them.
        fork: what the factory loads may be loaded once and forked.
    """

    workers: int = 1
    limits: LimitParams = LimitParams()
    fork: bool = True


#: Name on the command line → module that has `make(settings) -> Executor`.
EXECUTORS = {
    "dask": "builder.executors.dask_cluster",
    "inline": "builder.executors.inline",
    "processes": "builder.executors.processes",
    "ray": "builder.executors.ray_cluster",
}


def make_executor(name: str, settings: Settings) -> Executor:
    """Return the executor of that name.

    Raises:
        ConfigError: no executor has that name, or what it needs is not installed.
    """
    if name not in EXECUTORS:
        raise ConfigError(f"unknown executor {name!r} (known: {', '.join(sorted(EXECUTORS))})")
    executor: Executor = import_module(EXECUTORS[name]).make(settings)
    return executor
