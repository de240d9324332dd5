"""The configuration is read whole, and every mistake is named with its key."""

import tomllib
from pathlib import Path

import pytest

from builder.config import BuildConfig, parse_config, read_config
from builder.errors import ConfigError
from builder.scaffold import config_template, write_config


def test_an_empty_table_is_the_default_build() -> None:
    assert parse_config({}, "here") == BuildConfig()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"nmae": "x"}, r"nmae: unknown key \(known: allow_download, "),
        ({"splits": {"salz": "x"}}, r"splits\.salz: unknown key \(known: "),
        ({"output": {"shard_bytes": 5}}, r"output\.shard_bytes: .*greater than or equal to 1000"),
        ({"audit": "maybe"}, r"audit: .*'publish', 'local' or 'none'"),
        ({"license": "CC-BY-4.0"}, r"license: licence ids of the Hub are lower-case: 'cc-by-4\.0'"),
        ({"license": "other"}, r"license 'other' needs license_name and license_file"),
        ({"version": "1"}, r"version: must be three numbers"),
        ({"version": 1.0}, r"version: must be a string, in quotes"),
        ({"name": "no/slashes"}, r"name: must be letters and digits"),
        ({"entities": {"fra": "none"}}, r"entities: no article is in language 'fra'; .* is 'fr'"),
        ({"entities": {"zh-Hans": "none"}}, r"language 'zh-Hans'; its tag here is 'zh'"),
        ({"withhold": {"ids": "a"}}, r"withhold\.ids: must be a list"),
    ],
)
def test_a_mistake_is_named_with_its_key(table: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config(table, "here")


def test_all_mistakes_are_listed() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config({"a": 1, "b": 2}, "here")
    assert str(caught.value).count("unknown key") == 2


def test_broken_toml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "pressmark.toml"
    path.write_text("name = ")
    with pytest.raises(ConfigError, match="is not valid TOML"):
        read_config(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        read_config(tmp_path / "none.toml")


def test_the_template_is_the_default_build() -> None:
    assert parse_config(tomllib.loads(config_template("x")), "") == BuildConfig(name="x")


def test_the_template_with_every_key_uncommented_is_the_default_build() -> None:
    lines = config_template("articles").splitlines()
    keys = [
        line.removeprefix("# ")
        for line in lines
        if line.startswith(("[", "name")) or (" = " in line and not line.startswith("# Example"))
    ]
    table = tomllib.loads(
        "\n".join(line for line in keys if line.split(" = ")[0].isidentifier() or line[0] == "[")
    )
    assert parse_config(table, "") == BuildConfig()


def test_init_does_not_replace_a_configuration(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    path.write_text("# mine")
    with pytest.raises(ConfigError, match="--force"):
        write_config(tmp_path)
    write_config(tmp_path, replace=True)
    assert "# mine" not in path.read_text()


@pytest.mark.parametrize("name", ["a..b", "a--b", "-a", "a.", "", "x" * 97])
def test_a_name_that_the_hub_refuses_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="name: "):
        parse_config({"name": name}, "here")


def test_a_byte_order_mark_is_no_part_of_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "pressmark.toml"
    path.write_text('name = "x"', encoding="utf-8-sig")
    assert read_config(path).name == "x"
