"""What the client raises becomes an error that says what to do."""

import errno
import json

import httpx2
import pytest
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

from builder.errors import ConfigError, HubError, HubRetryable, OutputError
from builder.hub.faults import translate, translated


def answer(
    status: int, body: object = None, kind: type[HfHubHTTPError] = HfHubHTTPError, **headers: str
) -> HfHubHTTPError:
    request = httpx2.Request("POST", "http://127.0.0.1/api/datasets/ada/news/commit/main")
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    response = httpx2.Response(
        status, content=json.dumps(body).encode(), headers=names, request=request
    )
    return kind("refused", response=response)


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (answer(401), ConfigError, "token is missing or not valid"),
        (answer(401, None, RepositoryNotFoundError, X_Error_Code="RepoNotFound"), HubError, "no"),
        (answer(404, kind=RepositoryNotFoundError), HubError, "may not see it"),
        (answer(404, kind=RevisionNotFoundError), ConfigError, "no such revision"),
        (answer(403, kind=GatedRepoError), HubError, "gated"),
        (answer(403, X_Error_Message="read-only"), HubError, "write access .*read-only"),
        (answer(402, X_Error_Message="no room"), HubError, "over a limit .*no room"),
        (answer(413), HubError, "over a limit"),
        (answer(400, {"error": "bad path"}), HubError, "400: bad path"),
        (HFValidationError("bad id"), ConfigError, "bad id"),
        (LocalTokenNotFoundError(), ConfigError, "hf auth login"),
        (OfflineModeIsEnabled("offline"), HubError, "HF_HUB_OFFLINE"),
        (httpx2.UnsupportedProtocol("no scheme"), ConfigError, "no scheme"),
        (OSError(errno.ENOSPC, "No space left", "/x"), OutputError, "No space left: /x"),
    ],
)  # fmt: skip
def test_what_needs_a_fix_is_final(error: Exception, kind: type, says: str) -> None:
    found = translate(error, "commit to", "ada/news")
    assert type(found) is kind
    with pytest.raises(kind, match=f"^cannot commit to ada/news: .*{says}"):
        raise found


@pytest.mark.parametrize(
    "error",
    [
        *(answer(status) for status in (408, 409, 412, 429, 500, 502, 503, 504)),
        httpx2.ReadTimeout("slow"),
        httpx2.ReadError("reset"),
        httpx2.ConnectError("refused"),
        httpx2.RemoteProtocolError("cut"),
        json.JSONDecodeError("no JSON", "<html>", 0),
        ConnectionResetError(),
        RuntimeError("Error while uploading"),
        XetDownloadError("cut"),
        RevisionResolutionError("odd"),
    ],
)
def test_what_passes_may_be_tried_again(error: Exception) -> None:
    assert type(translate(error, "read", "ada/news")) is HubRetryable


def test_a_wrapped_refusal_is_found() -> None:
    outer = RuntimeError("Error while uploading 'x'")
    outer.__cause__ = answer(403)
    assert type(translate(outer, "commit to", "ada/news")) is HubError


def test_a_refused_licence_is_ours_to_fix_and_a_refused_card_is_not() -> None:
    def card(message: str) -> Exception:
        error = ValueError("Invalid metadata in README.md.")
        error.__cause__ = answer(400, {"errors": [{"message": message}], "warnings": []})
        return error

    licence = translate(card('"license" must be one of [mit]'), "commit to", "ada/news")
    assert type(licence) is ConfigError
    assert "set `license`" in str(licence)
    tags = translate(card('"tags" must be an array'), "commit to", "ada/news")
    assert type(tags) is HubError
    assert '"tags" must be an array' in str(tags)


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"RateLimit": '"api";r=0;t=55'}, 56.0),
        ({"RateLimit": '"api";r=9;t=55'}, None),
        ({"Retry-After": "7"}, 8.0),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_a_rate_limit_says_how_long(headers: dict[str, str], wait_s: float | None) -> None:
    error = answer(429, **{name.replace("-", "_"): text for name, text in headers.items()})
    assert translate(error, "read", "ada/news").facts["wait_s"] == wait_s


def test_messages_are_one_line_without_a_token() -> None:
    said = "no\nway with hf_abcDEF123 " + "x" * 1000
    found = str(translate(answer(400, {"error": said}), "read", "ada/news"))
    assert "\n" not in found
    assert "hf_abc" not in found
    assert len(found) < 400


@pytest.mark.parametrize("error", [XetDownloadError("cut"), KeyError("sha"), httpx2.ReadError("")])
def test_nothing_of_the_client_gets_past(error: Exception) -> None:
    with pytest.raises(HubRetryable), translated("read", "ada/news"):
        raise error


def test_our_own_errors_pass_through() -> None:
    with pytest.raises(ConfigError, match="ours"), translated("read", "ada/news"):
        raise ConfigError("ours")
