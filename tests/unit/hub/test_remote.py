"""Names are refused before anything is sent."""

import pytest

from builder.errors import ConfigError
from builder.hub.remote import check_ref_name, check_repo_id, parse_uri


@pytest.mark.parametrize("repo_id", ["ada/news", "a/b", "Ada_1/news-2.0_x", "ada/" + "n" * 96])
def test_ids_that_the_hub_takes_pass(repo_id: str) -> None:
    assert check_repo_id(repo_id) == repo_id


@pytest.mark.parametrize(
    "repo_id",
    ["", "news", "ada/", "/news", "ada/news/x", "ada/ne ws", "../news", "ada/a--b", "ada/a..b",
     "ada/news.git", "ada/-news", "ada/nèws", "ada/" + "n" * 97, "ada/news\n"],
)  # fmt: skip
def test_other_ids_are_refused_with_the_rule(repo_id: str) -> None:
    with pytest.raises(ConfigError, match="give user/name"):
        check_repo_id(repo_id)


@pytest.mark.parametrize("name", ["v1.2.0", "main", "release/2026", "ünïcode"])
def test_names_that_git_takes_pass(name: str) -> None:
    assert check_ref_name(name, "tag") == name


@pytest.mark.parametrize(
    "name",
    ["", "a b", "-x", "/x", "x/", "x.", ".x", "a..b", "a~b", "a:b", "x.lock", "a//b", "a/.b",
     "refs/heads/x", "0" * 40, "a@{b", "a\nb"],
)  # fmt: skip
def test_names_that_git_refuses_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="invalid tag"):
        check_ref_name(name, "tag")


def test_addresses_are_split() -> None:
    assert parse_uri("hf://datasets/ada/news") == ("ada/news", None)
    assert parse_uri("hf://datasets/ada/news@v1.0") == ("ada/news", "v1.0")
    assert parse_uri("hf://datasets/ada/news@refs/pr/3") == ("ada/news", "refs/pr/3")
    assert parse_uri(f"hf://datasets/ada/news@{'0' * 40}/").revision == "0" * 40


@pytest.mark.parametrize("uri", ["hf://models/a/b", "https://x/a/b", "hf://datasets/a", "a/b"])
def test_other_addresses_are_refused(uri: str) -> None:
    with pytest.raises(ConfigError):
        parse_uri(uri)
