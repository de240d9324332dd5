"""Publishing through the command line and the real clients, against the Hub on loopback."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.conftest import SEEDS
from tests.hub import ClientRun, LoopbackHub, client_environment, run_client
from tests.hub.publisher import start_publisher, wait_publisher
from tests.hub.releases import NEWS, Texts, make_release, rewrite_manifest
from tests.hub.scenarios import folder_files, put_release
from tests.hub.store import Operation

REPO = "ada/news"
ADA, READER, BOB = "hf_ada", "hf_ada_read", "hf_bob"


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as running:
        yield running


@pytest.fixture
def release(tmp_path: Path) -> Path:
    make_release(tmp_path / "dist")
    return tmp_path / "dist"


def run(hub: LoopbackHub, folder: Path, token: str | None = ADA, **options: Any) -> ClientRun:
    """Publish in a fresh process, without verification."""
    home = folder.parent / "home"
    options = {"folder": folder, "repo_id": REPO, **options}
    done = wait_publisher(start_publisher(hub.url, home, token, **options))
    assert "Traceback" not in done.stderr, done.stderr
    assert "hf_ada" not in done.stdout + done.stderr
    return done


def pressmark(hub: LoopbackHub, home: Path, *arguments: object) -> ClientRun:
    """Run the command line in a fresh process."""
    home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "builder", *map(str, arguments)],
        env=client_environment(home, hub.url, ADA),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=home,
    )
    return ClientRun(done.returncode, done.stdout, done.stderr)


def published(hub: LoopbackHub, revision: str = "main") -> dict[str, bytes]:
    files = hub.repo(REPO).files(revision)
    files.pop(".gitattributes")
    return files


def grown() -> Texts:
    return {**NEWS, ("fr", "train"): [*NEWS["fr", "train"], "Un texte de plus, tout neuf."]}


LOAD = """
    import json, sys
    from datasets import get_dataset_config_names, load_dataset
    local, repo, revision = sys.argv[1:4]
    configs = get_dataset_config_names(repo, revision=revision)
    rows = 0
    for config in configs:
        expected = load_dataset(local, config)
        for streaming in (False, True):
            found = load_dataset(repo, config, revision=revision, streaming=streaming)
            assert set(found) == set(expected), (config, streaming)
            for split in expected:
                assert list(found[split]) == list(expected[split]), (config, split, streaming)
                rows += len(expected[split])
    assert load_dataset(repo, revision=revision)
    print(json.dumps([configs, rows]))
