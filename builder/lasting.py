"""Make what lives as long as its process, such as modules and rules, in less time.

Python looks for garbage after every few hundred new objects, among all those that there are. Among
those that stay it finds none, and a worker that looks at them no longer shares their memory.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["lasting"]


@contextmanager
def lasting() -> Iterator[None]:
    """Look for no garbage meanwhile, and never among the objects that there are at the end."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if is_on:
            gc.enable()
