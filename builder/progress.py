"""How a long stage tells how far it is. The command line draws bars with it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

__all__ = ["Advance", "Progress", "silent"]

Advance = Callable[[int], object]


class Progress(Protocol):
    """Told how far a stage is."""

    def __call__(self, stage: str, total: int, unit: str) -> AbstractContextManager[Advance]:
        """Open a stage and return what counts its progress."""
        ...


@contextmanager
def silent(stage: str, total: int, unit: str) -> Iterator[Advance]:  # noqa: ARG001 - it is silent
    """Tell nobody."""
    yield lambda done: None  # noqa: ARG005
