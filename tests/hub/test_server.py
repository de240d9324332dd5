"""The loopback Hub keeps what it promises: the clients' own calls work against it."""

from collections.abc import Iterator

import pytest

from tests.hub import ClientRun, HubRefusal, LoopbackHub, run_client
from tests.hub.store import Operation, Store, tree_oids

ADA, READER, BOB = "hf_ada", "hf_ada_read", "hf_bob"


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub(page_size=3) as running:
        yield running


def client(hub: LoopbackHub, code: str, *arguments: str, token: str | None = ADA) -> ClientRun:
    done = run_client(code, *arguments, endpoint=hub.url, token=token)
    assert done.code == 0, done.stderr
    return done


PUSH = """
    import json
    from datasets import Dataset, DatasetDict
    rows = {"id": ["a", "b", "c"], "tags": [["x"], [], ["y", "z"]], "n": [1, 2, 3]}
    train = Dataset.from_dict(rows)
    DatasetDict({"train": train, "test": train.select([0])}).push_to_hub("ada/news")
    print(json.dumps(True))
"""

LOAD = """
    import json, sys
    from datasets import load_dataset
    out = {}
    for streaming in (False, True):
        loaded = load_dataset("ada/news", streaming=streaming, revision=sys.argv[1])
        out[str(streaming)] = {split: list(rows) for split, rows in loaded.items()}
    assert out["False"] == out["True"]
    print(json.dumps(out["True"]))
"""


@pytest.mark.slow
def test_push_to_hub_then_load_dataset_gives_the_rows(hub: LoopbackHub) -> None:
    client(hub, PUSH)
    loaded = client(hub, LOAD, "main").value
    assert [row["id"] for row in loaded["train"]] == ["a", "b", "c"]
    assert loaded["test"] == [{"id": "a", "tags": ["x"], "n": 1}]
    assert hub.count("lfs_put") >= 1


UPLOAD = """
    import json, os, sys
    from pathlib import Path
    from huggingface_hub import HfApi, snapshot_download
    api = HfApi()
    folder = Path("build")
    for name, data in {
        "README.md": b"---\\nlicense: mit\\n---\\n# news\\n",
        "data/train-00000-of-00001.parquet": os.urandom(5000),
        "data/deep/er/notes.txt": "née 新闻".encode(),
        "empty.txt": b"",
        "with space 🗞.txt": b"x",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    api.create_repo("ada/news", repo_type="dataset")
    first = api.upload_folder(repo_id="ada/news", repo_type="dataset", folder_path=folder)
    again = api.upload_folder(repo_id="ada/news", repo_type="dataset", folder_path=folder)
    got = Path(snapshot_download("ada/news", repo_type="dataset", local_dir="got"))
    same = {
        str(p.relative_to(folder)): (got / p.relative_to(folder)).read_bytes() == p.read_bytes()
        for p in folder.rglob("*") if p.is_file()
    }
    checked = api.verify_repo_checksums("ada/news", repo_type="dataset", local_dir=folder)
    listed = [f.path for f in api.list_repo_tree("ada/news", repo_type="dataset", recursive=True)]
    print(json.dumps([
        first.oid, again.oid, same, sorted(checked.missing_paths or []), listed,
        len(checked.mismatches or []),
    ]))
"""


@pytest.mark.parametrize("part_bytes", [None, pytest.param(2048, marks=pytest.mark.slow)])
def test_upload_folder_then_snapshot_gives_the_files(part_bytes: int | None) -> None:
    with LoopbackHub(page_size=3, lfs_part_bytes=part_bytes) as hub:
        first, again, same, missing, listed, mismatches = client(hub, UPLOAD).value
        assert first == again == hub.repo("ada/news").head().oid
        assert len(same) == 5
        assert all(same.values())
        assert missing == [".gitattributes"]
        assert mismatches == 0
        assert "data/deep/er" in listed
        assert hub.count("tree") >= 2, "the listing has pages"
        assert hub.count("lfs_part") == (3 if part_bytes else 0)