"""


def test_a_build_is_published_loads_and_is_not_published_twice(
    hub: LoopbackHub, seeds: Path, tmp_path: Path
) -> None:
    command = ["publish", seeds, "--repo", REPO, "--tag", "v1.0.0", "--engines", "none", "--yes"]
    first = pressmark(hub, tmp_path / "home", *command)
    assert first.code == 0, first.stderr
    assert first.stdout == 'load_dataset("ada/news", revision="v1.0.0")\n'
    assert published(hub) == folder_files(seeds)
    assert hub.repo(REPO).private, "the texts belong to others"
    assert hub.count("commit") == 1
    loaded = run_client(LOAD, str(seeds), REPO, "v1.0.0", endpoint=hub.url, token=ADA, timeout=300)
    assert loaded.code == 0, loaded.stderr
    assert loaded.value[0] == ["default", "fr", "audit"]
    hub.log.clear()
    again = pressmark(hub, tmp_path / "home", *command, "--json")
    assert (again.code, again.value["status"]) == (0, "unchanged")
    assert set(hub.counts()) == {"info", "refs", "tree"}
    assert hub.bytes_received() == 0


@pytest.mark.slow
def test_a_published_release_verifies_from_the_hub(
    hub: LoopbackHub, seeds: Path, tmp_path: Path
) -> None:
    put_release(hub.create_repo(REPO), hub, seeds)
    found = pressmark(hub, tmp_path / "home", "verify", f"hf://datasets/{REPO}")
    assert (found.code, found.stdout) == (0, ""), found.stdout
    hub.store.commit(hub.repo(REPO), "main", [Operation("file", "LICENSE", b"changed")])
    found = pressmark(hub, tmp_path / "home", "verify", f"hf://datasets/{REPO}", "--engines=none")
    assert found.code == 1
    assert "FILE_CHECKSUM LICENSE" in found.stdout
    found = pressmark(hub, tmp_path / "home", "diff", f"hf://datasets/{REPO}", seeds, "--json")
    assert (found.code, json.loads(found.stdout)["suggestion"]["level"]) == (0, "patch")


def test_the_old_release_stays_at_its_tag(hub: LoopbackHub, tmp_path: Path) -> None:
    make_release(tmp_path / "one")
    make_release(tmp_path / "two", grown(), version="2.0.0")
    assert run(hub, tmp_path / "one", tag="v1.0.0").code == 0
    assert run(hub, tmp_path / "two", tag="v2.0.0").code == 0
    assert published(hub, "v1.0.0") == folder_files(tmp_path / "one")
    assert published(hub, "v2.0.0") == published(hub) == folder_files(tmp_path / "two")
    assert hub.count("lfs_put") == 4, "only the changed shard was sent again"


@pytest.mark.slow
def test_both_releases_load_by_their_tags(hub: LoopbackHub, tmp_path: Path) -> None:
    make_release(tmp_path / "one")
    make_release(tmp_path / "two", grown(), version="2.0.0")
    for name, tag in (("one", "v1"), ("two", "v2")):
        assert run(hub, tmp_path / name, tag=tag).code == 0
    for name, revision in (("one", "v1"), ("two", "v2"), ("two", "main")):
        done = run_client(LOAD, str(tmp_path / name), REPO, revision, endpoint=hub.url, token=ADA)
        assert done.code == 0, done.stderr


def test_a_dry_run_needs_no_token_and_sends_nothing(hub: LoopbackHub, release: Path) -> None:
    done = run(hub, release, token=None, dry_run=True)
    assert (done.code, done.value["status"]) == (0, "planned")
    assert done.value["plan"]["adds"] == sorted(folder_files(release))
    assert {record.method for record in hub.log} == {"GET"}


@pytest.mark.slow
def test_a_staged_release_is_loaded_before_it_is_merged(
    hub: LoopbackHub, release: Path, tmp_path: Path
) -> None:
    put_release(hub.create_repo(REPO), hub, release)
    manifest = make_release(tmp_path / "two", grown(), version="2.0.0")
    counts = manifest.counts.model_copy(update={"splits": {"train": 4, "test": 2}})
    lying = manifest.model_copy(update={"counts": counts})
    rewrite_manifest(tmp_path / "two", lying, [file.path for file in manifest.files])
    done = run(hub, tmp_path / "two", stage=True)
    assert done.code == 1
    assert "ENGINE_ROWS" in done.stderr
    assert published(hub) == folder_files(release)
    assert published(hub, "refs/pr/1") == folder_files(tmp_path / "two")
    make_release(tmp_path / "two", grown(), version="2.0.0")
    assert run(hub, tmp_path / "two", stage=True).code == 0
    assert published(hub) == folder_files(tmp_path / "two")


@pytest.mark.slow
def test_a_staged_release_that_does_not_load_is_not_merged(hub: LoopbackHub, release: Path) -> None:
    manifest = make_release(release)
    junk, shard = b"PAR1" * 100, manifest.shards[0]
    (release / shard.path).write_bytes(junk)
    digest = hashlib.sha256(junk).hexdigest()
    broken = shard.model_copy(update={"bytes": len(junk), "sha256": digest})
    shards = (broken, *manifest.shards[1:])
    others = [file.path for file in manifest.files]
    rewrite_manifest(release, manifest.model_copy(update={"shards": shards}), others)
    done = run(hub, release, stage=True)
    assert done.code == 1
    assert "ENGINE_ROWS" in done.stderr
    assert published(hub) == {}


@pytest.mark.slow
def test_a_proposal_is_left_to_people_and_not_made_twice(hub: LoopbackHub, release: Path) -> None:
    hub.create_repo(REPO)
    for _ in range(2):
        done = run(hub, release, BOB, create_pr=True)
        assert (done.code, done.value["status"]) == (0, "proposed")
        assert done.value["pull_request"].endswith("/discussions/1")
    assert published(hub) == {}
    assert published(hub, "refs/pr/1") == folder_files(release)
    assert len(hub.repo(REPO).discussions) == 1


@pytest.mark.slow
def test_a_branch_is_made_and_main_stays(hub: LoopbackHub, release: Path) -> None:
    hub.create_repo(REPO)
    done = run(hub, release, revision="next")
    assert (done.code, done.value["load_dataset"]["revision"]) == (0, "next")
    assert published(hub, "next") == folder_files(release)
    assert published(hub) == {}


@pytest.mark.slow
def test_what_closes_a_repository_comes_before_what_fills_it(
    hub: LoopbackHub, release: Path
) -> None:
    hub.create_repo(REPO)
    assert run(hub, release, private=True, gated="manual").code == 0
    assert (hub.repo(REPO).private, hub.repo(REPO).gated) == (True, "manual")
    kinds = [record.kind for record in hub.log]
    assert max(at for at, kind in enumerate(kinds) if kind == "settings") < kinds.index("preupload")
    hub.log.clear()
    assert run(hub, release, private=False).code == 0
    assert not hub.repo(REPO).private


@pytest.mark.slow
def test_only_what_the_manifest_lists_is_sent(hub: LoopbackHub, release: Path) -> None:
    (release / ".env").write_text("SECRET=1")
    (release / "notes.txt").write_text("mine")
    (release.parent / "dist.rejects").mkdir()
    (release.parent / "dist.rejects/rejects.parquet").write_bytes(b"PAR1")
    assert run(hub, release).code == 0
    assert published(hub).keys().isdisjoint({".env", "notes.txt"})
    assert not any("rejects" in path for path in published(hub))


@pytest.mark.slow
def test_files_of_others_are_kept_and_those_that_load_are_refused(
    hub: LoopbackHub, release: Path
) -> None:
    repo = hub.create_repo(REPO)
    put_release(repo, hub, release)
    hub.store.commit(repo, "main", [Operation("file", "NOTES.md", b"by a person")])
    make_release(release, grown(), version="2.0.0")
    assert run(hub, release).code == 0
    assert published(hub)["NOTES.md"] == b"by a person"
    stray = "data/fr/train-00009-of-00001.parquet"
    hub.store.commit(repo, "main", [Operation("file", stray, b"PAR1")])
    before = published(hub)
    done = run(hub, release)
    assert done.code == 1
    assert f"CARD_STRAY {stray}" in done.stderr
    assert published(hub) == before
    assert run(hub, release, prune=True).code == 0
    assert published(hub) == folder_files(release)


def _overtake(hub: LoopbackHub, tmp_path: Path, when: str) -> tuple[ClientRun, ClientRun]:
    """Let a second publisher finish while the first one's commit is under way."""
    make_release(tmp_path / "mine", grown(), version="2.0.0")
    make_release(tmp_path / "theirs", NEWS, version="3.0.0")
    fault = hub.fault("commit", "hold", when=when)
    options = {"repo_id": REPO, "folder": tmp_path / "mine"}
    first = start_publisher(
        hub.url, tmp_path / "home1", **options, retry={"wait_s": 0.1, "timeout_s": 60}
    )
    assert fault.reached.wait(60)
    second = run(hub, tmp_path / "theirs")
    fault.release.set()
    return wait_publisher(first), second


