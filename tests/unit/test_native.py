"""Kernels in C: what they are handed is checked before they run."""

import ctypes
from collections import Counter

import numpy as np
import pytest

from builder import native


@pytest.fixture
def count_features():
    return native.kernel(
        "count_features",
        *(native.U8, native.I64, native.SIZE, native.U32, native.I32, native.I32),
        *(native.I64, native.I64, native.F32, native.I64),
    )


def model(features):
    """Return an automaton of two states: every `a` leads to the second, the rest to the first."""
    moves = np.zeros(256, dtype=np.uint32)
    moves[ord("a")] = 1
    return moves, np.zeros(2, dtype=np.int32), np.array(features, dtype=np.int32)


def room(size):
    return np.empty(size, np.int64), np.empty(size, np.float32), np.empty(size, np.int64)


@pytest.mark.parametrize("passages", [[], [b""], [b"banana", b"", b"xyz"], [b"a" * 40] * 20])
def test_features_are_those_of_each_passage_alone(count_features, passages):
    bounds = np.cumsum([0, *map(len, passages)], dtype=np.int64)
    text = np.frombuffer(b"".join(passages), dtype=np.uint8)
    found, counts, _ = room(text.size)
    sizes, seen = np.empty(len(passages), np.int64), np.full(2, -1, dtype=np.int64)
    count_features(text, bounds, len(passages), *model([1, 0]), seen, found, counts, sizes)
    for passage, first, size in zip(passages, bounds.tolist(), sizes.tolist(), strict=False):
        own = dict(zip(found[first:][:size].tolist(), counts[first:][:size].tolist(), strict=True))
        expected = Counter(0 if letter == ord("a") else 1 for letter in passage)
        assert list(own.items()) == list(expected.items())
    assert (seen == -1).all()


@pytest.mark.parametrize(
    "text",
    [np.zeros(4, dtype=np.int64), np.zeros(8, dtype=np.uint8)[::2], b"abcd"],
    ids=["other type", "with gaps", "no array"],
)
def test_other_arrays_are_refused(count_features, text):
    found, counts, sizes = room(4)
    seen = np.full(2, -1, dtype=np.int64)
    bounds = np.array([0, 4])
    with pytest.raises(ctypes.ArgumentError):
        count_features(text, bounds, 1, *model([1, 0]), seen, found, counts, sizes)


def test_a_missing_library_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(native, "_LIBRARY", tmp_path / "kernels.so")
    with pytest.raises(ImportError, match=r"kernels\.so .* install pressmark again"):
        native.kernel("count_features")
