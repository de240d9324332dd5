"""Domains of publishers are those that tldextract finds by the same list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tldextract import TLDExtract

from builder.text.domains import spellings
from builder.tools import make_registrable

ORACLE = TLDExtract(suffix_list_urls=(), cache_dir=None)

HOSTS = [
    *("www.bbc.co.uk", "bbc.co.uk", "co.uk", "uk", "", ".", "localhost", "WWW.Le-Monde.FR."),
    *("news.blogspot.com", "a.b.github.io", "www.ck", "a.www.ck", "b.c.ck", "c.ck", "ck"),
    *("city.kobe.jp", "a.city.kobe.jp", "x.y.kobe.jp", "y.kobe.jp", "kobe.jp", "a.sch.uk"),
    *("食狮.公司.cn", "www.xn--85x722f.xn--55qx5d.cn", "xn--p1ai", "пример.рф", "xn--.com"),
    *("127.0.0.1", "1.2.3", "999.1.1.1", ".fr", "a..fr", "*.ck", "!www.ck", "a.!www.ck"),
    *("news。example。jp", "user:pass@www.example.org:8080", "https://www.example.org/a?b#c"),
    *("//example.org", "example.org/path", "example.org?x", " example.org ", "ftp://a.example.org"),
]
LABELS = st.sampled_from(
    "a www bbc co uk com fr jp kobe city tokyo ck www gov xn--p1ai рф Www 公司 cn *".split()  # noqa: SIM905  words are easier to read
)


@pytest.mark.parametrize("host", HOSTS)
def test_domain_is_the_one_under_the_suffix(host: str) -> None:
    assert make_registrable()(host) == (ORACLE(host).top_domain_under_public_suffix or None)


@given(st.lists(LABELS | st.text("ab-é1", max_size=3), max_size=6).map(".".join))
def test_any_host_gives_what_tldextract_gives(host: str) -> None:
    assert make_registrable()(host) == (ORACLE(host).top_domain_under_public_suffix or None)


@pytest.mark.parametrize("domain", ["münchen.de", "xn--mnchen-3ya.de"])
def test_a_domain_has_two_spellings(domain: str) -> None:
    assert spellings(domain) == ("münchen.de", "xn--mnchen-3ya.de")
    assert spellings("a_b.de") == ("a_b.de",)
    assert spellings("ü_b.de") == ("ü_b.de",)


def test_a_domain_is_written_as_in_its_host() -> None:
    assert make_registrable()("WWW.Example.CO.UK") == "Example.CO.UK"
