"""A server that speaks S3, on loopback: moto's, reached by Arrow's own client."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import pytest
from pyarrow import fs

__all__ = ["KEYS", "S3Server", "needs_moto", "serve_s3"]

needs_moto = pytest.mark.skipif(not find_spec("moto"), reason="needs moto")

KEYS = {
    "AWS_ACCESS_KEY_ID": "loopback",
    "AWS_SECRET_ACCESS_KEY": "loopback",
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1",
}


class S3Server:
    """A running server without buckets."""

    def __init__(self) -> None:
        self.start(0)
        host, self._port = self._server.get_host_and_port()
        self._options = f"?endpoint_override={host}:{self._port}&scheme=http&region=us-east-1"

    def url(self, path: str) -> str:
        """Return the URL of a bucket, a folder or a file."""
        return f"s3://{path}{self._options}"

    def make_bucket(self, name: str) -> fs.FileSystem:
        """Make a bucket, and return the store that it is in."""
        store, _ = fs.FileSystem.from_uri(f"{self.url(name)}&allow_bucket_creation=true")
        store.create_dir(name)
        return store

    def start(self, port: int | None = None) -> None:
        """Answer; after a stop at the same port, with the buckets that were there."""
        from moto.server import ThreadedMotoServer

        chosen = self._port if port is None else port
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=chosen, verbose=False)
        self._server.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.stop()


@contextmanager
def serve_s3() -> Iterator[S3Server]:
    """Serve S3 for as long as it is needed, with its keys in the environment."""
    before = {name: os.environ.get(name) for name in KEYS}
    os.environ.update(KEYS)
    server = S3Server()
    try:
        yield server
    finally:
        server.stop()
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
