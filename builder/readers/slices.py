"""Cut the input into slices by bytes, so that the cuts depend on the input alone.

A slice is what one task reads. Large files are cut into byte ranges and a record belongs to the
range in which it starts, so no file has to be opened to plan; small files share a slice.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from builder.readers.files import FileListing, InputFile

__all__ = ["Piece", "Slice", "plan_slices"]

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

    A file over the size is cut into equal ranges of at most that size if its format allows it,
    and is a slice of its own if not. Other files are gathered until the size is reached.

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
    if held:
        yield Slice(tuple(held))


def _pieces(file: InputFile, slice_bytes: int) -> Iterator[Piece]:
    whole = Piece(file.path, file.format, 0, file.bytes)
    if file.bytes <= slice_bytes or file.format not in CUT_FORMATS or whole.packing:
        yield whole
        return
    count = -(-file.bytes // slice_bytes)
    borders = [file.bytes * index // count for index in range(count + 1)]
    for start, end in itertools.pairwise(borders):
        yield Piece(file.path, file.format, start, end)
