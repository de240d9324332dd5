"""Worker processes on this machine; no article that ends one of them ends the build."""

import errno
import itertools
import multiprocessing
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import ForkContext, ForkServerContext
from typing import Any, NamedTuple, TypeVar

from builder.errors import OutputError
from builder.executors import Settings
from builder.executors.quarantine import Quarantine
from builder.executors.workers import Factory, become_worker, run_task
from builder.lasting import lasting

__all__ = ["ProcessExecutor", "make"]

Task = TypeVar("Task")
Report = TypeVar("Report")

#: Tasks handed out ahead, per worker: enough that none waits, few enough that memory is bounded.
WINDOW = 2


class _Running(NamedTuple):
    task: Any
    future: Future[Any]


class ProcessExecutor:
    """Runs tasks on a pool of processes, reports in the order of the tasks."""

    def __init__(self, settings: Settings) -> None:
        """Prepare for some processes; none starts before `run`."""
        self.settings = settings

    def run(
        self, factory: Callable[[], Callable[[Task], Report]], tasks: Iterable[Task]
    ) -> Iterator[Report]:
        """Yield the reports in the order of the tasks.

        Raises:
            OutputError: workers die of something that is no article.
        """
        pool = _Pool(*_start_method(factory, self.settings), self.settings)
        try:
            yield from pool.run(iter(tasks))
        except BaseException:
            pool.kill()
            raise
        pool.end()


def make(settings: Settings) -> ProcessExecutor:
    """Return an executor with that many worker processes."""
    return ProcessExecutor(settings)


def _start_method(
    factory: Factory, settings: Settings
) -> tuple[ForkContext | ForkServerContext, Factory]:
    """Choose how workers start.

    What ships is loaded here and forked: workers share its memory and start at once. What does
    not ship may hold threads or a GPU, which a fork breaks; it is loaded in every worker.
    """
    if not settings.fork:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["builder.batch"])  # what every worker would import
        return context, factory
    with lasting():
        work = factory()
    return multiprocessing.get_context("fork"), lambda: work


class _Pool:
    """A pool that is made again when a worker dies, and the tasks that run on it."""

    def __init__(
        self, context: ForkContext | ForkServerContext, factory: Factory, settings: Settings
    ) -> None:
        self.context = context
        self.factory = factory
        self.settings = settings
        self.running: deque[_Running] = deque()
        self.pool: ProcessPoolExecutor | None = None

    def run(self, tasks: Iterator[Any]) -> Iterator[Any]:
        """Yield the reports in the order of the tasks."""
        for task in itertools.islice(tasks, self.settings.workers * WINDOW):
            self.running.append(self._submit(task))
        while self.running:
            try:
                report = self.running[0].future.result()
            except (BrokenProcessPool, MemoryError):
                self._rescue()
                continue
            self.running.popleft()
            for task in itertools.islice(tasks, 1):
                self.running.append(self._submit(task))
            yield report

    def _submit(self, task: Any) -> _Running:
        if self.pool is None:
            self.pool = self._start()
        try:
            with warnings.catch_warnings():
                # Python 3.12 and later warn of threads in a process that forks. Ours are idle
                # ones of numpy and Arrow, which both see to it that a fork is safe.
                warnings.simplefilter("ignore", DeprecationWarning)
                return _Running(task, self.pool.submit(run_task, task))
        except BrokenProcessPool as error:
            future: Future[Any] = Future()
            future.set_exception(error)
            return _Running(task, future)

    def _start(self) -> ProcessPoolExecutor:
        try:
            return ProcessPoolExecutor(
                self.settings.workers,
                mp_context=self.context,
                initializer=become_worker,
                initargs=(self.factory, self.settings.limits),
            )
        except OSError as error:  # their locks are files in shared memory
            full = error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
            advice = "no space left in shared memory" if full else error.strerror
            raise OutputError(f"cannot start worker processes: {advice}") from error

    def _rescue(self) -> None:
        """Do again what was lost: what may have run when a worker died in quarantine."""
        self.kill()
        lost = [
            index
            for index, (_, future) in enumerate(self.running)
            if not future.done() or future.cancelled() or future.exception() is not None
        ]
        suspects = lost[: self.settings.workers]  # tasks start in their order
        quarantine = Quarantine(self.context, self.factory, self.settings.limits)
        reports = quarantine.rescue_all(
            [self.running[index].task for index in suspects], len(suspects)
        )
        for index, report in zip(suspects, reports, strict=True):
            future: Future[Any] = Future()
            future.set_result(report)
            self.running[index] = self.running[index]._replace(future=future)
        for index in lost[len(suspects) :]:
            self.running[index] = self._submit(self.running[index].task)

    def end(self) -> None:
        """Let the workers go when they are done."""
        if self.pool is not None:
            self.pool.shutdown()

    def kill(self) -> None:
        """End the workers at once, without waiting for tasks that nobody wants any more."""
        if self.pool is None:
            return
        workers = list((self.pool._processes or {}).values())  # noqa: SLF001 - no public way before 3.14
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.pool = None
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.join()
