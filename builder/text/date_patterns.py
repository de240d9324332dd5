"""Find printed dates: digits first, then an exact reading of what stands around them.

It knows how dates are written (numbers, month names, CJK signs, other digits, Thai years) and in
which order a language puts day and month; it refuses to know what a date means for the article
(`dates.py`). Nothing is guessed: a date that reads two ways carries both readings.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from builder.text.date_numbers import DateNumbers, find_numbers, fold_name, name_numbers

__all__ = [
    "DateRules",
    "PrintedDate",
    "find_printed_dates",
    "load_date_rules",
]

OLDEST_YEAR = 1500
"""First number read as a year: the Gregorian calendar is younger, and so is the news."""

NEWEST_YEAR = 2199
"""Last number read as a year; greater ones are Buddhist years or no years at all."""

BUDDHIST_OFFSET = 543
"""Thai years minus Gregorian years, exact since 1941 (months and days agree)."""

BUDDHIST_YEARS = range(2484, 2643)
"""Thai years from 1941, when the year began to start in January, to 2099."""

DATE_WINDOW = 44
"""Code points read on each side of a year: the longest written month with day and connectors."""

MAX_DATES = 2000
"""Dates read of each form; only tables and attacks have more."""

BOTH_ORDERS = frozenset({"en", "und", "tl", "fil"})
"""Languages that write 7/11/2025 in both orders, depending on the country: nothing is assumed."""

MONTH_FIRST_TAGS = frozenset({"en-US", "en-PH", "fil-PH", "tl-PH"})
"""Declared tags whose region writes the month first."""


@dataclass(frozen=True)
class DateRules:
    """What is known of dates in all languages; made once by `load_date_rules`.

    `names` says how the names of months look to `find_numbers`. Labels say of the date behind
    them, or below, that it is "published", "updated" or "refused": of something else. `last_words`
    are those that a label ends in; `labels_behind` follow the date, by their first letter.
    """

    months: Mapping[str, Mapping[str, int]]
    names: bytes
    weekdays: frozenset[str]
    labels: Mapping[str, str]
    last_words: frozenset[str]
    labels_behind: Mapping[str, Sequence[tuple[str, str]]]
    fillers: frozenset[str]


class PrintedDate(NamedTuple):
    """A date as it stands in the text: [start, end) and its value.

    `other` is the second reading where the order of day and month is open;
    `short` says that the year has two digits only.
    """

    start: int
    end: int
    value: dt.date
    other: dt.date | None = None
    short: bool = False


def load_date_rules(folder: Path) -> DateRules:
    """Read the names (`names.toml`, from CLDR) and the words around dates (`words.toml`).

    Raises:
        OSError: a file cannot be read.
        ValueError: a file is not TOML.
        KeyError: a language of `names.toml` is incomplete.
    """
    names = tomllib.loads((folder / "names.toml").read_text(encoding="utf-8"))
    words = tomllib.loads((folder / "words.toml").read_text(encoding="utf-8"))
    months: dict[str, dict[str, int]] = {}
    weekdays: set[str] = set()
    for tag, table in names.items():
        more = words.get(tag, {}).get("months", {})
        for number in range(1, 13):
            for name in [*table[str(number)], *more.get(str(number), ())]:
                # Turkish capitals fold to a dotted i; Hebrew writes "in" as a letter of the month.
                for form in {name, name.replace("ı", "i"), *(("ב" + name,) if tag == "he" else ())}:
                    months.setdefault(form, {})[tag] = number
        weekdays.update(table["days"])

    def phrases(key: str) -> list[str]:
        return [text.casefold() for table in words.values() for text in table.get(key, ())]

    labels = {phrase: kind for kind in _LABEL_KINDS for phrase in phrases(kind)}
    labels_behind: dict[str, list[tuple[str, str]]] = {}
    for kind in _LABEL_KINDS:
        for phrase in dict.fromkeys(phrases(f"after_{kind}")):
            labels_behind.setdefault(phrase[0], []).append((phrase, kind))
    return DateRules(
        months=months,
        names=name_numbers(months),
        weekdays=frozenset(weekdays),
        labels=labels,
        last_words=frozenset(phrase.rpartition(" ")[2] for phrase in labels),
        labels_behind=labels_behind,
        fillers=frozenset(phrases("fillers")),
    )


_LABEL_KINDS = "published", "updated", "refused"

_GAP = r"[^\S\n]"
"""White space inside a line."""
_LOOSE = r"[^\S\n]|[,.\-–/\u200e\u200f]"
"""What may stand between the parts of a date."""
_WORD = r"[^\s\d,;:!?()\[\]|/<>\"“”«»•·\-–]"
"""A character of a word; combining marks belong to it, which `\\w` does not know."""

# A pattern that begins with a plain character class is searched several times faster than one
# that begins with a look-behind; hence the look-behinds after the first digit.
_FIRST_DIGIT = r"[0-9](?<![0-9]{2})"

_YEAR_END = r"(?![0-9]|[./:][0-9]|[,\-–](?![0-9]{1,2}[:.h][0-9]{2}(?![0-9.]))[0-9])"
"""Ends a year: no further digits, but a clock time may be glued to it (`28.04.2023-19:20`)."""
_GLUED = r"(?=[0-9]{1,2}(?:[./:]|\.?[^\S\n]?[^\W\d_]))"
"""Or a second date or a time follows without a gap (`19. Dezember 202220. Dezember 2022`)."""

_NUMERIC = re.compile(
    rf"({_FIRST_DIGIT}(?<![0-9][.,/:\-–][0-9])(?<!/[0-9])[0-9]{{0,3}})"
    rf"{_GAP}?([./\-–]){_GAP}?([0-9]{{1,2}}){_GAP}?\2{_GAP}?"
    rf"(?:((?:19|20)[0-9]{{2}}|[0-9]{{1,2}}){_YEAR_END}|((?:19|20)[0-9]{{2}}){_GLUED})"
)
_SIGNED = re.compile(
    rf"({_FIRST_DIGIT}[0-9]{{3}}){_GAP}?[年년]{_GAP}?([0-9]{{1,2}}){_GAP}?[月월]"
    rf"{_GAP}?([0-9]{{1,2}}){_GAP}?[日号號일]"
)
_YEAR = re.compile(
    r"[12](?<![0-9]{2})(?<![0-9][.,:/][0-9])[015-9][0-9]{2}" + f"(?:{_YEAR_END}|{_GLUED})"
)

_DAY_MONTH = re.compile(
    r"([0-9](?:(?<![\d.,:/\-–][0-9])|(?<=(?:19|20)[0-9]{3}))[0-9]?)"
    r"(?:\.|st|nd|rd|th|er|re|[ºª°])?"
    rf"(?:{_LOOSE}){{0,3}}(?:(?:de|del|of|di|d|na|da){_GAP}|d['’])?"
    rf"({_WORD}{{2,16}}(?:{_GAP}{_WORD}{{2,10}})?)(?:{_GAP}?/{_GAP}?{_WORD}{{2,16}})?"
    rf"(?:{_LOOSE}){{0,3}}(?:(?:de|del|of|d|พ\.ศ\.|ค\.ศ\.){_GAP})?\Z"
)
_MONTH_DAY = re.compile(
    rf"(?<!{_WORD})({_WORD}{{2,16}})(?:{_GAP}|[.\-–]){{1,2}}([0-9]{{1,2}})(?:st|nd|rd|th)?"
    rf"(?:{_LOOSE}){{1,3}}\Z"
)
_DAY_LAST = re.compile(rf"[0-9](?:st|nd|rd|th)?(?:{_LOOSE}){{1,3}}\Z")
"""How what `_MONTH_DAY` finds ends, which is soon told."""
_DAY_NUMBER_MONTH = re.compile(
    rf"([0-9](?<![\d.,:/\-–][0-9])[0-9]?){_GAP}?(?:tháng|thg\.?|th){_GAP}?([0-9]{{1,2}})"
    rf"(?:{_LOOSE}){{1,3}}(?:năm{_GAP})?\Z",
    re.IGNORECASE,
)
_AFTER_YEAR = re.compile(
    rf"(?:(?:{_GAP}|-)?(?:m|gada|жылғы|жылдың|жылы|жыл|yil|yili|оны))?\.?(?:{_GAP}?gada)?"
    rf"(?:{_GAP}|[.,\-]){{1,3}}(?:({_WORD}{{2,16}})(?:{_GAP}|[.\-]){{1,2}}([0-9]{{1,2}})"
    rf"(?![0-9]|[.:][0-9])|([0-9]{{1,2}})(?:{_GAP}|[.\-]){{1,3}}({_WORD}{{2,16}}))"
)
_DIGIT = re.compile("[0-9]")
_RANGE_BEFORE = re.compile(
    r"[0-9]\.?\s?(?:[-–—/+&]|bis|und|and|et|au|to|till|y|al|e|i|и|по|do)\s?\Z"
)


def find_printed_dates(
    text: str, language: str, rules: DateRules, numbers: DateNumbers | None = None
) -> list[PrintedDate]:
    """Find every full date (day, month and year) that is printed in the text.

    Args:
        text: normalized text with western digits (see `western_digits`).
        language: BCP 47 tag, with a region if one is declared (`en-US`), `und` if unknown. It
            decides the order of 7/11/2025 and between names that mean different months in
            different languages.
        rules: names and words of all languages.
        numbers: what `find_numbers` returns for the text, where it is known.

    Returns:
        Dates sorted by their start, not overlapping, possibly none. Ranges, impossible days,
        Hijri and other years that cannot be converted with certainty are left out. Where the
        order of a number stays open, another date of the text with the same separator may still
        have decided it; else `other` is set. Never raises.
    """
    numbers = numbers or find_numbers([text], rules.names)[0]
    found = [
        *_in_order(islice(_numeric(text, numbers.numerics), MAX_DATES), language),
        *islice(_signed(text, numbers.signed), MAX_DATES),
        *islice(_named(text, numbers.years, language, rules), MAX_DATES),
    ]
    found.sort(key=lambda date: (date.start, -date.end))
    end = 0
    result: list[PrintedDate] = []
    for date in found:
        if date.start >= end:
            result.append(date)
            end = date.end
    return result


def _valid(year: int, month: int, day: int) -> dt.date | None:
    if not OLDEST_YEAR <= year <= NEWEST_YEAR:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


class _Numeric(NamedTuple):
    """A numeric date with both readings as far as they exist, and its separator."""

    span: tuple[int, int]
    separator: str
    day_first: dt.date | None
    month_first: dt.date | None
    short: bool = False

    @property
    def order(self) -> int:
        """Return 1 if only the day can come first, -1 if only the month, 0 if both."""
        return bool(self.day_first) - bool(self.month_first)


def _matches(pattern: re.Pattern[str], text: str, places: Sequence[int]) -> Iterator[re.Match[str]]:
    """Yield what `finditer` yields of a pattern that matches at no other places."""
    end = 0
    for place in places:
        match = pattern.match(text, place) if place >= end else None
        if match is not None:
            end = match.end()
            yield match


def _numeric(text: str, places: Sequence[int]) -> Iterator[_Numeric]:
    for match in _matches(_NUMERIC, text, places):
        first, separator, middle = match[1], match[2], int(match[3])
        last = match[4] or match[5]
        if len(first) == 4 and len(last) < 3:
            value = _valid(int(first), middle, int(last))
            found = _Numeric(match.span(), separator, value, value)
        elif len(first) <= 2 and len(last) in (2, 4):
            year = int(last) + (2000 if len(last) == 2 else 0)
            day_first = _valid(year, middle, int(first))
            month_first = _valid(year, int(first), middle)
            found = _Numeric(match.span(), separator, day_first, month_first, len(last) == 2)
        else:
            continue
        if found.day_first or found.month_first:
            yield found


def _in_order(dates: Iterator[_Numeric], language: str) -> Iterator[PrintedDate]:
    """Read numeric dates in the order that the language has and no other date contradicts."""
    found = list(dates)
    certain: dict[str, set[int]] = {}
    for date in found:
        certain.setdefault(date.separator, set()).add(date.order)
    for date in found:
        value, other = date.day_first or date.month_first, None
        if date.day_first and date.month_first and date.day_first != date.month_first:
            order = _order(certain[date.separator] - {0}, _usual_order(date.separator, language))
            value = date.month_first if order < 0 else date.day_first
            other = None if order else date.month_first
        if value is not None:
            yield PrintedDate(*date.span, value, other, date.short)


def _order(certain: set[int], usual: int) -> int:
    """Combine the order of the text's certain dates with the usual one; 0 if they disagree."""
    if not certain:
        return usual
    seen = sum(certain)
    return 0 if usual and seen != usual else seen


