"""A full disk ends the writing of a shard with an error, wherever in a chunk space runs out."""

import subprocess
import sys
from pathlib import Path

import pytest

WRITE = """
import random, resource, sys
from pathlib import Path

import pyarrow as pa

from builder.errors import OutputError
from builder.writers.parquet import write_parquet

letters = random.Random(0)
table = pa.table({"text": [letters.randbytes(8).hex() for _ in range(60_000)]})
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
try:
    write_parquet(Path(sys.argv[2]), table.schema, [table])
except OutputError as error:
    print(error)
"""


@pytest.mark.parametrize("limit", [0, 3, 100_000])
def test_a_full_disk_is_an_error(tmp_path: Path, limit: int) -> None:
    """In a process of its own, which Arrow might end."""
    path = tmp_path / "shard.parquet"
    command = [sys.executable, "-c", WRITE, str(limit), str(path)]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "no space left" in run.stdout
    assert not path.exists()
