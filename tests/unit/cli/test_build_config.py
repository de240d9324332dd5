"""The configuration of a build is its input's own, or the one that is named."""

from pathlib import Path

import pytest

from builder.cli.build import _read_config
from builder.readers import RemoteInput


def test_an_input_in_a_store_takes_no_configuration_of_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pressmark.toml").write_text('entities = "none"\n')
    assert _read_config(tmp_path, None, ())[0].entities != "builtin"
    assert _read_config(RemoteInput("s3://bucket/articles"), None, ())[0].entities == "builtin"
