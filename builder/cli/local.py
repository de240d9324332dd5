"""Places: a path here, a folder in a store, or a data set on the Hub."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

__all__ = ["INPUT", "PATH", "local_copy"]


class _Path(click.Path):
    """A path; an empty one, such as a variable that is not set, is not the current folder."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if value == "":
            self.fail("an empty name is no path", param, ctx)
        return super().convert(value, param, ctx)


class _Input(_Path):
    """A path or the URL of a folder or file in a store."""

    name = "path or url"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if isinstance(value, str) and "://" in value:
            from builder.readers import RemoteInput

            return RemoteInput(value)
        return super().convert(value, param, ctx)


PATH = _Path(path_type=Path)
INPUT = _Input(path_type=Path)


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
