"""Fault scenarios: what breaks while a release replaces another, and what must hold afterwards.

Each scenario publishes over an old release while one request breaks (or the
process is killed while that request is under way), then runs the same command
again without faults. Whatever broke, `main` never holds anything but the whole
old or the whole new release, and the second run ends at the new one, tagged.
"""

import hashlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tests.hub.clients import ClientRun
from tests.hub.publisher import start_publisher, wait_publisher
from tests.hub.releases import NEWS, make_release
from tests.hub.server import LoopbackHub
from tests.hub.store import Operation, Repo

__all__ = ["Outcome", "Scenario", "all_scenarios", "put_release", "run_scenario", "smoke_scenarios"]

REPO = "ada/news"
TAG = "v2.0.0"
Flow = Literal["replace", "create", "stage"]

#: Failures by name: how a request breaks, and whether it was applied.
FAILURES: dict[str, dict[str, Any]] = {
    "503 before": {"action": "status", "status": 503},
    "500 after": {"action": "status", "status": 500, "when": "after"},
    "reset before": {"action": "reset"},
    "reset after": {"action": "reset", "when": "after"},
    "answer cut": {"action": "truncate", "when": "after"},
    "no answer": {"action": "slow", "seconds": 15, "when": "after"},
    "rate limit": {"action": "ratelimit", "seconds": 0},
    "not JSON": {"action": "status", "status": 200, "body": b"<html>", "when": "after"},
}
#: Enough for requests that change nothing that lasts.
FEW = ("503 before", "reset after", "answer cut", "rate limit")
LASTING: dict[str, dict[str, Any]] = {
    "503 for good": {"action": "status", "status": 503, "times": 999},
    "403": {"action": "status", "status": 403, "times": 999},
}

#: Requests that change the repository, by flow: each breaks in every way.
CHANGES: dict[Flow, tuple[str, ...]] = {
    "replace": ("commit", "tag"),
    "create": ("create_repo",),
    "stage": ("open_pr", "merge"),
}
#: Requests that prepare or look, and which of their kind breaks (the second listing is
#: the check of the commit): each breaks in a few ways.
OTHERS: dict[Flow, tuple[tuple[str, int], ...]] = {
    "replace": (
        ("info", 1),
        ("refs", 1),
        ("tree", 1),
        ("tree", 2),
        ("resolve_head", 1),
        ("resolve", 1),
        ("auth_check", 1),
        ("validate_yaml", 1),
        ("preupload", 1),
        ("lfs_batch", 1),
        ("lfs_put", 1),
        ("lfs_verify", 1),
    ),
    "create": (("info", 2), ("commit", 1)),
    "stage": (
        ("whoami", 1),
        ("discussions", 1),
        ("discussion", 1),
        ("commit", 1),
        ("tree", 3),
        ("resolve", 3),
        ("pr_status", 1),
    ),
}
KILLED: dict[Flow, tuple[str, ...]] = {
    "replace": ("info", "tree", "auth_check", "preupload", "lfs_batch", "lfs_put", "commit", "tag"),
    "create": ("create_repo", "commit"),
    "stage": ("open_pr", "commit", "resolve", "merge", "tag"),
}
#: Answers without a body: there is nothing to cut.
EMPTY_ANSWERS = ("lfs_put", "resolve_head")


@dataclass(frozen=True)
class Scenario:
    """One thing that goes wrong.

    Attributes:
        flow: `replace` an old release in one commit, `create` a repository, or
            `stage` on a pull request.
        kind: the request that breaks, and `nth` of its kind.
        failure: how; `killed before` and `killed after` stop the process instead.
    """

    flow: Flow
    kind: str
    failure: str
    nth: int = 1
    fault: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        number = f"#{self.nth}" if self.nth > 1 else ""
        return f"{self.flow}: {self.kind}{number}, {self.failure}"


class Outcome(NamedTuple):
    """What became of a scenario; `problems` is empty if everything held."""

    first: int
    second: int
    main_between: str
    commits: int
    seconds: float
    problems: list[str]


def all_scenarios() -> list[Scenario]:
    """List every scenario, grouped by flow."""
    return [*_broken(), *_lasting(), *_killed()]


def smoke_scenarios() -> list[Scenario]:
    """Pick the few that run with every test run."""
    wanted = {
        ("replace", "commit", "reset after"),
        ("replace", "commit", "killed after"),
        ("stage", "merge", "reset after"),
    }
    return [one for one in all_scenarios() if (one.flow, one.kind, one.failure) in wanted]


