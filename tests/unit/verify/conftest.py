"""A good release, and copies of it to be broken."""

import shutil

import pytest

from tests.make_release import Release


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return Release().write(tmp_path_factory.mktemp("pristine") / "tiny")


@pytest.fixture
def folder(pristine, tmp_path):
    """A copy of a good folder, to be broken."""
    shutil.copytree(pristine, tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture
def release():
    return Release()
