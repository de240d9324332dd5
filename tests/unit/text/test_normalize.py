"""The normal form: what is rewritten, what stays, and that a second pass changes nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.normalize import article_id, normalize

ANY_CODE_POINT = st.characters(codec=None, categories=None)
NASTY = st.sampled_from(
    "\r\n\t\x00\x0b\x0c\x1c\x85\xad\u0301\u0327\u1100\u1161\u11a8\u200b\u200c\u200d\u200f"
    "\u2028\u2060\ud83d\ude00\ufeff\uffffeกé"
)


@given(st.text(ANY_CODE_POINT) | st.text(NASTY))
def test_normalizing_twice_changes_nothing(text: str) -> None:
    """The normal form is a fixed point, whatever comes in."""
    once = normalize(text)
    assert normalize(once) == once


@given(st.text(ANY_CODE_POINT) | st.text(NASTY))
def test_the_normal_form_is_nfc_and_can_be_encoded(text: str) -> None:
    """UTF-8 takes every normalized text, and no control but tab and line feed is left."""
    result = normalize(text)
    result.encode("utf-8")
    assert unicodedata.is_normalized("NFC", result)
    assert not [c for c in result if unicodedata.category(c) == "Cc" and c not in "\n\t"]


def test_every_character_is_composed() -> None:
    """What another system wrote apart (macOS writes kana so) is the same article."""
    for first in range(0, 0x110000, 0x1000):
        characters = map(chr, range(first, first + 0x1000))
        apart = " ".join(unicodedata.normalize("NFD", character) for character in characters)
        assert unicodedata.is_normalized("NFC", normalize(apart)), hex(first)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a\r\nb\rc\u2028d\u2029e\x85f\x0cg", "a\nb\nc\nd\ne\nf\ng"),
        ("\r\r\n\n", "\n\n\n"),
        ("\ufeffa\x00b\x1bc\x9dd", "abcd"),
        ("Ge\u00adsetz wort\u200btrennung x\u2060y", "Gesetz worttrennung xy"),
        ("e\u00ad\u0301", "é"),
        ("\ud804\udd31\ud804\udd27", "\U0001112e"),
        ("می\u200cخواهم क्\u200dष 👩\u200d💻", "می\u200cخواهم क्\u200dष 👩\u200d💻"),
        ("ภาษา\u200bไทย", "ภาษา\u200bไทย"),
        ("\u200fשלום\u200f (2025)", "\u200fשלום\u200f (2025)"),
        ("a\u00a0b\u3000c\td  ", "a\u00a0b\u3000c\td  "),
        ("\ud83d\ude00 \ud83d x \ude00", "😀 \ufffd x \ufffd"),
        ("\u212b\u0344", "Å\u0308\u0301"),
        ("", ""),
    ],
)
def test_examples_of_the_normal_form(raw: str, expected: str) -> None:
    """Line ends, controls, invisible characters and broken surrogates each have one outcome."""
    assert normalize(raw) == expected


def test_a_clean_text_comes_back_as_the_same_object() -> None:
    """The fast path copies nothing."""
    text = "Une dépêche.\nDeux lignes.\n" * 100
    assert normalize(text) is text


def test_the_id_is_the_start_of_sha_256_over_utf_8() -> None:
    """Anybody can recompute an id with standard tools."""
    assert article_id("été\n") == "ac68ea8c75b70bbdab368d1d15defd92"
    assert article_id(normalize("e\u0301te\u0301\r\n")) == article_id("été\n")


@pytest.mark.parametrize("unit", ["\u00ad", "\r", "e\u0301", "\ud800", "\u200b", "\x00a"])
def test_hostile_lines_come_to_an_end(unit: str) -> None:
    """A megabyte of one nasty character is normalized once and for all."""
    normalized = normalize(unit * (1_000_000 // len(unit)))
    assert normalize(normalized) == normalized
