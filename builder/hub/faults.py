"""Turn what the Hub's client raises into our errors, by status code and type.

Never by the text of a message. The texts that we pass on are cut to one line
and hold no token.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
    RevisionResolutionError,
    XetDownloadError,
)
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # not in its __all__
    parse_ratelimit_headers,
)

from builder.errors import ConfigError, HubError, HubRetryable, OutputError, PublisherError

__all__ = ["RETRYABLE_STATUS", "one_line", "translate", "translated"]

#: Worth another try with a fresh look at the repository. 409 and 412 say that it has moved.
RETRYABLE_STATUS = frozenset({408, 409, 412, 425, 429, 500, 502, 503, 504, 520, 522, 524})
QUOTA_STATUS = frozenset({402, 413, 507})
LOGIN = "log in with `hf auth login`, or set HF_TOKEN"

#: The client raises these for answers that it cannot read, and wraps others in them.
_ODD = (ValueError, RuntimeError, KeyError, TypeError, RevisionResolutionError, XetDownloadError)

_TOKEN = re.compile(r"hf_\w{3,}")
MAX_DETAIL_CHARS = 300


@contextmanager
def translated(action: str, place: str) -> Iterator[None]:
    """Raise our errors for those of the client.

    Args:
        action: what is being done, as in "cannot <action>".
        place: the repository, as in `user/name`.
    """
    try:
        yield
    except PublisherError:
        raise
    except (HfHubHTTPError, httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise translate(error, action, place) from error
    except _ODD as error:
        raise translate(error, action, place) from error


def translate(error: BaseException, action: str, place: str) -> PublisherError:
    """Name an error by what the caller should do."""
    start = f"cannot {action} {place}"
    refused = _http_error(error)
    if refused is not None:
        return _from_status(refused, start)
    kind, advice = _from_type(_root(error))
    return kind(f"{start}: {advice}")


def _from_type(error: BaseException) -> tuple[type[PublisherError], str]:
    for types, kind, advice in _BY_TYPE:
        if isinstance(error, types):
            return kind, advice or one_line(str(error))
    if isinstance(error, OSError) and error.errno is not None:
        return OutputError, f"{error.strerror}: {error.filename}"
    return HubRetryable, f"unexpected answer ({type(error).__name__})"


def _from_status(error: HfHubHTTPError, start: str) -> PublisherError:
    status, detail = error.response.status_code, _detail(error)
    for matches, kind, advice in _BY_STATUS:
        if matches(error, status):
            said = f" ({status}: {detail})" if kind is HubError else ""
            return kind(f"{start}: {advice}{said}", status=status)
    if status in RETRYABLE_STATUS:
        wait_s = _wait_s(error)
        return HubRetryable(f"{start}: {status} {detail}", status=status, wait_s=wait_s)
    return _from_refusal(error, start, detail)


def _is_bad_token(error: HfHubHTTPError, status: int) -> bool:
    """A 401 with a repository code means that there is no such repository."""
    return status == 401 and error.response.headers.get("X-Error-Code") != "RepoNotFound"


_BY_TYPE: tuple[tuple[tuple[type[BaseException], ...], type[PublisherError], str], ...] = (
    ((HFValidationError, httpx2.InvalidURL, httpx2.UnsupportedProtocol), ConfigError, ""),
    ((LocalTokenNotFoundError,), ConfigError, f"there is no token; {LOGIN}"),
    ((OfflineModeIsEnabled,), HubError, "HF_HUB_OFFLINE is set; unset it"),
    (
        (httpx2.ConnectError,),
        HubRetryable,
        "the Hub cannot be reached; check the network and HF_ENDPOINT",
    ),
    ((httpx2.TimeoutException,), HubRetryable, "the Hub did not answer in time"),
    ((httpx2.HTTPError, ConnectionError), HubRetryable, "the connection broke"),
)

_Matches = Callable[[HfHubHTTPError, int], bool]
_BY_STATUS: tuple[tuple[_Matches, type[PublisherError], str], ...] = (
    (
        lambda error, _: isinstance(error, GatedRepoError),
        HubError,
        "it is gated; ask for access on its page",
    ),
    (
        lambda error, _: isinstance(error, RevisionNotFoundError),
        ConfigError,
        "it has no such revision",
    ),
    (_is_bad_token, ConfigError, f"the token is missing or not valid; {LOGIN}"),
    (
        lambda error, _: isinstance(error, RepositoryNotFoundError),
        HubError,
        "no such data set, or this token may not see it",
    ),
    (
        lambda _, status: status == 403,
        HubError,
        "this token may not; use one with write access to the repository",
    ),
    (lambda _, status: status in QUOTA_STATUS, HubError, "over a limit of the Hub"),
)


def _from_refusal(error: HfHubHTTPError, start: str, detail: str) -> PublisherError:
    """A 400: the card, if the answer lists errors; else whatever the Hub says."""
    status = error.response.status_code
    errors = _card_errors(error.response)
    if errors:
        what = f"{start}: the Hub refuses the card: {one_line('; '.join(errors))}"
        # The licence is named in the configuration; other fields are ours.
        if any(text.startswith('"license"') for text in errors):
            return ConfigError(f"{what}; set `license` in the configuration and build again")
        return HubError(what, status=status)
    return HubError(f"{start}: refused ({status}: {detail})", status=status)


def _card_errors(response: httpx2.Response) -> list[str]:
    try:
        listed = response.json().get("errors", [])
    except (ValueError, AttributeError):
        return []
    return [str(item.get("message")) for item in listed if isinstance(item, dict)]


def _http_error(error: BaseException) -> HfHubHTTPError | None:
    """Find the answer with an error status behind an exception, if there was one."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, HfHubHTTPError) and getattr(seen, "response", None) is not None:
            return seen
        seen = seen.__cause__
    return None


def _root(error: BaseException) -> BaseException:
    """Unwrap what the client wraps: a failed upload is a RuntimeError around its cause."""
    wraps = (RuntimeError, RevisionResolutionError)
    while isinstance(error, wraps) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _wait_s(error: HfHubHTTPError) -> float | None:
    headers = error.response.headers
    info = parse_ratelimit_headers(headers)
    if error.response.status_code == 429 and info is not None and info.remaining == 0:
        return float(info.reset_in_seconds) + 1
    after = headers.get("Retry-After", "").strip()
    return float(after) + 1 if after.isdecimal() else None


def _detail(error: HfHubHTTPError) -> str:
    said: Any = error.response.headers.get("X-Error-Message") or error.server_message
    if not said:
        try:
            answer = json.loads(error.response.text)
            said = answer.get("error") if isinstance(answer, dict) else None
        except (ValueError, httpx2.StreamError):
            said = None
    return one_line(str(said or error.response.reason_phrase or "no reason given"))


def one_line(text: str) -> str:
    """Put what others say on one bounded line without tokens."""
    flat = _TOKEN.sub("hf_…", " ".join(text.split()))
    return flat if len(flat) <= MAX_DETAIL_CHARS else flat[: MAX_DETAIL_CHARS - 1] + "…"
