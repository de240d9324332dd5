"""Read JSON Lines: one object a line, UTF-8, plain or compressed.

Strict where leniency would guess: a repeated key, NaN or a lone surrogate makes a reject. A
line over the limit is counted without being held in memory, and the lines after it are read.
"""

import hashlib
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NoReturn

from builder.input.article import record_article
from builder.input.columns import ColumnMap
from builder.input.params import InputParams
from builder.input.rejects import Place, reject
from builder.readers.encoding import byte_order_mark
from builder.readers.lines import Line, cut_lines, seek_line
from builder.readers.slices import Piece
from builder.readers.streams import BrokenStream, read_chunks
from schema.article import RawArticle
from schema.reject import Reject, RejectCode

__all__ = ["read_jsonl"]

MARK_BYTES = 4
"""Length of the longest byte order mark."""

_BLANK: Final = b" \t\r"
"""What a line may hold and still be no record: JSON's white space."""

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_jsonl(
    file: BinaryIO, piece: Piece, params: InputParams, unknown: Counter[str]
) -> Iterator[RawArticle | Reject]:
    """Yield one outcome for each record that starts in a piece of a file, in order.

    A break (damaged compression, an input error) is one reject, with the offset of the record
    that breaks off.
    """
    columns = ColumnMap(params)
    reached = piece.start
    try:
        for line in _lines(file, piece, params.max_record_bytes):
            if isinstance(line, Reject):
                yield line
                return
            reached = line.end
            if line.data.strip(_BLANK):
                yield _outcome(line, piece.path, params, columns, unknown)
    except BrokenStream as error:
        place = Place(piece.path, reached)
        yield reject(RejectCode.UNREADABLE_FILE, place, f"breaks off at byte {reached}: {error}")


def _lines(file: BinaryIO, piece: Piece, max_bytes: int) -> Iterator[Line | Reject]:
    """Yield the lines that start in a piece; or a reject, if the file is no UTF-8 at all."""
    head, chunks = _open(file, piece)
    mark, encoding = byte_order_mark(head) or (b"", "utf-8")
    if encoding != "utf-8":
        if piece.start == 0:
            message = f"JSON Lines are UTF-8, but this file is marked as {encoding.upper()}"
            yield reject(RejectCode.UNKNOWN_ENCODING, Place(piece.path, 0), message, head)
        return
    end = None if piece.packing else piece.end
    if piece.packing:
        offset, chunks = len(mark), itertools.chain((head[len(mark) :],), chunks)
    elif piece.start == 0:
        offset = file.seek(len(mark))
    else:
        found = seek_line(file, piece.start, piece.end)
        if found is None:
            return
        offset = found
    for line in cut_lines(chunks, offset, max_bytes):
        yield line
        if end is not None and line.end >= end:  # before the next line is read: it may be long
            return


def _open(file: BinaryIO, piece: Piece) -> tuple[bytes, Iterator[bytes]]:
    """Return the first bytes of the file, and the decompressed bytes after them."""
    chunks = read_chunks(file, piece.packing)
    if not piece.packing:
        return next(read_chunks(file, "", MARK_BYTES), b""), chunks
    head = b""
    while len(head) < MARK_BYTES and (chunk := next(chunks, None)) is not None:
        head += chunk
    return head, chunks


def _outcome(
    line: Line, path: str, params: InputParams, columns: ColumnMap, unknown: Counter[str]
) -> RawArticle | Reject:
    place = Place(path, line.offset)
    if line.too_long:
        message = f"more than max_record_bytes = {params.max_record_bytes}"
        return reject(RejectCode.TOO_LONG, place, message, line.data)
    try:
        record = _parse(line.data)
    except UnicodeDecodeError as error:
        message = f"not UTF-8: {error.reason} at byte {error.start} of the line"
        return reject(RejectCode.UNKNOWN_ENCODING, place, message, line.data)
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg}, at character {error.pos} of the line"
        return reject(RejectCode.BAD_RECORD, place, message, line.data)
    except (ValueError, RecursionError) as error:
        message = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        return reject(RejectCode.BAD_RECORD, place, f"not a record: {message}", line.data)
    place = Place(path, line.offset, hashlib.sha256(line.data).hexdigest())
    return record_article(record, place, columns, params, unknown)


def _parse(data: bytes) -> dict[str, object]:
    """Parse a line; raises ValueError, of which both decoding errors are kinds."""
    record = _DECODER.decode(data.decode("utf-8"))
    if not isinstance(record, dict):
        raise ValueError(f"a JSON {type(record).__name__}, not an object")  # noqa: TRY004 - data
    if (b"\\ud" in data or b"\\uD" in data) and _SURROGATE_ESCAPE.search(data):
        try:
            json.dumps(record, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise ValueError("half of a surrogate pair stands alone") from None
    return record


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        repeated = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {repeated[:100]!r} is repeated")
    return record


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
