"""Signatures come out of sidecars as they went in, however Arrow has cut the column."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from builder import decide
from builder.config import BuildConfig
from builder.writers.parts import SCHEMAS

WIDTH = BuildConfig().signature.num_perm


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), max_size=4))
def test_a_column_of_signatures_becomes_a_matrix(cuts):
    kind = SCHEMAS["sidecar"].field("signature").type
    draw = np.random.default_rng(1)
    wanted, chunks = [np.zeros((0, WIDTH), np.uint32)], []
    for before, kept, after in cuts:
        rows = draw.integers(0, 2**32, (before + kept + after, WIDTH), dtype=np.uint32)
        chunks.append(pa.array([row.tobytes() for row in rows], kind).slice(before, kept))
        wanted.append(rows[before : before + kept])
    table = pa.table({"signature": pa.chunked_array(chunks, kind)})
    assert np.array_equal(decide._signatures(table, BuildConfig()), np.concatenate(wanted))
