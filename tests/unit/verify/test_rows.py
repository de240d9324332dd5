"""`verify`: one wrong thing in shards, rows, clusters or receipts gives its finding."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.verify.shards import read_shard, shard_place
from schema.arrow import arrow_schema, audit_schema
from schema.findings import FindingCode
from tests.break_release import AUDIT, SHARD, check, codes, rewrite
from tests.make_release import relist

# Shards.


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" * 100, b"\0" * 5000])
def test_a_broken_shard_is_unreadable(folder, content):
    (folder / SHARD).write_bytes(content)
    relist(folder)
    assert ("FILE_UNREADABLE", SHARD) in [(f.code, f.path) for f in check(folder)]


def test_a_shard_cut_or_bent_anywhere_never_raises(folder):
    path = folder / SHARD
    whole = path.read_bytes()
    for at in range(4, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:at])
        assert read_shard(path, shard_place(SHARD)).findings
        path.write_bytes(whole[:at] + b"\xff\x00\x7f" + whole[at + 3 :])
        read_shard(path, shard_place(SHARD))


def test_a_shard_without_rows_is_named(folder):
    table = pa.Table.from_pylist([], schema=arrow_schema())
    pq.write_table(table, folder / SHARD)
    relist(folder)
    found = [f for f in check(folder) if f.code is FindingCode.SHARD_EMPTY]
    assert SHARD in [f.path for f in found]


def test_another_schema_is_named(folder):
    table = pq.read_table(folder / SHARD)
    pq.write_table(table.append_column("split", pa.array(["train"] * 3)), folder / SHARD)
    relist(folder)
    assert ("SCHEMA_MISMATCH", "split") in [(f.code, f.column) for f in check(folder)]


def test_other_nullability_and_lost_metadata_are_named(folder):
    table = pq.read_table(folder / SHARD)
    schema = pa.schema([f.with_nullable(True) for f in table.schema])
    pq.write_table(table.cast(schema), folder / SHARD)
    relist(folder)
    messages = [f.message for f in check(folder) if f.code is FindingCode.SCHEMA_MISMATCH]
    assert any("null" in message for message in messages)
    assert sum("metadata has no key" in message for message in messages) == 2


def test_other_features_in_the_metadata_are_named(folder):
    table = pq.read_table(folder / SHARD)
    metadata = {**table.schema.metadata, b"huggingface": b'{"info": {}}'}
    pq.write_table(table.replace_schema_metadata(metadata), folder / SHARD)
    relist(folder)
    assert "SCHEMA_MISMATCH" in codes(check(folder))


def test_a_large_row_group_is_named(folder, monkeypatch):
    monkeypatch.setattr("builder.verify.shards.MAX_ROW_GROUP_BYTES", 100)
    assert "ROW_GROUP_SIZE" in codes(check(folder))


def test_a_large_shard_is_checked_piece_by_piece(folder, monkeypatch):
    monkeypatch.setattr("builder.verify.shards.MAX_MEASURED_BYTES", 10)
    assert check(folder) == []
    rewrite(folder, SHARD, lambda rows: rows[1].update(text=" x", entities=[]))
    found = [f for f in check(folder) if f.code is FindingCode.TEXT_SPACE]
    assert [(f.path, f.row) for f in found] == [(SHARD, 1)]


def test_a_bad_row_is_named_by_file_row_and_column(folder):
    rewrite(folder, SHARD, lambda rows: rows[2]["entities"][0].update(mention="xy"))
    assert [(f.code, f.path, f.row, f.column) for f in check(folder)] == [
        ("ENTITY_MENTION", SHARD, 2, "entities")
    ]


def test_a_row_in_the_folder_of_another_language_is_named(folder):
    rewrite(folder, SHARD, lambda rows: rows[1].update(language="de"))
    found = check(folder)
    assert ("LANGUAGE_PATH", SHARD, 1) in [(f.code, f.path, f.row) for f in found]


def test_rows_out_of_order_are_named(folder):
    rewrite(folder, SHARD, lambda rows: rows.reverse())
    assert codes(check(folder)).count("ROW_ORDER") == 2  # the shard, and the receipts beside it


# Articles and splits.


def test_an_id_that_occurs_in_two_splits_is_named(release, tmp_path):
    again = dict(release.articles["fr", "train"][0])
    release.articles["fr", "test"].append(again)
    release.articles["fr", "test"].sort(key=lambda row: row["id"])
    found = check(release.write(tmp_path / "tiny"))
    assert {"ID_REPEATED", "CLUSTER_LEAK", "CLUSTER_SIZE", "AUDIT_IDS"} <= set(codes(found))
    (repeated,) = [f for f in found if f.code is FindingCode.ID_REPEATED]
    assert f"{SHARD}[0]" in repeated.message or "test-00000" in repeated.message


def test_a_cluster_in_two_splits_is_named(release, tmp_path):
    a, b = release.articles["fr", "train"][0], release.articles["fr", "test"][0]
    low = min(a["id"], b["id"])
    a.update(cluster_id=low, cluster_size=2)
    b.update(cluster_id=low, cluster_size=2)
    found = check(release.write(tmp_path / "tiny"))
    assert codes(found).count("CLUSTER_LEAK") == 1
    assert "test and in train" in str(next(f for f in found if f.code == "CLUSTER_LEAK"))


def test_one_text_in_two_splits_is_a_leak(release, tmp_path):
    release.articles["fr", "test"][0]["text"] = release.articles["fr", "train"][0]["text"]
    release.articles["fr", "test"][0]["entities"] = []
    found = check(release.write(tmp_path / "tiny"))
    assert ("CLUSTER_LEAK", "text") in [(f.code, f.column) for f in found]


def test_a_wrong_size_of_a_cluster_is_named(folder):
    rewrite(folder, SHARD, lambda rows: rows[0].update(cluster_size=2))
    assert "CLUSTER_SIZE" in codes(check(folder))


# Receipts.


def test_a_receipt_that_does_not_rebuild_is_named(folder):
    def change(rows):
        piece = next(row for row in rows if row["removed"])["removed"][0]
        piece["text"] = piece["text"][:-1] + "x"

    rewrite(folder, AUDIT, change)
    assert codes(check(folder)) == ["AUDIT_REBUILD"]


def test_a_text_that_was_changed_after_cleaning_does_not_rebuild(folder):
    rewrite(folder, SHARD, lambda rows: rows[0].update(text=rows[0]["text"] + "!"))
    assert ("AUDIT_REBUILD", AUDIT) in [(f.code, f.path) for f in check(folder)]


def test_a_local_audit_is_held_against_the_articles(release, tmp_path):
    release.audit = "local"
    release.receipts["train"][0]["removed"] = []
    release.receipts["train"][1]["removed"] = []
    release.receipts["train"][2]["removed"] = []
    assert "AUDIT_REBUILD" in codes(check(release.write(tmp_path / "tiny")))


def test_missing_extra_and_disordered_receipts_are_named(folder):
    rewrite(folder, AUDIT, lambda rows: rows.pop())
    assert "AUDIT_IDS" in codes(check(folder))
    rewrite(folder, AUDIT, lambda rows: rows.append({"id": "0" * 32, "removed": []}))
    found = [f.message for f in check(folder) if f.code is FindingCode.AUDIT_IDS]
    assert len(found) == 2
    shutil.rmtree(folder / "audit")
    assert "AUDIT_IDS" in codes(check(folder))


def test_a_receipt_with_a_bad_span_is_named(folder):
    def change(rows):
        next(row for row in rows if row["removed"])["removed"][0]["end"] += 1

    rewrite(folder, AUDIT, change, audit_schema())
    assert "REMOVED_LENGTH" in codes(check(folder))