COMMITS = """
    import json
    from huggingface_hub import CommitOperationAdd as Add, CommitOperationDelete as Delete, HfApi
    from huggingface_hub.errors import HfHubHTTPError
    api = HfApi()
    kind = {"repo_id": "ada/news", "repo_type": "dataset"}
    out = {"whoami": api.whoami()["name"], "url": api.create_repo(**kind)}
    base = api.dataset_info("ada/news").sha
    api.auth_check(**kind, write=True)

    def commit(operations, **more):
        return api.create_commit(
            **kind, operations=operations, commit_message="m", **more)

    one = commit([Add("a/x.txt", b"1"), Add("b.parquet", b"PAR1")], parent_commit=base)
    try:
        commit([Add("c.txt", b"2")], parent_commit=base)
    except HfHubHTTPError as error:
        out["moved"] = error.response.status_code
    two = commit([Delete("a/"), Add("a/y.txt", b"2")], parent_commit=one.oid)
    same = commit([Add("a/y.txt", b"2"), Add("b.parquet", b"PAR1")])
    out["unchanged"] = same.oid == two.oid
    api.create_tag(**kind, tag="v1", revision=one.oid)
    try:
        api.create_tag(**kind, tag="v1", revision=two.oid)
    except HfHubHTTPError as error:
        out["tag"] = error.response.status_code
    api.create_branch(**kind, branch="next", revision=one.oid)
    commit([Add("n.txt", b"n")], revision="next")
    refs = api.list_repo_refs(**kind, include_pull_requests=True)
    out["refs"] = sorted(r.ref for r in refs.branches + refs.tags)
    opened = commit([Add("pr.txt", b"p")], create_pr=True)
    drafted = api.create_pull_request(**kind, title="draft")
    commit([Add("more.txt", b"p")], revision="refs/pr/2")
    out["prs"] = [opened.pr_revision, drafted.git_reference, drafted.status]
    api.change_discussion_status(**kind, discussion_num=2, new_status="open")
    api.merge_pull_request(**kind, discussion_num=2)
    out["open"] = [d.num for d in api.get_repo_discussions(**kind, discussion_status="open")]
    out["main"] = api.list_repo_files(**kind)
    out["history"] = len(api.list_repo_commits(**kind))
    out["paths"] = [p.path for p in api.get_paths_info("ada/news", ["a", "b.parquet", "no"],
                                                       repo_type="dataset")]
    api.update_repo_settings(**kind, private=True, gated="auto")
    info = api.dataset_info("ada/news")
    out["settings"] = [info.private, info.gated]
    print(json.dumps(out))
"""


def test_commits_references_and_pull_requests(hub: LoopbackHub) -> None:
    got = client(hub, COMMITS).value
    assert got["whoami"] == "ada"
    assert (got["moved"], got["unchanged"], got["tag"]) == (412, True, 409)
    assert got["refs"] == ["refs/heads/main", "refs/heads/next", "refs/tags/v1"]
    assert got["prs"] == ["refs/pr/1", "refs/pr/2", "draft"]
    assert got["open"] == [1]
    assert got["main"] == [".gitattributes", "a/y.txt", "b.parquet", "more.txt"]
    assert got["history"] == 4
    assert got["paths"] == ["a", "b.parquet"]
    assert got["settings"] == [True, "auto"]


