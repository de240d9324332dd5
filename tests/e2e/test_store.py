"""A release in a store is whole, or has no manifest; a folder and an S3 server stand for stores."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from builder.errors import OutputError
from builder.publish.store import store_release
from tests.e2e.commands import fails, pressmark
from tests.e2e.s3 import S3Server, needs_moto, serve_s3
from tests.make_release import Release


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A folder as a build leaves it."""
    return Release().write(tmp_path / "news")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "store" / "v1"


def test_a_release_is_copied_once(release: Path, place: Path) -> None:
    first = pressmark("store", release, place.as_uri())
    assert first.returncode == 0, first.stderr
    assert contents(place) == contents(release)
    assert first.stderr.splitlines()[-1].startswith("manifest.json")
    again = pressmark("store", release, place.as_uri())
    assert again.stdout.startswith("unchanged: ")
    assert "(0 files" in again.stdout


def test_an_interrupted_run_is_taken_up(release: Path, place: Path) -> None:
    def interrupt(line: str) -> None:
        if line.startswith("manifest.json"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_release(release, place.as_uri(), lambda _: [], interrupt)
    copied = contents(place)
    assert copied.keys() == contents(release).keys() - {"manifest.json"}
    shard = next(path for path in copied if path.endswith(".parquet"))
    (place / shard).write_bytes(copied[shard][:100])  # a file that was cut off
    run = pressmark("store", release, place.as_uri())
    assert run.returncode == 0, run.stderr
    assert "(2 files" in run.stdout
    assert contents(place) == contents(release)


def test_a_place_that_holds_something_else_is_left_alone(release: Path, place: Path) -> None:
    place.mkdir(parents=True)
    (place / "thesis.tex").write_text("mine")
    run = pressmark("store", release, place.as_uri())
    fails(run, 2, "holds something else (thesis.tex)")
    assert contents(place) == {"thesis.tex": b"mine"}


@pytest.mark.parametrize("harm", ["changed", "missing", "added"])
def test_a_whole_release_is_never_changed(release: Path, place: Path, harm: str) -> None:
    shutil.copytree(release, place)
    shard = next(place.rglob("*.parquet"))
    if harm == "changed":
        shard.write_bytes(shard.read_bytes()[::-1])
    elif harm == "missing":
        shard.unlink()
    else:
        shard.with_name("more.parquet").write_bytes(b"")
    before = contents(place)
    fails(pressmark("store", release, place.as_uri()), 2, "holds something else")
    assert contents(place) == before


def test_a_damaged_folder_is_not_copied(release: Path, place: Path) -> None:
    next(release.rglob("*.parquet")).write_bytes(b"no")
    run = pressmark("store", release, place.as_uri())
    assert run.returncode == 1
    assert "FILE_CHECKSUM" in run.stdout
    assert not place.exists()


def test_keys_are_not_printed(release: Path) -> None:
    run = pressmark("store", release, "nowhere://me:secret@place/v1?token=secret")
    fails(run, 2, "cannot open nowhere://place/v1: ")
    assert "secret" not in run.stderr


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with serve_s3() as server:
        server.make_bucket("news")
        yield server


@pytest.mark.slow
@pytest.mark.timeout(600)
@needs_moto
def test_a_bucket_holds_the_release(release: Path, s3: S3Server) -> None:
    run = pressmark("store", release, s3.url("news/v1"))
    assert run.returncode == 0, run.stderr
    assert "endpoint" not in run.stdout + run.stderr
    store, top = fs.FileSystem.from_uri(s3.url("news/v1"))
    found = store.get_file_info(fs.FileSelector(top, recursive=True))
    names = {info.path.removeprefix(f"{top}/") for info in found if info.is_file}
    assert names == set(contents(release))
    shards = sorted(release.glob("data/*/*.parquet"))
    rows = ds.dataset([f"{top}/{path.relative_to(release)}" for path in shards], filesystem=store)
    assert rows.count_rows() == sum(pq.read_metadata(path).num_rows for path in shards) > 0
    assert pressmark("store", release, s3.url("news/v1")).stdout.startswith("unchanged")


@pytest.mark.slow
@pytest.mark.timeout(600)
@needs_moto
def test_a_store_that_goes_away_keeps_what_was_copied(release: Path) -> None:
    with serve_s3() as server:
        server.make_bucket("news")
        seen: list[str] = []

        def stop_at_the_third(line: str) -> None:
            seen.append(line)
            if len(seen) == 3:
                server.stop()

        with pytest.raises(OutputError, match="what was copied is kept"):
            store_release(release, server.url("news/v2"), lambda _: [], stop_at_the_third)
    assert len(seen) == 3
    assert not any(line.startswith("manifest.json") for line in seen)