def run_scenario(scenario: Scenario) -> Outcome:
    """Carry out a scenario and check everything that must hold."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="scenario-") as name, LoopbackHub() as hub:
        folder = Path(name)
        old, new = _two_releases(folder)
        if scenario.flow != "create":
            put_release(hub.create_repo(REPO), hub, old)
        options: dict[str, Any] = {
            "folder": new,
            "repo_id": REPO,
            "tag": TAG,
            "stage": scenario.flow == "stage",
        }
        fault = hub.fault(scenario.kind, nth=scenario.nth, **scenario.fault)
        process = start_publisher(hub.url, folder / "home", **options)
        if scenario.fault["action"] == "hold":
            fault.reached.wait(600)
            process.kill()
        first = wait_publisher(process)
        struck, between = fault.fired, _state(hub, old, new)
        hub.faults.clear()
        second = wait_publisher(start_publisher(hub.url, folder / "home2", **options))
        problems = list(_problems(scenario, hub, (old, new), (first, second), between))
        if not struck:
            problems.append("the fault never struck")
        commits = len(hub.repo(REPO).history())
    seconds = time.monotonic() - started
    return Outcome(first.code, second.code, between, commits, seconds, problems)


def put_release(repo: Repo, hub: LoopbackHub, folder: Path) -> None:
    """Put a folder into a repository without a client."""
    operations = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content, name = path.read_bytes(), path.relative_to(folder).as_posix()
        if name.endswith(".parquet"):
            sha256 = hashlib.sha256(content).hexdigest()
            repo.large[sha256] = content
            operations.append(Operation("lfsFile", name, sha256=sha256))
        else:
            operations.append(Operation("file", name, content))
    hub.store.commit(repo, "main", operations, about=("old release", repo.owner))


def folder_files(folder: Path) -> dict[str, bytes]:
    """Return path and content of every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _two_releases(folder: Path) -> tuple[Path, Path]:
    """Make an old release, and a new one that adds, replaces and deletes."""
    texts = {key: list(rows) for key, rows in NEWS.items()}
    texts["fr", "train"].append("Un texte de plus pour la deuxième version.")
    texts["de", "train"] = ["Der Bahnhof wurde eröffnet."]
    del texts["fr", "test"]
    make_release(folder / "old", NEWS, version="1.0.0")
    make_release(folder / "new", texts, version="2.0.0")
    return folder / "old", folder / "new"


def _state(hub: LoopbackHub, old: Path, new: Path, revision: str = "main") -> str:
    """Name what a revision holds."""
    if ("dataset", REPO) not in hub.store.repos:
        return "none"
    files = hub.repo(REPO).files(revision)
    files.pop(".gitattributes")
    if not files:
        return "none"
    found = {"old": folder_files(old), "new": folder_files(new)}
    return next((name for name, expected in found.items() if files == expected), "mixture")


def _problems(
    scenario: Scenario,
    hub: LoopbackHub,
    releases: tuple[Path, Path],
    runs: tuple[ClientRun, ClientRun],
    between: str,
) -> Iterator[str]:
    first, second = runs
    before = "none" if scenario.flow == "create" else "old"
    if between not in (before, "new"):
        yield f"main held {between} after the first run"
    if first.code == 0 and between != "new":
        yield f"the first run said it was done, and main held {between}"
    if scenario.fault["action"] != "hold" and first.code not in (0, 5):
        yield f"the first run ended with {first.code}: {first.stderr}"
    if second.code != 0:
        yield f"the second run ended with {second.code}: {second.stderr}"
    for run in runs:
        if "Traceback" in run.stderr:
            yield f"a traceback: {run.stderr}"
    repo = hub.repo(REPO)
    states = [_state(hub, *releases, revision=commit.oid) for commit in reversed(repo.history())]
    if states not in (["none", "old", "new"], ["none", "new"]):
        yield f"main went through {states}"
    if repo.refs.get(f"refs/tags/{TAG}") != repo.head().oid:
        yield "the tag does not stand on main"
    if any(one.status != "merged" for one in repo.discussions.values() if one.num > 1):
        yield "a second pull request was left open"


def _broken() -> Iterator[Scenario]:
    for flow, kinds in CHANGES.items():
        for kind in kinds:
            for failure, fault in FAILURES.items():
                yield Scenario(flow, kind, failure, 1, fault)
    for flow, looks in OTHERS.items():
        for kind, nth in looks:
            for failure in FEW:
                if failure != "answer cut" or kind not in EMPTY_ANSWERS:
                    yield Scenario(flow, kind, failure, nth, FAILURES[failure])


def _lasting() -> Iterator[Scenario]:
    for kind in ("info", "commit", "tag"):
        for failure, fault in LASTING.items():
            yield Scenario("replace", kind, failure, 1, fault)


def _killed() -> Iterator[Scenario]:
    for flow, kinds in KILLED.items():
        for kind in kinds:
            for when in ("before", "after"):
                hold = {"action": "hold", "when": when}
                yield Scenario(flow, kind, f"killed {when}", 1, hold)
