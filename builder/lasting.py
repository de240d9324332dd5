"""Make what lives as long as its process, such as modules and rules, in less time.

Python looks for garbage after every few hundred new objects, seldom among old ones and often among
those that are new. Among those that stay it finds none.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["lasting"]


@contextmanager
def lasting() -> Iterator[None]:
    """Look for no garbage meanwhile; the objects that there are at the end count as old.

    Those that the caller has frozen stay so, and then the others are left as they are.
    """
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()  # to where the oldest ones are
        if is_on:
            gc.enable()
