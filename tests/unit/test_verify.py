"""`verify`: one wrong thing in a folder gives its finding, and nothing raises."""

import json
import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.errors import ConfigError
from builder.verify import verify
from builder.verify.shards import read_shard, shard_place
from builder.writers.parquet import write_parquet
from schema.arrow import arrow_schema, audit_schema
from schema.findings import FindingCode
from tests.make_release import Release, reject_row, relist, write_card

SHARD = "data/fr/train-00000-of-00001.parquet"
AUDIT = "audit/train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return Release().write(tmp_path_factory.mktemp("pristine") / "tiny")


@pytest.fixture
def folder(pristine, tmp_path):
    """A copy of a good folder, to be broken."""
    shutil.copytree(pristine, tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture
def release():
    return Release()


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


def test_a_good_folder_has_no_findings(pristine):
    assert check(pristine) == []


def test_a_good_folder_with_a_local_audit_or_without_one_has_no_findings(release, tmp_path):
    release.audit = "local"
    folder = release.write(tmp_path / "local")
    assert check(folder) == []
    shutil.rmtree(tmp_path / "local.audit")
    assert check(folder) == []
    release.audit = "none"
    assert check(release.write(tmp_path / "none")) == []


def test_rejects_beside_the_folder_are_counted(release, tmp_path):
    release.rejects = [reject_row(), reject_row("BAD_RECORD", 7)]
    folder = release.write(tmp_path / "tiny")
    assert check(folder) == []
    table = pq.read_table(tmp_path / "tiny.rejects/rejects-00000-of-00001.parquet")
    pq.write_table(table.slice(1), tmp_path / "tiny.rejects/rejects-00000-of-00001.parquet")
    assert codes(check(folder)) == ["CONSERVATION", "COUNT_MISMATCH"]


def test_a_folder_that_is_not_there_is_one_finding(tmp_path):
    assert codes(verify(tmp_path / "nowhere")) == ["FILE_MISSING"]


def test_an_empty_folder_lacks_card_and_manifest(tmp_path):
    assert codes(verify(tmp_path)) == ["CARD_MISSING", "MANIFEST_MISSING"]


# Files.


def test_a_changed_file_is_named(folder):
    (folder / "LICENSE").write_text("Free for all.........\n")
    assert [(f.code, f.path) for f in check(folder)] == [("FILE_CHECKSUM", "LICENSE")]


def test_a_file_of_another_size_is_named(folder):
    (folder / "LICENSE").write_text("")
    (found,) = check(folder)
    assert "0 bytes" in found.message


def test_a_missing_file_is_named(folder):
    (folder / "LICENSE").unlink()
    assert codes(check(folder)) == ["FILE_MISSING", "CARD_LICENCE"]


def test_an_unlisted_file_is_named_but_not_what_the_hub_adds(folder):
    (folder / ".gitattributes").write_text("")
    (folder / ".cache").mkdir()
    (folder / ".cache/x").write_text("")
    (folder / "notes.txt").write_text("")
    assert [(f.code, f.path) for f in check(folder)] == [("FILE_UNLISTED", "notes.txt")]


def test_links_are_named_whatever_they_lead_to(folder):
    (folder / "loop").symlink_to(folder)
    (folder / "dangling").symlink_to("nowhere")
    (folder / "file").symlink_to("LICENSE")
    (folder / "self").symlink_to("self")
    links = [f.path for f in check(folder) if f.code is FindingCode.FILE_LINK]
    assert links == ["dangling", "file", "loop", "self"]


def test_a_pipe_is_not_opened(folder):
    os.mkfifo(folder / "data/fr/pipe.parquet")
    assert [(f.code, f.path) for f in check(folder)] == [
        ("FILE_UNREADABLE", "data/fr/pipe.parquet")
    ]


def test_a_name_that_is_no_utf8_still_prints(folder):
    (folder / os.fsdecode(b"\xff.txt")).write_text("")
    assert codes(check(folder)) == ["FILE_NAME", "FILE_UNLISTED"]
    assert str(check(folder)[0]).encode()


@pytest.mark.parametrize("name", [".hidden", "a\nb", "a ", "dot."])
def test_a_name_that_cannot_be_published_is_named(folder, name):
    (folder / name).write_text("")
    assert "FILE_NAME" in codes(check(folder))
    assert all("\n" not in str(finding) for finding in check(folder))


# Manifest.


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"shards": 3, "files": [1, {"path": []}]}', "[" * 100_000]
)
def test_a_manifest_of_anything_is_invalid(folder, text):
    (folder / "manifest.json").write_text(text)
    assert set(codes(check(folder))) <= {"MANIFEST_INVALID", "FILE_UNLISTED"}
    assert "MANIFEST_INVALID" in codes(check(folder))