REFUSED = """
    import json, sys
    from huggingface_hub import CommitOperationAdd as Add, HfApi, hf_hub_download
    api = HfApi()
    kind = {"repo_id": "ada/news", "repo_type": "dataset"}

    def attempt(call):
        try:
            return [call() and "done", 200]
        except Exception as error:
            response = getattr(error, "response", None)
            return [type(error).__name__, response.status_code if response is not None else 0]

    def commit(card):
        return api.create_commit(
            **kind, operations=[Add("README.md", card.encode())], commit_message="m")

    print(json.dumps({
        "info": attempt(lambda: api.dataset_info("ada/news")),
        "missing": attempt(lambda: api.dataset_info("ada/nothing")),
        "revision": attempt(lambda: api.dataset_info("ada/news", revision="v9")),
        "write": attempt(lambda: api.auth_check(**kind, write=True)),
        "create": attempt(lambda: api.create_repo("ada/other", repo_type="dataset")),
        "commit": attempt(lambda: commit("# hello")),
        "licence": attempt(lambda: commit("---\\nlicense: gpl\\n---\\n")),
        "file": attempt(lambda: hf_hub_download("ada/news", "a.txt", repo_type="dataset")),
        "no file": attempt(lambda: hf_hub_download("ada/news", "no.txt", repo_type="dataset")),
    }))
"""

EXPECTED = {
    ADA: {"write": 200, "create": 200, "commit": 200, "licence": 0, "file": 200},
    READER: {"write": 403, "create": 403, "commit": 403, "licence": 0, "file": 200},
    BOB: {"write": 403, "create": 403, "commit": 403, "licence": 0, "file": 200},
    None: {"write": 401, "create": 401, "commit": 401, "licence": 0, "file": 200},
    "hf_wrong": {"info": 401, "write": 401, "create": 401, "commit": 401, "file": 401},
}


@pytest.mark.slow
@pytest.mark.parametrize("token", EXPECTED)
def test_tokens_are_told_apart(hub: LoopbackHub, token: str | None) -> None:
    repo = hub.create_repo("ada/news")
    hub.store.commit(repo, "main", [Operation("file", "a.txt", b"a")])
    got = client(hub, REFUSED, token=token).value
    assert {name: got[name][1] for name in EXPECTED[token]} == EXPECTED[token]
    if token in (ADA, BOB):
        assert got["missing"] == ["RepositoryNotFoundError", 404]
        assert got["revision"] == ["RevisionNotFoundError", 404]
        assert got["no file"][0] == "RemoteEntryNotFoundError"


@pytest.mark.slow
def test_private_is_hidden_and_gated_is_closed(hub: LoopbackHub) -> None:
    repo = hub.create_repo("ada/news", private=True)
    hub.store.commit(repo, "main", [Operation("file", "a.txt", b"a")])
    assert client(hub, REFUSED, token=BOB).value["info"] == ["RepositoryNotFoundError", 404]
    assert client(hub, REFUSED, token=None).value["info"][0] == "RepositoryNotFoundError"
    repo.private, repo.gated = False, "auto"
    got = client(hub, REFUSED, token=BOB).value
    assert (got["info"][1], got["file"]) == (200, ["GatedRepoError", 403])
    assert client(hub, REFUSED, token=ADA).value["file"][1] == 200


FAULTY = """
    import json, sys
    from huggingface_hub import CommitOperationAdd as Add, HfApi, set_client_factory
    import httpx2
    set_client_factory(lambda: httpx2.Client(timeout=10))
    try:
        done = HfApi().create_commit("ada/news", [Add("a.txt", b"a"), Add("b.bin", b"b" * 99)],
                                     commit_message="m", repo_type="dataset")
        print(json.dumps(["done", done.oid]))
    except Exception as error:
        response = getattr(error, "response", None)
        print(json.dumps([type(error).__name__, getattr(response, "status_code", None)]))
"""

