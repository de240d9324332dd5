"""Law of verification: whatever is in a folder, there are findings and never an exception."""

import copy
import json
import shutil

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.verify import verify
from builder.verify.card_configs import read_configs
from builder.verify.card_numbers import check_info
from builder.verify.card_text import read_card
from builder.verify.card_values import lint_values
from tests.make_release import Release

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.dates()
    | st.sampled_from(["", "no", "data/**", "default", "train", "../x", "[", "\x00", "é" * 99]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
few = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return Release().write(tmp_path_factory.mktemp("verify") / "tiny")


def places(value):
    """List every place inside a value, as container and key."""
    keys = range(len(value)) if isinstance(value, list) else list(value)
    found = []
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], list | dict):
            found += places(value[key])
    return found


def replaced(data, original, value):
    """Return a copy of a document in which one place holds another value, or is gone."""
    document = copy.deepcopy(original)
    container, key = data.draw(st.sampled_from(places(document)))
    if data.draw(st.booleans()) and isinstance(container, dict):
        del container[key]
    else:
        container[key] = value
    return document


@few
@given(value=anything, data=st.data())
def test_any_value_anywhere_in_the_manifest(folder, tmp_path, value, data):
    broken = tmp_path / "broken"
    shutil.rmtree(broken, ignore_errors=True)
    shutil.copytree(folder, broken)
    original = json.loads((folder / "manifest.json").read_text())
    document = replaced(data, original, value)
    (broken / "manifest.json").write_text(json.dumps(document, default=str))
    for finding in verify(broken, engines="none"):
        assert "\n" not in str(finding)


@settings(max_examples=100, deadline=None)
@given(value=anything, data=st.data())
def test_any_value_anywhere_in_the_yaml_of_a_card(value, data):
    original = {
        "language": ["fr"],
        "license": "other",
        "license_name": "x",
        "size_categories": ["n<1K"],
        "task_ids": ["language-modeling"],
        "configs": [
            {
                "config_name": "default",
                "default": True,
                "data_files": [{"split": "train", "path": ["data/train-*-of-00001.parquet"]}],
            }
        ],
        "dataset_info": [
            {
                "config_name": "default",
                "features": [{"name": "id", "dtype": "string"}],
                "splits": [{"name": "train", "num_bytes": 1, "num_examples": 1}],
                "download_size": 1,
            }
        ],
    }
    files = ["LICENSE", "README.md", "data/train-00000-of-00001.parquet"]
    text = f"---\n{yaml.safe_dump(replaced(data, original, value))}---\n# Title\n"
    card = read_card(text.encode("utf-8", "surrogatepass"))
    configs, found = read_configs(card.data, files)
    found = [*card.findings, *found, *lint_values(card.data, files, 3)]
    for finding in [*found, *check_info(card.data, configs, {})]:
        assert len(str(finding)) < 1000
        assert "\n" not in str(finding)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_as_a_card(raw):
    for prefix in (b"", b"---\n", b"---\nconfigs:\n"):
        card = read_card(prefix + raw + b"\n---\n")
        read_configs(card.data, [])
        lint_values(card.data, [], None)
