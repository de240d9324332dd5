"""What an article may cost, kept by the kernel, so that it holds for code of any language.

Only processes that were made to be workers are limited, and a worker that goes beyond a limit
is ended by a signal. Who notices decides what becomes of its work.
"""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from builder.config import LimitParams

__all__ = ["confine", "ended_by_limit", "limited", "stop_clocks"]

#: Articles whose limits a batch may use up together. A batch of 64 that needs more is looked
#: into article by article, so a hanging one is found after ten limits, not after 64.
BATCH_PATIENCE = 10

#: Seconds of the clock for one of the processor: time to wait for a disk or a busy machine.
CLOCK_PER_CPU = 10

_seconds: float | None = None


def confine(params: LimitParams) -> None:
    """Limit this process, which has loaded its tools, from now on."""
    global _seconds  # noqa: PLW0603 - timers belong to the process, too
    _seconds = params.seconds
    for ending in (signal.SIGPROF, signal.SIGALRM):
        if signal.getsignal(ending) is not signal.SIG_DFL:  # some engines lend us a mere thread
            signal.signal(ending, signal.SIG_DFL)  # no handler could run inside code that hangs
    if params.memory_mb is not None:
        used = _data_bytes()
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (used + params.memory_mb * 1_000_000, hard))


def ended_by_limit(ending: int) -> bool:
    """Tell whether a signal is one that ends workers for using too much time."""
    return ending in (signal.SIGPROF, signal.SIGALRM)


@contextmanager
def limited(articles: int) -> Iterator[None]:
    """Give this process the time of some articles, if it is a worker."""
    if _seconds is None:
        yield
        return
    seconds = _seconds * min(articles, BATCH_PATIENCE)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * CLOCK_PER_CPU)
    try:
        yield
    finally:
        stop_clocks()


def stop_clocks() -> None:
    """Let this process rest without an end."""
    if _seconds is not None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _data_bytes() -> int:
    """Return the private memory of this process, as RLIMIT_DATA counts it."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:  # noqa: PTH123
        sizes = (line.split() for line in status)
        return next(int(size[1]) * 1024 for size in sizes if size[0] == "VmData:")
