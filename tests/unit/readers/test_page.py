"""The characters of a page, whatever its labels say; needs no extra."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.readers.encoding import Undecodable
from builder.readers.page import charset_of, decode_page
from schema.reject import RejectCode

RUSSIAN = "<p>Правительство вчера обсудило проект бюджета на следующий год.</p>"
FRENCH = "<p>L'été a été « très » chaud – dit-elle – à Saint-Étienne…</p>"


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("windows-1251", "cp1251", RUSSIAN),
        ("koi8-r", "koi8-r", RUSSIAN),
        ("ISO-8859-1", "cp1252", FRENCH),
        ("latin1", "cp1252", FRENCH),
        ("gb2312", "gb18030", "<p>政府昨天讨论了明年的预算草案，镕。</p>"),
        ("Shift_JIS", "cp932", "<p>政府は昨日、①予算案について話し合いました。</p>"),
        ("iso-2022-jp", "iso2022_jp", "<p>政府は昨日、予算案について話し合いました。</p>"),
        ("utf-8", "utf-8", RUSSIAN),
        ("iso-8859-1", "utf-8", RUSSIAN),  # a wrong label: what is valid UTF-8 is UTF-8
        ("utf-16", "utf-8", RUSSIAN),
        ("no-such-charset", "cp1251", RUSSIAN),
        ("hex", "cp1252", FRENCH),
    ],
)
def test_labels_are_followed_as_browsers_do(label: str, encoding: str, text: str) -> None:
    """In a meta element of either form, in an XML declaration, and in the header."""
    for head in (
        f'<html><head><meta charset="{label}">',
        f'<html><meta http-equiv="Content-Type" content="text/html; charset={label}">',
        f'<?xml version="1.0" encoding="{label}"?><html>',
    ):
        page = head + text
        assert decode_page(page.encode(encoding)) == page
    assert decode_page(text.encode(encoding), charset=label) == text


def test_the_header_is_asked_before_the_page() -> None:
    """As the standard says."""
    page = f'<meta charset="windows-1252">{RUSSIAN}'
    assert decode_page(page.encode("cp1251"), charset="windows-1251") == page
    assert charset_of("text/html; Charset = 'koi8-r'; x=y") == "koi8-r"
    assert charset_of("text/html") is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "iso2022_jp"])
@pytest.mark.parametrize("label", ["", '<meta charset="utf-8">', '<meta charset="utf-16">'])
def test_bytes_that_only_look_like_utf_8_are_read(encoding: str, label: str) -> None:
    """UTF-16 of many scripts, and Japanese behind escapes, are valid UTF-8 that says nothing."""
    page = (
        f"<html>{label}<p>Совет решил открыть бассейн. 政府は昨日、予算案について話し合った。</p>"
    )
    page = page.replace("Совет решил открыть бассейн. ", "" if encoding == "iso2022_jp" else "ъ ")
    for header in (None, "utf-8"):
        assert decode_page(page.encode(encoding), header) == page


def test_stray_bytes_become_replacements_for_the_reader_to_see() -> None:
    """A broken byte in a script does not cost the page."""
    page = b'<meta charset="utf-8"><script>"\xff"</script>' + RUSSIAN.encode()
    assert decode_page(page) == page.decode("utf-8", "replace")


def test_binary_files_are_no_pages() -> None:
    """Whatever they are called."""
    found = decode_page(b"%PDF-1.4 <html>")
    assert isinstance(found, Undecodable)
    assert found.code is RejectCode.BINARY_FILE


@given(st.binary(max_size=200), st.text(max_size=20) | st.none())
def test_decoding_a_page_never_raises(data: bytes, charset: str | None) -> None:
    """Any bytes and any label give text or a reason."""
    decode_page(b"<meta charset=utf-16>" + data, charset)
    decode_page(data, charset)
