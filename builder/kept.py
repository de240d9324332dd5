"""Finished work, kept by what it depends on, so that no build does it twice.

A key names everything that decides what a task writes: the bytes of its slice, the settings of
the record stages, code, rules, models and libraries, and the template text that occurs in the
slice. What a task wrote is kept as a folder that appears by rename once it is whole. So a build
that was killed at any moment goes on where it was, and one whose input has changed in places
does those places again.
"""

import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

import numpy as np

from builder.config import BuildConfig
from builder.errors import OutputError
from builder.executors.watch import Watch
from builder.readers import Root, Slice, digest_slice
from builder.text.repetition import TemplateTable, load_templates
from builder.tools import data_digest, describe_annotators, describe_identifier
from builder.writers.atomic import translate_os_errors
from builder.writers.parts import TEMPLATES, Kind, open_table, part_path

__all__ = ["RECORD_SETTINGS", "Recipe", "Store", "keeping", "record_context", "scan_context"]

#: Settings that decide what becomes of a single article. All others concern the corpus, what is
#: written of it, or what an article may cost.
RECORD_SETTINGS = frozenset(
    {
        *("release_date", "input", "cleaning", "signature", "withhold"),
        *("language", "entities", "allow_download"),
    }
)

#: Libraries that the record stages use. Plug-ins tell their own version.
LIBRARIES = (
    *("charset-normalizer", "numpy", "py3langid", "pyarrow", "tldextract", "zstandard"),
    *("lxml", "trafilatura", "htmldate", "warcio", "lingua-language-detector", "fasttext-predict"),
)

_PACKAGES = ("builder", "schema")
_CODE = frozenset({".py", ".c", ".h"})
_MARKER = "report.json"
#: No mark of a folder that a build may replace: a cache is never in the place of an output.
_MARK = ".pressmark-cache"
#: Finished work, or work that was not finished.
_ENTRY = re.compile(r"[0-9a-f]{64}(\.\d+\.part)?")
_CHUNK = 1 << 20


class Numbered(Protocol):
    """A task over a slice."""

    @property
    def number(self) -> int: ...
    @property
    def slice(self) -> Slice: ...


class Recipe(NamedTuple):
    """What a kind of task does, besides the slice that it does it to.

    Attributes:
        context: everything that decides its results for all slices alike.
        kinds: the files that it writes.
        load: turns plain values into its report again.
        uses_templates: the template text that occurs in the slice matters, too.
    """

    context: str
    kinds: tuple[Kind, ...]
    load: Callable[[Any], Any]
    uses_templates: bool = False


