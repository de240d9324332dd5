"""Errors, named by what the caller should do, with the exit code of the command.

    PublisherError              exit  meaning
    ├── ConfigError               2   fix the command, the TOML, a name, a licence id, the token
    ├── InputError                3   no article found, or none published
    ├── OutputError               4   disk full, not writable, checksum mismatch after write
    └── HubError                  5   refused by the Hub
        └── HubRetryable          5   try again later

Bad data is no exception: it becomes a `Reject`. Facts travel as attributes,
so that callers need not parse messages.
"""

from typing import ClassVar

__all__ = [
    "ConfigError",
    "HubError",
    "HubRetryable",
    "InputError",
    "OutputError",
    "PublisherError",
]


class PublisherError(Exception):
    """A circumstance that stops the command; the message says what to do."""

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, **facts: object) -> None:
        """Keep the facts (`path`, `line`, `revision` …) as attributes."""
        super().__init__(message)
        self.facts = facts
        for name, value in facts.items():
            setattr(self, name, value)


class ConfigError(PublisherError):
    """Fix the command, the TOML, a name, a licence id or the token."""

    exit_code = 2


class InputError(PublisherError):
    """No article was found, or none was published."""

    exit_code = 3


class OutputError(PublisherError):
    """Output cannot be written, or does not read back as it was written."""

    exit_code = 4


class HubError(PublisherError):
    """The Hub refused."""

    exit_code = 5


class HubRetryable(HubError):  # noqa: N818 - named by what the caller should do
    """The Hub or the way to it failed in passing; try again later."""
