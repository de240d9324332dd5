"""Start pyarrow without pandas, which costs more than all that a small build does.

At its first array pyarrow imports pandas, if it is installed, to know its types when it meets
them. The build path gives it none. Looked for in vain once, pandas is left alone until somebody
asks for a data frame; then it is imported after all.
"""

import sys
from importlib.machinery import ModuleSpec

__all__ = ["start_arrow"]


class _Absent:
    """A finder of modules that finds that there is no pandas."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Raise for pandas; leave all other modules to the other finders."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)
        return None


def start_arrow() -> None:
    """Make the first array, while pandas is not to be found."""
    import pyarrow as pa  # noqa: PLC0415 - a caller decides when; imports cost time, too

    if "pandas" in sys.modules:
        return
    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(absent)
