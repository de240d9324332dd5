"""`verify`: a good folder, and one wrong thing among its files or in its manifest."""

import os
import shutil

import pyarrow.parquet as pq
import pytest

from builder.verify import verify
from schema.findings import FindingCode
from tests.break_release import SHARD, check, codes, edit_manifest
from tests.make_release import reject_row


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
