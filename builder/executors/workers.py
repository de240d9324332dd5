"""A worker process, whichever pool it belongs to."""

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Any

from builder.arrow_start import start_arrow
from builder.config import LimitParams
from builder.executors.limits import confine, stop_clocks
from builder.lasting import lasting

__all__ = ["Factory", "Work", "become_worker", "run_lent", "run_task", "tools_of", "works_for"]

Work = Callable[[Any], Any]
Factory = Callable[[], Work]

CYCLES_AFTER = 50_000
"""New containers after which Python looks for cycles of garbage: about those of a batch of
articles. With its own 700 this took a fourteenth of the record stages (made pages and development
pages, by `gc.callbacks`), most of it spent on the tools, which live as long as their worker."""


class _Worker:
    """What this process was made for; its tools are loaded with the first task."""

    def __init__(self, factory: Factory, limits: LimitParams, run: str = "") -> None:
        self.factory = factory
        self.limits = limits
        self.run = run
        self.work: Work | None = None


_worker: _Worker | None = None
_lent = threading.Lock()
"""Tools and clocks belong to the process, so of the threads that an engine lends one works."""


def become_worker(factory: Factory, limits: LimitParams) -> None:
    """Make this process a worker, which ends with its parent."""
    global _worker  # noqa: PLW0603 - the one place where a worker keeps what it was made for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    start_arrow()
    _worker = _Worker(factory, limits)


def tools_of() -> Work:
    """Return what this worker does with a task."""
    assert _worker is not None
    if _worker.work is None:
        with lasting():
            _worker.work = _worker.factory()
        gc.freeze()
        gc.set_threshold(CYCLES_AFTER)
        confine(_worker.limits)
    return _worker.work


def run_task(task: Any) -> Any:
    """Run a task in this worker."""
    try:
        return tools_of()(task)
    finally:
        stop_clocks()


def run_lent(run: str, factory: Factory, limits: LimitParams, task: Any) -> Any:
    """Run a task in a process that an engine has lent us; tools are kept for tasks of one run."""
    global _worker  # noqa: PLW0603 - as above
    with _lent:
        if _worker is None or _worker.run != run:
            _worker = _Worker(factory, limits, run)
        return run_task(task)


def works_for(run: str) -> bool:
    """Tell whether a task of a run is under way in this process."""
    return _worker is not None and _worker.run == run and _lent.locked()


def _end_with_parent() -> None:
    """End this worker when its parent is gone, even by kill -9."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
