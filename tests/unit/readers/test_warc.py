"""WARC archives: pages only, exact offsets, damage. Needs the extras `warc` and `html`."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Any

import pytest

from schema.article import RawArticle
from schema.reject import Reject, RejectCode
from tests.unit.readers.reading import articles, codes, read_all

pytest.importorskip("warcio")
pytest.importorskip("trafilatura")
pytestmark = pytest.mark.slow

C = RejectCode


def page(number: int) -> bytes:
    text = f"The council met for the {number}. time and decided to open the swimming pool again. "
    return f"<html><body><article><p>{text * 4}</p></article></body></html>".encode()


def record(
    body: bytes,
    kind: str = "response",
    status: str = "HTTP/1.1 200 OK",
    headers: str = "Content-Type: text/html",
    number: int = 0,
) -> bytes:
    """One WARC record, written by hand."""
    block = f"{status}\r\n{headers}\r\n\r\n".encode() + body if status else body
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
        f"WARC-Date: 2025-11-07T10:00:0{number % 10}Z\r\n"
        f"WARC-Target-URI: https://example.org/{number}\r\n"
        f"Content-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def write(tmp_path: Path, *records: bytes, packed: bool = False) -> Path:
    path = tmp_path / ("a.warc.gz" if packed else "a.warc")
    path.write_bytes(b"".join(gzip.compress(part) if packed else part for part in records))
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_pages_carry_address_time_id_and_offset(tmp_path: Path, packed: bool) -> None:
    """The offset is that in the decompressed stream, so both spellings agree."""
    records = [
        record(b"software: x\r\n", kind="warcinfo", status=""),
        record(b"", kind="request", status="GET / HTTP/1.1"),
        record(page(1), number=1),
        record(page(2), number=2),
    ]
    first, second = articles(read_all(write(tmp_path, *records, packed=packed)))
    assert first.url == "https://example.org/1"
    assert first.fetched == "2025-11-07T10:00:01Z"
    assert first.date is None
    assert first.basis == "html"
    assert first.origin.id == "<urn:uuid:1>"
    assert first.origin.record == sum(map(len, records[:2]))
    assert second.origin.record == sum(map(len, records[:3]))
    assert "the 2. time" in second.text


def test_only_successful_html_responses_are_records(tmp_path: Path) -> None:
    """Images, redirects, error pages and other record types are passed over."""
    path = write(
        tmp_path,
        record(b"\x89PNG", headers="Content-Type: image/png"),
        record(page(1), status="HTTP/1.1 404 Not Found"),
        record(b"", status="HTTP/1.1 301 Moved", headers="Location: /"),
        record(page(1), headers="Server: x"),
        record(page(1), kind="resource"),
        record(page(2), headers="Content-Type: Text/HTML ; charset=utf-8", status="HTTP/2 200"),
        record(page(3), headers="content-type: application/xhtml+xml"),
    )
    assert len(articles(read_all(path))) == 2


def chunked(body: bytes) -> bytes:
    parts = [body[start : start + 50] for start in range(0, len(body), 50)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Encoding: gzip", gzip.compress(page(1))),
        ("Content-Encoding: deflate", zlib.compress(page(1))),
        ("Content-Encoding: deflate", zlib.compress(page(1))[2:-4]),
        ("Content-Encoding: gzip", page(1)),
        ("Content-Encoding: br", page(1)),
        ("Transfer-Encoding: chunked", chunked(page(1))),
        ("Transfer-Encoding: chunked", page(1)),
        ("Transfer-Encoding: chunked\r\nContent-Encoding: gzip", chunked(gzip.compress(page(1)))),
    ],
)
def test_pages_are_unpacked(tmp_path: Path, headers: str, body: bytes) -> None:
    """As servers sent them, and as crawlers leave them when they unpack without saying so."""
    found = read_all(write(tmp_path, record(body, headers=f"Content-Type: text/html\r\n{headers}")))
    assert articles(found)[0].text.startswith("The council met for the 1. time")


def test_a_bad_response_is_a_reject_and_the_next_is_read(tmp_path: Path) -> None:
    """No HTTP head, damaged or unknown packing, a page over the limit, a bomb."""
    html = "Content-Type: text/html"
    bomb = gzip.compress(b"<p>" + b"a" * 20_000_000)
    path = write(
        tmp_path,
        record(b"no head", status="", number=1),
        record(b"\x1f\x8bdamaged", headers=f"{html}\r\nContent-Encoding: gzip", number=2),
        record(b"\x0b\x02packed", headers=f"{html}\r\nContent-Encoding: br", number=3),
        record(b"<p>" + b"x" * 200_000, number=4),
        record(bomb, headers=f"{html}\r\nContent-Encoding: gzip", number=5),
        record(page(6), number=6),
    )
    outcomes = read_all(path, max_record_bytes=100_000)
    assert codes(outcomes) == [C.BAD_RECORD] * 3 + [C.TOO_LONG] * 2 + [None]
    ids = [found.origin_id for found in outcomes if isinstance(found, Reject)]
    assert ids == [f"<urn:uuid:{number}>" for number in range(1, 6)]


@pytest.mark.parametrize("packed", [False, True])
def test_a_truncated_archive_keeps_what_stands_before(tmp_path: Path, packed: bool) -> None:
    """The record that breaks off is one reject at its offset."""
    records = [record(page(number), number=number) for number in range(4)]
    path = write(tmp_path, *records, packed=packed)
    path.write_bytes(path.read_bytes()[: -len(records[-1]) // (4 if packed else 2)])
    outcomes = read_all(path)
    assert codes(outcomes) == [None] * 3 + [C.UNREADABLE_FILE]
    assert isinstance(outcomes[-1], Reject)
    assert outcomes[-1].record == sum(map(len, records[:3]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an archive\n" * 100,
        gzip.compress(b"not an archive"),
        b"WARC/1.0\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: x\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 999999999999\r\n\r\nHTTP/1.1 200",
        b"WARC/1.0\r\n" + b"a" * 10_000_000,
    ],
    ids=range(7),
)
def test_what_is_no_archive_is_a_reject(
    tmp_path: Path, data: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """One reject, in good time, and nothing on stderr."""
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    outcomes = read_all(path)
    assert codes(outcomes)[-1] is C.UNREADABLE_FILE
    assert len(outcomes) <= 2
    assert capfd.readouterr().err == ""


def test_the_charset_of_the_header_counts(tmp_path: Path) -> None:
    """As for a browser."""
    russian = "Правительство вчера обсудило проект бюджета на следующий год. " * 5
    body = f"<html><body><article><p>{russian}</p></article></body></html>".encode("cp1251")
    headers = "Content-Type: text/html; charset=windows-1251"
    (found,) = articles(read_all(write(tmp_path, record(body, headers=headers))))
    assert found.text.strip() == russian.strip()


def test_damage_anywhere_never_raises(tmp_path: Path) -> None:
    """A byte changed anywhere gives articles and rejects."""
    path = write(tmp_path, record(page(1), number=1), record(page(2), number=2))
    data = path.read_bytes()
    outcomes: list[list[Any]] = []
    for position in range(0, len(data), 23):
        path.write_bytes(data[:position] + b"\xff" + data[position + 1 :])
        outcomes.append(read_all(path))
    assert all(isinstance(found, RawArticle | Reject) for some in outcomes for found in some)
