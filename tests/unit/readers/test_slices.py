"""Slices depend on the input alone, and hold every file exactly once."""

from __future__ import annotations

import itertools
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.readers import FileListing, InputFile, Piece, Slice, plan_slices

files = st.lists(
    st.builds(
        InputFile,
        path=st.sampled_from(["a.txt", "b.jsonl", "c.jsonl.gz", "d.parquet", "e.ndjson.ZST"]),
        bytes=st.integers(0, 300),
        format=st.just(""),
    ),
    max_size=10,
).map(
    lambda found: tuple(
        InputFile(f"{number}/{file.path}", file.bytes, _format(file.path))
        for number, file in enumerate(found)
    )
)


def _format(path: str) -> str:
    return {"a": "text", "d": "parquet"}.get(path[0], "jsonl")


@given(files, st.integers(1, 400))
def test_the_slices_are_the_input(found: tuple[InputFile, ...], slice_bytes: int) -> None:
    """Ranges join without gap or overlap; whole files are whole; order is kept."""
    slices = plan_slices(FileListing(files=found), slice_bytes)
    pieces = [piece for slice_ in slices for piece in slice_.pieces]
    assert list(dict.fromkeys(piece.path for piece in pieces)) == [file.path for file in found]
    for file in found:
        own = [piece for piece in pieces if piece.path == file.path]
        assert own[0].start == 0
        assert own[-1].end == file.bytes
        assert all(one.end == two.start for one, two in itertools.pairwise(own))
        assert len(own) == 1 or not own[0].packing
    for slice_ in slices:
        assert slice_.pieces
        assert slice_.bytes <= slice_bytes or len(slice_.pieces) == 1


def test_small_files_share_a_slice_and_large_ones_are_cut() -> None:
    """A folder of small texts is no task a file."""
    small = tuple(InputFile(f"{number:03}.txt", 10, "text") for number in range(100))
    large = InputFile("z.jsonl", 2500, "jsonl")
    slices = plan_slices(FileListing(files=(*small, large)), 1000)
    assert [len(slice_.pieces) for slice_ in slices] == [100, 1, 1, 1]
    assert slices[1] == Slice((Piece("z.jsonl", "jsonl", 0, 1000),))


def test_a_new_file_changes_the_slices_near_it_only() -> None:
    """So finished work on the others can be used again; growth at the end of a file is the same."""
    files = [InputFile(f"{number:04}.txt", 10, "text") for number in range(3000)]
    before = plan_slices(FileListing(files=tuple(files)), 10_000)
    files.insert(1500, InputFile("1499a.txt", 10, "text"))
    after = plan_slices(FileListing(files=tuple(files)), 10_000)
    assert len(before) > 5
    assert len(set(before) - set(after)) <= 1
    short, long = (InputFile("z.jsonl", size, "jsonl") for size in (2500, 5500))
    cut = [plan_slices(FileListing(files=(file,)), 1000) for file in (short, long)]
    assert cut[0][:2] == cut[1][:2]


def test_a_slice_travels_to_a_worker() -> None:
    """It is small, frozen and comes back equal."""
    slice_ = Slice((Piece("a.jsonl", "jsonl", 0, 10),))
    assert pickle.loads(pickle.dumps(slice_)) == slice_
    assert len(pickle.dumps(slice_)) < 300
    assert hash(slice_)


def test_slices_of_nothing_are_refused() -> None:
    """A size below one byte is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least 1"):
        plan_slices(FileListing(), 0)
