"""A plan names every operation, and touches nothing that is not ours."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from builder.errors import ConfigError
from builder.hub.remote import RemoteFile, RemoteState
from builder.publish import plan as plan_module
from builder.publish.options import PublishOptions, RetryPolicy
from builder.publish.plan import Plan, plan_release
from builder.publish.release import LocalFile, Release, read_release
from builder.publish.report import render_plan
from tests.hub.releases import make_release

HEAD = "a" * 40


@pytest.fixture
def release(tmp_path: Path) -> Release:
    make_release(tmp_path / "dist")
    found, _ = read_release(tmp_path / "dist")
    assert found is not None
    return found


def stored(local: LocalFile) -> RemoteFile:
    large = local.path.endswith(".parquet")
    return RemoteFile(local.path, local.size, local.blob_id, local.sha256 if large else None)


def remote(release: Release, *others: str, **how: Any) -> RemoteState:
    files = {path: stored(local) for path, local in release.files.items()}
    files |= {path: RemoteFile(path, 1, "b" * 40, None) for path in (".gitattributes", *others)}
    return RemoteState(exists=True, head=HEAD, files=files, **how)


def plan(
    release: Release, state: RemoteState, earlier: frozenset[str] = frozenset(), **options: Any
) -> Plan:
    values = {"folder": "dist", "repo_id": "ada/news", **options}
    return plan_release(release, state, PublishOptions(**values), earlier)


def test_a_new_repository_gets_everything(release: Release) -> None:
    found = plan(release, RemoteState(exists=False))
    assert found.creates
    assert found.adds == tuple(sorted(release.files))
    assert found.bytes_to_send == sum(file.size for file in release.files.values())
    assert found.private is None, "the owner's default holds"


def test_the_same_release_has_no_operation(release: Release) -> None:
    found = plan(release, remote(release))
    assert (found.operations, found.bytes_to_send) == (0, 0)
    assert found.unchanged == tuple(sorted(release.files))


def test_small_and_large_files_are_compared_by_their_own_checksums(release: Release) -> None:
    files = dict(remote(release).files)
    shard = "data/fr/train-00000-of-00001.parquet"
    files[shard] = files[shard]._replace(sha256="0" * 64)
    files["LICENSE"] = files["LICENSE"]._replace(blob_id="0" * 40)
    del files["README.md"]
    found = plan(release, RemoteState(exists=True, head=HEAD, files=files))
    assert found.replaces == ("LICENSE", shard)
    assert found.adds == ("README.md",)


def test_what_an_earlier_release_listed_is_deleted_and_the_rest_stays(release: Release) -> None:
    state = remote(release, "data/it/train-00000-of-00001.parquet", "notes.md")
    earlier = frozenset({"data/it/train-00000-of-00001.parquet"})
    found = plan(release, state, earlier)
    assert found.deletes == ("data/it/train-00000-of-00001.parquet",)
    assert found.kept == ("notes.md",)
    assert found.findings == ()
    pruned = plan(release, state, prune=True)
    assert pruned.deletes == ("data/it/train-00000-of-00001.parquet", "notes.md")
    assert ".gitattributes" not in pruned.deletes


@pytest.mark.parametrize(
    "path",
    ["data/fr/train-00007-of-00001.parquet", "news.py", "dataset_infos.json"],
)
def test_a_foreign_file_that_readers_would_load_is_a_finding(release: Release, path: str) -> None:
    found = plan(release, remote(release, path))
    assert [(str(one.code), one.path) for one in found.findings] == [("CARD_STRAY", path)]


@pytest.mark.parametrize(
    ("license_id", "state", "asked", "expected"),
    [
        ("other", RemoteState(exists=False), None, True),
        ("other", RemoteState(exists=False), False, False),
        ("mit", RemoteState(exists=False), True, True),
        ("mit", RemoteState(exists=True, head=HEAD, private=True), None, None),
        ("mit", RemoteState(exists=True, head=HEAD, private=True), False, False),
        ("mit", RemoteState(exists=True, head=HEAD, private=False), True, True),
        ("mit", RemoteState(exists=True, head=HEAD, private=False), False, None),
        ("other", RemoteState(exists=True, head=HEAD, private=True), None, None),
    ],
)
def test_visibility_is_as_asked_and_private_for_other_licences(
    tmp_path: Path, license_id: str, state: RemoteState, asked: bool | None, expected: bool | None
) -> None:
    make_release(tmp_path / "dist", license=license_id, license_name="x")
    release, _ = read_release(tmp_path / "dist")
    assert release is not None
    assert plan(release, state, private=asked).private is expected


def test_texts_of_others_do_not_go_into_a_public_repository_unasked(tmp_path: Path) -> None:
    make_release(tmp_path / "dist", license="other", license_name="x")
    release, _ = read_release(tmp_path / "dist")
    assert release is not None
    public = RemoteState(exists=True, head=HEAD)
    with pytest.raises(ConfigError, match="--public"):
        plan(release, public)
    assert plan(release, public, private=False).private is None
    assert plan(release, remote(release)).private is None, "published before: decided then"


def test_many_files_are_staged_with_the_reason(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_module, "MAX_COMMIT_OPERATIONS", 3)
    found = plan(release, RemoteState(exists=False))
    assert "more than the 3 of one commit" in found.staged
    assert any(found.staged in line for line in render_plan(found))
    with pytest.raises(ConfigError, match="leave out --revision"):
        plan(release, RemoteState(exists=False), revision="next")
    assert plan(release, remote(release)).staged == ""


def test_crowded_folders_are_refused_before_anything_is_sent(release: Release) -> None:
    one = release.files["LICENSE"]
    crowd = {f"data/{n}.txt": one for n in range(10_001)}
    with pytest.raises(ConfigError, match="data holds 10,001 entries"):
        plan(Release(release.manifest, release.card, crowd), RemoteState(exists=False))


def test_huge_files_are_refused(release: Release) -> None:
    huge = release.files["LICENSE"]._replace(size=10**12)
    files = {**release.files, "LICENSE": huge}
    with pytest.raises(ConfigError, match="LICENSE has 1,000,000,000,000 bytes"):
        plan(Release(release.manifest, release.card, files), RemoteState(exists=False))


@pytest.mark.parametrize(
    "options",
    [
        {"repo_id": "news"},
        {"tag": "a b"},
        {"revision": "refs/heads/x"},
        {"revision": "next", "stage": True},
        {"revision": "next", "create_pr": True},
        {"create_pr": True, "tag": "v1"},
        {"create_pr": True, "stage": True},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        PublishOptions(**{"folder": "dist", "repo_id": "ada/news", **options})


def test_unknown_options_are_refused() -> None:
    with pytest.raises(ValidationError):
        PublishOptions(folder="dist", repo_id="ada/news", sign=True)


def test_waits_double_up_to_a_bound_and_follow_the_hub() -> None:
    policy = RetryPolicy(attempts=4, wait_s=2, max_wait_s=5, max_limit_s=100)
    assert [policy.pause_s(attempt, None) for attempt in (1, 2, 3, 4)] == [2, 4, 5, None]
    assert policy.pause_s(1, 60.0) == 60
    assert policy.pause_s(1, 101.0) is None
    assert policy.pause_s(4, 1.0) is None
