"""Publish in a fresh process without verification: the release under test is tiny and known.

    python -m tests.hub.publisher '{"folder": "...", "repo_id": "ada/news", "tag": "v2.0.0"}'

Everything but `verify` is what the command line runs; exit codes are those of the command line.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.hub.clients import ROOT, ClientRun, client_environment

__all__ = ["start_publisher", "wait_publisher"]

#: Short waits, so that a scenario takes seconds; a call without an answer fails after 12 s.
RETRY = {"wait_s": 0.05, "max_wait_s": 0.2, "timeout_s": 12.0}


def start_publisher(
    endpoint: str, home: Path, token: str | None = "hf_ada", **options: Any
) -> "subprocess.Popen[str]":
    """Start publishing; the process is the caller's to wait for or to kill."""
    home.mkdir(parents=True, exist_ok=True)
    options = {"retry": RETRY, **options}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.hub.publisher", json.dumps(options, default=str)],
        env=client_environment(home, endpoint, token),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def wait_publisher(process: "subprocess.Popen[str]", timeout: float = 600) -> ClientRun:
    """Wait for a publisher to end."""
    with process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
    return ClientRun(process.returncode, out, err)


class _Talk:
    def notify(self, line: str) -> None:
        print(line, file=sys.stderr)

    def confirm(self, plan: object) -> bool:
        return True


def main() -> int:
    """Publish as the first argument asks."""
    from builder.errors import PublisherError
    from builder.publish.options import PublishOptions
    from builder.publish.publish import publish

    tempfile.tempdir = str(Path.home())
    try:
        options = PublishOptions.model_validate(json.loads(sys.argv[1]))
        done = publish(options, _Talk(), lambda folder: [])
    except PublisherError as error:
        print(f"pressmark: {error}", file=sys.stderr)
        return error.exit_code
    for finding in done.findings:
        print(finding, file=sys.stderr)
    print(json.dumps(done.as_json()))
    return done.exit_code


if __name__ == "__main__":
    sys.exit(main())
