"""Without its extra, a format says what to install before the build starts."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from builder.errors import ConfigError
from builder.readers import READERS, list_files

WITHOUT = """
import sys
from pathlib import Path
from importlib.abc import MetaPathFinder

class Hidden(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"trafilatura", "warcio"}:
            raise ModuleNotFoundError(f"No module named {name!r}")

sys.meta_path.insert(0, Hidden())
from builder.readers.html import load_library
try:
    load_library("trafilatura", "html")
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(("name", "extra"), [("a.html", "html"), ("a.warc.gz", "warc")])
def test_a_missing_extra_is_an_error_that_says_how_to_install_it(
    tmp_path: Path, name: str, extra: str
) -> None:
    """Found while listing, so no worker has started."""
    modules = next(reader.modules for reader in READERS.values() if reader.extra == extra)
    if all(find_spec(module) for module in modules):
        pytest.skip("the extra is installed")
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(ConfigError, match=rf"pip install 'pressmark\[{extra}\]'"):
        list_files(tmp_path)


def test_a_library_that_cannot_be_imported_is_an_error_of_ours() -> None:
    """Also where it is half installed, which only its import shows."""
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("ConfigError ")
    assert "pip install 'pressmark[html]'" in run.stdout


def test_optional_libraries_are_not_imported_with_the_readers() -> None:
    """Neither are slow ones that few inputs need."""
    command = (
        "import sys, builder.readers; print({'trafilatura', 'warcio', 'lxml', "
        "'charset_normalizer', 'datasets'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"
