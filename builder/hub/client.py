"""One data set repository on the Hub: read its state, commit to it, stage, tag.

Each method is a call or two of the official client, with a timeout, and with its
errors made ours. No method repeats what failed (the client itself repeats
listings and uploads): who calls must look at the repository again first.
"""

import logging
import shutil
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

import httpx2
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    get_token,
    set_client_factory,
)
from huggingface_hub.errors import (
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # not in its __all__
    disable_progress_bars,
    enable_progress_bars,
)
from huggingface_hub.utils._http import default_client_factory

from builder.errors import HubError, HubRetryable
from builder.hub.faults import one_line, translate, translated
from builder.hub.remote import PullRequest, RemoteFile, RemoteState, check_repo_id, parse_uri

__all__ = ["Changes", "Hub", "fetch_dataset"]

KIND: Literal["dataset"] = "dataset"
MAIN = "main"


class Changes(NamedTuple):
    """What one commit does: files to write, from disk, and paths to delete."""

    writes: Mapping[str, Path]
    deletes: Sequence[str]


class Hub:
    """A data set repository, reached with the token of the environment."""

    def __init__(self, repo_id: str, *, timeout_s: float = 120.0, progress: bool = False) -> None:
        """Prepare to talk to a repository; nothing is sent yet.

        Args:
            repo_id: as in `user/name`.
            timeout_s: seconds without an answer after which a call fails.
            progress: show the client's progress bars on stderr.
        """
        self.repo_id = check_repo_id(repo_id)
        self._api = HfApi(library_name="pressmark")
        # A session is replaced after some failures, so the timeout goes into its making.
        set_client_factory(partial(_make_client, timeout_s))
        #: What the Hub said about commits without refusing them, such as odd fields of a card.
        self.warnings: list[str] = []
        # Its warnings name signed addresses, and repeat what we say in our own words.
        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
        (enable_progress_bars if progress else disable_progress_bars)()

    @property
    def has_token(self) -> bool:
        """Whether there is a token to write with."""
        return get_token() is not None

    def page(self, *parts: str) -> str:
        """Return the address of the repository's page, or of one below it."""
        base = f"{self._api.endpoint}/datasets/{self.repo_id}"
        return "/".join([base, *(quote(part, safe="/") for part in parts)])

    def fetch_state(self, revision: str = MAIN) -> RemoteState:
        """Read head, files and references; a repository that is not there is a state too."""
        api = self._api
        with translated("read", self.repo_id):
            try:
                info = api.dataset_info(self.repo_id, revision=revision)
            except RevisionNotFoundError:
                if revision == MAIN or revision.startswith("refs/"):
                    raise
                info = None
            except RepositoryNotFoundError as error:
                if error.response.headers.get("X-Error-Code") == "GatedRepo":
                    raise
                return RemoteState(exists=False)
            missing_branch = info is None
            info = info or api.dataset_info(self.repo_id)
            refs = api.list_repo_refs(self.repo_id, repo_type=KIND)
            return RemoteState(
                exists=True,
                head=info.sha,
                files=self._list(str(info.sha)),
                private=bool(info.private),
                gated=info.gated or False,
                tags={tag.name: tag.target_commit for tag in refs.tags},
                missing_branch=missing_branch,
            )

    def fetch_files(self, commit: str) -> Mapping[str, RemoteFile]:
        """List the files of a commit: one request per thousand."""
        with translated("list", self.repo_id):
            return self._list(commit)

    def fetch_file(self, path: str, commit: str, into: Path) -> Path | None:
        """Download a file below a folder; None if the commit does not have it."""
        with translated(f"read {path} of", self.repo_id):
            try:
                found = self._api.hf_hub_download(
                    self.repo_id, path, repo_type=KIND, revision=commit, local_dir=into
                )
            except RemoteEntryNotFoundError:
                return None
            return Path(found)

    def fetch_snapshot(self, revision: str | None, into: Path) -> Path:
        """Download a revision to a folder: its files without the Hub's own."""
        with translated("download", self.repo_id):
            self._api.snapshot_download(
                self.repo_id,
                repo_type=KIND,
                revision=revision,
                local_dir=into,
                ignore_patterns=[".gitattributes"],
            )
        shutil.rmtree(into / ".cache", ignore_errors=True)
        return into

    def find_other_kind(self) -> str | None:
        """Return `model` or `space` if a repository of that type has this name."""
        api = self._api
        with translated("look up", self.repo_id):
            for kind in ("model", "space"):
                if api.repo_exists(self.repo_id, repo_type=kind):
                    return kind
        return None

    def check_write(self) -> None:
        """Raise unless the token may write; creating or reading would not tell."""
        with translated("write to", self.repo_id):
            self._api.auth_check(self.repo_id, repo_type=KIND, write=True)

    def create_repo(self, *, private: bool | None) -> None:
        """Create the repository, or find it created; None leaves visibility to the owner."""
        with translated("create", self.repo_id):
            self._api.create_repo(self.repo_id, repo_type=KIND, private=private, exist_ok=True)

    def create_branch(self, branch: str, commit: str) -> None:
        """Create a branch at a commit, or find it created."""
        with translated(f"create branch {branch} of", self.repo_id):
            self._api.create_branch(
                self.repo_id, branch=branch, revision=commit, repo_type=KIND, exist_ok=True
            )

    def update_settings(
        self, *, private: bool | None = None, gated: Literal["auto", "manual"] | None = None
    ) -> None:
        """Change who sees the repository; None leaves a setting as it is."""
        with translated("change the settings of", self.repo_id):
            self._api.update_repo_settings(
                self.repo_id, repo_type=KIND, private=private, gated=gated
            )

    def commit(
        self, changes: Changes, *, message: tuple[str, str], revision: str, parent: str
    ) -> str:
        """Upload and make one commit on top of `parent`; return its id.

        Args:
            changes: what it does.
            message: title and description.
            revision: branch or pull request to commit to.
            parent: the commit that must still be its head.

        Raises:
            HubRetryable: the head moved on, or something broke: the commit may exist or not.
            HubError: refused.
        """
        title, description = message
        with translated("commit to", self.repo_id):
            operations: list[Any] = [
                CommitOperationDelete(path, is_folder=False) for path in changes.deletes
            ]
            operations += [
                CommitOperationAdd(path, str(local)) for path, local in changes.writes.items()
            ]
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                made = self._api.create_commit(
                    self.repo_id,
                    operations,
                    commit_message=title,
                    commit_description=description,
                    repo_type=KIND,
                    revision=revision,
                    parent_commit=parent,
                )
        self.warnings += [one_line(str(warning.message)) for warning in caught]
        return made.oid

    def find_pull_request(self, title: str) -> PullRequest | None:
        """Find our own open pull request with a title."""
        api = self._api
        with translated("list pull requests of", self.repo_id):
            author = api.whoami(cache=True)["name"]
            found = api.get_repo_discussions(
                self.repo_id,
                repo_type=KIND,
                author=author,
                discussion_type="pull_request",
                discussion_status="open",
            )
            for one in found:
                if one.title == title and one.author == author:
                    return PullRequest(one.num, self.page("discussions", str(one.num)))
        return None

    def open_pull_request(self, title: str, description: str) -> PullRequest:
        """Open a pull request on main, without a commit yet."""
        with translated("open a pull request on", self.repo_id):
            made = self._api.create_pull_request(
                self.repo_id, title, description=description, repo_type=KIND
            )
        return PullRequest(made.num, self.page("discussions", str(made.num)))

    def close_pull_request(self, request: PullRequest, comment: str) -> None:
        """Close a pull request that is of no more use."""
        with translated(f"close pull request {request.num} of", self.repo_id):
            self._api.change_discussion_status(
                self.repo_id, request.num, "closed", comment=comment, repo_type=KIND
            )

    def publish_pull_request(self, request: PullRequest) -> None:
        """Turn a draft into a pull request that can be merged."""
        api = self._api
        with translated(f"open pull request {request.num} of", self.repo_id):
            details = api.get_discussion_details(self.repo_id, request.num, repo_type=KIND)
            if details.status == "draft":
                api.change_discussion_status(self.repo_id, request.num, "open", repo_type=KIND)

    def merge_pull_request(self, request: PullRequest) -> None:
        """Merge a pull request into main."""
        try:
            with translated(f"merge pull request {request.num} of", self.repo_id):
                self._api.merge_pull_request(self.repo_id, request.num, repo_type=KIND)
        except HubRetryable as error:
            if error.facts.get("status") == 409:
                raise HubError(f"{error}; resolve the conflict on {request.url}") from error
            raise

    def contains(self, revision: str, commit: str) -> bool:
        """Say whether a commit is in the history of a revision."""
        with translated("read the history of", self.repo_id):
            listed = self._api.list_repo_commits(self.repo_id, repo_type=KIND, revision=revision)
            return any(one.commit_id == commit for one in listed)

    def create_tag(self, tag: str, commit: str) -> bool:
        """Tag a commit; return False if the tag exists, on whatever commit."""
        with translated(f"create tag {tag} of", self.repo_id):
            try:
                self._api.create_tag(self.repo_id, tag=tag, revision=commit, repo_type=KIND)
            except HfHubHTTPError as error:
                if error.response.status_code != 409:
                    raise
                return False
        return True

    def count_rows(self, config: str, commit: str) -> dict[str, int]:
        """Stream a config with the `datasets` library and count its rows by split.

        Raises:
            HubRetryable: the Hub could not be read.
            HubError: it could, and `datasets` cannot load what is there.
        """
        from datasets import load_dataset  # noqa: PLC0415 - only a staged release loads

        action = f"load config {config} of"
        try:
            splits = load_dataset(self.repo_id, config, revision=commit, streaming=True)
            return {str(split): sum(1 for _ in rows) for split, rows in splits.items()}
        except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
            raise translate(error, action, self.repo_id) from error
        except Exception as error:  # whatever `datasets` stumbles over is a fact about the data
            what = one_line(f"{type(error).__name__}: {error}")
            raise HubError(f"cannot {action} {self.repo_id}: {what}") from error

    def _list(self, commit: str) -> dict[str, RemoteFile]:
        listed = self._api.list_repo_tree(
            self.repo_id, recursive=True, revision=commit, repo_type=KIND
        )
        return {
            file.path: RemoteFile(
                file.path, file.size, file.blob_id, file.lfs.sha256 if file.lfs else None
            )
            for file in listed
            if isinstance(file, RepoFile)
        }


def _make_client(timeout_s: float) -> httpx2.Client:
    """Make the client's own session, with the timeout that it lacks."""
    client = default_client_factory()
    client.timeout = httpx2.Timeout(timeout_s)
    return client


def fetch_dataset(uri: str, into: Path) -> Path:
    """Download `hf://datasets/user/name[@revision]` to a folder and return the folder."""
    repo_id, revision = parse_uri(uri)
    return Hub(repo_id).fetch_snapshot(revision, into)
