"""Load the few words by which pages of any publisher speak of themselves; known by hashes only."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from builder.text.characters import IDEOGRAPH, basic_codes, class_table
from builder.text.tables import character_table

__all__ = ["TOPICS", "Lexicon", "letter_table", "load_lexicon"]

TOPICS = (
    "account",
    "social",
    "comment",
    "site",
    "rights",
    "related",
    "media",
    "byline",
    "trade",
    "section",
    "i",
    "you",
    "we",
    "said",
    "function",
)
"""Topics of the lexicon, in the order of their features."""

MAX_WORD = 6
"""Characters by which the lexicon knows a word: so many stand for all words that begin so."""

MAX_HANGUL = 2
"""The same for words of Hangul syllables, to which particles are glued."""

# The lexicon is searched for words that share so many bits with one of its own.
_FILTER_BITS = 16

_HANGUL = 0xAC00
_GOLDEN = np.uint32(0x9E3779B1)


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Hashes of words and of pairs of ideographs, sorted, each with its topic."""

    keys: npt.NDArray[np.uint32]
    topics: npt.NDArray[np.int64]
    is_near: npt.NDArray[np.bool_]


def load_lexicon(path: Path) -> Lexicon:
    """Read the words by which a page speaks of itself, in any language.

    Args:
        path: a TOML file, a table for each language: topic → words, parted by spaces.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is no TOML, or names a topic that does not exist.
    """
    topics: dict[int, int] = {}
    for language, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
        for topic, words in table.items():
            if topic not in TOPICS:
                raise ValueError(f"{path}: [{language}] unknown topic {topic!r}")
            for word in words.split():
                topics.setdefault(_key_of(word), TOPICS.index(topic))
    keys = np.array(sorted(topics), dtype=np.uint32)
    is_near = np.zeros(1 << _FILTER_BITS, dtype=np.bool_)
    is_near[keys >> np.uint32(32 - _FILTER_BITS)] = True
    return Lexicon(keys, np.array([topics[key] for key in keys.tolist()], np.int64), is_near)


@character_table
def letter_table() -> npt.NDArray[np.uint32]:
    """Give each code point of the basic plane a mixed number, the same for both cases."""
    letters = "".join(map(chr, range(0x10000))).replace("\u0130", "i").lower()
    lowered = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    mixed = lowered.astype(np.uint64) * np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xC2B2AE3D27D4EB4F)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _key_of(word: str) -> int:
    """Hash one word of the lexicon as the kernel hashes those of a text."""
    codes = basic_codes(word)
    if class_table()[codes[0]] != IDEOGRAPH:
        codes = codes[: MAX_HANGUL if codes[0] >= _HANGUL else MAX_WORD]
    mixed: list[int] = letter_table()[codes].tolist()
    second = mixed[min(1, len(mixed) - 1)]
    key = sum(mixed) + 3 * mixed[0] + 5 * mixed[-1] + 7 * second
    return key * int(_GOLDEN) % (1 << 32)