@pytest.mark.slow
@pytest.mark.parametrize("new", [True, False])
def test_of_two_publishers_one_wins_and_the_other_says_so(
    hub: LoopbackHub, tmp_path: Path, new: bool
) -> None:
    make_release(tmp_path / "old")
    if not new:
        put_release(hub.create_repo(REPO), hub, tmp_path / "old")
    mine, theirs = _overtake(hub, tmp_path, "before")
    assert theirs.code == 0
    assert mine.code == 5
    assert "someone else has published" in mine.stderr
    assert published(hub) == folder_files(tmp_path / "theirs")
    assert run(hub, tmp_path / "mine").code == 0
    assert published(hub) == folder_files(tmp_path / "mine")


@pytest.mark.slow
def test_a_publisher_that_comes_second_loses_nothing_of_the_first(
    hub: LoopbackHub, tmp_path: Path
) -> None:
    make_release(tmp_path / "old")
    put_release(hub.create_repo(REPO), hub, tmp_path / "old")
    mine, theirs = _overtake(hub, tmp_path, "after")
    assert (mine.code, theirs.code) == (0, 0)
    history = [commit.oid for commit in hub.repo(REPO).history()]
    assert len(history) == 4
    assert published(hub, history[1]) == folder_files(tmp_path / "mine")
    assert published(hub, history[0]) == folder_files(tmp_path / "theirs")


