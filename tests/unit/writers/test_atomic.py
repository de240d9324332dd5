"""Files and folders are whole or absent."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from builder.errors import OutputError
from builder.writers.atomic import (
    MARK,
    check_replaceable,
    replace_folder,
    work_folder,
    write_file,
)

BUILD = {"format": "pressmark-manifest/1", "shards": [{"path": "stale.parquet"}], "files": []}


def make_folder(path: Path, name: str = "manifest.json") -> Path:
    path.mkdir(parents=True)
    (path / name).write_text(json.dumps(BUILD))
    return path


def test_a_file_that_exists_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a" / "file"
    write_file(path, b"old")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert [item.name for item in path.parent.iterdir()] == ["file"]


def test_a_folder_of_ours_is_replaced(tmp_path: Path) -> None:
    out = make_folder(tmp_path / "out")
    (out / "stale.parquet").touch()
    with work_folder(out) as work:
        replace_folder(make_folder(work / "dataset"), out, work)
    assert [item.name for item in out.iterdir()] == ["manifest.json"]
    assert [item.name for item in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("kind", ["foreign folder", "file", "link"])
def test_what_we_did_not_make_is_refused(tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out"
    if kind == "foreign folder":
        make_folder(out, "thesis.tex")
    elif kind == "file":
        out.write_text("thesis")
    else:
        out.symlink_to(make_folder(tmp_path / "elsewhere"))
    with pytest.raises(OutputError, match="no Pressmark build"):
        check_replaceable(out)


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    check_replaceable(tmp_path)


def test_an_error_leaves_no_work_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), work_folder(tmp_path / "out") as work:
        (work / "half").rename(work / "none" / "whole")
    assert list(tmp_path.iterdir()) == []


def test_two_builds_cannot_share_an_output(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from builder.writers.atomic import work_folder\n"
    code += "with work_folder(Path(sys.argv[1])): pass"
    out = tmp_path / "out"
    with work_folder(out):
        command = [sys.executable, "-c", code, str(out)]
        run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert run.returncode != 0
    assert "another build is writing" in run.stderr


def test_a_killed_swap_is_put_right_by_the_next_build(tmp_path: Path) -> None:
    out = tmp_path / "out"
    make_folder(tmp_path / "out.partial" / "previous-out")
    (tmp_path / "out.partial" / MARK).touch()
    with work_folder(out):
        assert (out / "manifest.json").is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_place_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot write"):
        write_file(tmp_path / "file", b"")
