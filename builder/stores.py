"""Open a store by its URL: S3, Google Cloud Storage, the Hub, or any protocol of fsspec.

Arrow knows S3 and Google Cloud Storage itself, and asks fsspec for the rest.
"""

from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from builder.errors import ConfigError

__all__ = ["open_store", "short_message", "without_keys"]

#: Stores that Arrow opens by their own names; all others are asked of fsspec.
ARROW_SCHEMES: Final = frozenset({"abfs", "abfss", "file", "gcs", "gs", "hdfs", "hf", "s3"})


@lru_cache(maxsize=4)
def open_store(url: str) -> tuple[fs.FileSystem, str]:
    """Open a store, once per process; return it with the path in it that the URL names.

    Args:
        url: what `pyarrow.fs.FileSystem.from_uri` takes, with its options in the query.

    Raises:
        ConfigError: no store has that name, it cannot be opened, or what it needs is not installed.
    """
    scheme = url.partition("://")[0].lower()
    known = scheme in ARROW_SCHEMES or scheme.startswith("fsspec+")
    try:
        store, path = fs.FileSystem.from_uri(url if known else f"fsspec+{url}")
    except (OSError, ValueError, ImportError, pa.ArrowException) as error:
        raise ConfigError(f"cannot open {without_keys(url)}: {short_message(error)}") from error
    return store, path.rstrip("/")


def without_keys(url: str) -> str:
    """Return a URL without its options, and without keys before its host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


def short_message(error: BaseException) -> str:
    """Return what an error says in one line; libraries write pages."""
    return " ".join(str(error).split())[:300]
