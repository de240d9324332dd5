"""Every executor runs tasks in order, stops on errors, and builds the same bytes."""

import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from builder.errors import ConfigError, OutputError
from builder.executors import EXECUTORS, Settings, make_executor

#: Engines are extras, start slowly, and their own processes warn of many things.
ENGINES = {"dask": "distributed", "ray": "ray"}
ENGINE_MARKS = {
    name: [
        pytest.mark.slow,
        pytest.mark.timeout(3600),
        pytest.mark.filterwarnings("ignore"),
        pytest.mark.skipif(importlib.util.find_spec(module) is None, reason=f"needs {module}"),
    ]
    for name, module in ENGINES.items()
}
PLACES = [
    pytest.param(name, workers, marks=ENGINE_MARKS.get(name, ()))
    for name in sorted(EXECUTORS)
    for workers in (1, 2)
]


ROOT = Path(__file__).parents[2]


def square(offset: int, number: int) -> int:
    return number * number + offset


def refuse(number: int) -> int:
    if number == 3:
        raise OutputError("no room", path=Path("x"))
    return number


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def make_square() -> Callable[[int], int]:
    return partial(square, 1)


def make_refusal() -> Callable[[int], int]:
    return refuse


def make_death() -> Callable[[int], int]:
    return die


@pytest.mark.parametrize(("name", "workers"), PLACES)
def test_reports_come_in_the_order_of_the_tasks(name: str, workers: int) -> None:
    reports = make_executor(name, Settings(workers)).run(make_square, range(40))
    assert list(reports) == [number * number + 1 for number in range(40)]


@pytest.mark.parametrize(("name", "workers"), PLACES)
def test_no_task_is_no_report(name: str, workers: int) -> None:
    assert list(make_executor(name, Settings(workers)).run(make_square, [])) == []


@pytest.mark.parametrize(("name", "workers"), PLACES)
def test_an_error_of_a_task_ends_the_run(name: str, workers: int) -> None:
    reports = make_executor(name, Settings(workers)).run(make_refusal, range(10))
    with pytest.raises(OutputError, match="no room"):
        list(reports)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of several slices: text files, JSON lines, duplicates and rubbish."""
    folder = tmp_path_factory.mktemp("articles")
    plans = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(120)]
    texts = [
        f"The council of {plan[:6].title()} chose plan {plan[6:18]} on Monday.\n\n"
        f"The mayor said that work on {plan[18:30]} and {plan[30:42]} may begin soon."
        for plan in plans
    ]
    for number, text in enumerate(texts[:40]):
        (folder / f"{number:03d}.txt").write_text(text)
    lines = [json.dumps({"text": text, "url": "https://example.org/a"}) for text in texts[30:]]
    (folder / "rows.jsonl").write_text("\n".join([*lines, "{broken", '{"text": 5}']))
    return folder


BUILD = """
import sys
from pathlib import Path
from builder import pipeline
from builder.config import BuildConfig
if __name__ == "__main__":
    pipeline.SLICE_BYTES = 4_000
    folder, out = map(Path, sys.argv[1:3])
    request = pipeline.BuildRequest(
        folder, out, BuildConfig(), folder, executor=sys.argv[3], workers=int(sys.argv[4])
    )
    pipeline.build(request)
"""


def built(articles: Path, tmp_path: Path, name: str, workers: int) -> dict[str, str]:
    """Build in a process of its own, and return the checksum of every file."""
    script, out = tmp_path / "build_articles.py", tmp_path / f"{name}{workers}"
    script.write_text(BUILD)
    command = [sys.executable, script, articles, out, name, str(workers)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in (out, out.with_name(f"{out.name}.rejects"))
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def reference(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return built(articles, tmp_path_factory.mktemp("reference"), "inline", 1)


@pytest.mark.parametrize(
    ("name", "workers"), [place for place in PLACES if place.values[0] != "inline"]
)
def test_every_executor_builds_the_same_bytes(
    articles: Path, reference: dict[str, str], tmp_path: Path, name: str, workers: int
) -> None:
    assert len(reference) > 5
    assert built(articles, tmp_path, name, workers) == reference


@pytest.mark.parametrize("workers", [1, 2])
def test_a_dead_worker_is_said(workers: int) -> None:
    with pytest.raises(OutputError, match="worker process died"):
        list(make_executor("processes", Settings(workers)).run(make_death, range(4)))


@pytest.mark.parametrize(("name", "module"), ENGINES.items())
def test_an_executor_that_is_not_installed_is_said(
    monkeypatch: pytest.MonkeyPatch, name: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigError, match=rf"pip install 'pressmark\[{name}\]'"):
        make_executor(name, Settings())


def test_an_unknown_executor_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        ConfigError, match=r"unknown executor 'slurm' \(known: dask, inline, processes"
    ):
        make_executor("slurm", Settings())


FOREIGN = """
import os, sys, time
from distributed import LocalCluster
from builder.executors import Settings, make_executor
def square(number):
    return number * number
def make():
    return square
def nap(number):
    time.sleep(number)
    with open(sys.argv[1], "a") as done:
        done.write("x")
    return number
def make_nap():
    return nap
if __name__ == "__main__":
    options = dict(host="127.0.0.1", dashboard_address=None)
    with LocalCluster(n_workers=1, threads_per_worker=2, **options) as cluster:
        os.environ["DASK_SCHEDULER_ADDRESS"] = cluster.scheduler_address
        print(sum(make_executor("dask", Settings(2)).run(make, range(9))))
        reports = make_executor("dask", Settings(2)).run(make_nap, (0, 2, 60))
        next(reports)
        reports.close()
        print(len(open(sys.argv[1]).read()))
"""


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not importlib.util.find_spec("distributed"), reason="needs Dask")
def test_a_dask_cluster_of_others_is_used_and_left_in_peace(tmp_path: Path) -> None:
    """Two threads of one process share its tools; a run that ends early waits for what runs."""
    script = tmp_path / "foreign.py"
    script.write_text(FOREIGN)
    command = [sys.executable, script, tmp_path / "done"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    assert said.stdout.split() == ["204", "2"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_dask_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs Dask")
    monkeypatch.setattr("builder.executors.dask_cluster.CONNECT", 1)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:1")
    executor = make_executor("dask", Settings())
    with pytest.raises(ConfigError, match="no Dask scheduler at DASK_SCHEDULER_ADDRESS=tcp"):
        executor._connect()


ORPHANS = """
import os, signal, sys, time
from builder.executors import Settings, make_executor
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell runs us behind
def nap(number):
    os.write(1, b"%d\\n" % os.getpid())  # whole, for two workers write here
    time.sleep(600)
def make():
    return nap
if __name__ == "__main__":
    list(make_executor("processes", Settings(2)).run(make, range(2)))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent(tmp_path: Path, how: signal.Signals) -> None:
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    parent = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with parent:
        assert parent.stdout is not None
        try:
            workers = [int(parent.stdout.readline()) for _ in range(2)]
            parent.send_signal(how)
            parent.wait()
        finally:
            parent.kill()
    deadline = time.monotonic() + 300
    while any(is_alive(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_alive(worker) for worker in workers)


def is_alive(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
