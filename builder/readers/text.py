"""Read a text file: the whole file is one article."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from builder.input.article import text_article
from builder.input.params import InputParams
from builder.input.rejects import Place, reject
from builder.readers.encoding import Undecodable, decode_bytes
from builder.readers.slices import Piece
from builder.readers.streams import read_whole
from schema.article import RawArticle
from schema.reject import Reject, RejectCode

__all__ = ["read_text"]


def read_text(
    file: BinaryIO, piece: Piece, params: InputParams, unknown: Counter[str]
) -> Iterator[RawArticle | Reject]:
    """Yield the one outcome of a text file."""
    del unknown  # a text file has no fields
    data = read_whole(file, params.max_record_bytes)
    place = Place(piece.path, 0)
    if len(data) > params.max_record_bytes:
        message = f"more than max_record_bytes = {params.max_record_bytes}"
        yield reject(RejectCode.TOO_LONG, place, message, data)
        return
    text = decode_bytes(data, params.encodings)
    if isinstance(text, Undecodable):
        yield reject(text.code, place, text.message, data)
        return
    place = place._replace(sha256=hashlib.sha256(data).hexdigest())
    yield text_article(text, place, params)
