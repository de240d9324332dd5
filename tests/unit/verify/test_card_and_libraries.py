"""`verify`: what the card says, what libraries read, and folders of others."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.errors import ConfigError
from builder.verify import verify
from schema.findings import FindingCode
from tests.break_release import SHARD, check, codes, edit_card, rewrite
from tests.make_release import relist

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
