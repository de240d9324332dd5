"""What an HTML page is and declares: its characters, its dates, its address.

Knows labels of encodings, JSON-LD and meta elements; refuses to know which part of the page is the
article. What a page declares is kept as it stands.
"""

import codecs
import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from builder.input.columns import has_value
from builder.readers.encoding import (
    Undecodable,
    binary_kind,
    byte_order_mark,
    decode_bytes,
    decode_iso_2022_jp,
    decode_legacy,
    decode_unmarked_utf_16,
)
from schema.reject import RejectCode

__all__ = ["Declared", "charset_of", "decode_page", "read_declared"]

#: Labels under which pages are really in another encoding.
#: Source: WHATWG Encoding Standard, table of labels.
_LABELS: Final[Mapping[str, str]] = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}

#: Codecs of Python that no browser knows: slow on hostile pages, or no encodings of text files.
_NOT_FOR_PAGES: Final = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7"}
)

HEAD_BYTES = 4096
"""Where a page has to name its encoding; the standard says 1,024, pages are not so strict."""

_META_CHARSET = re.compile(
    rb"(?:<meta\b[^>]{0,400}?\bcharset|<\?xml\b[^>]{0,200}?\bencoding)\s{0,9}=\s{0,9}[\"']?\s{0,9}"
    rb"([A-Za-z0-9_:.+-]{1,40})",
    re.IGNORECASE,
)
_HEADER_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_:.+-]{1,40})", re.IGNORECASE)

_ISO_2022 = re.compile(rb"\x1b[$(]")

#: Types of schema.org that speak for the article, as endings of their names, best first.
_ARTICLE_TYPES: Final = ("Article", "Posting", "Report", "WebPage")

#: Meta elements that declare when a page was published and last changed, best first.
_PUBLISHED: Final = ("article:published_time", "og:article:published_time", "datepublished")
_MODIFIED: Final = ("article:modified_time", "og:article:modified_time", "datemodified")

MAX_JSON_LD = 50
"""Blocks of JSON-LD that are looked at; news pages have one to five."""


class Declared(NamedTuple):
    """What a page declares about its article."""

    date: str | None = None
    modified: str | None = None
    url: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None


def charset_of(content_type: str) -> str | None:
    """Return the charset that a Content-Type header names, if any.

    Example:
        >>> charset_of("text/html; charset=UTF-8")
        'UTF-8'
    """
    found = _HEADER_CHARSET.search(content_type)
    return found.group(1) if found else None


def decode_page(
    data: bytes, charset: str | None = None, encodings: tuple[str, ...] = ()
) -> str | Undecodable:
    """Decode a page: by its mark, as UTF-8 if it is that, by its labels, by its bytes.

    Stray bytes that are no characters in the encoding of the page become U+FFFD, because they
    mostly stand in scripts and comments; whether one is in the article is for the caller to see.

    Args:
        data: the page.
        charset: what the HTTP header says.
        encodings: what the configuration says, for pages that say nothing.

    Returns:
        The page, or the reason why it is none. Never raises.
    """
    kind = binary_kind(data)
    if kind is not None:
        return Undecodable(RejectCode.BINARY_FILE, f"{kind}, not HTML")
    if byte_order_mark(data) is not None:
        return decode_bytes(data)
    return _known_by_bytes(data) or _decode_labelled(data, charset, encodings)


def _known_by_bytes(data: bytes) -> str | None:
    """Decode a page whose bytes say what they are, whatever its labels say."""
    text = decode_unmarked_utf_16(data) or decode_iso_2022_jp(data)
    if text is not None or _ISO_2022.search(data):
        return text
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-8")
    return None


def _decode_labelled(data: bytes, charset: str | None, encodings: tuple[str, ...]) -> str:
    label = _META_CHARSET.search(data[:HEAD_BYTES])
    named = [charset, label.group(1).decode("ascii") if label else None, *encodings]
    known = [codec for name in named if name and (codec := _codec(name))]
    for codec in known:
        try:
            return data.decode(codec)
        except UnicodeError:
            continue
    if known:
        return data.decode(known[0], "replace")
    text = decode_bytes(data)
    if isinstance(text, Undecodable):
        text = decode_legacy(data) or data.decode("utf-8", "replace")
    return text


