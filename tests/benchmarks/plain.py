"""The steps of a build as a reasonable person writes them in plain Python; both peers run these.

Written once, for speed as well as it can be done without care for speed: compiled patterns, one
pass per step, no work that is not used. They do less than Pressmark: no receipts, no cues of
languages, no time of day, no checks.
"""

import datetime as dt
import hashlib
import re
import zlib
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
from py3langid import classify

#: Lines without these at their end are dropped, as C4 does, unless they are long.
_ENDS = (".", "!", "?", '"', "”", "»", "。", "！", "？", "…")
_LONG_LINE = 120
_BAD = ("javascript", "cookie", "privacy policy", "lorem ipsum", "all rights reserved", "©")

_DATE = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b|\b(\d\d?)[./](\d\d?)[./](\d{4})\b")
_NAMED_DATE = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December)"
    r" (\d\d?), (\d{4})\b"
)
_URL_DATE = re.compile(r"/(\d{4})/(\d\d)/(\d\d)/")
_MONTHS = {month: number for number, month in enumerate(_NAMED_DATE.pattern[4:].split("|")[:11], 1)}
_BYLINE = re.compile(r"^(?:By|Von|Par|Por|Di|Door|Autor:|Автор:|记者) (.{2,60})$", re.MULTILINE)
_AGENCY = re.compile(r"\b(AFP|Reuters|AP|dpa|EFE|ANSA|TASS|ТАСС|新华社)\b")
_WORD = re.compile(r"\w+")

PERMUTATIONS, BANDS = 112, 14
_PRIME = np.uint64((1 << 61) - 1)
_draw = np.random.default_rng(1)
_FACTORS = _draw.integers(1, 1 << 31, PERMUTATIONS, dtype=np.uint64)
_SHIFTS = _draw.integers(0, 1 << 61, PERMUTATIONS, dtype=np.uint64)


def annotate(record: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of one article."""
    raw = record["text"]
    text = clean(raw)
    language, score = identify(text or raw)
    return {
        "id": hashlib.sha256(raw.encode()).hexdigest()[:32],
        "text": text,
        "language": language,
        "language_score": score,
        "date": record.get("date"),
        "dates": find_dates(raw, record.get("url") or ""),
        "source": urlsplit(record.get("url") or "").netloc.removeprefix("www."),
        "authors": _BYLINE.findall(raw),
        "agencies": sorted(set(_AGENCY.findall(raw))),
        "split": split(raw),
    }


def clean(text: str) -> str:
    """Keep the lines that look like prose."""
    kept = []
    for line in map(str.strip, text.split("\n")):
        if not line.endswith(_ENDS) and len(line) < _LONG_LINE:
            continue
        lower = line.lower()
        if any(bad in lower for bad in _BAD):
            continue
        kept.append(line)
    return "\n".join(kept)


def identify(text: str) -> tuple[str, float]:
    """Return the language of a whole text and its score."""
    language, score = classify(text)
    return language, round(float(score), 3)


def find_dates(text: str, url: str) -> list[str]:
    """Return all dates in a text and in its address."""
    found = [(year, month, day) for year, month, day in _URL_DATE.findall(url)]
    for match in _DATE.finditer(text):
        year, month, day, first, second, last = match.groups()
        found.append((year, month, day) if year else (last, second, first))
    found += [(year, _MONTHS.get(name, 12), day) for name, day, year in _NAMED_DATE.findall(text)]
    dates = []
    for year, month, day in found:
        try:
            dates.append(dt.date(int(year), int(month), int(day)).isoformat())
        except ValueError:
            continue
    return dates


def split(text: str) -> str:
    """Choose a split by the hash of a text."""
    draw = zlib.crc32(text.encode()) % 10
    return "train" if draw < 8 else "validation" if draw == 8 else "test"


def sign(text: str) -> npt.NDArray[np.uint64]:
    """Return the MinHash signature of the word 5-grams of a text, the usual way with numpy."""
    words = _WORD.findall(text.lower())
    grams = {" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4))}
    hashes = np.fromiter((zlib.crc32(gram.encode()) for gram in grams), np.uint64, len(grams))
    return ((hashes[:, None] * _FACTORS + _SHIFTS) % _PRIME).min(axis=0)


def near_duplicates(signatures: list[npt.NDArray[np.uint64]]) -> list[int]:
    """Return for each signature the first of its cluster: bands, buckets and union-find."""
    parent = list(range(len(signatures)))

    def find(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    width = PERMUTATIONS // BANDS
    buckets: dict[tuple[int, bytes], int] = {}
    for row, signature in enumerate(signatures):
        for band in range(BANDS):
            key = band, signature[band * width : (band + 1) * width].tobytes()
            first = find(buckets.setdefault(key, row))
            here = find(row)
            parent[max(first, here)] = min(first, here)
    return [find(row) for row in range(len(signatures))]
