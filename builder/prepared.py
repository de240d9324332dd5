"""Values that follow from files alone and take long to compute, kept from one run to the next.

A value is a set of named arrays, kept as a folder that is named by a hash of the files that it
follows from, code included, and of the versions of Python, its Unicode tables and numpy; so what
is out of date is never found. They are mapped into memory: workers share them, and pages that
nobody asks for are not read. Nothing depends on all this but time: where nothing can be kept, the
value is computed. Knows where a user's caches lie; refuses to know what it keeps.
"""

import hashlib
import json
import os
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

__all__ = ["Arrays", "prepared"]

Arrays = Mapping[str, npt.NDArray[Any]]

#: Values of one name that are kept, those used last: enough for some versions side by side.
MAX_KEPT = 3

_NAMES = "names.json"

_VERSIONS = f"{sys.version} {unicodedata.unidata_version} {np.__version__}"
"""What decides a value beside its files: of what version of Python the letters are, for one."""


def prepared(name: str, sources: Sequence[Path], make: Callable[[], Arrays]) -> Arrays:
    """Return what `make` returns, from an earlier run if it was kept.

    Args:
        name: what the value is called among the kept ones, without a dash.
        sources: the files that decide it: its data, and the code that reads them.
        make: computes it. An error of its own goes to the caller.

    Returns:
        Arrays that must not be written to.
    """
    folder, digest = _folder(), _digest(sources)
    if folder is None or digest is None:
        return make()
    home = folder / f"{name}-{digest}"
    found = _read(home)
    if found is None:
        found = make()
        with suppress(OSError):
            _keep(home, found)
    return found


def _folder() -> Path | None:
    """Return our part of the user's caches; None for a user without a home."""
    caches = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if caches.is_absolute():  # else XDG asks to ignore it
        return caches / "pressmark"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    # The root is what an empty HOME comes to.
    return home / ".cache/pressmark" if home.is_absolute() and home.name else None


def _digest(sources: Sequence[Path]) -> str | None:
    """Hash files with their names; None if one cannot be read, which `make` will say better."""
    digest = hashlib.sha256(_VERSIONS.encode())
    try:
        for source in sources:
            digest.update(hashlib.sha256(os.fsencode(source.name)).digest())
            digest.update(hashlib.sha256(source.read_bytes()).digest())
    except OSError:
        return None
    return digest.hexdigest()[:32]


def _read(home: Path) -> Arrays | None:
    """Map kept arrays, and note that they were used; None if there are none, or damaged ones."""
    try:
        os.utime(home)
        names = json.loads((home / _NAMES).read_bytes())
        return {name: _map(home / f"{name}.npy") for name in names} or None
    except (OSError, ValueError, EOFError, TypeError):
        return None


def _map(path: Path) -> npt.NDArray[Any]:
    array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array.view(np.ndarray)  # numpy's class of maps makes every operation slower


@contextmanager
def _durable(path: Path) -> Iterator[BinaryIO]:
    """Open a file that is on the disk when it is closed."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _keep(home: Path, arrays: Arrays) -> None:
    """Keep arrays as a folder that is whole or absent, even after a power cut.

    A folder of that name is replaced: it was found to be damaged, or another run has just made it.
    """
    home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f"{home.name}.", dir=home.parent))
    try:
        for name, array in arrays.items():
            with _durable(made / f"{name}.npy") as file:
                np.save(file, array, allow_pickle=False)
        with _durable(made / _NAMES) as file:
            file.write(json.dumps(list(arrays)).encode())
        shutil.rmtree(home, ignore_errors=True)
        made.rename(home)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    kept = home.parent.glob(f"{home.name.partition('-')[0]}-*")
    for old in sorted(kept, key=lambda path: path.stat().st_mtime_ns)[:-MAX_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
