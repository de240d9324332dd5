"""Publish through a pull request: fill it, check what it holds, merge it in one step.

For releases that no single commit holds, and for those who want to see a release
load before anyone else does. An interrupted run finds its pull request again by
its title, which names the content of the release, and sends only what is missing.
"""

import itertools
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from builder.errors import HubError, HubRetryable
from builder.hub.client import MAIN, Changes, Hub
from builder.hub.remote import PullRequest, RemoteState
from builder.publish.plan import (
    HUB_OWNED,
    MAX_COMMIT_BYTES,
    MAX_COMMIT_OPERATIONS,
    Plan,
    same_content,
)
from builder.publish.release import LocalFile, Release
from schema.findings import Finding, FindingCode

__all__ = ["Staged", "check_stored", "find_staged", "merge_staged", "stage_release"]

Verify = Callable[[Path], list[Finding]]


@dataclass(frozen=True)
class Staged:
    """A pull request that holds the whole release, and the commit that does."""

    request: PullRequest
    commit: str


def stage_release(
    hub: Hub, release: Release, plan: Plan, main: RemoteState, message: tuple[str, str]
) -> Staged:
    """Bring a pull request to hold the release, sending only what it lacks.

    Raises:
        HubRetryable: a call failed; what was sent before stays for the next attempt.
    """
    title = f"{message[0]} [pressmark {release.id}]"
    request = hub.find_pull_request(title)
    if request is not None and not hub.contains(request.ref, str(main.head)):
        hub.close_pull_request(request, "main has moved on; this release is staged anew")
        request = None
    if request is None:
        request = hub.open_pull_request(title, message[1])
    state = hub.fetch_state(request.ref)
    commit = str(state.head)
    for changes in _blocks(release, plan, main, state):
        commit = hub.commit(
            changes, message=(title, message[1]), revision=request.ref, parent=commit
        )
    check_stored(hub, release, plan, commit)
    return Staged(request, commit)


def find_staged(
    hub: Hub, release: Release, plan: Plan, staged: Staged, verify: Verify
) -> list[Finding]:
    """Download, verify and load a staged release with the real clients."""
    with tempfile.TemporaryDirectory(prefix="pressmark-staged-") as folder:
        hub.fetch_snapshot(staged.commit, Path(folder))
        findings = [
            finding
            for finding in verify(Path(folder))
            if not (finding.code is FindingCode.FILE_UNLISTED and finding.path in plan.kept)
        ]
    return [*findings, *_load_findings(hub, release, staged)]


def _load_findings(hub: Hub, release: Release, staged: Staged) -> Iterator[Finding]:
    """Load the staged rows from the Hub as a reader would, and count them."""
    if "default" not in release.card.configs:
        return
    try:
        rows = hub.count_rows("default", staged.commit)
    except HubRetryable:
        raise
    except HubError as error:
        yield Finding(FindingCode.ENGINE_ROWS, str(error))
        return
    expected = release.manifest.counts.splits
    if rows != expected:
        message = f"load_dataset reads {rows} from the Hub, the manifest says {expected}"
        yield Finding(FindingCode.ENGINE_ROWS, message)


def merge_staged(hub: Hub, plan: Plan, staged: Staged) -> str:
    """Merge a staged release into main and return main's new head.

    Raises:
        HubRetryable: main has moved since the plan was made.
        HubError: the pull request conflicts with main.
    """
    if hub.fetch_state(MAIN).head != plan.base:
        raise HubRetryable(f"{plan.repo_id} has moved on before the merge")
    hub.publish_pull_request(staged.request)
    hub.merge_pull_request(staged.request)
    return str(hub.fetch_state(MAIN).head)


def check_stored(hub: Hub, release: Release, plan: Plan, commit: str) -> None:
    """Compare what a commit holds with the release, by the Hub's own checksums.

    Raises:
        HubError: a file is missing, differs, or should be gone.
    """
    stored = hub.fetch_files(commit)
    wrong = [
        path
        for path, local in release.files.items()
        if path not in stored or not same_content(local, stored[path])
    ]
    wrong += [path for path in plan.deletes if path in stored]
    if wrong:
        raise HubError(
            f"commit {commit[:12]} of {plan.repo_id} does not hold what was sent: {wrong[0]}"
            f"{f' and {len(wrong) - 1} more' if len(wrong) > 1 else ''}; do not use it",
            commit=commit,
            paths=wrong,
        )


def _blocks(
    release: Release, plan: Plan, main: RemoteState, state: RemoteState
) -> Iterator[Changes]:
    """Cut what the pull request lacks into commits; deletes go with the first."""
    known = release.files.keys() | (main.files.keys() - set(plan.deletes)) | HUB_OWNED
    deletes = sorted(state.files.keys() - known)
    missing = [
        file
        for path, file in sorted(release.files.items())
        if path not in state.files or not same_content(file, state.files[path])
    ]
    size = itertools.accumulate(file.size for file in missing)
    numbers = [
        max(at // (MAX_COMMIT_OPERATIONS // 2), end // MAX_COMMIT_BYTES)
        for at, end in enumerate(size)
    ]
    blocks: dict[int, list[LocalFile]] = {}
    for number, file in zip(numbers, missing, strict=True):
        blocks.setdefault(number, []).append(file)
    for number, block in enumerate(blocks.values() or ([[]] if deletes else [])):
        yield Changes({file.path: file.local for file in block}, deletes if not number else [])
