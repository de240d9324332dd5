"""The format's own library accepts the metadata and loads the rows through them."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("mlcroissant") is None, reason="mlcroissant is not installed"),
]

#: In a process of its own: the library warns of other libraries, and warnings are errors here.
SCRIPT = """
import json, logging, sys
import mlcroissant
logging.disable()
data = mlcroissant.Dataset(jsonld=sys.argv[1])
def plain(value):
    if isinstance(value, dict):
        return {key.rpartition("/")[2]: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode()
    return value.item() if hasattr(value, "item") else value
print(json.dumps({
    "issues": data.metadata.issues.report(),
    "records": {
        node.uuid: [plain(record) for record in data.records(node.uuid)]
        for node in data.metadata.record_sets
    },
}, default=lambda value: str(value.date())))
"""


def test_mlcroissant_loads_every_row_of_every_config(seeds: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, str(seeds / "croissant.json")],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert not found["issues"]
    assert set(found["records"]) == {"default", "fr", "audit"}
    for name, folder in (("default", "data/*"), ("fr", "data/fr"), ("audit", "audit")):
        assert _by_id(found["records"][name]) == _by_id(_rows(seeds, f"{folder}/*.parquet"))


def _rows(folder: Path, pattern: str) -> list[dict[str, object]]:
    rows = [
        {"split": path.name.partition("-")[0], **row}
        for path in sorted(folder.glob(pattern))
        for row in pq.read_table(path).to_pylist()
    ]
    return json.loads(json.dumps(rows, default=str))  # type: ignore[no-any-return]


def _by_id(rows: list[dict[str, object]]) -> dict[object, dict[str, object]]:
    return {row["id"]: row for row in rows}
