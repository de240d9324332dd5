"""Real clients in fresh processes: empty caches, no token but the given one, nothing patched."""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["ClientRun", "client_environment", "run_client"]

ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


class ClientRun(NamedTuple):
    """How a client process ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def value(self) -> Any:
        """The last line of stdout, as JSON."""
        return json.loads(self.stdout.strip().splitlines()[-1])


def client_environment(home: Path, endpoint: str, token: str | None) -> dict[str, str]:
    """Return the environment of a client that knows only this endpoint and token."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    token_entry = {"HF_TOKEN": token} if token else {}
    return {
        **kept,
        **token_entry,
        "HOME": str(home),
        "HF_HOME": str(home / "hf"),
        "HF_ENDPOINT": endpoint,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }


def run_client(
    code: str, *arguments: str, endpoint: str, token: str | None = None, timeout: float = 600
) -> ClientRun:
    """Run a piece of Python in a fresh process with an empty home.

    Args:
        code: program; reads its arguments from `sys.argv[1:]`, prints JSON last.
        arguments: strings for `sys.argv`.
        endpoint: address of the loopback Hub.
        token: access token; None for an anonymous client.
        timeout: seconds.
    """
    with tempfile.TemporaryDirectory(prefix="hub-client-") as home:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), *arguments],
            env=client_environment(Path(home), endpoint, token),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            cwd=home,
        )
    return ClientRun(done.returncode, done.stdout, done.stderr)
