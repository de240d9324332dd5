"""Align a raw page with its gold text, token by token."""

import itertools
import re
import unicodedata
from bisect import bisect_left
from difflib import SequenceMatcher

__all__ = ["aligned_tokens", "token_spans"]

_CHARWISE = "぀-ヿ㐀-䶿一-鿿豈-﫿฀-๿຀-໿က-႟ក-៿"
_TOKEN = re.compile(f"[{_CHARWISE}]|[^\\W_{_CHARWISE}]+")

# A matched block shorter than this many tokens counts only right beside a longer one.
MIN_BLOCK = 4


def token_spans(text: str) -> list[tuple[str, int, int]]:
    """List the tokens of a text in comparison form, with their places."""
    return [
        (unicodedata.normalize("NFKC", found[0]).lower(), found.start(), found.end())
        for found in _TOKEN.finditer(text)
    ]


def aligned_tokens(raw: list[str], gold: list[str]) -> list[bool]:
    """Tell for each raw token whether the best alignment with the gold uses it."""
    used = [False] * len(raw)
    for raw_at, _gold_at, size in _blocks(raw, gold):
        used[raw_at : raw_at + size] = [True] * size
    return used


def _blocks(raw: list[str], gold: list[str]) -> list[tuple[int, int, int]]:
    """Chain long common blocks, then fill the gaps between neighbours."""
    anchors = _anchors(raw, gold)
    blocks: list[tuple[int, int, int]] = []
    edges = [(0, 0, 0), *anchors, (len(raw), len(gold), 0)]
    for (r0, g0, n0), (r1, g1, n1) in itertools.pairwise(edges):
        a, b = raw[r0 + n0 : r1], gold[g0 + n0 : g1]
        if a and b and len(a) * len(b) < 4_000_000:
            for i, j, n in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks():
                near = (i == 0 and j == 0) or (i + n == len(a) and j + n == len(b))
                if n and (n >= MIN_BLOCK or near or len(a) <= 2 * len(b)):
                    blocks.append((r0 + n0 + i, g0 + n0 + j, n))
        if n1:
            blocks.append((r1, g1, n1))
    return blocks


def _anchors(raw: list[str], gold: list[str], size: int = 8) -> list[tuple[int, int, int]]:
    """Find the longest increasing chain of n-grams that occur once in both texts."""

    def once(tokens: list[str]) -> dict[tuple[str, ...], int]:
        seen: dict[tuple[str, ...], int] = {}
        for at in range(len(tokens) - size + 1):
            key = tuple(tokens[at : at + size])
            seen[key] = -1 if key in seen else at
        return seen

    in_raw = once(raw)
    pairs = sorted(
        (at, in_raw[key]) for key, at in once(gold).items() if at >= 0 and in_raw.get(key, -1) >= 0
    )
    tails: list[int] = []
    ends: list[int] = []
    back = [-1] * len(pairs)
    for index, (_, place) in enumerate(pairs):
        at = bisect_left(tails, place)
        tails[at : at + 1] = [place]
        ends[at : at + 1] = [index]
        back[index] = ends[at - 1] if at else -1
    chain: list[int] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(index)
        index = back[index]
    merged: list[tuple[int, int, int]] = []
    for index in reversed(chain):
        g, r = pairs[index]
        if merged and r - merged[-1][0] == g - merged[-1][1] and r <= merged[-1][0] + merged[-1][2]:
            merged[-1] = (merged[-1][0], merged[-1][1], r + size - merged[-1][0])
        elif not merged or (
            r >= merged[-1][0] + merged[-1][2] and g >= merged[-1][1] + merged[-1][2]
        ):
            merged.append((r, g, size))
    return merged