class Store:
    """A folder of finished work.

    Files are linked in and out where the file system allows it, and copied elsewhere. What does
    not have the size and checksum that it was kept with counts as missing, so a power cut costs
    no more than the work itself, and nothing waits for the disk.
    """

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made when it is used."""
        self.folder = folder

    def fetch(self, key: str, files: Sequence[Path]) -> Any:
        """Put kept files into their places and return the report; None if they are not there."""
        home = self._home(key)
        sources = [home / file.name.partition(".")[2] for file in files]
        try:
            kept = json.loads((home / _MARKER).read_bytes())
            is_whole = [_checksum(source) for source in sources] == kept["files"]
            report = kept["report"]
        except (OSError, ValueError, KeyError, TypeError):
            is_whole, report = False, None
        if not is_whole:
            shutil.rmtree(home, ignore_errors=True)
            return None
        for source, file in zip(sources, files, strict=True):
            _link(source, file)
        os.utime(home)
        return report

    def keep(self, key: str, files: Sequence[Path], report: Any) -> None:
        """Keep the files and the report of a task.

        Raises:
            OutputError: the disk is full or not writable.
        """
        home = self._home(key)
        made = home.with_name(f"{home.name}.{os.getpid()}.part")
        with translate_os_errors(home):
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir(parents=True)
            for file in files:
                _link(file, made / file.name.partition(".")[2])
            marker = {"files": [_checksum(file) for file in files], "report": report}
            (made / _MARKER).write_text(json.dumps(marker), encoding="utf-8")
            with suppress(OSError):  # it was kept meanwhile
                made.rename(home)
            shutil.rmtree(made, ignore_errors=True)

    @contextmanager
    def in_use(self) -> Iterator[Self]:
        """Use the folder for one build; what that has not used is gone once it has ended well.

        Raises:
            OutputError: the folder cannot be written, holds other files, or is in use.
        """
        mark = self.folder / _MARK
        with translate_os_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            if not mark.exists() and any(self.folder.iterdir()):
                message = f"{self.folder} holds other files; give an empty folder for kept work"
                raise OutputError(message, path=self.folder)
            lock = mark.open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                message = f"another build uses {self.folder}; wait for it, or give another folder"
                raise OutputError(message, path=self.folder) from error
            os.utime(mark)
            yield self
            self._forget_unused(mark.stat().st_mtime_ns)

    def _forget_unused(self, since: int) -> None:
        for home in self.folder.glob("??/*"):
            if _ENTRY.fullmatch(home.name) and home.stat().st_mtime_ns < since:
                shutil.rmtree(home, ignore_errors=True)

    def _home(self, key: str) -> Path:
        return self.folder / key[:2] / key


def keeping(
    factory: Callable[[], Any], recipe: Recipe, store: Store, root: Root, work: Path
) -> Callable[[], "KeptWork"]:
    """Let the workers of a factory look for each task in a store before they do it."""
    return partial(_keep, factory, recipe, store, root, work)


def _keep(
    factory: Callable[[], Any], recipe: Recipe, store: Store, root: Root, work: Path
) -> "KeptWork":
    return KeptWork(factory(), recipe, store, root, work)


class KeptWork:
    """Work that is not done again."""

    def __init__(self, do: Any, recipe: Recipe, store: Store, root: Root, work: Path) -> None:
        self._do = do
        self._recipe = recipe
        self._store = store
        self._root = root
        self._work = work
        self._templates: TemplateTable | None = None

    def __call__(self, task: Numbered) -> Any:
        """Fetch what a task once did, or do it."""
        return self._once(task, lambda: self._do(task))

    def watched(self, task: Numbered, watch: Watch) -> Any:
        """Do the same with the records that a watch hands out."""
        return self._once(task, lambda: self._do.watched(task, watch))

    def _once(self, task: Numbered, do: Callable[[], Any]) -> Any:
        key = self._key(task)
        files = [part_path(self._work, task.number, kind) for kind in self._recipe.kinds]
        if key is not None:
            with translate_os_errors(self._work):
                files[0].parent.mkdir(parents=True, exist_ok=True)
                kept = self._store.fetch(key, files)
            if kept is not None:
                return self._recipe.load(kept)
        report = do()
        if key is not None and report.is_repeatable:
            self._store.keep(key, files, report.to_json())
        return report

    def _key(self, task: Numbered) -> str | None:
        """Name all that decides what a task writes; None if its input cannot be read."""
        try:
            content = digest_slice(self._root, task.slice)
        except OSError:
            return None
        parts = (self._recipe.context, content, self._relevant_templates(task.number))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _relevant_templates(self, number: int) -> str:
        """Hash the template text that occurs in a slice; the rest of the table is not its own."""
        table = self._work / TEMPLATES
        if not self._recipe.uses_templates or not table.exists():
            return ""
        if self._templates is None:
            self._templates = load_templates(table)
        held = open_table(part_path(self._work, number, "scan-segments"))["segments"]
        segments = held.to_numpy()
        found = np.unique(segments[self._templates.holds(segments)])
        return hashlib.sha256(found.astype("<u8").tobytes()).hexdigest()


def record_context(config: BuildConfig, since: str = "") -> str:
    """Name everything but the input that decides what the record stages make of an article.

    Args:
        config: the configuration of the build.
        since: SHA-256 of the manifest of the release that it grows from, if any.
    """
    annotators = describe_annotators(config)
    parts = {
        "settings": config.model_dump(mode="json", include=set(RECORD_SETTINGS)),
        "since": since,
        "annotators": {column: (item.name, item.version) for column, item in annotators.items()},
        "identifier": describe_identifier(config),
        "code": code_digest(),
    }
    return json.dumps(parts, sort_keys=True)


def scan_context(config: BuildConfig) -> str:
    """Name everything but the input that decides what a scan counts."""
    parts = {"input": config.input.model_dump(mode="json"), "code": code_digest()}
    return json.dumps({"scan": parts}, sort_keys=True)


@cache
def code_digest() -> str:
    """Return one hash over the code, rules and models of this package, Python and libraries."""
    digest = hashlib.sha256(data_digest().encode())
    root = Path(__file__).parent.parent
    for path in code_files(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(f"{platform.python_version()} {unicodedata.unidata_version}\n".encode())
    for name in LIBRARIES:
        digest.update(f"{name} {_version(name)}\n".encode())
    return digest.hexdigest()


def code_files(root: Path) -> Iterator[Path]:
    """Yield what this package is made of, in Python and in C, in a fixed order."""
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in _CODE:
                yield path


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _checksum(path: Path) -> list[int]:
    """Return size and CRC-32 of a file."""
    size = checksum = 0
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            size += len(data)
            checksum = zlib.crc32(data, checksum)
    return [size, checksum]


def _link(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
