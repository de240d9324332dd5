"""What a user asks of `publish`, and what comes of it."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from builder.errors import ConfigError
from builder.hub.remote import check_ref_name, check_repo_id

__all__ = ["PublishOptions", "RetryPolicy"]


class RetryPolicy(BaseModel):
    """How often a failed publication is tried, and how long it waits between."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attempts: int = Field(default=5, ge=1, description="Attempts in all.")
    wait_s: float = Field(default=2.0, ge=0, description="Seconds before the second attempt.")
    max_wait_s: float = Field(default=30.0, ge=0, description="Longest doubled wait, in seconds.")
    max_limit_s: float = Field(
        default=330.0, ge=0, description="Longest wait that a rate limit may ask for, in seconds."
    )
    timeout_s: float = Field(
        default=120.0, gt=0, description="Seconds without an answer after which a call fails."
    )

    def pause_s(self, attempt: int, asked_s: float | None) -> float | None:
        """Return the wait after a failed attempt, the first being 1; None for giving up."""
        if attempt >= self.attempts:
            return None
        if asked_s is not None:
            return asked_s if asked_s <= self.max_limit_s else None
        return min(self.wait_s * 2.0 ** (attempt - 1), self.max_wait_s)


class PublishOptions(BaseModel):
    """What to publish where, and how carefully."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path = Field(description="A built folder.")
    repo_id: str = Field(description="Data set repository, as in `user/name`.")
    revision: str = Field(default="main", description="Branch; made from main if it is new.")
    tag: str | None = Field(default=None, description="Tag for the published commit.")
    private: bool | None = Field(
        default=None,
        description="Visibility; None keeps what is there, and makes a new repository private "
        "if the licence is `other`.",
    )
    gated: Literal["auto", "manual"] | None = Field(
        default=None, description="Ask readers to request access."
    )
    create_pr: bool = Field(default=False, description="Open a pull request, and merge nothing.")
    stage: bool = Field(
        default=False, description="Upload to a pull request, check it there, then merge."
    )
    prune: bool = Field(default=False, description="Delete files that no release has listed.")
    allow_findings: bool = Field(
        default=False, description="Publish in spite of findings; the commit says so."
    )
    message: str | None = Field(default=None, description="Title of the commit.")
    dry_run: bool = Field(default=False, description="Plan only; send nothing.")
    progress: bool = Field(default=False, description="Show progress bars on stderr.")
    retry: RetryPolicy = Field(default_factory=RetryPolicy, description="What is tried again.")

    @field_validator("repo_id")
    @classmethod
    def _repo_id(cls, value: str) -> str:
        return check_repo_id(value)

    @field_validator("revision")
    @classmethod
    def _revision(cls, value: str) -> str:
        return check_ref_name(value, "revision")

    @field_validator("tag")
    @classmethod
    def _tag(cls, value: str | None) -> str | None:
        return None if value is None else check_ref_name(value, "tag")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.stage or self.create_pr) and self.revision != "main":
            raise ConfigError("pull requests are made on main: leave out --revision")
        if self.create_pr and self.tag:
            raise ConfigError("a pull request is not a release yet: leave out --tag")
        if self.create_pr and self.stage:
            raise ConfigError("--create-pr leaves the merge to you: leave out --stage")
        return self

    @property
    def call(self) -> dict[str, Any]:
        """Return the arguments of the `load_dataset` call that reads what was published."""
        revision = self.tag or (None if self.revision == "main" else self.revision)
        return {"path": self.repo_id} | ({"revision": revision} if revision else {})
