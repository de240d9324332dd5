"""Declare the inner loops that are written in C, and check what is handed to them.

A kernel reads and writes arrays whose sizes it is told, and nothing else: it keeps no state,
allocates nothing that outlives the call and knows no Python object. What a kernel is for is said
where it is used; here are only types. The library is compiled when the package is installed.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from builder.native.sources import source_number

__all__ = [
    "F32",
    "F64",
    "I8",
    "I16",
    "I32",
    "I64",
    "LIBRARY",
    "SIZE",
    "U8",
    "U16",
    "U32",
    "U64",
    "kernel",
]


class _Array:
    """A contiguous array of a type, as an argument: it is checked, and its place is passed.

    numpy's `ndpointer` does the same at several times the cost: too much for a call for few texts.
    """

    def __init__(self, kind: str) -> None:
        self._dtype = np.dtype(kind)

    def from_param(self, value: object) -> Any:
        """Return what ctypes passes on; it calls this."""
        if not isinstance(value, np.ndarray) or value.dtype != self._dtype:
            raise TypeError(f"no array of {self._dtype}")
        flags = value.flags
        if flags.carray:  # contiguous, aligned and writable
            return _place(value)
        if not (flags.c_contiguous and flags.aligned):
            raise TypeError("no contiguous array")
        return ctypes.c_void_p(value.ctypes.data)


_place: Callable[[Any], Any] = (ctypes.c_char * 0).from_buffer
U8, U16, U32, U64 = map(_Array, ("u1", "u2", "u4", "u8"))
I8, I16, I32, I64 = map(_Array, ("i1", "i2", "i4", "i8"))
F32, F64 = map(_Array, ("f4", "f8"))
SIZE = ctypes.c_int64
"""A number, not an array."""

LIBRARY = Path(__file__).with_name("kernels.so")
"""The file that holds them."""


def kernel(name: str, *arguments: Any) -> Callable[..., int]:
    """Return a function of the library.

    Args:
        name: its name in C.
        arguments: the types of its arguments: `SIZE`, or the array types of this module.

    Returns:
        A function that raises `ctypes.ArgumentError` for other arguments, and returns a number.

    Raises:
        ImportError: the library was not compiled, or from other sources.
    """
    found = getattr(_library(), name)
    found.argtypes = arguments
    found.restype = SIZE
    return found  # type: ignore[no-any-return]  # ctypes knows no types of functions


@cache
def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(str(LIBRARY))
        library.source_number.restype = SIZE
        if library.source_number() == source_number(LIBRARY.parent):
            return library
        problem = "was compiled from other sources"
    except (OSError, AttributeError) as error:
        problem = f"cannot be used: {error}"
    raise ImportError(f"{LIBRARY.name} {problem}; install pressmark again (`pip install .`)")
