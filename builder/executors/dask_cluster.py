"""Workers on a Dask cluster: one that is running, or one that is started on this machine.

`DASK_SCHEDULER_ADDRESS` names the scheduler, as everywhere in Dask; without it, a cluster starts
here and ends with this process. Tasks exchange files, so all machines must see the input and the
output under the same paths. A task that a worker died of is done again in quarantine, on the
machine of the build.
"""

import logging
import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, TypeVar

from builder.errors import ConfigError
from builder.executors import Settings
from builder.executors.engine import quarantine, run_in_order
from builder.executors.workers import Factory, run_lent, works_for

__all__ = ["DaskExecutor", "make"]

Task = TypeVar("Task")
Report = TypeVar("Report")

#: For a cluster that we start. A task that ended its worker goes to quarantine at once, memory is
#: the build's own matter, and a busy machine may take long.
OPTIONS = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    "distributed.comm.timeouts.connect": "600s",
}

#: Name of a cluster that we start: it is ours to scale and to close.
OURS = "pressmark"

#: Seconds to wait for a scheduler that somebody else has started.
CONNECT = 30

#: Seconds that tasks on a cluster of others get to end when nobody waits for them any more, and
#: seconds between two looks: a thread cannot be ended from outside.
PATIENCE, PAUSE = 60, 0.5


class DaskExecutor:
    """Runs tasks as Dask futures, reports in the order of the tasks."""

    def __init__(self, distributed: ModuleType, settings: Settings) -> None:
        """Prepare for some workers; nothing starts before `run`."""
        self.distributed = distributed
        self.settings = settings

    def run(
        self, factory: Callable[[], Callable[[Task], Report]], tasks: Iterable[Task]
    ) -> Iterator[Report]:
        """Yield the reports in the order of the tasks.

        Raises:
            ConfigError: there is no scheduler at `DASK_SCHEDULER_ADDRESS`.
            OutputError: workers die of something that is no article.
        """
        crew = _Crew(self.distributed, self._client(), factory, self.settings)
        yield from run_in_order(crew, tasks, self.settings.workers)

    def _client(self) -> Any:
        """Return the connection of this process to its cluster; the first call makes it."""
        try:
            client = self.distributed.get_client()
        except ValueError:
            return self._connect()
        if _is_ours(client) and len(client.cluster.workers) < self.settings.workers:
            client.cluster.scale(self.settings.workers)
        return client

    def _connect(self) -> Any:
        address = os.environ.get("DASK_SCHEDULER_ADDRESS")
        if address:
            try:
                return self.distributed.Client(address, timeout=CONNECT)
            except (OSError, ValueError) as error:
                said = str(error).partition("\n")[0]
                raise ConfigError(
                    f"no Dask scheduler at DASK_SCHEDULER_ADDRESS={address}: {said}"
                ) from error
        return self.distributed.Client(
            self.distributed.LocalCluster(
                name=OURS,
                n_workers=self.settings.workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
        )


class _Crew:
    """Tasks that run, with their numbers."""

    def __init__(
        self, distributed: ModuleType, client: Any, factory: Factory, settings: Settings
    ) -> None:
        self.distributed = distributed
        self._client = client
        self._tasks: dict[Any, tuple[int, Any]] = {}
        self._run = uuid.uuid4().hex
        self._arguments = self._run, factory, settings.limits
        self._quarantine = quarantine(factory, settings)

    @property
    def running(self) -> int:
        return len(self._tasks)

    def submit(self, number: int, task: Any) -> None:
        future = self._client.submit(run_lent, *self._arguments, task, pure=False)
        self._tasks[future] = number, task

    def wait(self) -> tuple[int, Any]:
        done, _ = self.distributed.wait([*self._tasks], return_when="FIRST_COMPLETED")
        future = next(future for future in self._tasks if future in done)
        number, task = self._tasks.pop(future)
        try:
            return number, future.result()
        except (self.distributed.KilledWorker, MemoryError):
            return number, self._quarantine.rescue_all([task], 1)[0]

    def dismiss(self) -> None:
        if not self._tasks:
            return
        self._client.cancel([*self._tasks], force=True)
        if _is_ours(self._client):
            self._client.cluster.close()
            self._client.close()
            return
        deadline = time.monotonic() + PATIENCE
        while any(self._client.run(works_for, self._run).values()) and time.monotonic() < deadline:
            time.sleep(PAUSE)


def _is_ours(client: Any) -> bool:
    return client.cluster is not None and client.cluster.name == OURS


def make(settings: Settings) -> DaskExecutor:
    """Return an executor with that many workers.

    Raises:
        ConfigError: Dask is not installed.
    """
    try:
        import dask  # noqa: PLC0415 - an extra, and slow to import
        import distributed  # noqa: PLC0415 - as above
    except ImportError as error:
        raise ConfigError(
            "the executor 'dask' needs Dask: pip install 'pressmark[dask]'", extra="dask"
        ) from error
    dask.config.set(OPTIONS)
    return DaskExecutor(distributed, settings)
