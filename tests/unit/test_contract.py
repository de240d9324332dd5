"""The contract as consumers run it: in their own pytest, beside their own plugins."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from builder.contract import FAMILIES
from builder.contract_plugin import pytest_load_initial_conftests
from schema.findings import FindingCode
from tests.make_release import Release

ROOT = Path(__file__).parents[2]


def run(folder, *arguments):
    """Run pytest in a folder of its own, as in another project."""
    command = [sys.executable, "-m", "pytest", "-p", "builder.contract_plugin", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    # Other plugins of this environment import what they like.
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return Release().write(tmp_path_factory.mktemp("contract") / "tiny")


def test_every_finding_about_one_release_belongs_to_one_family():
    codes = [code for family in FAMILIES.values() for code in family]
    assert sorted(codes) == sorted(set(FindingCode) - {FindingCode.SPLIT_MOVED})


def test_a_good_data_set_passes_and_a_bad_one_fails_where_it_is_bad(release, tmp_path):
    contract = ("--pyargs", "builder.contract", "--engines", "none")
    good = run(tmp_path, *contract, "--dataset", str(release))
    assert good.returncode == 0, good.stdout + good.stderr
    assert f"{len(FAMILIES)} passed" in good.stdout
    licence = release / "LICENSE"
    text = licence.read_text()
    try:
        licence.write_text("changed")
        bad = run(tmp_path, *contract, "--dataset", str(release), "-v")
    finally:
        licence.write_text(text)
    assert bad.returncode == 1
    assert f"1 failed, {len(FAMILIES) - 1} passed" in bad.stdout
    assert "FILE_CHECKSUM LICENSE: " in bad.stdout
    assert "every file is the one that the manifest lists" in bad.stdout


def test_a_contract_without_a_data_set_says_what_to_give(tmp_path):
    done = run(tmp_path, "--pyargs", "builder.contract")
    assert done.returncode == 4
    assert "--dataset DIR" in done.stdout + done.stderr


def test_a_data_set_that_is_not_there_fails(tmp_path):
    done = run(tmp_path, "--pyargs", "builder.contract", "--dataset", "nowhere")
    assert done.returncode == 1
    assert "there is no such folder" in done.stdout


def test_other_runs_of_pytest_get_no_options_and_no_imports(tmp_path):
    (tmp_path / "conftest.py").write_text(
        "def pytest_addoption(parser):\n    parser.addoption('--dataset')\n"
    )
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_other(request):\n"
        "    assert request.config.getoption('--dataset') == 'x'\n"
        "    assert not {'pyarrow', 'pydantic', 'datasets'} & set(sys.modules)\n"
    )
    done = run(tmp_path, "--dataset", "x")
    assert done.returncode == 0, done.stdout + done.stderr


def test_options_are_added_for_single_tests_of_the_contract_too():
    names = []

    class Parser:
        def getgroup(self, *_):
            return self

        def addoption(self, name, **_):
            names.append(name)

    pytest_load_initial_conftests(Parser(), ["-x", "builder.contract::test_contract"])
    assert names == ["--dataset", "--engines"]