def test_without_a_manifest_all_else_is_still_checked(folder):
    (folder / "manifest.json").unlink()
    assert codes(check(folder)) == ["MANIFEST_MISSING"]
    (folder / SHARD).write_bytes(b"PAR1")
    assert "FILE_UNREADABLE" in codes(check(folder))


def test_counts_that_do_not_add_up_break_conservation(folder):
    edit_manifest(folder, lambda data: data["counts"]["total"].update(read=99))
    assert codes(check(folder)) == ["CONSERVATION"]


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("stats.chars", lambda data: data["stats"].update(chars=1)),
        ("stats.flags", lambda data: data["stats"]["flags"].update(video=2)),
        ("stats.lengths", lambda data: data["stats"]["lengths"].update(p50=1)),
        ("stats.removed_chars", lambda data: data["stats"]["removed_chars"].update(space=9)),
        ("shards", lambda data: data["shards"][0].update(rows=9)),
        ("shards", lambda data: data["shards"][0].update(split="test", num_bytes=7)),
        ("splits", lambda data: data["splits"]["train"].update(share=0.1)),
        ("leaks", lambda data: data["leaks"][0].update(near=3)),
    ],
)
def test_a_wrong_number_in_the_manifest_is_named(folder, key, change):
    edit_manifest(folder, change)
    wrong = [f.column for f in check(folder) if f.code is FindingCode.COUNT_MISMATCH]
    assert key in wrong


def test_a_manifest_without_what_the_card_is_made_from_is_invalid(folder):
    edit_manifest(folder, lambda data: data.update(config={}))
    assert "MANIFEST_INVALID" in codes(check(folder))


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


# Card: single keys and shapes are tested with the lint; here is what needs files.


def test_a_missing_card_is_named(folder):
    (folder / "README.md").unlink()
    relist(folder)
    assert codes(check(folder)) == ["CARD_MISSING"]


def test_a_number_that_someone_edited_is_named(folder):
    edit_card(folder, "**7 articles**", "**70 articles**")
    (found,) = check(folder)
    assert (found.code, found.column) == ("CARD_NUMBERS", "summary")
    assert "70" in found.message


def test_a_wrong_count_in_the_yaml_is_named(folder):
    edit_card(folder, "num_examples: 5", "num_examples: 6")
    found = check(folder)
    assert set(codes(found)) == {"CARD_COUNTS"}


def test_another_feature_in_the_yaml_is_named(folder):
    edit_card(folder, "dtype: date32", "dtype: string")
    assert "CARD_FEATURES" in codes(check(folder))


def test_a_config_that_the_build_did_not_write_is_named(folder):
    edit_card(folder, "- config_name: zh-Hans\n", "- config_name: chinese\n")
    assert "CARD_CONFIG" in codes(check(folder))


def test_a_shard_of_an_older_release_does_not_slip_in(folder):
    shutil.copy(folder / SHARD, folder / "data/fr/train-00001-of-00002.parquet")
    found = check(folder)
    assert "FILE_UNLISTED" in codes(found)
    assert "ID_REPEATED" in codes(found)
    edit_card(folder, "data/fr/train-*-of-00001.parquet", "data/fr/train-*")
    assert "CARD_STRAY" in codes(check(folder))


