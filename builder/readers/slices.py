"""Cut the input into slices by bytes, so that the cuts depend on the input alone.

A slice is what one task reads. Large files are cut into byte ranges and a record belongs to the
range in which it starts, so no file has to be opened to plan; small files share a slice.
"""

import itertools
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from builder.readers.files import FileListing, InputFile

__all__ = ["Piece", "Slice", "plan_slices"]

#: Small files in a slice, on average at most.
GATHERED_FILES = 256

#: Formats whose records can be found from any offset. The others are read from their beginning.
CUT_FORMATS = frozenset({"jsonl", "parquet"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A range of the bytes of one file, half-open; the records that start in it."""

    path: str
    format: str
    start: int
    end: int

    @property
    def packing(self) -> str:
        """The suffix of the compression, or an empty string; a compressed file is never cut."""
        name = self.path.lower()
        return next((suffix for suffix in (".gz", ".zst") if name.endswith(suffix)), "")


@dataclass(frozen=True, slots=True)
class Slice:
    """What one task reads: pieces in the order of their paths."""

    pieces: tuple[Piece, ...]

    @property
    def bytes(self) -> int:
        """Size on disk."""
        return sum(piece.end - piece.start for piece in self.pieces)


def plan_slices(listing: FileListing, slice_bytes: int) -> list[Slice]:
    """Cut listed files into slices of about `slice_bytes`, in the order of their paths.

    A file over the size is cut into ranges of that size if its format allows it, and is a slice
    of its own if not. Other files are gathered, up to the size and to a name that ends a slice:
    so a file that comes, goes or grows changes the slices near it, and no others.

    Args:
        listing: the files.
        slice_bytes: size of a slice on disk, in bytes, at least 1.

    Returns:
        Slices that together hold every listed file exactly once. Empty for an empty listing.
    """
    if slice_bytes < 1:
        raise ValueError("slice_bytes must be at least 1")
    return list(_gather(listing.files, slice_bytes))


def _gather(files: Iterable[InputFile], slice_bytes: int) -> Iterator[Slice]:
    held: list[Piece] = []
    size = 0
    for file in files:
        pieces = list(_pieces(file, slice_bytes))
        if held and size + file.bytes > slice_bytes:
            yield Slice(tuple(held))
            held, size = [], 0
        if len(pieces) > 1:
            yield from (Slice((piece,)) for piece in pieces)
        else:
            held += pieces
            size += file.bytes
            if zlib.crc32(file.path.encode()) % GATHERED_FILES == 0:
                yield Slice(tuple(held))
                held, size = [], 0
    if held:
        yield Slice(tuple(held))


def _pieces(file: InputFile, slice_bytes: int) -> Iterator[Piece]:
    whole = Piece(file.path, file.format, 0, file.bytes)
    if file.bytes <= slice_bytes or file.format not in CUT_FORMATS or whole.packing:
        yield whole
        return
    for start, end in itertools.pairwise([*range(0, file.bytes, slice_bytes), file.bytes]):
        yield Piece(file.path, file.format, start, end)