@pytest.mark.slow
def test_an_edit_elsewhere_meanwhile_is_kept(hub: LoopbackHub, release: Path) -> None:
    repo = hub.create_repo(REPO)
    fault = hub.fault("commit", "hold")
    process = start_publisher(
        hub.url,
        release.parent / "home",
        folder=release,
        repo_id=REPO,
        retry={"wait_s": 0.1, "timeout_s": 60},
    )
    assert fault.reached.wait(60)
    hub.store.commit(repo, "main", [Operation("file", "NOTES.md", b"by a person")])
    fault.release.set()
    assert wait_publisher(process).code == 0
    assert published(hub) == {**folder_files(release), "NOTES.md": b"by a person"}


@pytest.mark.slow
def test_names_with_spaces_and_emoji_arrive(hub: LoopbackHub, release: Path) -> None:
    make_release(release, extra={"mon dossier/née 🗞 100%.txt": b"x", "a#b?c&d=e+f.txt": b"y"})
    assert run(hub, release, tag="v1").code == 0
    assert published(hub) == folder_files(release)
    assert run(hub, release, tag="v1").value["status"] == "unchanged"


@pytest.mark.slow
def test_a_second_run_sends_only_what_the_first_did_not(hub: LoopbackHub, release: Path) -> None:
    make_release(release, shards=2)
    hub.create_repo(REPO)
    hub.fault("lfs_put", "status", status=403, nth=3)
    assert run(hub, release).code == 5
    assert published(hub) == {}
    assert run(hub, release).code == 0
    stored = [
        record.path for record in hub.log if record.kind == "lfs_put" and record.status == 200
    ]
    assert len(stored) == len(set(stored)) == 5


def test_a_release_grows_from_one_on_the_hub(hub: LoopbackHub, seeds: Path, tmp_path: Path) -> None:
    """`--since hf://…` fetches rows and receipts; what was published is in the new release."""
    command = ["publish", seeds, "--repo", REPO, "--tag", "v1.0.0", "--engines", "none", "--yes"]
    assert pressmark(hub, tmp_path / "home", *command).code == 0
    articles = tmp_path / "articles"
    shutil.copytree(SEEDS, articles)
    settings = (articles / "pressmark.toml").read_text()
    settings = settings.replace('version = "1.0.0"', 'version = "1.1.0"')
    (articles / "pressmark.toml").write_text(re.sub(r"(?m)^card = .*\n", "", settings))
    (articles / "new.txt").write_text(
        "The council of the north opened its new bridge on Monday. " * 4
    )
    since = f"hf://datasets/{REPO}@v1.0.0"
    out = tmp_path / "grown"
    built = pressmark(hub, tmp_path / "home", "build", articles, "--out", out, "--since", since)
    assert built.code == 0, built.stderr
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["since"]["version"], manifest["since"]["carried"]) == ("1.0.0", 5)
    for path in seeds.glob("data/*/*.parquet"):
        old = pq.read_table(path).to_pylist()
        assert pq.read_table(out / path.relative_to(seeds)).to_pylist()[: len(old)] == old
    checked = pressmark(hub, tmp_path / "home", "verify", out, "--engines", "none")
    assert checked.code == 0, checked.stdout
