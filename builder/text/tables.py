"""Tables that say something of every character: made once, and handed from process to process.

They follow from Python's tables of Unicode and from code alone, but to make them all takes as long
as to clean a quarter of a megabyte. Knows how a table is made and handed over; refuses to know
where it is kept meanwhile (`builder.tools`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, update_wrapper
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "CharacterTable", "character_table", "character_tables", "pack", "unpack"]

Array = npt.NDArray[Any]
T = TypeVar("T")
Kind = TypeVar("Kind", bound=np.generic)


class CharacterTable(Generic[T]):
    """A function without arguments that makes its value at the first call, if nobody handed it in.

    A value is an array, or a named tuple of some. Nobody may write to it.
    """

    def __init__(self, make: Callable[[], T], kind: Callable[..., T]) -> None:
        """Say how the value is made, and how it is put together from its arrays."""
        self.make, self.kind = make, kind
        self.name = make.__name__
        self._value: T | None = None
        update_wrapper(self, make)

    def __call__(self) -> T:
        """Return the value."""
        if self._value is None:
            self._value = self.make()
        return self._value

    def arrays(self) -> Sequence[Array]:
        """Return the arrays of the value."""
        value: Any = self()
        return value if isinstance(value, tuple) else (value,)

    def hand_in(self, arrays: Sequence[Array]) -> None:
        """Take the value from arrays that `arrays` returned, here or in another process."""
        self._value = self.kind(*arrays)


def character_table(make: Callable[[], npt.NDArray[Kind]]) -> CharacterTable[npt.NDArray[Kind]]:
    """Make a function that returns an array a table."""
    return CharacterTable(make, lambda array: array)


def character_tables(kind: type[T]) -> Callable[[Callable[[], T]], CharacterTable[T]]:
    """Make a function that returns a named tuple of arrays a table."""
    return partial(CharacterTable, kind=kind)


def pack(tables: Iterable[CharacterTable[Any]]) -> dict[str, Array]:
    """Return the arrays of some tables by name; their names differ."""
    return {
        f"{table.name}.{number}": array
        for table in tables
        for number, array in enumerate(table.arrays())
    }


def unpack(arrays: Mapping[str, Array], tables: Iterable[CharacterTable[Any]]) -> None:
    """Hand into tables what `pack` returned."""
    found: dict[str, list[Array]] = {}
    for name, array in arrays.items():
        found.setdefault(name.rpartition(".")[0], []).append(array)
    for table in tables:
        table.hand_in(found[table.name])