FAULTS = [
    ("commit", {"action": "status"}, "HfHubHTTPError", False),
    ("commit", {"action": "status", "when": "after"}, "HfHubHTTPError", True),
    ("commit", {"action": "reset"}, "ReadError", False),
    ("commit", {"action": "reset", "when": "after"}, "ReadError", True),
    ("commit", {"action": "truncate"}, "RemoteProtocolError", True),
    ("commit", {"action": "slow", "seconds": 20}, "ReadTimeout", True),
    ("commit", {"action": "ratelimit", "seconds": 1}, "HfHubHTTPError", False),
    ("lfs_put", {"action": "status"}, "done", True),
    ("lfs_put", {"action": "reset", "when": "after"}, "done", True),
    ("preupload", {"action": "ratelimit", "seconds": 0}, "done", True),
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "how", "outcome", "applied"), FAULTS)
def test_faults_strike_before_or_after(
    hub: LoopbackHub, kind: str, how: dict[str, object], outcome: str, applied: bool
) -> None:
    hub.create_repo("ada/news")
    fault = hub.fault(kind, **how)
    got = client(hub, FAULTY).value
    assert got[0] == outcome
    assert fault.fired == 1
    if outcome == "ReadTimeout":
        hub.faults.clear()
    else:
        assert ("a.txt" in hub.repo("ada/news").files()) == applied


RANGES = """
    import json
    from huggingface_hub import HfApi, HfFileSystem
    fs = HfFileSystem()
    with fs.open("datasets/ada/news/big.bin", block_size=1000) as file:
        file.seek(5000)
        piece = file.read(10)
        file.seek(-4, 2)
        tail = file.read()
    print(json.dumps([piece.decode(), tail.decode(), fs.info("datasets/ada/news/big.bin")["size"]]))
"""


def test_ranges_are_served(hub: LoopbackHub) -> None:
    repo = hub.create_repo("ada/news")
    content = b"".join(b"%09d\n" % n for n in range(10_000))
    hub.store.commit(repo, "main", [Operation("file", "big.bin", content)])
    assert client(hub, RANGES).value == ["000000500\n", "999\n", 100_000]
    assert max(r.bytes_out for r in hub.log if r.kind == "resolve") < 20_000


def test_ids_are_gits_own() -> None:
    store = Store()
    repo = store.create_repo("ada/news")
    store.commit(repo, "main", [Operation("file", "d/hello.txt", b"hello\n")])
    files = repo.head().files
    assert files["d/hello.txt"].oid == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert tree_oids({"hello.txt": files["d/hello.txt"]})[""] == (
        "aaa96ced2d9a1c8e72c56b253a0e2fe78393feb7"
    )


@pytest.mark.parametrize("path", ["../up", "/root", "a//b", "a/../b", ".git/config", ""])
def test_bad_paths_are_refused(path: str) -> None:
    store = Store()
    repo = store.create_repo("ada/news")
    with pytest.raises(HubRefusal):
        store.commit(repo, "main", [Operation("file", path, b"")])


def test_crowded_folders_are_refused() -> None:
    store = Store()
    repo = store.create_repo("ada/news")
    crowd = [Operation("file", f"d/{n}", b"") for n in range(10_001)]
    with pytest.raises(HubRefusal, match="more than 10000"):
        store.commit(repo, "main", crowd)
    store.commit(repo, "main", crowd[1:])


def test_a_merge_takes_both_sides_or_none() -> None:
    store = Store()
    repo = store.create_repo("ada/news")
    store.commit(repo, "main", [Operation("file", "a", b"1"), Operation("file", "b", b"1")])
    one = store.open_discussion(repo, "one", "ada", pull_request=True)
    two = store.open_discussion(repo, "two", "ada", pull_request=True)
    store.commit(repo, one.ref, [Operation("file", "a", b"2"), Operation("deletedFile", "b")])
    store.commit(repo, two.ref, [Operation("file", "a", b"3")])
    store.commit(repo, "main", [Operation("file", "c", b"1")])
    one.status = two.status = "open"
    store.merge(repo, one.num, "ada")
    files = repo.files()
    assert (files["a"], files["c"], "b" in files) == (b"2", b"1", False)
    with pytest.raises(HubRefusal, match="conflicts in a"):
        store.merge(repo, two.num, "ada")
