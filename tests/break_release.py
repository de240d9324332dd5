"""Break a release in one place, as tests of `verify` do, and name what is found."""

import json

import pyarrow as pa
import pyarrow.parquet as pq

from builder.verify import verify
from builder.writers.parquet import write_parquet
from tests.make_release import relist, write_card

__all__ = ["AUDIT", "SHARD", "check", "codes", "edit_card", "edit_manifest", "rewrite"]

SHARD = "data/fr/train-00000-of-00001.parquet"
AUDIT = "audit/train-00000-of-00001.parquet"


def codes(findings):
    return [finding.code.value for finding in findings]


def check(folder):
    return verify(folder, engines="none")


def rewrite(folder, path, change, schema=None):
    """Write a shard again with changed rows, and bring the checksums up to date."""
    table = pq.read_table(folder / path)
    rows = table.to_pylist()
    change(rows)
    table = pa.Table.from_pylist(rows, schema=schema or table.schema)
    write_parquet(folder / path, table.schema, [table])
    relist(folder)


def edit_manifest(folder, change):
    path = folder / "manifest.json"
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def edit_card(folder, old, new, count=1):
    text = (folder / "README.md").read_text()
    assert old in text
    write_card(folder, text.replace(old, new, count))
    relist(folder)
