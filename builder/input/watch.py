"""Ask before a parser of others works on a record, so that a deadly one can be left out.

Parsers of hostile pages can end their process. A worker in quarantine (see
`builder.executors.quarantine`) sets who is asked; everywhere else every record passes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from schema.reject import RejectCode

__all__ = ["Cause", "ask", "asking"]


class Cause(NamedTuple):
    """Why a record is not worked on: what it did to a worker before."""

    code: RejectCode
    message: str


Watcher = Callable[[str, int], Cause | None]


def _pass(path: str, record: int) -> Cause | None:  # noqa: ARG001 - nobody watches
    return None


_watcher: Watcher = _pass


@contextmanager
def asking(watcher: Watcher) -> Iterator[None]:
    """Let a function of path and record be asked about every record of this process."""
    global _watcher  # noqa: PLW0603 - readers are many calls below the one who watches
    _watcher = watcher
    try:
        yield
    finally:
        _watcher = _pass


def ask(path: str, record: int) -> Cause | None:
    """Return why a record must not be worked on; None lets it pass."""
    return _watcher(path, record)
