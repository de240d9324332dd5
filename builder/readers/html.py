"""Read an HTML page: its main text, and what the page declares about it.

Trafilatura finds the text (extra `html`); the same cleaning as for any other article runs on it
afterwards. A page is one article or one reject, whatever is in it.
"""

import functools
import hashlib
import logging
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, BinaryIO, Final, NamedTuple

from builder.errors import ConfigError
from builder.input.article import text_article
from builder.input.columns import has_value
from builder.input.params import InputParams
from builder.input.rejects import Place, reject
from builder.input.watch import ask
from builder.readers.encoding import Undecodable
from builder.readers.page import decode_page, read_declared
from builder.readers.page_dates import printed_date, published_date
from builder.readers.slices import Piece
from builder.readers.streams import read_whole
from schema.article import RawArticle
from schema.reject import Reject, RejectCode

__all__ = ["Page", "load_library", "page_article", "read_html"]

#: Recall, because the record stages clean the text anyway. On the development pages, recall and
#: cleaning have a token F1 of .947 and lose 1.4 % of the articles; Trafilatura's precision mode
#: has .917 and 2.0 % alone, .940 and 2.5 % with cleaning. Measure again with a new version.
_TEXT: Final = {"favor_recall": True, "include_comments": False}

#: A date limit that is no clock: what lies in the future is for the date stage to refuse.
_DATES: Final = {"original_date": True, "extensive_search": True, "max_date": "2099-12-31"}


_LINEAR_A: Final = range(0x10600, 0x10737)


class Page(NamedTuple):
    """A page, with what is known from around it."""

    data: bytes
    charset: str | None = None
    url: str | None = None
    fetched: str | None = None
    id: str | None = None


def load_library(name: str, extra: str) -> ModuleType:
    """Import a library that an optional reader needs, and keep it from writing to stderr.

    Raises:
        ConfigError: it is not installed; the message says how to install it.
    """
    try:
        library = import_module(name)
    except ImportError as error:
        raise ConfigError(
            f"this input needs {name}, which cannot be imported ({error}): "
            f"pip install 'pressmark[{extra}]'",
            extra=extra,
        ) from error
    for noisy in (name, "htmldate", "justext", "courlan", "charset_normalizer"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL + 1)
    return library


def read_html(
    file: BinaryIO, piece: Piece, params: InputParams, unknown: Counter[str]
) -> Iterator[RawArticle | Reject]:
    """Yield the one outcome of an HTML file.

    Raises:
        ConfigError: the extra `html` is not installed.
    """
    del unknown  # a page has no fields
    data = read_whole(file, params.max_record_bytes)
    yield page_article(Page(data), Place(piece.path, 0), params)


def page_article(page: Page, place: Place, params: InputParams) -> RawArticle | Reject:
    """Turn a page into an article, or say why it is none.

    Raises:
        ConfigError: the extra `html` is not installed.
    """
    known = ask(place.path, place.record)
    if known is not None:
        return reject(known.code, place, known.message, page.data, page.id)
    return _page_article(page, place, params)


def _page_article(page: Page, place: Place, params: InputParams) -> RawArticle | Reject:
    library = _trafilatura()
    fail = functools.partial(reject, place=place, raw=page.data, origin_id=page.id)
    if len(page.data) > params.max_record_bytes:
        message = f"more than max_record_bytes = {params.max_record_bytes}"
        return fail(RejectCode.TOO_LONG, message=message)
    decoded = decode_page(page.data, page.charset, params.encodings)
    if isinstance(decoded, Undecodable):
        return fail(decoded.code, message=decoded.message)
    try:
        found = _extract(library, decoded.replace("\0", ""), page)
    except Exception as error:  # noqa: BLE001 - a parser of hostile pages may raise anything
        message = f"the page cannot be parsed: {type(error).__name__}: {error}"[:300]
        return fail(RejectCode.BAD_RECORD, message=message)
    if found is None:
        return fail(RejectCode.EMPTY_TEXT, message="no article text was found in the page")
    text, fields = found
    if "\ufffd" in text and b"\xef\xbf\xbd" not in page.data:
        message = "the article holds bytes that are no characters in the page's encoding"
        return fail(RejectCode.UNKNOWN_ENCODING, message=message)
    place = place._replace(sha256=hashlib.sha256(page.data).hexdigest())
    fields |= {"url": page.url or fields["url"], "fetched": page.fetched, "id": page.id}
    return text_article(text, place, params, basis="html", **fields)


@functools.cache
def _trafilatura() -> ModuleType:
    return load_library("trafilatura", "html")


def _extract(library: ModuleType, html: str, page: Page) -> tuple[str, dict[str, Any]] | None:
    """Return the text of a page and its declared fields, or None if there is no text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the date parsers, about time zones
        tree = library.load_html(html)
        if tree is None:
            return None
        declared = read_declared(tree)
        printed = printed_date(tree, declared, page.url, page.fetched)
        stand_ins = _shield(tree, html)
        found = library.bare_extraction(
            tree,
            url=page.url or declared.url,
            with_metadata=True,
            date_extraction_params=_DATES,
            **_TEXT,
        )
    if found is None or not (found.text or "").strip():
        return None
    back = {ord(stand_in): char for char, stand_in in stand_ins.items()}
    fields = declared._asdict() | {
        "date": published_date(declared, printed, found.date),
        "title": _said(found.title),
        "authors": declared.authors or _split_authors(found.author),
        "publisher": _said(found.sitename) or declared.publisher,
    }
    return found.text.translate(back), {key: _clean(value, back) for key, value in fields.items()}


def _shield(tree: Any, page: str) -> dict[str, str]:
    """Put stand-ins for invisible characters, which Trafilatura would drop from the text.

    Among them are the non-joiner that Persian words need, the joiner of Indic letters and emoji,
    and the marks that order Arabic and Hebrew. The stand-ins are letters of Linear A.

    Returns:
        Invisible character → its stand-in, which the page does not have.
    """
    texts = [text for element in tree.iter() for text in (element.text, element.tail) if text]
    used = set().union(page, *texts)
    free = (char for code in _LINEAR_A if (char := chr(code)) not in used)
    hidden = sorted(char for char in used if unicodedata.category(char) == "Cf")
    stand_ins = dict(zip(hidden, free, strict=False))
    if not stand_ins:
        return {}
    table = str.maketrans(stand_ins)
    for element in tree.iter():
        if element.text:
            element.text = element.text.translate(table)
        if element.tail:
            element.tail = element.tail.translate(table)
    for element in tree.iter("meta"):
        element.set("content", (element.get("content") or "").translate(table))
    return stand_ins


def _split_authors(author: str | None) -> tuple[str, ...]:
    """Split what Trafilatura joins."""
    return tuple(filter(None, map(_said, (author or "").split(";"))))


def _said(value: str | None) -> str | None:
    """Return what an element says, or None if that stands for a missing value."""
    return value.strip() if value and has_value("title", value) else None


def _clean(value: Any, back: dict[int, str]) -> Any:
    """Undo stand-ins, and drop lone surrogates, which JSON in a page can spell."""
    if isinstance(value, str):
        return value.translate(back).encode("utf-8", "ignore").decode("utf-8")
    if isinstance(value, tuple):
        return tuple(_clean(item, back) for item in value)
    return value
