"""Data sets by their place: a folder here, or a revision on the Hub."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["local_copy"]


@contextmanager
def local_copy(place: str) -> Iterator[Path]:
    """Give a folder as it is; download what stands on the Hub for as long as it is needed."""
    if not place.startswith("hf://"):
        yield Path(place)
        return
    from tempfile import TemporaryDirectory

    from builder.hub.client import fetch_dataset

    with TemporaryDirectory(prefix="pressmark-") as folder:
        yield fetch_dataset(place, Path(folder))
