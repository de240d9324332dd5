"""Only what the manifest lists, and what is safe, is ever published."""

import json
from pathlib import Path

import pytest

from builder.errors import ConfigError
from builder.publish.release import MANIFEST, listed_paths, path_trouble, read_release
from tests.hub.releases import make_release, rewrite_manifest


def codes(folder: Path) -> list[str]:
    return [str(finding.code) for finding in read_release(folder)[1]]


def test_a_built_folder_is_read_with_all_its_files(tmp_path: Path) -> None:
    make_release(tmp_path / "dist")
    (tmp_path / "dist/notes.txt").write_text("not in the manifest")
    release, findings = read_release(tmp_path / "dist")
    assert release is not None
    assert findings == []
    assert "notes.txt" not in release.files
    assert {MANIFEST, "README.md", "LICENSE"} < release.files.keys()
    assert release.card.license == "mit"


def test_a_local_audit_is_listed_and_not_published(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    manifest = make_release(folder)
    receipt = manifest.shards[0].model_copy(
        update={"path": "audit/train-00000-of-00001.parquet", "config": "audit", "language": None}
    )
    local = manifest.model_copy(update={"audit": "local", "shards": (*manifest.shards, receipt)})
    rewrite_manifest(folder, local, [file.path for file in manifest.files])
    release, findings = read_release(folder)
    assert release is not None
    assert findings == []
    assert receipt.path not in release.files


def test_ids_of_files_are_gits_own(tmp_path: Path) -> None:
    make_release(tmp_path / "dist", extra={"hello.txt": b"hello\n"})
    release, _ = read_release(tmp_path / "dist")
    assert release is not None
    assert release.files["hello.txt"].blob_id == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_no_folder_is_the_commands_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        read_release(tmp_path / "nothing")


def test_changed_and_missing_files_are_found(tmp_path: Path) -> None:
    make_release(tmp_path / "dist")
    (tmp_path / "dist/LICENSE").write_text("changed")
    (tmp_path / "dist/README.md").unlink()
    assert codes(tmp_path / "dist") == ["CARD_MISSING", "FILE_CHECKSUM", "FILE_MISSING"]


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "MANIFEST_MISSING"), ("{}", "MANIFEST_INVALID"), ("\x00", "MANIFEST_INVALID")],
)
def test_a_folder_without_our_manifest_is_refused(
    tmp_path: Path, content: str | None, code: str
) -> None:
    if content is not None:
        (tmp_path / MANIFEST).write_text(content)
    assert codes(tmp_path) == [code]


def test_links_out_of_the_folder_are_refused_and_links_inside_are_files(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    manifest = make_release(folder, extra={"a.txt": b"a", "b.txt": b"b", "c.txt": b"c"})
    (tmp_path / "secret").write_bytes(b"b")
    (folder / "a.txt").rename(folder / "kept.txt")
    (folder / "a.txt").symlink_to("kept.txt")
    (folder / "b.txt").unlink()
    (folder / "b.txt").symlink_to(tmp_path / "secret")
    (folder / "c.txt").unlink()
    (folder / "c.txt").symlink_to("c.txt")
    found = read_release(folder)[1]
    assert {finding.path: str(finding.code) for finding in found} in (
        {"b.txt": "FILE_LINK", "c.txt": "FILE_LINK"},
        {"b.txt": "FILE_LINK", "c.txt": "FILE_MISSING"},
    )
    assert manifest.files


def test_a_linked_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    make_release(folder, extra={"more/a.txt": b"a"})
    (folder / "more").rename(tmp_path / "outside")
    (folder / "more").symlink_to(tmp_path / "outside")
    assert codes(folder) == ["FILE_LINK"]


@pytest.mark.parametrize(
    "path",
    ["../secret", "/etc/passwd", "a/../../b", "a//b", "./a", ".env", "a/.git/config", "a\\b",
     "a\nb", "a\u2028b", " a", "a ", "a.", "x" * 256, "é" * 128, ""],
)  # fmt: skip
def test_hostile_names_are_refused(path: str) -> None:
    assert path_trouble(path)


@pytest.mark.parametrize(
    "path", ["README.md", "data/train-00000-of-00001.parquet", "mon fichier 🗞.txt", "新闻/x", "a.b"]
)  # fmt: skip
def test_other_names_pass(path: str) -> None:
    assert path_trouble(path) is None


def test_hostile_names_in_a_manifest_are_never_opened(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    make_release(folder)
    (tmp_path / "secret").write_text("secret")
    data = json.loads((folder / MANIFEST).read_text())
    data["files"].append({"path": "../secret", "bytes": 6, "sha256": "0" * 64})
    (folder / MANIFEST).write_text(json.dumps(data))
    release, findings = read_release(folder)
    assert [(str(one.code), one.path) for one in findings] == [("FILE_NAME", "../secret")]
    assert release is not None
    assert "../secret" not in release.files


def test_a_hostile_card_is_a_finding(tmp_path: Path) -> None:
    bomb = b"---\na: &a [x, x]\nb: &b [*a, *b]\n---\n"
    make_release(tmp_path / "dist", extra={"README.md": bomb})
    assert codes(tmp_path / "dist") == ["CARD_YAML"]


def test_manifests_of_other_versions_still_say_what_they_list() -> None:
    text = json.dumps(
        {"format": "pressmark-manifest/9", "shards": [{"path": "a"}], "files": [{"path": "b"}, 3]}
    )
    assert listed_paths(text) == {MANIFEST, "a", "b"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "other"}', "[" * 100_000])
def test_other_files_named_manifest_list_nothing(text: str) -> None:
    assert listed_paths(text) == frozenset()
