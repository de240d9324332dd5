"""What is listed of an input, what is skipped, and what is missing."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import ConfigError
from builder.readers import FileListing, list_files
from builder.readers.streams import escape_path, file_path, open_file
from schema.reject import RejectCode
from tests.unit.readers.reading import codes, read_all, texts


def paths(listing: FileListing) -> list[str]:
    return [file.path for file in listing.files]


def reasons(listing: FileListing) -> dict[str, str]:
    return {skipped.path: skipped.reason for skipped in listing.skipped}


def fill(root: Path, *names: str, text: str = "Text.") -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_files_are_listed_by_path_with_format_and_size(tmp_path: Path) -> None:
    """The order is that of the whole path, whatever the folders are."""
    fill(tmp_path, "b.txt", "a/z.jsonl", "a.txt", "a/b/c.JSONL.GZ", "é.ndjson.zst", "B.parquet")
    listing = list_files(tmp_path)
    assert [(file.path, file.format) for file in listing.files] == [
        ("B.parquet", "parquet"),
        ("a.txt", "text"),
        ("a/b/c.JSONL.GZ", "jsonl"),
        ("a/z.jsonl", "jsonl"),
        ("b.txt", "text"),
        ("é.ndjson.zst", "jsonl"),
    ]
    assert {file.bytes for file in listing.files} == {5}
    assert listing.rejects == ()


def test_what_no_reader_claims_is_skipped_with_the_reason(tmp_path: Path) -> None:
    """Configuration, documents about the input, hidden files and unknown suffixes."""
    fill(tmp_path, "pressmark.toml", "README", "README.md", "readme.txt", "LICENSE.txt", "a.csv")
    fill(tmp_path, ".hidden.txt", ".git/objects/a.txt", "txt", "a.txt.gz", "read/x.txt", ".txt")
    fill(tmp_path, "license.jsonl", "readme too.txt")
    listing = list_files(tmp_path)
    assert paths(listing) == ["license.jsonl", "read/x.txt", "readme too.txt"]
    found = reasons(listing)
    assert found[".git"] == found[".txt"] == "hidden: its name begins with a dot"
    assert found["readme.txt"] == found["LICENSE.txt"] == "about the input, by its name"
    assert found["a.csv"] == found["a.txt.gz"] == "no reader claims the name"
    assert list(found) == sorted(found)
    assert len(found) == 11


def test_the_output_is_left_out(tmp_path: Path) -> None:
    """A build may lie inside its input, also under another spelling of its path."""
    fill(tmp_path, "a.txt", "dist/b.txt", "c.txt")
    out = tmp_path / "x" / ".." / "dist"
    (tmp_path / "x").mkdir()
    listing = list_files(tmp_path, exclude=[out, tmp_path / "c.txt"])
    assert paths(listing) == ["a.txt"]
    assert reasons(listing) == {
        "c.txt": "excluded: the output of a build",
        "dist": "excluded: the output of a build",
    }


def test_a_folder_called_like_a_file_is_a_folder(tmp_path: Path) -> None:
    """Only what it is counts, not what it is called."""
    fill(tmp_path, "x.txt/y.txt")
    assert paths(list_files(tmp_path)) == ["x.txt/y.txt"]


def test_links_are_followed_inside_and_never_twice(tmp_path: Path) -> None:
    """A link is read where its target is not; of several the first; never out of the input."""
    root = tmp_path / "in"
    fill(root, "data/a.txt", ".store/object")
    fill(tmp_path, "outside.txt", "away/b.txt")
    (root / "b.txt").symlink_to(root / ".store/object")
    (root / "c.txt").symlink_to(".store/object")
    (root / "d.txt").symlink_to("data/a.txt")
    (root / "e.txt").symlink_to(tmp_path / "outside.txt")
    (root / "folder").symlink_to("data")
    (root / "away").symlink_to(tmp_path / "away")
    listing = list_files(root)
    assert paths(listing) == ["b.txt", "data/a.txt"]
    leaves = 'a link that leaves the input; `links = "everywhere"` follows it'
    assert reasons(listing) == {
        ".store": "hidden: its name begins with a dot",
        "away": leaves,
        "c.txt": "a link to b.txt, which is read itself",
        "d.txt": "a link to data/a.txt, which is read itself",
        "e.txt": leaves,
        "folder": "a link to a folder of the input, which is listed itself",
    }
    everywhere = list_files(root, links="everywhere")
    assert paths(everywhere) == ["away/b.txt", "b.txt", "data/a.txt", "e.txt"]
    assert texts(read_all(root)) == ["Text.", "Text."]


def test_loops_end(tmp_path: Path) -> None:
    """Links to folders above, to themselves and in a ring."""
    root = tmp_path / "in"
    fill(root, "a/b.txt")
    fill(tmp_path, "far/c.txt")
    (root / "a/up").symlink_to("..")
    (root / "self.txt").symlink_to("self.txt")
    (root / "ring1").symlink_to("ring2")
    (root / "ring2").symlink_to("ring1")
    (root / "far").symlink_to(tmp_path / "far")
    (root / "far2").symlink_to(tmp_path / "far")
    (tmp_path / "far/back").symlink_to(tmp_path / "far")
    for links in ("inside", "everywhere"):
        listing = list_files(root, links=links)  # type: ignore[arg-type]  # both are allowed
        assert [missed.path for missed in listing.rejects] == ["self.txt"]
        assert len([path for path in paths(listing) if path.startswith("far")]) == (
            links == "everywhere"
        )
        assert "a/b.txt" in paths(listing)


def test_a_dangling_link_is_a_reject_if_it_promises_an_article(tmp_path: Path) -> None:
    """Missing data are counted; a dangling link that no reader would claim is only skipped."""
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    listing = list_files(tmp_path)
    assert [missed.code for missed in listing.rejects] == [RejectCode.UNREADABLE_FILE]
    assert listing.rejects[0].path == "gone.txt"
    assert list(reasons(listing)) == ["gone"]


def test_pipes_and_sockets_are_skipped_and_never_waited_for(tmp_path: Path) -> None:
    """Not even if a file became a pipe after it was listed."""
    os.mkfifo(tmp_path / "pipe.txt")
    fill(tmp_path, "late.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.txt"))
        listing = list_files(tmp_path)
        assert reasons(listing) == {"pipe.txt": "a named pipe", "s.txt": "a socket"}
    with pytest.raises(OSError, match="not a regular file"):
        open_file(tmp_path / "pipe.txt")


def test_strange_names_are_escaped_and_can_be_read(tmp_path: Path) -> None:
    """Names that are no UTF-8, or hold control characters or backslashes."""
    names = [
        b"caf\xe9.txt",
        b"line\nbreak.txt",
        b"back\\slash.txt",
        b"esc\x1b[31m.txt",
        b"\\xe9.txt",
    ]
    for number, name in enumerate(names):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text(f"Text {number}.")
    listing = list_files(tmp_path)
    assert set(paths(listing)) == {
        r"caf\xe9.txt",
        r"line\x0abreak.txt",
        r"back\x5cslash.txt",
        r"esc\x1b[31m.txt",
        r"\x5cxe9.txt",
    }
    assert sorted(texts(read_all(tmp_path))) == [f"Text {number}." for number in range(5)]


@given(st.binary(min_size=1).filter(lambda name: b"\x00" not in name))
def test_escaping_can_be_undone(name: bytes) -> None:
    """No two names become one, and every escaped name is plain text."""
    escaped = escape_path(os.fsdecode(name))
    escaped.encode("utf-8")
    assert "\n" not in escaped
    assert os.fsencode(file_path(Path("/nowhere/r"), "x" + escaped)) == os.fsencode(
        Path("/nowhere/r") / os.fsdecode(b"x" + name)
    )


def test_a_single_file_is_read_whatever_its_folder_is_called(tmp_path: Path) -> None:
    """Also a hidden one: the user named it."""
    fill(tmp_path, ".hidden/.a.txt")
    assert texts(read_all(tmp_path / ".hidden/.a.txt")) == ["Text."]
    assert paths(list_files(tmp_path / ".hidden")) == []


def test_an_input_that_cannot_be_read_is_an_error_of_the_command(tmp_path: Path) -> None:
    """The message names what is wrong."""
    fill(tmp_path, "a.csv")
    os.mkfifo(tmp_path / "p.txt")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    for name, message in {
        "none": "No such file",
        "a.csv": r"no reader for 'a.csv' \(known: .htm, ",
        "p.txt": "a named pipe",
        "loop.txt": "symbolic links",
    }.items():
        with pytest.raises(ConfigError, match=message):
            list_files(tmp_path / name)


def test_an_empty_folder_gives_an_empty_listing(tmp_path: Path) -> None:
    """Whether that is an error is for the build to say."""
    assert list_files(tmp_path) == FileListing()


def test_a_file_that_vanishes_is_a_reject(tmp_path: Path) -> None:
    """Nothing that was planned is lost in silence."""
    from builder.input.params import InputParams
    from builder.readers import plan_slices, read_slice

    fill(tmp_path, "a.txt", "b.txt")
    (slice_,) = plan_slices(list_files(tmp_path), 1000)
    (tmp_path / "a.txt").unlink()
    outcomes = list(read_slice(tmp_path, slice_, InputParams()))
    assert codes(outcomes) == [RejectCode.UNREADABLE_FILE, None]


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder that everyone can reach, read by a user without privileges."""
    root = os.geteuid() == 0
    # The temporary folder of root may be closed to others; /tmp never is.
    folder = Path(tempfile.mkdtemp(dir="/tmp" if root else None))
    folder.chmod(0o755)
    yield folder
    if root:
        os.seteuid(0)
    for found in folder.rglob("*"):
        found.chmod(0o755)
    shutil.rmtree(folder)


def test_closed_files_and_folders_are_rejects(as_nobody: Path) -> None:
    """What this user may not open is counted, and the rest is read."""
    fill(as_nobody, "a.txt", "closed.txt", "closed/b.txt")
    (as_nobody / "closed.txt").chmod(0)
    (as_nobody / "closed").chmod(0)
    if os.geteuid() == 0:
        os.seteuid(65534)
    listing = list_files(as_nobody)
    outcomes = read_all(as_nobody)
    assert [missed.path for missed in listing.rejects] == ["closed"]
    assert codes(outcomes) == [None, RejectCode.UNREADABLE_FILE]
    with pytest.raises(ConfigError, match="Permission denied"):
        list_files(as_nobody / "closed")
