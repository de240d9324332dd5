"""Put a release into a store of plain files: S3, Google Cloud Storage, any protocol of fsspec.

    check the folder → look at the place → copy the files → read them back → copy the manifest

A store knows no commits, so a place holds one release for good, and the manifest comes last: a
place with a manifest is whole. A run that was interrupted is taken up by the same command.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import pyarrow as pa
from pyarrow import fs

from builder.errors import ConfigError, OutputError
from builder.publish.release import MANIFEST, LocalFile, Release, read_release
from builder.stores import open_store, short_message, without_keys
from schema.findings import Finding

__all__ = ["Stored", "store_release"]

#: Bytes that are copied or hashed at a time.
PIECE_BYTES = 4 << 20

#: Kinds of stores without folders: making one would leave an empty object.
FLAT = frozenset({"gcs", "s3"})


class Stored(NamedTuple):
    """What came of it: `refused` for its findings, `unchanged` if it was there already."""

    status: Literal["stored", "unchanged", "refused"]
    place: str
    findings: tuple[Finding, ...] = ()
    files: int = 0
    bytes: int = 0


def store_release(
    folder: Path,
    url: str,
    verify: Callable[[Path], list[Finding]],
    notify: Callable[[str], None] = lambda _: None,
) -> Stored:
    """Copy a built folder to a place in a store.

    Args:
        folder: a built folder.
        url: the place; empty, or with what an earlier run for this release has left.
        verify: returns the findings of a folder.
        notify: told of each file before it is copied.

    Raises:
        ConfigError: the store cannot be opened, or the place holds something else.
        OutputError: the store refuses, or does not read back what was written.
    """
    name = without_keys(url)
    release, findings = read_release(folder)
    findings = findings or verify(folder)
    if release is None or findings:
        return Stored("refused", name, tuple(findings))
    place = _Place(*open_store(url), name)
    missing = place.missing(release)
    for file in missing:
        notify(f"{file.path} ({file.size / 1e6:.1f} MB)")
        place.put(file)
    total = sum(file.size for file in missing)
    return Stored("stored" if missing else "unchanged", name, (), len(missing), total)


class _Place(NamedTuple):
    """A folder of a store."""

    store: fs.FileSystem
    top: str
    name: str

    def missing(self, release: Release) -> list[LocalFile]:
        """Return the files that are not there yet, the manifest last.

        Raises:
            ConfigError: something else is there.
        """
        with self._translated(self.name):
            selector = fs.FileSelector(self.top, recursive=True, allow_not_found=True)
            found = [info for info in self.store.get_file_info(selector) if info.is_file]
        there = {info.path.removeprefix(self.top).strip("/"): info.size for info in found}
        same = {
            path
            for path, file in release.files.items()
            if there.get(path) == file.size and self._holds(file)
        }
        if MANIFEST in there:  # whole, so every file of it belongs to some release
            other = sorted(there.keys() ^ release.files.keys() | (there.keys() - same))
        else:
            other = sorted(there.keys() - release.files.keys())
        if other:
            raise ConfigError(
                f"{self.name} holds something else ({other[0]}); a place holds one release for "
                f"good: choose another, such as {self.name}/v{release.manifest.version}"
            )
        files = (file for path, file in release.files.items() if path not in same)
        return sorted(files, key=lambda file: (file.path == MANIFEST, file.path))

    def put(self, file: LocalFile) -> None:
        """Copy a file and read it back.

        Raises:
            OutputError: the store refuses, or has something else now.
        """
        path = self._path(file)
        with self._translated(f"{self.name}/{file.path}"):
            if self.store.type_name not in FLAT:
                self.store.create_dir(path.rpartition("/")[0], recursive=True)
            with file.local.open("rb") as source, self.store.open_output_stream(path) as sink:
                while piece := source.read(PIECE_BYTES):
                    sink.write(piece)
        if not self._holds(file):
            raise OutputError(f"{self.name}/{file.path} does not read back as it was written")

    def _holds(self, file: LocalFile) -> bool:
        digest = hashlib.sha256()
        with (
            self._translated(f"{self.name}/{file.path}"),
            self.store.open_input_stream(self._path(file)) as stream,
        ):
            while piece := stream.read(PIECE_BYTES):
                digest.update(piece)
        return digest.hexdigest() == file.sha256

    def _path(self, file: LocalFile) -> str:
        return f"{self.top}/{file.path}" if self.top else file.path

    @contextmanager
    def _translated(self, name: str) -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowException) as error:
            raise OutputError(
                f"{name}: {short_message(error)}; what was copied is kept, so try again later"
            ) from error
