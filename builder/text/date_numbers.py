"""Find the numbers in texts that may be of dates, in one pass over their characters.

It knows digits of all scripts, and near which words a number can be a year: patterns then read
what stands there (`date_patterns.py`). It refuses to know what a number says.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.characters import white_table
from builder.text.joined import parted, text_codes, text_groups
from builder.text.tables import character_table

__all__ = [
    "DateNumbers",
    "find_numbers",
    "fold_name",
    "name_letters",
    "name_numbers",
    "number_table",
    "western_digits",
]

OTHER_DIGITS = re.compile("[٠-٩۰-۹०-९০-৯੦-੯૦-૯௦-௯๐-๙໐-໙၀-၉០-៩０-９]")
"""The digits of other scripts in which dates are printed."""

DAY_WORDS = ("tháng", "thg", "th")
"""Words around days that stand where other languages have the name of a month."""

_TABLE_END = 0x10000
"""Characters from here on are no white space, no digits that count, and in no name."""

_FIRST_DIGIT, _OTHER_SCRIPT, _GAP = 1, 16, 32

_ANY_LETTER = 0xFFFF
"""A letter of many forms, see `name_letters`; no letter has this number."""

_NAME_LETTERS, _NAME_NUMBERS = 12, 1 << 16
"""Letters of a name that are looked at; patterns read no more than 16 of one word, less the three
of an article behind it. What the letters of names give is a number below the second one: of 1,000
names few have the same, and of 60 other words one has that of a name."""

_FORMS = 3
"""Forms of dates whose numbers are told apart, see `DateNumbers`."""

_find_numbers = native.kernel(
    "find_numbers",
    *(native.U32, native.I64, native.SIZE, native.U8, native.U16, native.SIZE, native.U8),
    *(native.I64, native.SIZE, native.I64, native.U8),
)


class DateNumbers(NamedTuple):
    """Where numbers of a text begin that may be of a date, in code points.

    At `years` stands what may be the year of a date with a name of a month, since one and another
    digit stand near it; at `numerics` what may open a date in numbers; at `signed` a year before
    its sign, as in 2025年. `has_other_digits` says that not all digits are western.
    """

    years: list[int]
    numerics: list[int]
    signed: list[int]
    has_other_digits: bool


def find_numbers(texts: Sequence[str], names: bytes) -> list[DateNumbers]:
    """Find the numbers of each text that may be of a date.

    Args:
        texts: normalized texts.
        names: what `name_numbers` returned for the names of months.
    """
    known = np.frombuffer(names, np.uint8)
    return [one for group in text_groups(texts) for one in _numbers_of_group(texts[group], known)]


def _numbers_of_group(texts: Sequence[str], names: npt.NDArray[np.uint8]) -> Iterator[DateNumbers]:
    codes, bounds = text_codes(texts)
    # A number is parted from the next one by a character at least.
    room = codes.size // 2 + len(texts)
    places = np.empty((_FORMS, room), np.int64)
    ends = np.empty((len(texts) + 1, _FORMS), np.int64)
    others = np.empty(len(texts), np.uint8)
    tables = number_table(), name_letters(), _TABLE_END, names
    _find_numbers(codes, bounds, len(texts), *tables, places, room, ends, others)
    of_forms = map(parted, places, ends.T)
    return map(DateNumbers, *of_forms, others.astype(np.bool_).tolist())


def western_digits(text: str) -> str:
    """Replace the decimal digits of other scripts by ASCII digits; offsets stay the same."""
    return OTHER_DIGITS.sub(lambda match: str(int(match[0])), text)


def fold_name(name: str) -> str:
    """Return a name as the tables have it: case folded, without dots at its edges."""
    return name.casefold().strip(" .׳॰\u200e\u200f").replace("i\u0307", "i")


def name_numbers(names: Iterable[str]) -> bytes:
    """Say for each number whether the letters of a name give it, as `native/numbers.c` counts.

    Args:
        names: as `fold_name` returns them; each begins with a letter.
    """
    numbers = bytearray(_NAME_NUMBERS)
    letters = name_letters()
    for name in (*names, *DAY_WORDS):
        number = 0
        for sign in name[:_NAME_LETTERS]:
            if not letters[ord(sign)]:
                break
            number = (number * 31 + int(letters[ord(sign)])) % _NAME_NUMBERS
        numbers[number] = True
    return bytes(numbers)


@character_table
def number_table() -> npt.NDArray[np.uint8]:
    """Build what each character below `_TABLE_END` is to numbers."""
    kinds = white_table().astype(np.uint8) * np.uint8(_GAP)
    kinds[ord("\n")] = 0
    for digit in "0123456789":
        kinds[ord(digit)] = _FIRST_DIGIT + int(digit)
    for found in OTHER_DIGITS.finditer("".join(map(chr, range(_TABLE_END)))):
        kinds[found.start()] = _OTHER_SCRIPT | _FIRST_DIGIT + unicodedata.decimal(found[0])
    return kinds


@character_table
def name_letters() -> npt.NDArray[np.uint16]:
    """Build the folded form of each letter below `_TABLE_END`, 0 for what is none.

    Letters that fold to several, and the dot that a folded İ leaves behind, may be any letter.
    """
    letters = np.zeros(_TABLE_END, np.uint16)
    for code, sign in enumerate(map(chr, range(_TABLE_END))):
        folded = fold_name(sign)
        if len(folded) > 1:
            letters[code] = _ANY_LETTER
        elif folded.isalpha():
            letters[code] = ord(folded)
    letters[ord("\u0307")] = _ANY_LETTER
    return letters
