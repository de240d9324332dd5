"""What is refused ends with the right exit code and one line that says what to do."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hub import ClientRun, LoopbackHub, client_environment
from tests.hub.publisher import start_publisher, wait_publisher
from tests.hub.releases import make_release

REPO = "ada/news"


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as running:
        yield running


@pytest.fixture
def release(tmp_path: Path) -> Path:
    make_release(tmp_path / "dist")
    return tmp_path / "dist"


def run(hub: LoopbackHub, folder: Path, token: str | None = "hf_ada", **options: Any) -> ClientRun:
    options = {"folder": folder, "repo_id": REPO, **options}
    url = options.pop("url", hub.url)
    done = wait_publisher(start_publisher(url, folder.parent / "home", token, **options))
    assert "Traceback" not in done.stderr, done.stderr
    return done


def refused(done: ClientRun, code: int, says: str) -> None:
    assert done.code == code, done.stderr
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()[-1]) < 500


@pytest.mark.parametrize(
    ("token", "code", "says"),
    [
        (None, 2, "there is no token; log in with `hf auth login`"),
        ("hf_bob", 5, "use one with write access"),
        pytest.param("hf_wrong", 2, "the token is missing or not valid", marks=pytest.mark.slow),
        pytest.param("hf_ada_read", 5, "use one with write access", marks=pytest.mark.slow),
    ],
)
def test_tokens_that_may_not(
    hub: LoopbackHub, release: Path, token: str | None, code: int, says: str
) -> None:
    hub.create_repo(REPO)
    refused(run(hub, release, token), code, says)
    assert hub.count("preupload") == 0
    assert len(hub.repo(REPO).history()) == 1


def _gated(hub: LoopbackHub) -> None:
    hub.create_repo(REPO).gated = "manual"


def _private(hub: LoopbackHub) -> None:
    hub.create_repo(REPO, private=True)


def _model(hub: LoopbackHub) -> None:
    hub.store.create_repo(REPO, "model")


def _tagged(hub: LoopbackHub) -> None:
    repo = hub.create_repo(REPO)
    repo.refs["refs/tags/v1"] = repo.head().oid


UNFIT = {
    "gated": (_gated, "hf_bob", 5, "use one with write access"),
    "private": (_private, "hf_bob", 5, "use one with write access"),
    "a model": (_model, "hf_ada", 5, "ada/news is a model repository"),
    "tagged": (_tagged, "hf_ada", 2, "tag v1 exists on commit"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", UNFIT)
def test_repositories_that_will_not_do(hub: LoopbackHub, release: Path, name: str) -> None:
    prepare, token, code, says = UNFIT[name]
    prepare(hub)
    refused(run(hub, release, token, tag="v1"), code, says)
    assert hub.count("preupload") == 0


ANSWERS = {
    "quota": ("lfs_batch", {"status": 413, "message": "storage limit reached"}, "over a limit"),
    "payment": ("commit", {"status": 402, "message": "private storage is full"}, "over a limit"),
    "forbidden": ("commit", {"status": 403, "message": "read-only"}, "use one with write access"),
    "gated": ("info", {"status": 403, "code": "GatedRepo"}, "it is gated"),
    "odd": ("commit", {"status": 418, "body": b"teapot"}, "418"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_answers_that_are_final_are_not_repeated(
    hub: LoopbackHub, release: Path, name: str
) -> None:
    kind, answer, says = ANSWERS[name]
    hub.create_repo(REPO)
    fault = hub.fault(kind, "status", times=99, **answer)
    refused(run(hub, release), 5, says)
    assert fault.fired == 1
    assert len(hub.repo(REPO).history()) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("yaml", "code", "says"),
    [
        ("license: GPL-3.0\n", 2, "set `license` in the configuration"),
        ("license: mit\ntags: news\n", 5, '"tags" must be an array'),
    ],
)
def test_cards_that_the_hub_refuses(
    hub: LoopbackHub, release: Path, yaml: str, code: int, says: str
) -> None:
    make_release(release, extra={"README.md": f"---\n{yaml}---\n# News\n".encode()})
    refused(run(hub, release), code, says)
    assert hub.count("preupload") == 0


@pytest.mark.slow
def test_what_the_hub_warns_of_is_passed_on(hub: LoopbackHub, release: Path) -> None:
    make_release(release, extra={"README.md": b"# News\n"})
    done = run(hub, release)
    assert done.code == 0
    assert "the Hub warns: " in done.stderr
    assert "UserWarning" not in done.stderr


@pytest.mark.slow
def test_a_hub_that_cannot_be_reached(hub: LoopbackHub, release: Path) -> None:
    refused(run(hub, release, url="http://127.0.0.1:9"), 5, "the Hub cannot be reached")
    refused(run(hub, release, url="nowhere"), 2, "cannot read ada/news")


@pytest.mark.slow
def test_the_clients_offline_mode(
    hub: LoopbackHub, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(home: Path, endpoint: str, token: str | None) -> dict[str, str]:
        return client_environment(home, endpoint, token) | {"HF_HUB_OFFLINE": "1"}

    monkeypatch.setattr("tests.hub.publisher.client_environment", offline)
    refused(run(hub, release), 5, "HF_HUB_OFFLINE is set")


@pytest.mark.slow
def test_a_rate_limit_is_waited_for_or_named(hub: LoopbackHub, release: Path) -> None:
    hub.create_repo(REPO)
    hub.fault("commit", "ratelimit", seconds=1)
    done = run(hub, release)
    assert (done.code, "looking again in 2 s" in done.stderr) == (0, True)
    hub.fault("info", "ratelimit", seconds=9_000)
    refused(run(hub, release), 5, "gave up after 1 attempt")


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [{"repo_id": "news"}, {"repo_id": "../etc/passwd"}, {"tag": "a b"}, {"revision": "a..b"}],
)
def test_names_that_cannot_be(hub: LoopbackHub, release: Path, options: dict[str, str]) -> None:
    refused(run(hub, release, **options), 2, "invalid")
    assert hub.log == []


def _traverse(folder: Path) -> None:
    (folder.parent / "secret").write_text("secret")
    data = json.loads((folder / "manifest.json").read_text())
    data["files"].append({"path": "../secret", "bytes": 6, "sha256": "0" * 64})
    (folder / "manifest.json").write_text(json.dumps(data))


def _link(folder: Path) -> None:
    (folder.parent / "secret").write_bytes((folder / "LICENSE").read_bytes())
    (folder / "LICENSE").unlink()
    (folder / "LICENSE").symlink_to(folder.parent / "secret")


def _bomb(folder: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    card = "---\n" + "\n".join(lines) + "\n---\n"
    make_release(folder, extra={"README.md": card.encode()})


def _hidden(folder: Path) -> None:
    make_release(folder, extra={".env": b"SECRET=1"})


def _changed(folder: Path) -> None:
    (folder / "LICENSE").write_text("changed after the build")


@pytest.mark.parametrize(
    ("spoil", "code", "says"),
    [
        (_link, 1, "FILE_LINK LICENSE"),
        (_bomb, 1, "CARD_YAML README.md"),
        pytest.param(_traverse, 1, "FILE_NAME ../secret", marks=pytest.mark.slow),
        pytest.param(_hidden, 1, "FILE_NAME .env", marks=pytest.mark.slow),
        pytest.param(_changed, 1, "FILE_CHECKSUM LICENSE", marks=pytest.mark.slow),
    ],
)
def test_hostile_folders_are_refused_even_with_findings_allowed(
    hub: LoopbackHub, release: Path, spoil: Callable[[Path], None], code: int, says: str
) -> None:
    spoil(release)
    refused(run(hub, release, allow_findings=True), code, says)
    assert hub.log == []


@pytest.mark.slow
def test_ten_thousand_and_one_files_in_a_folder_are_refused(
    hub: LoopbackHub, release: Path
) -> None:
    make_release(release, extra={f"notes/{n:05d}.txt": b"" for n in range(10_001)})
    refused(run(hub, release), 2, "notes holds 10,001 entries")
    assert hub.count("create_repo") == 0


@pytest.mark.slow
def test_thousands_of_files_are_staged_and_merged_at_once(hub: LoopbackHub, release: Path) -> None:
    make_release(release, extra={f"notes/{n:05d}.txt": b"%d" % n for n in range(1_200)})
    done = run(hub, release, retry={"timeout_s": 60})
    assert done.code == 0, done.stderr
    assert "more than the 1,000 of one commit" in done.value["plan"]["staged"]
    assert len(hub.repo(REPO).files()) == 1_200 + 7
    assert hub.count("merge") == 1
    assert len(hub.repo(REPO).history()) == 2
