"""Read WARC archives: the HTML pages that servers answered with, one after the other.

Warcio finds the records and parses HTTP (extra `warc`); the page then goes the way of every HTML
file. Only successful responses with HTML count as records: requests, images, redirects and error
pages are no articles and are passed over. An archive of any size is read in bounded memory.
"""

import functools
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

from builder.input.params import InputParams
from builder.input.rejects import Place, reject
from builder.readers.html import Page, load_library, page_article
from builder.readers.page import charset_of
from builder.readers.slices import Piece
from builder.readers.streams import BrokenStream, read_chunks
from schema.article import RawArticle
from schema.reject import Reject, RejectCode

__all__ = ["read_warc"]

_HTML_TYPES: Final = ("text/html", "application/xhtml+xml")

MAX_HEAD_BYTES = 1 << 16
"""Longest HTTP head, and longest line of a WARC head; servers allow 8 to 64 KiB."""

#: How zlib is told what to expect, by Content-Encoding. Deflate means two things on the web.
_WINDOW_BITS: Final = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}


class _BadResponse(Exception):  # noqa: N818 - bad data, on its way to become a reject
    """A response that cannot be read; those after it can."""


class _Response(NamedTuple):
    """The beginning of a response: its HTTP head, and what was read of its body."""

    head: Any
    body: bytes


class _Stream:
    """The decompressed bytes of an archive, as a file that warcio can read and locate."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""
        self._position = 0
        self.broken: BrokenStream | None = None

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end or at a break, which is kept in `broken`."""
        try:
            while not self._held and (chunk := next(self._chunks, None)) is not None:
                self._held = chunk
        except BrokenStream as error:
            self.broken = error
        found, self._held = self._held[:size], self._held[size:]
        self._position += len(found)
        return found

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self._position


def read_warc(
    file: BinaryIO, piece: Piece, params: InputParams, unknown: Counter[str]
) -> Iterator[RawArticle | Reject]:
    """Yield one outcome for each page in an archive, in order; and one for a break, which ends it.

    Raises:
        ConfigError: the extra `warc` or `html` is not installed.
    """
    del unknown  # a response has no fields
    stream = _Stream(read_chunks(file, piece.packing))
    archive = _open_archive(stream)
    problem = "holds no WARC record"
    record: Any = None
    found: _Response | _BadResponse | None
    while True:
        offset = archive.offset  # where the next record should be
        try:
            record = next(archive, None)
            if record is None:
                break
            found = _read_response(record, params.max_record_bytes)
            offset = archive.get_record_offset()  # reads to the end of the record
        except _BadResponse as error:
            found = error
            offset = archive.get_record_offset()
        except _errors() as error:
            problem = f"no WARC record at byte {offset}: {_line(error)}"
            break
        if record.raw_stream.limit > 0:
            problem = f"the record at byte {offset} breaks off"
            break
        place = Place(piece.path, offset)
        problem = ""
        if isinstance(found, _BadResponse):
            yield reject(RejectCode.BAD_RECORD, place, str(found), origin_id=_id(record))
        elif found is not None:
            yield _outcome(record, found, place, params)
    if stream.broken is not None:
        problem = f"breaks off in the record at byte {offset}: {stream.broken}"
    if problem:
        yield reject(RejectCode.UNREADABLE_FILE, Place(piece.path, offset), problem)


def _outcome(
    record: Any, response: _Response, place: Place, params: InputParams
) -> RawArticle | Reject:
    try:
        data = _decoded(response, params.max_record_bytes)
    except _BadResponse as error:
        return reject(RejectCode.BAD_RECORD, place, str(error), origin_id=_id(record))
    page = Page(
        data,
        charset=charset_of(response.head.get_header("Content-Type") or ""),
        url=record.rec_headers.get_header("WARC-Target-URI"),
        fetched=record.rec_headers.get_header("WARC-Date"),
        id=_id(record),
    )
    return page_article(page, place, params)


def _id(record: Any) -> str | None:
    identity: str | None = record.rec_headers.get_header("WARC-Record-ID")
    return identity


def _read_response(record: Any, max_bytes: int) -> _Response | None:
    """Read a record if it is a page, up to a little over the limit; None for anything else.

    Raises:
        _BadResponse: it is a response without an HTTP head.
        ValueError: the record does not say how long it is, so the next one cannot be found.
    """
    if not (record.rec_headers.get_header("Content-Length") or "").isdecimal():
        raise ValueError("a record without a Content-Length")
    if record.rec_type != "response":
        return None
    data = record.raw_stream.read(MAX_HEAD_BYTES)
    end = data.find(b"\r\n\r\n")
    if end < 0 or not data.startswith(b"HTTP/"):
        raise _BadResponse("a response without an HTTP head")
    head = (
        _warcio("statusandheaders")
        .StatusAndHeadersParser([], verify=False)
        .parse(io.BytesIO(data[: end + 4]))
    )
    kind = (head.get_header("Content-Type") or "").partition(";")[0].strip().lower()
    if head.get_statuscode() != "200" or kind not in _HTML_TYPES:
        return None
    body = data[end + 4 :]
    while len(body) <= max_bytes and (more := record.raw_stream.read(max_bytes)):
        body += more
    return _Response(head, body)


def _decoded(response: _Response, max_bytes: int) -> bytes:
    """Return the page itself: without transfer and content encoding, cut a little over the limit.

    Raises:
        _BadResponse: the content encoding is unknown, or the data are damaged.
    """
    body = response.body
    if (response.head.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        body = _warcio("bufferedreaders").ChunkedDataReader(io.BytesIO(body)).read()
    encoding = (response.head.get_header("Content-Encoding") or "identity").strip().lower()
    if encoding == "identity" or _is_plain(body):
        return body
    if encoding not in _WINDOW_BITS:
        raise _BadResponse(f"the content encoding {encoding!r} is not supported")
    for bits in _WINDOW_BITS[encoding]:
        try:
            return zlib.decompressobj(bits).decompress(body, max_bytes + 1)
        except zlib.error as error:
            problem = str(error)
    raise _BadResponse(f"damaged {encoding} data: {problem}")


def _is_plain(body: bytes) -> bool:
    """Whether a page is not packed, although its head says so: many crawlers unpack it."""
    return body.lstrip()[:1] == b"<"


def _open_archive(stream: _Stream) -> Any:
    """Open an archive with warcio, so that it neither writes to stderr nor reads endless lines."""
    iterator = _warcio("archiveiterator").ArchiveIterator

    class QuietIterator(iterator):  # type: ignore[misc,valid-type]  # its base is loaded late
        INC_RECORD = ""

    archive = QuietIterator(stream, no_record_parse=True)
    read_line = archive.reader.readline
    archive.reader.readline = lambda length=None: read_line(length or MAX_HEAD_BYTES)
    return archive


@functools.cache
def _warcio(module: str) -> Any:
    return load_library(f"warcio.{module}", "warc")


def _errors() -> tuple[type[Exception], ...]:
    """What warcio raises on archives that are none, or that are damaged."""
    return (
        _warcio("exceptions").ArchiveLoadFailed,
        _warcio("statusandheaders").StatusAndHeadersParserException,
        AttributeError,  # a head without the fields that it must have
        EOFError,
        IndexError,
        ValueError,
    )


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
