"""The order of a publication, and what is repeated after a failure.

    check the folder → read the repository → plan → send → compare → tag

An attempt that fails in passing is repeated from the reading of the repository
on, never from its middle: whether the lost request was applied or not, the new
plan holds what is still to do. So a second run of the command is just another
attempt, and a run with nothing to do is a success.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from builder.errors import ConfigError, HubError, HubRetryable
from builder.hub.client import Changes, Hub
from builder.hub.remote import RemoteState
from builder.publish.options import PublishOptions
from builder.publish.plan import HUB_OWNED, Plan, plan_release, same_content
from builder.publish.release import MANIFEST, Release, listed_paths, read_release
from builder.publish.stage import Staged, check_stored, find_staged, merge_staged, stage_release
from schema.findings import Finding

__all__ = ["Published", "Talk", "publish"]

Verify = Callable[[Path], list[Finding]]


class Talk(Protocol):
    """How a publication speaks to its user."""

    def notify(self, line: str) -> None:
        """Tell what happens."""

    def confirm(self, plan: Plan) -> bool:
        """Show the plan; return whether to carry it out."""


@dataclass(frozen=True)
class Published:
    """What came of a publication.

    Attributes:
        status: `planned` (dry run), `published`, `unchanged`, `proposed` (a pull request
            is open), `refused` (for its findings) or `declined` (by the user).
        commit: the commit that holds the release.
    """

    status: Literal["planned", "published", "unchanged", "proposed", "refused", "declined"]
    plan: Plan | None = None
    commit: str | None = None
    tag: str | None = None
    pull_request: str | None = None
    load: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return 1 for findings that stopped the publication, or would stop it."""
        return 1 if self.status == "refused" or (self.status == "planned" and self.findings) else 0

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "status": self.status,
            "commit": self.commit,
            "tag": self.tag,
            "pull_request": self.pull_request,
            "load_dataset": self.load,
            "plan": self.plan.as_json() if self.plan else None,
            "findings": [finding._asdict() for finding in self.findings],
        }


def publish(options: PublishOptions, talk: Talk, verify: Verify) -> Published:
    """Publish a built folder, or say what publishing it would do.

    Args:
        options: what to publish where.
        talk: told what happens, and asked before anything is sent.
        verify: returns the findings of a folder.

    Returns:
        What came of it; findings are in it, not raised.

    Raises:
        ConfigError: the command, a name, the licence or the token needs fixing.
        HubError: the Hub refused, or failed until the attempts ran out.
    """
    release, findings = read_release(options.folder)
    if release is None or findings:
        # Nothing here may be overridden: these files are not what was built, or not safe.
        return Published("refused", findings=tuple(findings))
    findings = verify(options.folder)
    if findings and not (options.allow_findings or options.dry_run):
        return Published("refused", findings=tuple(findings))
    retry = options.retry
    hub = Hub(options.repo_id, timeout_s=retry.timeout_s, progress=options.progress)
    if not options.dry_run and not hub.has_token:
        raise ConfigError("there is no token; log in with `hf auth login`, or set HF_TOKEN")
    return _Publication(options, talk, verify, release, tuple(findings), hub).run()