@pytest.mark.parametrize("name", ["dataset_infos.json", ".huggingface.yaml", "tiny.py"])
def test_a_file_that_loaders_read_besides_the_card_is_named(folder, name):
    (folder / name).write_text("{}")
    assert ("CARD_STRAY", name) in [(f.code, f.path) for f in check(folder)]


# Libraries.


@pytest.mark.parametrize("engine", ["pyarrow", "pandas", "polars", "duckdb", "datasets"])
def test_each_library_reads_the_same_rows(pristine, engine):
    pytest.importorskip(engine)
    assert verify(pristine, engines=engine) == []


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb", "pyarrow"])
def test_rows_that_a_library_reads_otherwise_are_named(pristine, engine, monkeypatch):
    pytest.importorskip(engine)
    from builder.verify import engines

    honest = engines.FILE_ENGINES[engine]

    def lossy(files):
        table = honest(files)
        rows = table.to_pylist()
        rows[-1]["id"] = "f" * 32
        return pa.Table.from_pylist(rows, schema=table.schema)

    monkeypatch.setattr(engines, "FILE_ENGINES", {engine: lossy})
    found = verify(pristine, engines=engine)
    assert set(codes(found)) == {"ENGINE_ROWS"}
    assert "id of row" in found[0].message


def test_a_card_that_load_dataset_refuses_is_named_by_it(folder):
    edit_card(folder, "num_examples: 5", "num_examples: 6")
    found = [f for f in verify(folder, engines="datasets") if f.code is FindingCode.ENGINE_ROWS]
    assert "NonMatchingSplitsSizesError" in found[0].message


def test_an_unknown_engine_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"unknown engine 'excel' \(known: datasets, duckdb"):
        verify(".", engines="excel")


def test_findings_are_sorted_and_print_as_lines(folder):
    rewrite(folder, SHARD, lambda rows: [row.update(language_score=2.0) for row in rows])
    found = check(folder)
    assert [f.row for f in found if f.code is FindingCode.ROW_VALUE] == [0, 1, 2]
    assert all("\n" not in str(finding) for finding in found)


# Folders that Pressmark did not make.


def test_a_foreign_data_set_is_judged_by_the_same_rules(tmp_path):
    (tmp_path / "data").mkdir()
    odd = pa.table(
        {
            "id": [1, 2],
            "text": pa.array(["a", None]),
            "meta": pa.array([[("k", "v")], None], pa.map_(pa.string(), pa.string())),
            "when": pa.array([1, 2], pa.timestamp("ns", tz="UTC")),
            "kind": pa.array(["x", "y"]).dictionary_encode(),
        }
    )
    pq.write_table(odd, tmp_path / "data/train-00000-of-00001.parquet")
    pq.write_table(odd, tmp_path / "loose.parquet")
    (tmp_path / "data/rows.csv").write_text("a,b\n")
    (tmp_path / "README.md").write_text(
        "---\nlicense: MIT\nconfigs:\n- config_name: default\n  data_files: data/*\n---\n"
    )
    found = verify(tmp_path)
    assert {"MANIFEST_MISSING", "SCHEMA_MISMATCH", "CARD_STRAY", "CARD_LICENCE"} <= set(
        codes(found)
    )
    assert {f.path for f in found if f.code is FindingCode.SCHEMA_MISMATCH} == {
        "data/train-00000-of-00001.parquet",
        "loose.parquet",
    }


def test_a_name_that_looks_like_a_partition_changes_no_rows(release, tmp_path):
    folder = release.write(tmp_path / "year=2025")
    assert verify(folder, engines="pyarrow") == []


def test_columns_that_share_a_name_are_named(folder):
    table = pq.read_table(folder / SHARD)
    twins = pa.Table.from_arrays([*table.columns, table["id"]], names=[*table.column_names, "id"])
    pq.write_table(twins, folder / SHARD)
    relist(folder)
    assert ("SCHEMA_MISMATCH", "id") in [(f.code, f.column) for f in check(folder)]
