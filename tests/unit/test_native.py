"""Kernels in C: what they are handed is checked before they run."""

import ctypes

import numpy as np
import pytest

from builder import native


@pytest.fixture
def gather_facts():
    return native.kernel(
        "gather_facts", *(native.U32, native.SIZE, native.U8, native.SIZE, native.SIZE)
    )


def test_facts_of_all_characters_are_gathered(gather_facts):
    table = np.array([0, 1, 2, 4], dtype=np.uint8)
    for codes, facts in (([], 0), ([0, 0], 0), ([1, 3], 5), ([2, 4], 10), ([0x10FFFF], 8)):
        assert gather_facts(np.array(codes, dtype=np.uint32), len(codes), table, 4, 8) == facts


@pytest.mark.parametrize(
    "codes",
    [np.zeros(4, dtype=np.int64), np.zeros(8, dtype=np.uint32)[::2], b"abcd"],
    ids=["other type", "with gaps", "no array"],
)
def test_other_arrays_are_refused(gather_facts, codes):
    with pytest.raises(ctypes.ArgumentError):
        gather_facts(codes, 4, np.zeros(1, dtype=np.uint8), 1, 0)


def test_a_missing_library_says_what_to_do(monkeypatch, tmp_path):
    with pytest.raises(ImportError, match=r"kernels\.so .* install pressmark again"):
        native.kernel("of_a_later_version")
    monkeypatch.setattr(native, "LIBRARY", tmp_path / "kernels.so")
    with pytest.raises(ImportError, match=r"kernels\.so .* install pressmark again"):
        native.kernel("score_labels")