@dataclass
class _Publication:
    """One publication: fixed inputs, and what its attempts have learnt."""

    options: PublishOptions
    talk: Talk
    verify: Verify
    release: Release
    findings: tuple[Finding, ...]
    hub: Hub
    seen: RemoteState | None = None
    confirmed: bool = False
    sent: bool = False
    earlier: dict[str, frozenset[str]] = field(default_factory=dict)

    def run(self) -> Published:
        """Attempt until it is done, refused, or the attempts run out."""
        attempt = 1
        while True:
            try:
                return self._attempt()
            except HubRetryable as error:
                asked = error.facts.get("wait_s")
                pause = self.options.retry.pause_s(
                    attempt, asked if isinstance(asked, float) else None
                )
                if pause is None:
                    raise HubRetryable(
                        f"{error}; gave up after {attempt} "
                        f"{'attempt' if attempt == 1 else 'attempts'}: run the command again, "
                        "it goes on where it stopped",
                        **error.facts,
                    ) from error
                self.talk.notify(f"{error}; looking again in {pause:.0f} s")
                time.sleep(pause)
                attempt += 1

    def _attempt(self) -> Published:
        remote = self.hub.fetch_state(self.options.revision)
        self._refuse_overtaken(remote)
        plan = self._plan(remote)
        found = (*self.findings, *plan.findings)
        load = self._load(self.options.tag)
        done = Published("planned", plan, tag=self.options.tag, load=load, findings=found)
        if self.options.dry_run:
            return done
        if plan.findings and not self.options.allow_findings:
            return replace(done, status="refused")
        if not self._may_start(plan):
            return replace(done, status="declined")
        if plan.operations and not self.options.create_pr and remote.exists:
            self.hub.check_write()
        if not remote.exists:
            remote = self._create(plan)
            plan = self._plan(remote)
        return self._carry_out(remote, plan, replace(done, plan=plan))

    def _carry_out(self, remote: RemoteState, plan: Plan, done: Published) -> Published:
        self._restrict(remote, plan)
        done = replace(done, status="unchanged", commit=remote.head)
        if plan.operations:
            if remote.missing_branch:
                self.hub.create_branch(plan.revision, str(remote.head))
            self.sent = True
            done = self._send(remote, plan, done)
        elif self.sent:
            done = replace(done, status="published")
        if done.status in ("proposed", "refused"):
            return done
        if plan.private is False and remote.private:
            self.hub.update_settings(private=False)
        self._tag(remote, str(done.commit))
        return done

    def _plan(self, remote: RemoteState) -> Plan:
        plan = plan_release(self.release, remote, self.options, self._earlier(remote))
        tagged = remote.tags.get(self.options.tag or "")
        if tagged is not None and (plan.operations or tagged != remote.head):
            raise ConfigError(
                f"tag {self.options.tag} exists on commit {tagged[:12]}; choose another tag"
            )
        return plan

    def _earlier(self, remote: RemoteState) -> frozenset[str]:
        """Read which files the release on the Hub accounts for, if any file is unknown to us."""
        unknown = remote.files.keys() - self.release.files.keys() - HUB_OWNED
        if not unknown or MANIFEST not in remote.files:
            return frozenset()
        head = str(remote.head)
        if head not in self.earlier:
            with tempfile.TemporaryDirectory(prefix="pressmark-") as folder:
                found = self.hub.fetch_file(MANIFEST, head, Path(folder))
                text = found.read_text(encoding="utf-8", errors="replace") if found else ""
            self.earlier[head] = listed_paths(text)
        return self.earlier[head]

    def _refuse_overtaken(self, remote: RemoteState) -> None:
        """Stop if someone else has changed our files since the first look."""
        seen, self.seen = self.seen or remote, remote
        changed = {
            path
            for path in seen.files.keys() | remote.files.keys()
            if seen.files.get(path) != remote.files.get(path)
        }
        contested = sorted(changed & self.release.files.keys())
        if contested and not self._is_stored(remote):
            raise HubError(
                f"someone else has published to {self.options.repo_id} meanwhile "
                f"(commit {str(remote.head)[:12]} changed {contested[0]}) and main holds theirs: "
                "look at it, then run the command again to replace it",
                commit=remote.head,
            )

    def _is_stored(self, remote: RemoteState) -> bool:
        return all(
            path in remote.files and same_content(local, remote.files[path])
            for path, local in self.release.files.items()
        )

    def _may_start(self, plan: Plan) -> bool:
        self.confirmed = self.confirmed or not plan.operations or self.talk.confirm(plan)
        return self.confirmed

    def _create(self, plan: Plan) -> RemoteState:
        kind = self.hub.find_other_kind()
        if kind is not None:
            raise HubError(f"{plan.repo_id} is a {kind} repository; choose another name")
        self.hub.create_repo(private=plan.private)
        remote = self.hub.fetch_state(self.options.revision)
        if not remote.exists:
            raise HubRetryable(f"{plan.repo_id} was created and is not there yet")
        self._refuse_overtaken(remote)
        return remote

    def _restrict(self, remote: RemoteState, plan: Plan) -> None:
        """Close what is to be closed before anything is sent."""
        if plan.private and not remote.private:
            self.hub.update_settings(private=True)
        if self.options.gated and self.options.gated != remote.gated:
            self.hub.update_settings(gated=self.options.gated)

    def _send(self, remote: RemoteState, plan: Plan, done: Published) -> Published:
        if not (plan.staged or self.options.create_pr):
            files = {p: self.release.files[p].local for p in (*plan.adds, *plan.replaces)}
            commit = self.hub.commit(
                Changes(files, plan.deletes),
                message=self._message(plan),
                revision=plan.revision,
                parent=str(plan.base),
            )
            self._pass_on_warnings()
            check_stored(self.hub, self.release, plan, commit)
            return replace(done, status="published", commit=commit)
        staged = stage_release(self.hub, self.release, plan, remote, self._message(plan))
        self._pass_on_warnings()
        done = replace(done, commit=staged.commit, pull_request=staged.request.url)
        if self.options.create_pr:
            return replace(done, status="proposed", load=self._load(staged.request.ref))
        return self._merge(plan, staged, done)

    def _pass_on_warnings(self) -> None:
        while self.hub.warnings:
            self.talk.notify(f"the Hub warns: {self.hub.warnings.pop(0)}")

    def _merge(self, plan: Plan, staged: Staged, done: Published) -> Published:
        self.talk.notify(f"staged on {staged.request.url}; loading and verifying it there")
        findings = find_staged(self.hub, self.release, plan, staged, self.verify)
        if findings and not self.options.allow_findings:
            return replace(done, status="refused", findings=tuple(findings))
        commit = merge_staged(self.hub, plan, staged)
        check_stored(self.hub, self.release, plan, commit)
        return replace(done, status="published", commit=commit)

    def _tag(self, remote: RemoteState, commit: str) -> None:
        tag = self.options.tag
        if tag is None or remote.tags.get(tag) == commit:
            return
        if not self.hub.create_tag(tag, commit):
            tagged = self.hub.fetch_state(self.options.revision).tags.get(tag)
            if tagged != commit:
                raise ConfigError(
                    f"published as {commit[:12]}, but tag {tag} exists on another commit; "
                    "run again with another tag"
                )

    def _message(self, plan: Plan) -> tuple[str, str]:
        manifest = self.release.manifest
        title = self.options.message or f"Release {manifest.name} {manifest.version}"
        lines = [f"manifest.json: SHA-256 {self.release.files[MANIFEST].sha256}"]
        found = (*self.findings, *plan.findings)
        if found:
            codes = sorted({str(finding.code) for finding in found})
            lines.append(f"Published with {len(found)} findings: {', '.join(codes)}")
        return title, "\n".join(lines)

    def _load(self, revision: str | None) -> dict[str, Any]:
        return self.options.call | ({"revision": revision} if revision else {})
