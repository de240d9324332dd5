"""Write a word in plain Latin letters, so that one name looks alike in many languages.

`Владимир`, `Vladimír` and `Władimir` share one skeleton. It is rough on purpose: it serves as a
feature and as a key of word lists, never as a spelling.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

_LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "z", "з": "z",
    "и": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "sc",
    "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia", "і": "i", "ї": "i", "є": "e",
    "ґ": "g", "ў": "u", "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u",
    "һ": "h", "ђ": "d", "ј": "i", "љ": "li", "њ": "ni", "ћ": "c", "џ": "dz", "ѓ": "g", "ќ": "k",
    "ł": "l", "đ": "d", "ø": "o", "ß": "ss", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th",
    "j": "i", "y": "i", "w": "v",
}  # fmt: skip


def skeleton(text: str) -> str:
    """Return words in lower case without accents; Cyrillic in Latin letters."""
    plain = replaced(text.lower(), _LETTERS)
    return plain if plain.isascii() else without_marks(plain)


def replaced(text: str, by: Mapping[str, str]) -> str:
    """Replace characters by others, which are not replaced in turn.

    Of many characters few are met in one text: to look for these is faster than to look each
    character of the text up.
    """
    for character in by.keys() & set(text):
        text = text.replace(character, by[character])
    return text


def without_marks(text: str) -> str:
    """Return a text in compatibility form, without combining marks."""
    signs = unicodedata.normalize("NFKD", text)
    for mark in filter(unicodedata.combining, set(signs)):
        signs = signs.replace(mark, "")
    return signs
