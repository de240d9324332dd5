"""Write a word in plain Latin letters, so that one name looks alike in many languages.

`Владимир`, `Vladimír` and `Władimir` share one skeleton. It is rough on purpose: it serves as a
feature and as a key of word lists, never as a spelling.
"""

from __future__ import annotations

import unicodedata

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
_TABLE = {ord(letter): plain for letter, plain in _LETTERS.items()}


def skeleton(text: str) -> str:
    """Return words in lower case without accents; Cyrillic in Latin letters."""
    plain = text.lower().translate(_TABLE)
    if plain.isascii():
        return plain
    signs = unicodedata.normalize("NFKD", plain)
    marks = (ord(c) for c in set(signs) if unicodedata.combining(c))
    return signs.translate(dict.fromkeys(marks))
