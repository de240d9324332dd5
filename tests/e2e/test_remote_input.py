"""Articles in a store are built as if they lay in a folder: S3 and the Hub, over real sockets."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from builder.errors import ConfigError, InputError
from builder.readers import RemoteInput, list_files
from builder.readers.remote import open_input
from tests.e2e.commands import ARTICLE
from tests.e2e.s3 import S3Server, needs_moto, serve_s3
from tests.hub.clients import client_environment, run_client
from tests.hub.server import LoopbackHub

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def articles() -> Iterator[str]:
    """Yield texts that are no duplicates of each other."""
    for number in range(60):
        mark = hashlib.sha256(str(number).encode()).hexdigest()
        yield f"The {mark[:9]} of {mark[9:14].title()}\n\n{ARTICLE} It is plan {mark[14:30]}."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that a store could hold: formats, odd names, a build, rubbish."""
    folder = tmp_path_factory.mktemp("articles")
    texts = list(articles())
    for name in ("deep/er", ".drafts", "old build"):
        (folder / name).mkdir(parents=True)
    (folder / "README.md").write_text("about")
    (folder / "readme.txt").write_text(texts[0])
    (folder / ".drafts" / "hidden.txt").write_text(texts[0])
    (folder / "empty.jsonl").touch()
    (folder / "old build" / "manifest.json").write_text('{"format": "pressmark-manifest/1"}')
    (folder / "old build" / "train.jsonl").write_text(json.dumps({"text": texts[1]}))
    for number, text in enumerate(texts[:20]):
        (folder / "deep" / "er" / f"né {number}.txt").write_text(text)
    lines = [json.dumps({"text": text}) for text in texts[20:40]]
    (folder / "rows.jsonl").write_text("\n".join([*lines, "{broken", '{"text": 5}']))
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress("\n".join(lines[:5]).encode()))
    (folder / "cut.parquet").write_bytes(b"PAR1 and then nothing")
    pq.write_table(pa.table({"text": texts[40:]}), folder / "a.parquet", row_group_size=5)
    return folder


@pytest.fixture(scope="module")
def local(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("local") / "news"
    build(str(folder), out, {})
    return checksums(out)


@pytest.fixture(scope="module")
def s3(folder: Path) -> Iterator[S3Server]:
    """Serve the folder as a bucket."""
    with serve_s3() as server:
        store = server.make_bucket("raw")
        fs.copy_files(str(folder), "raw/articles", destination_filesystem=store)
        yield server


def build(
    place: str, out: Path, environment: dict[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    """Build in a process of its own: workers take over its environment."""
    return subprocess.run(
        [sys.executable, "-c", BUILD, place, "--out", out, "--quiet", *options],
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        cwd=out.parent,
        capture_output=True,
        text=True,
    )


#: Small slices, so that files are cut as large ones are.
BUILD = """
import sys
import threading
import time
from builder import pipeline
from builder.cli import main
if __name__ == "__main__":
    pipeline.SLICE_BYTES = pipeline.LEAST_SLICE_BYTES = 2_000
    sys.exit(main(["build", *sys.argv[1:]]))
"""


def checksums(out: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in (out, out.with_name(f"{out.name}.rejects"))
        for path in folder.rglob("*")
        if path.is_file()
    }


@needs_moto
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_bucket_is_built_as_a_folder(
    s3: S3Server, local: dict[str, str], tmp_path: Path, workers: str
) -> None:
    run = build(s3.url("raw/articles"), tmp_path / "news", {}, "--workers", workers)
    assert run.returncode == 0, run.stderr
    assert len(local) > 5
    assert checksums(tmp_path / "news") == local


@needs_moto
def test_a_single_object_is_read_by_its_name(s3: S3Server) -> None:
    place = RemoteInput(s3.url("raw/articles/rows.jsonl"))
    [file] = list_files(place).files
    assert (file.path, file.format) == ("rows.jsonl", "jsonl")
    with open_input(place, file.path) as stream:
        assert len(stream.read()) == file.bytes


@needs_moto
def test_listing_says_what_is_left_out(s3: S3Server, folder: Path) -> None:
    found = list_files(RemoteInput(s3.url("raw/articles")))
    assert found == list_files(folder)
    assert {skipped.path for skipped in found.skipped} == {
        *(".drafts", "README.md", "old build", "readme.txt")
    }


@needs_moto
def test_a_place_without_articles_is_said(s3: S3Server, tmp_path: Path) -> None:
    run = build(s3.url("raw/nothing"), tmp_path / "news", {})
    assert run.returncode in {2, 3}
    assert "s3://raw/nothing" in run.stderr
    assert "endpoint_override" not in run.stderr
    assert not (tmp_path / "news").exists()


def test_an_unknown_store_is_said() -> None:
    with pytest.raises(ConfigError, match=r"cannot open nowhere://place/articles: "):
        list_files(RemoteInput("nowhere://key:secret@place/articles?token=secret"))


@needs_moto
def test_a_store_that_goes_away_ends_the_build_with_advice(folder: Path) -> None:
    with serve_s3() as server:
        place = RemoteInput(server.url("gone"))
        store = server.make_bucket("gone")
        fs.copy_files(str(folder / "rows.jsonl"), "gone/rows.jsonl", destination_filesystem=store)
        [file] = list_files(place).files
    with pytest.raises(InputError, match=r"s3://gone/rows.jsonl cannot be read: .* try again"):
        open_input(place, file.path).read()


@needs_moto
def test_a_build_goes_on_when_the_store_is_back(
    s3: S3Server, local: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "news"
    kept = tmp_path / "news.partial" / "kept"

    def stop_when_work_is_kept() -> None:
        while not any(kept.glob("??/*")):
            time.sleep(0.01)
        s3.stop()

    watcher = threading.Thread(target=stop_when_work_is_kept, daemon=True)
    watcher.start()
    run = build(s3.url("raw/articles"), out, {}, "--workers", "1")
    watcher.join()
    s3.start()
    assert run.returncode == 3, run.stderr
    assert "finished work is kept" in run.stderr
    assert any(kept.glob("??/*"))
    again = build(s3.url("raw/articles"), out, {}, "--workers", "1")
    assert again.returncode == 0, again.stderr
    assert checksums(out) == local


def test_a_folder_on_the_hub_is_built_as_a_folder(
    folder: Path, local: dict[str, str], tmp_path: Path
) -> None:
    with LoopbackHub() as hub:
        sent = run_client(UPLOAD, str(folder), endpoint=hub.url, token="hf_ada")
        assert sent.code == 0, sent.stderr
        environment = client_environment(tmp_path / "home", hub.url, "hf_ada")
        run = build("hf://datasets/ada/raw/articles", tmp_path / "news", environment)
    assert run.returncode == 0, run.stderr
    assert checksums(tmp_path / "news") == local


UPLOAD = """
import json, sys
from huggingface_hub import HfApi
api = HfApi()
api.create_repo("ada/raw", repo_type="dataset")
api.upload_folder(
    repo_id="ada/raw", repo_type="dataset", folder_path=sys.argv[1], path_in_repo="articles"
)
print(json.dumps(True))
"""
