"""pyarrow starts without pandas, and still finds it when somebody wants a data frame."""

import subprocess
import sys

SCRIPT = """
import sys
from builder.arrow_start import start_arrow
start_arrow()
import pyarrow as pa
import pyarrow.dataset
table = pa.table({"a": [1, 2]})
assert "pandas" not in sys.modules
assert list(table.to_pandas()["a"]) == [1, 2]
start_arrow()
assert pa.Table.from_pandas(sys.modules["pandas"].DataFrame({"a": [1, 2]})).equals(table)
"""


def test_pandas_is_imported_only_on_demand() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
