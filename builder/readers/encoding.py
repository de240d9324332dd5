"""Turn the bytes of a whole file into text, or say why that is impossible.

The order of trust: magic numbers, a byte order mark, strict UTF-8, the encodings that the
configuration names, and last a recognition from the bytes. Nothing is ever decoded with
replacement characters: a byte that cannot be read makes a reject, not a hole in the text.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from schema.reject import RejectCode

__all__ = [
    "Undecodable",
    "binary_kind",
    "byte_order_mark",
    "decode_bytes",
    "decode_iso_2022_jp",
    "decode_legacy",
    "decode_unmarked_utf_16",
]

#: Byte order marks, the longer ones first: UTF-32-LE begins like UTF-16-LE.
_MARKS: Final[tuple[tuple[bytes, str], ...]] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: Beginnings of files that are no text whatever follows, also where that would be valid UTF-8.
_MAGIC: Final[Mapping[bytes, str]] = {
    b"%PDF-": "PDF",
    b"PK\x03\x04": "ZIP, Office or EPUB",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!\x1a": "RAR",
    b"\xd0\xcf\x11\xe0": "old Office",
    b"\x7fELF": "ELF",
    b"SQLite format 3\x00": "SQLite",
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"{\\rtf": "RTF",
    b"ID3\x03": "MP3",
    b"OggS": "Ogg",
}

_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
"""Control bytes that no text needs. Not here: bell to carriage return, and escape."""

MAX_CONTROL_SHARE = 0.1
"""Share of control bytes above which valid UTF-8 is binary. Stray ones are removed later."""

MIN_ZERO_SHARE = 0.05
"""Share of bytes that are NUL, all of them even or all of them odd, from which text is UTF-16:
half of them in Latin script, and at least spaces and digits in any other with spaces."""

MAX_LEGACY_CONTROL_SHARE = 0.005
"""The same where the bytes are not UTF-8, so that nothing else speaks for text."""

_C1_CONTROL = re.compile("[\x80-\x9f]")
"""What a wrong guess among single-byte encodings leaves behind; no text has them."""

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_ASCII_LETTER = re.compile(rb"[A-Za-z]")

_ISO_2022_JP = re.compile(rb"\x1b(\$[@B]|\([JI])")

#: Encodings that are recognised: those that news was written in before UTF-8. Leaving the
#: exotic ones out took wrong guesses from 14 to 5 of 169 development texts.
_RECOGNISED: Final[list[str]] = [
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7", "koi8_r", "koi8_u", "cp866", "cp874"),
    *("gb18030", "big5", "cp932", "euc_jp", "cp949"),
]

_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"

#: Letters beyond ASCII of the languages written in code pages that are easily mistaken for one
#: another, in order of preference. The recogniser takes Spanish for Polish, and does not mind a
#: sign in place of an accented capital; the alphabets tell them apart.
_ALPHABETS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "Latin": {
        "cp1252": (
            "àâæçèéêëîïôœùûüÿ",
            "áéíóúüñ¿¡ªº",
            "áâãàçéêíóôõúüªº",
            "äöüßé",
            "àèéìíîòóùú",
            "áèéëïíóöü",
            "åäöé",
            "æøåéòôó",
            "áéíóúýþæðö",
            "àçèéíïòóúü·",
            "ëç",
        ),
        "iso8859_15": ("àâæçèéêëîïôœùûüÿ", "äöšž"),
        "cp1250": (
            "ąćęłńóśźż",
            "áčďéěíňóřšťúůýž",
            "áäčďéíĺľňóôŕšťúýž",
            "áéíóöőúüű",
            "ăâîşţ",
            "čćđšž",
            "äöüß",
        ),
        "iso8859_2": (
            "ąćęłńóśźż",
            "áčďéěíňóřšťúůýž",
            "áäčďéíĺľňóôŕšťúýž",
            "áéíóöőúüű",
            "ăâîşţ",
            "čćđšž",
        ),
        "cp1254": ("çğıöşüâîûi̇",),
        "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
    },
    "Greek": {"cp1253": (_GREEK,), "iso8859_7": (_GREEK,)},
}

MAX_LATIN_SHARE = 0.2
"""Share of bytes beyond ASCII among the letters below which text is in the Latin script. French
has 0.04, Vietnamese 0.25; what is written in another script has more than half."""

MIN_FIT = 0.8
"""Share of the characters beyond ASCII that one alphabet has to explain for that."""

_ANY_LANGUAGE = frozenset("\u00a0«»‘’‚“”„‹›–—…•·€£§©®™°′″")
"""Punctuation that says nothing about the language."""


class Undecodable(NamedTuple):
    """Why bytes are no text."""

    code: RejectCode
    message: str


def decode_bytes(data: bytes, encodings: Sequence[str] = ()) -> str | Undecodable:
    """Decode the bytes of a whole file, without its byte order mark.

    Args:
        data: all bytes; a part of a file may be cut inside a character.
        encodings: what to try, in this order, before recognition; each of them strictly.

    Returns:
        The text, to the last character, or the reason why there is none. Never raises.
    """
    kind = binary_kind(data)
    if kind is not None:
        return Undecodable(RejectCode.BINARY_FILE, f"{kind}, not text")
    mark = byte_order_mark(data)
    if mark is not None:
        return _decode_marked(data[len(mark[0]) :], mark[1])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_other(data, error, encodings)
    japanese = decode_iso_2022_jp(data)
    if japanese is not None:
        return japanese
    if _control_share(data) <= MAX_CONTROL_SHARE:
        return text
    return _first(data, encodings) or _binary(data)


def binary_kind(data: bytes) -> str | None:
    """Say what binary format the bytes are in, by their beginning."""
    return next(
        (f"a {name} file" for magic, name in _MAGIC.items() if data.startswith(magic)), None
    )


def byte_order_mark(data: bytes) -> tuple[bytes, str] | None:
    """Return the byte order mark that the bytes begin with and what it stands for, if any."""
    return next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), None)


def decode_legacy(data: bytes) -> str | None:
    """Recognise the encoding of bytes that are not UTF-8, and decode them.

    Returns:
        The text, or None where no known encoding gives plausible text. The same bytes always
        give the same text, with the same version of charset-normalizer.
    """
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 50 ms, needed by few inputs

    best = from_bytes(data, cp_isolation=_RECOGNISED, enable_fallback=False).best()
    name = _by_alphabet(data, best.encoding if best else None)
    text = _strictly(data, name) if name else None
    return None if text is None or _C1_CONTROL.search(text) else text


def decode_iso_2022_jp(data: bytes) -> str | None:
    """Decode bytes in which escapes announce Japanese; without these they would be ASCII."""
    return _strictly(data, "iso2022_jp") if _ISO_2022_JP.search(data) else None


def decode_unmarked_utf_16(data: bytes) -> str | None:
    """Decode UTF-16 without a byte order mark, known by its NUL bytes; None if it is not that."""
    zeros = [data[parity::2].count(0) for parity in (0, 1)]
    if len(data) % 2 or min(zeros) > 0 or max(zeros) < max(1, MIN_ZERO_SHARE * len(data)):
        return None
    text = _strictly(data, "utf-16-be" if zeros[0] else "utf-16-le")
    return None if text is None or _C1_CONTROL.search(text) else text


def _decode_marked(data: bytes, name: str) -> str | Undecodable:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        message = f"marked as {name.upper()}, but broken at byte {error.start}: {error.reason}"
        return Undecodable(RejectCode.UNKNOWN_ENCODING, message)


def _decode_other(
    data: bytes, error: UnicodeDecodeError, encodings: Sequence[str]
) -> str | Undecodable:
    """Decode what is not UTF-8: a legacy encoding, binary, or UTF-8 with damage.

    Damage means a reject: what stood at the broken places cannot be known.
    """
    lossy = data.decode("utf-8", "replace")
    broken = lossy.count("\ufffd") - data.count("\ufffd".encode())
    intact = sum(char > "\x7f" for char in lossy) - broken
    if intact > broken:
        message = f"UTF-8, broken in {broken} places, first at byte {error.start}"
        return Undecodable(RejectCode.UNKNOWN_ENCODING, message)
    named = _first(data, encodings)
    if named is not None:
        return named
    if _control_share(data) > MAX_LEGACY_CONTROL_SHARE:
        return _binary(data)
    text = None if encodings else decode_legacy(data)
    if text is not None:
        return text
    tried = ", ".join(["UTF-8", *encodings]) if encodings else "UTF-8 and any other we know"
    return Undecodable(RejectCode.UNKNOWN_ENCODING, f"not text in {tried}")


def _binary(data: bytes) -> Undecodable:
    share = _control_share(data)
    return Undecodable(RejectCode.BINARY_FILE, f"{share:.0%} of the bytes are control characters")


def _control_share(data: bytes) -> float:
    # Counting matches without keeping them: the list of them could be as long as the file.
    return sum(1 for _ in _CONTROL.finditer(data)) / max(1, len(data))


def _first(data: bytes, encodings: Sequence[str]) -> str | None:
    return next((text for name in encodings if (text := _strictly(data, name)) is not None), None)


def _strictly(data: bytes, name: str) -> str | None:
    try:
        text = data.decode(name)
    except (UnicodeError, ValueError):
        return None
    # Some codecs of the world can give surrogates, which no other part could write.
    return None if any("\ud800" <= char <= "\udfff" for char in _beyond_ascii(text)) else text


def _beyond_ascii(text: str) -> Iterator[str]:
    return (char for char in set(text) if char > "\x7f")


def _by_alphabet(data: bytes, recognised: str | None) -> str | None:
    """Return the recognised code page, or the one of its kind whose letters fit best."""
    for script, pages in _ALPHABETS.items():
        if recognised in pages or (script == "Latin" and _is_sparse(data)):
            scores = {name: _fit(data, name, alphabets) for name, alphabets in pages.items()}
            best = max(scores, key=lambda name: scores[name])
            if recognised in pages or scores[best] >= MIN_FIT:
                return best
    return recognised


def _is_sparse(data: bytes) -> bool:
    """Whether bytes beyond ASCII are as rare as accents are in Latin script."""
    beyond = len(_BEYOND_ASCII.findall(data))
    return beyond < MAX_LATIN_SHARE * (beyond + len(_ASCII_LETTER.findall(data)))


def _fit(data: bytes, name: str, alphabets: Sequence[str]) -> float:
    """Return the share of the characters beyond ASCII that the best alphabet explains."""
    text = _strictly(data, name)
    if text is None:
        return -1.0
    beyond = [char for char in text.lower() if char > "\x7f" and char not in _ANY_LANGUAGE]
    if not beyond:
        return 1.0
    return max(sum(char in alphabet for char in beyond) for alphabet in alphabets) / len(beyond)
