"""The contract on a revision of a Hub: real clients against the loopback server."""

import subprocess
import sys

import pytest

from tests.hub import LoopbackHub, client_environment, run_client
from tests.make_release import Release

pytestmark = pytest.mark.slow

UPLOAD = """
    import json, sys
    from pathlib import Path
    from huggingface_hub import CommitOperationAdd, HfApi
    api = HfApi()
    api.create_repo("ada/tiny", repo_type="dataset", exist_ok=True)
    folder = Path(sys.argv[1])
    files = [path for path in folder.rglob("*") if path.is_file()]
    adds = [CommitOperationAdd(p.relative_to(folder).as_posix(), str(p)) for p in files]
    api.create_commit("ada/tiny", adds, commit_message="release", repo_type="dataset")
    api.create_tag("ada/tiny", tag=sys.argv[2], repo_type="dataset")
    print(json.dumps(True))
"""


def run_contract(hub, home, dataset):
    command = [sys.executable, "-m", "pytest", "-p", "builder.contract_plugin"]
    command += ["--pyargs", "builder.contract", "--engines", "none", "--dataset", dataset]
    return subprocess.run(
        command,
        cwd=home,
        env=client_environment(home, hub.url, "hf_ada_read"),
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_revision_is_judged_by_what_it_holds(tmp_path):
    folder = Release().write(tmp_path / "tiny")
    with LoopbackHub() as hub:
        first = run_client(UPLOAD, str(folder), "v1.0.0", endpoint=hub.url, token="hf_ada")
        assert first.code == 0, first.stderr
        (folder / "LICENSE").write_text("changed after the build")
        second = run_client(UPLOAD, str(folder), "v1.0.1", endpoint=hub.url, token="hf_ada")
        assert second.code == 0, second.stderr
        good = run_contract(hub, tmp_path, "hf://datasets/ada/tiny@v1.0.0")
        bad = run_contract(hub, tmp_path, "hf://datasets/ada/tiny")
        absent = run_contract(hub, tmp_path, "hf://datasets/ada/nothing")
    assert good.returncode == 0, good.stdout + good.stderr
    assert bad.returncode == 1
    assert "FILE_CHECKSUM LICENSE" in bad.stdout
    assert absent.returncode == 4
    assert "ada/nothing" in absent.stdout + absent.stderr