def _usual_order(separator: str, language: str) -> int:
    """Return 1 where the day comes first, -1 where the month does, 0 where both are common."""
    if separator == ".":
        return 1
    if language in MONTH_FIRST_TAGS:
        return -1
    primary, _, region = language.partition("-")
    return 0 if primary in BOTH_ORDERS and region in ("", "CA") else 1


def _signed(text: str, places: Sequence[int]) -> Iterator[PrintedDate]:
    for match in _matches(_SIGNED, text, places):
        value = _valid(int(match[1]), int(match[2]), int(match[3]))
        if value is not None:
            yield PrintedDate(match.start(), match.end(), value)


def _named(
    text: str, places: Sequence[int], language: str, rules: DateRules
) -> Iterator[PrintedDate]:
    """Yield dates with a month name, read outwards from each number that can be a year."""
    for match in _matches(_YEAR, text, places):
        year, (start, end) = int(match[0]), match.span()
        before = text[max(0, start - DATE_WINDOW) : start]
        before = before[before.rfind("\n") + 1 :]
        left = _left_of_year(before, language, rules)
        if left is not None:
            begin, month, day = left
            if year in BUDDHIST_YEARS:
                year -= BUDDHIST_OFFSET if _is_thai(before) else 0
            value = _valid(year, month, day)
            if value is not None and not _RANGE_BEFORE.search(before[:begin]):
                yield PrintedDate(start - len(before) + begin, end, value)
        elif year <= NEWEST_YEAR and _DIGIT.search(text, end, end + DATE_WINDOW):
            new_line = text.find("\n", end, end + DATE_WINDOW)
            after = _AFTER_YEAR.match(text, end, new_line if new_line >= 0 else end + DATE_WINDOW)
            if after is not None:
                month = _month(after[1] or after[4], language, rules)
                value = _valid(year, month, int(after[2] or after[3])) if month else None
                if value is not None:
                    yield PrintedDate(start, after.end(), value)


def _left_of_year(before: str, language: str, rules: DateRules) -> tuple[int, int, int] | None:
    """Read the day and month that end where a year begins: (start, month, day)."""
    match = _DAY_MONTH.search(before)
    if match is not None:
        words = match[2].split()
        for word in (" ".join(words), words[0], words[-1]):
            month = _month(word, language, rules)
            if month:
                return match.start(1), month, int(match[1])
    match = _MONTH_DAY.search(before) if _DAY_LAST.search(before) else None
    if match is not None:
        month = _month(match[1], language, rules)
        if month:
            return match.start(1), month, int(match[2])
    match = _DAY_NUMBER_MONTH.search(before)
    if match is not None:
        return match.start(1), int(match[2]), int(match[1])
    return None


def _is_thai(text: str) -> bool:
    return any("\u0e00" <= character <= "\u0e7f" for character in text)


def _month(word: str, language: str, rules: DateRules) -> int:
    """Return the month that a word names, or 0 if it names none or several."""
    meanings = rules.months.get(fold_name(word))
    if not meanings:
        return 0
    numbers = set(meanings.values())
    return numbers.pop() if len(numbers) == 1 else meanings.get(language.partition("-")[0], 0)