def _codec(label: str) -> str | None:
    """Return the codec for a label, or None for one that is unknown or no text encoding."""
    try:
        name = codecs.lookup(label.strip()).name
        b"a".decode(name, "replace")  # of no bytes, codecs that make no text say nothing
    except (LookupError, ValueError):
        return None
    return None if name in _NOT_FOR_PAGES else _LABELS.get(name, name)


def read_declared(tree: Any) -> Declared:
    """Return what a parsed page declares about its article, in JSON-LD, meta and link elements.

    Args:
        tree: an lxml HTML element.
    """
    meta = _meta(tree)
    article = _json_ld(tree)
    return Declared(
        date=_text(article.get("datePublished"))
        or _first(meta, _PUBLISHED)
        or _marked(tree, "datePublished"),
        modified=_text(article.get("dateModified"))
        or _first(meta, _MODIFIED)
        or _marked(tree, "dateModified"),
        url=_url(tree, meta),
        language=_text(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")),
        authors=tuple(dict.fromkeys(_people(article.get("author")))),
        publisher=next(_names(article.get("publisher")), None),
    )


def _meta(tree: Any) -> dict[str, str]:
    """Collect the meta elements by their lower-case names; the first of a name counts."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = element.get("content")
        for attribute in ("property", "name", "itemprop"):
            name = element.get(attribute)
            if name and content and content.strip():
                found.setdefault(name.strip().lower(), content.strip())
    return found


def _first(meta: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((meta[name] for name in names if name in meta), None)


def _marked(tree: Any, name: str) -> str | None:
    """Return the one date that elements of the page carry under a name of schema.org."""
    elements = (item for item in tree.iter() if item.get("itemprop") == name)
    dates = {item.get("datetime") or item.get("content") for item in elements} - {None, ""}
    return dates.pop().strip() if len(dates) == 1 else None


def _url(tree: Any, meta: Mapping[str, str]) -> str | None:
    links = (
        link.get("href") for link in tree.iter("link") if link.get("rel", "").lower() == "canonical"
    )
    candidates = (*links, meta.get("og:url"))
    return next((url.strip() for url in candidates if url and _is_url(url)), None)


def _is_url(url: str) -> bool:
    return url.strip().lower().startswith(("http://", "https://"))


def _json_ld(tree: Any) -> Mapping[str, Any]:
    """Return the JSON-LD object that describes the article, or an empty one."""
    best: Mapping[str, Any] = {}
    best_rank = len(_ARTICLE_TYPES)
    for found in _objects(tree):
        rank = _rank(found.get("@type"))
        if rank < best_rank and "datePublished" in found:
            best, best_rank = found, rank
    return best


def _objects(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Yield all objects in the JSON-LD of a page, outer ones first."""
    blocks = (script for script in tree.iter("script") if "ld+json" in (script.get("type") or ""))
    for _, script in zip(range(MAX_JSON_LD), blocks, strict=False):
        try:
            pending = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        while pending:
            value = pending.pop(0)
            if isinstance(value, dict):
                yield value
                pending += value.values()
            elif isinstance(value, list):
                pending += value


def _rank(types: object) -> int:
    names = types if isinstance(types, list) else [types]
    ranks = (
        rank
        for rank, ending in enumerate(_ARTICLE_TYPES)
        if any(isinstance(name, str) and name.endswith(ending) for name in names)
    )
    return next(ranks, len(_ARTICLE_TYPES))


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _people(value: object) -> Iterator[str]:
    """Yield the names of persons; an organisation is no author here."""
    for person in value if isinstance(value, list) else [value]:
        if not isinstance(person, dict) or person.get("@type") in {None, "Person", "Author"}:
            yield from _names(person)


def _names(value: object) -> Iterator[str]:
    """Yield the names of people or organisations, each a string or an object with a `name`."""
    for named in value if isinstance(value, list) else [value]:
        if isinstance(named, dict):
            yield from _names(named.get("name"))
        elif isinstance(named, str) and has_value("authors", named) and not _is_url(named):
            yield named.strip()
