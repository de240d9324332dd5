"""Several worker processes on this machine."""

import itertools
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any, TypeVar

from builder.errors import OutputError

__all__ = ["ProcessExecutor", "make"]

Task = TypeVar("Task")
Report = TypeVar("Report")

#: Tasks handed out ahead, per worker: enough that none waits, few enough that memory is bounded.
WINDOW = 2

_work: Callable[[Any], Any] | None = None


class ProcessExecutor:
    """Runs tasks on a pool of processes, reports in the order of the tasks."""

    def __init__(self, workers: int) -> None:
        """Prepare for `workers` processes; none starts before `run`."""
        self.workers = workers

    def run(
        self, factory: Callable[[], Callable[[Task], Report]], tasks: Iterable[Task]
    ) -> Iterator[Report]:
        """Yield the reports in the order of the tasks.

        Raises:
            OutputError: a worker died, for example because memory ran out.
        """
        pool = ProcessPoolExecutor(
            self.workers,
            mp_context=multiprocessing.get_context("forkserver"),
            initializer=_start_worker,
            initargs=(factory,),
        )
        try:
            yield from self._in_order(pool, iter(tasks))
        except BrokenProcessPool as error:
            _kill(pool)
            raise OutputError(
                "a worker process died (out of memory, or killed); try fewer --workers"
            ) from error
        except BaseException:
            _kill(pool)
            raise
        pool.shutdown()

    def _in_order(self, pool: ProcessPoolExecutor, tasks: Iterator[Task]) -> Iterator[Any]:
        ahead = self.workers * WINDOW
        running: deque[Future[Any]] = deque(
            pool.submit(_run_task, task) for task in itertools.islice(tasks, ahead)
        )
        while running:
            report = running.popleft().result()
            for task in itertools.islice(tasks, 1):
                running.append(pool.submit(_run_task, task))
            yield report


def make(workers: int) -> ProcessExecutor:
    """Return an executor with that many worker processes."""
    return ProcessExecutor(workers)


def _start_worker(factory: Callable[[], Callable[[Any], Any]]) -> None:
    """Build the tools of this worker, once."""
    global _work  # noqa: PLW0603 - the one place where a worker keeps what it was made for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _work = factory()


def _end_with_parent() -> None:
    """End this worker when its parent is gone, even by kill -9."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _run_task(task: Any) -> Any:
    assert _work is not None
    return _work(task)


def _kill(pool: ProcessPoolExecutor) -> None:
    """End the pool at once, without waiting for tasks that nobody wants any more."""
    workers = list((pool._processes or {}).values())  # noqa: SLF001 - no public way before 3.14
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker.join()
