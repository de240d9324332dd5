"""Find the articles that end their worker, and do a task without them.

The task runs in a process of its own that says what it is about to do. When the process dies,
its last word is what it died of: first a batch, then, one by one, a record of it. The next
process leaves that record out, until one lives to the end. What is left out depends on the
records alone, so it is the same wherever and beside whatever the task ran before.
"""

import signal
import threading
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, Protocol, runtime_checkable

from builder.config import LimitParams
from builder.errors import OutputError
from builder.executors.limits import ended_by_limit
from builder.executors.watch import Watch, Word
from builder.executors.workers import Factory, become_worker, tools_of
from builder.input.watch import Cause
from schema.reject import RejectCode

__all__ = ["Quarantine", "Watchable"]

#: Workers that may die of one task, two for the first deadly record of a batch. More of them
#: are no poison in the input but a fault of a tool, which should be mended.
MAX_DEATHS = 200


@runtime_checkable
class Watchable(Protocol):
    """Work that hands its records through a watch."""

    def watched(self, task: Any, watch: Watch) -> Any:
        """Run a task on the records that the watch lets pass."""
        ...


class _Done(NamedTuple):
    report: Any


class _Failed(NamedTuple):
    error: Exception


class _NoMemory(NamedTuple):
    """The worker could not get the memory that it asked for."""


class Quarantine:
    """Runs single tasks, each in processes of its own."""

    def __init__(
        self, context: ForkContext | ForkServerContext, factory: Factory, limits: LimitParams
    ) -> None:
        """Take what a worker needs; none starts yet."""
        self.context = context
        self.factory = factory
        self.limits = limits
        self._lock = threading.Lock()
        self._alive: set[BaseProcess] = set()
        self._closed = False

    def rescue_all(self, tasks: Sequence[Any], at_once: int) -> list[Any]:
        """Run tasks of which a worker may have died, and return their reports in order.

        Raises:
            OutputError: workers die whatever is left out, or of something that is no record.
        """
        with ThreadPoolExecutor(at_once) as nurses:
            try:
                return list(nurses.map(self.rescue, tasks))
            except BaseException:
                self._close()
                raise

    def rescue(self, task: Any) -> Any:
        """Run a task without the records that end its workers."""
        watch = Watch()
        for _ in range(MAX_DEATHS):
            last, end = self._attempt(task, watch)
            if isinstance(end, _Done):
                return end.report
            if isinstance(end, _Failed):
                raise end.error
            if last is None:
                raise OutputError(
                    f"a worker process died before it began ({end.message}); try fewer --workers"
                )
            watch.learn(last, end)
        raise OutputError(
            f"{MAX_DEATHS} worker processes died of one part of the input: "
            "this is a fault of a tool rather than of articles"
        )

    def _attempt(self, task: Any, watch: Watch) -> tuple[Word | None, _Done | _Failed | Cause]:
        """Run a task once; return the worker's last word, and its report or what it died of."""
        process, receive = self._start(task, watch)
        last: Word | None = None
        end: Any = None
        try:
            while True:
                ready = wait([receive, process.sentinel])
                if receive in ready:
                    try:
                        word = receive.recv()
                    except EOFError:
                        break
                    if isinstance(word, (_Done, _Failed, _NoMemory)):
                        end = word
                    else:
                        last = word
                else:
                    break
        finally:
            receive.close()
            if end is not None:
                process.kill()
            process.join()
            self._alive.discard(process)
        if isinstance(end, (_Done, _Failed)):
            return last, end
        return last, _cause(process.exitcode or 0, self.limits, end is not None)

    def _start(self, task: Any, watch: Watch) -> tuple[BaseProcess, Connection]:
        with self._lock, warnings.catch_warnings():
            # From Python 3.12 on, a fork of a process with threads warns; see `processes`.
            warnings.simplefilter("ignore", DeprecationWarning)
            if self._closed:
                raise OutputError("the run was ended")
            receive, send = self.context.Pipe(duplex=False)
            process = self.context.Process(
                target=_attend, args=(self.factory, self.limits, send, task, watch)
            )
            process.start()
            send.close()
            self._alive.add(process)
        return process, receive

    def _close(self) -> None:
        with self._lock:
            self._closed = True
            for process in list(self._alive):
                process.kill()


def _attend(
    factory: Factory, limits: LimitParams, send: Connection, task: Any, watch: Watch
) -> None:
    """Do a task in this process, and say each step before it is taken."""
    become_worker(factory, limits)
    try:
        end: Any = _Done(_watchable(tools_of()).watched(task, replace(watch, say=send.send)))
    except MemoryError:
        end = _NoMemory()
    except Exception as error:  # noqa: BLE001 - raised again in the parent
        end = _Failed(error)
    send.send(end)
    send.close()


def _watchable(work: object) -> Watchable:
    if not isinstance(work, Watchable):
        raise OutputError("a worker process died (out of memory, or killed); try fewer --workers")
    return work


def _cause(exitcode: int, limits: LimitParams, no_memory: bool) -> Cause:
    """Say what a worker died of."""
    if no_memory:
        limit = f", of which it may have {limits.memory_mb} MB" if limits.memory_mb else ""
        return Cause(RejectCode.OUT_OF_MEMORY, f"the worker ran out of memory{limit}")
    if exitcode >= 0:
        return Cause(RejectCode.CRASHED, f"the worker ended itself with exit code {exitcode}")
    if ended_by_limit(-exitcode):
        return Cause(
            RejectCode.TIMED_OUT,
            f"the worker took more than {limits.seconds:g} s of processor time",
        )
    name = signal.Signals(-exitcode).name
    return Cause(RejectCode.CRASHED, f"the worker was ended by {name}")
