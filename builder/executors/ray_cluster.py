"""Workers on a Ray cluster: one that is running, or one that is started on this machine.

`RAY_ADDRESS` names the cluster, as everywhere in Ray; without it, one starts here and ends with
this process. Tasks exchange files, so all machines must see the input and the output under the same
paths. A task that a worker died of is done again in quarantine, on the machine of the build.
"""

import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, TypeVar

from builder.errors import ConfigError
from builder.executors import Settings
from builder.executors.engine import quarantine, run_in_order
from builder.executors.workers import Factory, run_lent

__all__ = ["RayExecutor", "make"]

Task = TypeVar("Task")
Report = TypeVar("Report")

#: Ray's object store on this machine, in bytes: its least. Texts travel as files.
STORE_BYTES = 80_000_000

#: For a cluster that we start: nothing is reported to anybody, and a busy machine may take long.
ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_gcs_server_request_timeout_seconds": "600",
    "RAY_raylet_start_wait_time_s": "600",
    "RAY_worker_register_timeout_seconds": "600",
}


class RayExecutor:
    """Runs tasks as Ray tasks, reports in the order of the tasks."""

    def __init__(self, ray: ModuleType, settings: Settings) -> None:
        """Prepare for some workers; nothing starts before `run`."""
        self.ray = ray
        self.settings = settings

    def run(
        self, factory: Callable[[], Callable[[Task], Report]], tasks: Iterable[Task]
    ) -> Iterator[Report]:
        """Yield the reports in the order of the tasks.

        Raises:
            ConfigError: there is no cluster at `RAY_ADDRESS`.
            OutputError: workers die of something that is no article.
        """
        if not self.ray.is_initialized():
            self._connect()
        yield from run_in_order(
            _Crew(self.ray, factory, self.settings), tasks, self.settings.workers
        )

    def _connect(self) -> None:
        address = os.environ.get("RAY_ADDRESS")
        quiet = {"log_to_driver": False, "configure_logging": False}
        if not address:
            self.ray.init(
                "local",
                num_cpus=max(self.settings.workers, len(os.sched_getaffinity(0))),
                object_store_memory=STORE_BYTES,
                include_dashboard=False,
                _node_ip_address="127.0.0.1",
                **quiet,
            )
            return
        try:
            self.ray.init(address, **quiet)
        except (ConnectionError, ValueError) as error:
            raise ConfigError(f"no Ray cluster at RAY_ADDRESS={address}: {error}") from error


class _Crew:
    """Tasks that run, with their numbers."""

    def __init__(self, ray: ModuleType, factory: Factory, settings: Settings) -> None:
        self.ray = ray
        self._tasks: dict[Any, tuple[int, Any]] = {}
        self._remote = ray.remote(num_cpus=1, max_retries=0)(run_lent)
        self._arguments = uuid.uuid4().hex, factory, settings.limits
        self._deaths = ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError
        self._quarantine = quarantine(factory, settings)

    @property
    def running(self) -> int:
        return len(self._tasks)

    def submit(self, number: int, task: Any) -> None:
        self._tasks[self._remote.remote(*self._arguments, task)] = number, task

    def wait(self) -> tuple[int, Any]:
        [reference], _ = self.ray.wait([*self._tasks])
        number, task = self._tasks.pop(reference)
        try:
            return number, self.ray.get(reference)
        except (*self._deaths, MemoryError):
            return number, self._quarantine.rescue_all([task], 1)[0]
        except self.ray.exceptions.RayTaskError as error:
            raise error.cause from error

    def dismiss(self) -> None:
        for reference in self._tasks:
            self.ray.cancel(reference, force=True)
        if self._tasks:
            self.ray.wait([*self._tasks], num_returns=len(self._tasks), timeout=60)


def make(settings: Settings) -> RayExecutor:
    """Return an executor with that many workers.

    Raises:
        ConfigError: Ray is not installed.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)  # Ray reads them when it is imported
    try:
        import ray  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise ConfigError(
            "the executor 'ray' needs Ray: pip install 'pressmark[ray]'", extra="ray"
        ) from error
    return RayExecutor(ray, settings)
