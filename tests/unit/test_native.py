"""Kernels in C: what they are handed is checked before they run."""

import ctypes
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from builder import native
from builder.native.sources import source_number
from builder.text.date_patterns import DATE_WINDOW
from builder.text.layout_words import TOPICS
from builder.text.phrases import ANCHOR_CHARS


@pytest.fixture
def gather_facts():
    """Return a function of code points, and of the facts of those that are known and others."""
    kernel = native.kernel(
        "gather_facts",
        *(native.U32, native.I64, native.SIZE, native.U8, native.SIZE, native.SIZE, native.U8),
    )

    def gather(codes, table, beyond):
        facts = np.empty(1, dtype=np.uint8)
        bounds = np.array([0, len(codes)])
        assert kernel(codes, bounds, 1, table, table.size, beyond, facts) == 1
        return facts[0]

    return gather


def test_facts_of_all_characters_are_gathered(gather_facts):
    table = np.array([0, 1, 2, 4], dtype=np.uint8)
    for codes, facts in (([], 0), ([0, 0], 0), ([1, 3], 5), ([2, 4], 10), ([0x10FFFF], 8)):
        assert gather_facts(np.array(codes, dtype=np.uint32), table, 8) == facts


def test_arrays_may_be_read_only_or_without_length(gather_facts):
    codes, table = np.frombuffer(bytes(16), dtype=np.uint32), np.frombuffer(b"\5", dtype=np.uint8)
    assert gather_facts(codes, table, 0) == 5
    assert gather_facts(codes[:0], table[:0], 0) == 0


@pytest.mark.parametrize(
    "codes",
    [
        np.zeros(4, dtype=np.int64),
        np.zeros(4, dtype=">u4"),
        np.zeros(8, dtype=np.uint32)[::2],
        np.frombuffer(bytes(32), dtype=np.uint32)[::2],
        np.frombuffer(bytearray(17), dtype=np.uint8)[1:].view(np.uint32),
        b"abcd",
    ],
    ids=[
        "other type",
        "other order",
        "with gaps",
        "read-only with gaps",
        "not aligned",
        "no array",
    ],
)
def test_other_arrays_are_refused(gather_facts, codes):
    with pytest.raises(ctypes.ArgumentError):
        gather_facts(codes, np.zeros(1, dtype=np.uint8), 0)


@pytest.fixture
def library(monkeypatch, tmp_path):
    """Pretend that the library lies in another folder."""
    native._library.cache_clear()
    monkeypatch.setattr(native, "LIBRARY", tmp_path / "kernels.so")
    yield tmp_path / "kernels.so"
    native._library.cache_clear()


def test_a_missing_library_says_what_to_do(library):
    with pytest.raises(
        ImportError, match=r"kernels\.so cannot be used: .* install pressmark again"
    ):
        native.kernel("gather_facts")


def test_a_library_of_other_sources_is_not_used(library):
    folder = Path(native.__file__).parent
    shutil.copy(folder / "kernels.so", library)
    for source in folder.glob("*.[ch]"):
        shutil.copy(source, library.parent)
    assert native.kernel("source_number")() == source_number(folder)
    native._library.cache_clear()
    with (library.parent / "characters.c").open("a") as changed:
        changed.write("\n")
    with pytest.raises(ImportError, match="compiled from other sources; install pressmark again"):
        native.kernel("source_number")


@pytest.mark.parametrize(
    ("name", "value"),
    [("TOPICS", len(TOPICS)), ("ANCHOR_CHARS", ANCHOR_CHARS), ("DATE_WINDOW", DATE_WINDOW)],
)
def test_sizes_that_both_sides_know_are_equal(name, value):
    sources = [path.read_text("utf-8") for path in Path(native.__file__).parent.glob("*.[ch]")]
    found = {size for source in sources for size in re.findall(rf"\b{name} = (\d+)", source)}
    assert found == {str(value)}
