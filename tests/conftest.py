"""Fixtures that several areas share: the seeds built once, and small corpora."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from builder.config import read_config
from builder.pipeline import BuildRequest, build
from schema.manifest import BuildManifest

# Machines are shared and slow at times: a law is judged by its examples, never by its seconds.
settings.register_profile("pressmark", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pressmark")

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let golden cases be rewritten; the difference is what a review reads."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden cases")


def build_seeds(out: Path, workers: int = 1) -> BuildManifest:
    """Build the seeds as `make dataset` does."""
    config = read_config(SEEDS / "pressmark.toml")
    return build(BuildRequest(SEEDS, out, config, SEEDS, workers=workers))


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the built seeds; not to be changed."""
    out = tmp_path_factory.mktemp("dist") / "seeds"
    build_seeds(out)
    return out


@pytest.fixture
def corpus(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder of text files: names to contents."""

    def make(files: dict[str, str | bytes]) -> Path:
        folder = tmp_path / "articles"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return make
