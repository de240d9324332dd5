"""Readers: from an input folder to raw articles and rejects, in the order of the input.

`list_files` says what is read and what is not, `plan_slices` cuts it into tasks, `read_slice`
reads one of them. Every record comes out as exactly one article or one reject; bad data never
raises.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, Final, Literal, NamedTuple

from builder.errors import ConfigError
from builder.input.params import InputParams
from builder.input.rejects import Place, reject
from builder.readers.digests import digest_input, digest_slice
from builder.readers.files import FileListing, InputFile, Skipped, list_input
from builder.readers.html import read_html
from builder.readers.jsonl import read_jsonl
from builder.readers.parquet import read_parquet
from builder.readers.remote import RemoteInput, Root, open_input
from builder.readers.slices import Piece, Slice, plan_slices
from builder.readers.streams import BrokenStream
from builder.readers.text import read_text
from builder.readers.warc import read_warc
from schema.article import RawArticle
from schema.reject import Reject, RejectCode

__all__ = [
    "READERS",
    "FileListing",
    "InputFile",
    "Piece",
    "Reader",
    "RemoteInput",
    "Root",
    "Skipped",
    "Slice",
    "digest_input",
    "digest_slice",
    "list_files",
    "plan_slices",
    "read_slice",
]

Read = Callable[[BinaryIO, Piece, InputParams, Counter[str]], Iterator[RawArticle | Reject]]


class Reader(NamedTuple):
    """A format of input.

    Attributes:
        suffixes: endings of the names that it claims, in lower case.
        read: reads a piece of a file; bad data never make it raise.
        extra: the optional dependency that it needs, as `pip` knows it, if any.
        modules: what that installs.
    """

    suffixes: tuple[str, ...]
    read: Read
    extra: str = ""
    modules: tuple[str, ...] = ()


#: Every format, by name. A new one is a module and a line here.
READERS: Final[Mapping[str, Reader]] = {
    "html": Reader((".html", ".htm"), read_html, "html", ("trafilatura",)),
    "jsonl": Reader(
        (
            ".jsonl",
            ".ndjson",
            ".jsonl.gz",
            ".ndjson.gz",
            ".jsonl.zst",
            ".ndjson.zst",
        ),
        read_jsonl,
    ),
    "parquet": Reader((".parquet",), read_parquet),
    "text": Reader((".txt",), read_text),
    "warc": Reader((".warc", ".warc.gz"), read_warc, "warc", ("warcio", "trafilatura")),
}


def list_files(
    root: Root,
    exclude: Collection[Path] = (),
    links: Literal["inside", "everywhere"] = "inside",
) -> FileListing:
    """List what is read of an input, what is skipped, and what is missing.

    Args:
        root: a file or a folder, here or in a store.
        exclude: files and folders that are left out, such as the output.
        links: `InputParams.links`; stores have none.

    Returns:
        Files, skipped ones and rejects, each sorted by path. All may be empty.

    Raises:
        ConfigError: there is no such input, it cannot be opened, no reader for a single file, or a
            format needs an extra that is not installed.
    """
    suffixes = {suffix: name for name, reader in READERS.items() for suffix in reader.suffixes}
    if isinstance(root, RemoteInput):
        listing = root.find(suffixes)
    else:
        listing = list_input(root, suffixes, exclude, links)
    for name in sorted({file.format for file in listing.files}):
        _check_installed(name, READERS[name])
    return listing


def _check_installed(name: str, reader: Reader) -> None:
    """Fail before a build starts, not in its workers."""
    missing = [module for module in reader.modules if find_spec(module) is None]
    if missing:
        raise ConfigError(
            f"the input holds {name} files; reading them needs {', '.join(missing)}: "
            f"pip install 'pressmark[{reader.extra}]'",
            extra=reader.extra,
        )


def read_slice(
    root: Root, slice_: Slice, params: InputParams, unknown: Counter[str] | None = None
) -> Iterator[RawArticle | Reject]:
    """Yield one outcome for each record of a slice, in order.

    Args:
        root: the input that was listed.
        slice_: what to read.
        params: column names and limits.
        unknown: counts the fields that no one reads, by name; the caller owns it.

    Returns:
        Articles and rejects. Bad data never raises; a file that cannot be read is one reject.
    """
    counter: Counter[str] = Counter() if unknown is None else unknown
    for piece in slice_.pieces:
        try:
            with open_input(root, piece.path) as file:
                yield from READERS[piece.format].read(file, piece, params, counter)
        except (OSError, BrokenStream) as error:
            reason = getattr(error, "strerror", None) or str(error)
            place = Place(piece.path, piece.start)
            yield reject(RejectCode.UNREADABLE_FILE, place, f"the file cannot be read: {reason}")
