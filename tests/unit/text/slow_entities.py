"""The entity tagger's models as they are defined: token by token, with no table and no kernel."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from builder.text.entities.cues import NAMES
from builder.text.entities.decode import TAGS
from builder.text.entities.features import key_of
from builder.text.entities.skeleton import skeleton
from builder.text.entities.vocabulary import ABBREVIATIONS
from training.entities.features import TypeFeatures

Arrays = Mapping[str, npt.NDArray[Any]]


def slow_cue(listing: str, token: str) -> str:
    """Return the class of a word of a listing."""
    lists: dict[str, dict[str, str]] = {"": {}, "stem": {}, "end": {}}
    for line in listing.splitlines():
        label, _, words = line.partition("\t")
        for word in words.split():
            kind = "stem" if word[-1] == "*" else "end" if word[0] == "*" else ""
            lists[kind].setdefault(word.strip("*"), label)
    low, capital = skeleton(token), not token[0].islower()
    label = lists[""].get(low, "")
    if label and (capital or label not in NAMES):
        return label
    for size in range(len(low) - 1, max(5, len(low) - 3) - 1, -1) if capital else ():
        if lists[""].get(low[:size]) == "given":
            return "given~"
    for size in range(min(len(low), 16), 2, -1):
        if low[:size] in lists["stem"]:
            return lists["stem"][low[:size]]
    for size in range(min(len(low) - 2, 16), 2, -1):
        if low[-size:] in lists["end"]:
            return lists["end"][low[-size:]]
    return ""


def positions_of(glued: Sequence[bool]) -> npt.NDArray[np.int64]:
    """Return for each token of a segment whether it is first, last, or glued to the one before."""
    rows = [(at == 0, at == len(glued) - 1, at > 0 and own) for at, own in enumerate(glued)]
    return np.array(rows, dtype=np.int64)


def slow_linear(
    arrays: Arrays, features: TypeFeatures, segment: Sequence[str], glued: Sequence[bool]
) -> npt.NDArray[np.int64]:
    """Return the linear scores of the tokens of a segment."""
    ends = np.cumsum(arrays["counts"], dtype=np.int64)
    places = {key: at for at, key in enumerate(arrays["keys"].tolist())}
    scores = positions_of(glued) @ arrays["position"]
    for at, token in enumerate(segment):
        for feature in features.linear(token)[0]:
            if (place := places.get(key_of(feature))) is None:
                continue
            for entry in range(ends[place] - arrays["counts"][place], ends[place]):
                slot, tag = divmod(int(arrays["columns"][entry]), len(TAGS))
                if 0 <= at + 3 - slot < len(segment):
                    scores[at + 3 - slot, tag] += arrays["values"][entry]
    return scores


def slow_network(
    arrays: Arrays, features: TypeFeatures, segment: Sequence[str], glued: Sequence[bool]
) -> npt.NDArray[np.int64]:
    """Return the scores of the window network for the tokens of a segment."""
    places = {key: at for at, key in enumerate(arrays["keys"].tolist())}
    rows = arrays["rows"].astype(np.int64) * arrays["row_scales"][:, None]
    entry = positions_of(glued) @ arrays["position"] + arrays["bias"] + arrays["sources"][0]
    sums = np.clip(entry, -2600, 2600)
    for at, token in enumerate(segment):
        found = [places[key] for key in map(key_of, features.window(token)) if key in places]
        embedded = rows[found].sum(axis=0)
        for slot, weights in enumerate(arrays["first"].astype(np.int64)):
            if 0 <= at + 3 - slot < len(segment):
                part = np.rint((embedded @ weights) * float(arrays["first_scale"]))
                sums[at + 3 - slot] += np.clip(part, -4300, 4300).astype(np.int64)
    state = np.clip((sums + 1) >> 1, 0, 1023)
    for layer, reach in enumerate(arrays["dilations"].tolist()):
        weights = arrays[f"weight{layer}"].astype(np.int64)
        step = state @ weights[1]
        if len(segment) > reach:
            step[reach:] += state[:-reach] @ weights[0]
            step[:-reach] += state[reach:] @ weights[2]
        scaled = step.astype(np.float32) * arrays[f"scale{layer}"] + arrays[f"shift{layer}"]
        state = np.minimum(state + np.maximum(np.rint(scaled), 0).astype(np.int64), 1023)
    out = (state @ arrays["out"].astype(np.int64)).astype(np.float32)
    return np.rint(out * arrays["out_scale"] + arrays["out_shift"]).astype(np.int64)


_SIGN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(
    rf"(?:[^\W\d_{_SIGN}]\.){{2,}}"  # initials: U.S., В.В.
    rf"|[{_SIGN}]"
    rf"|[^\W\d_{_SIGN}]+|\d+|\n|[^\S\n]+|\S"
)


def _kind(word: str) -> str:
    for kind, signs in (("stop", ".!?…"), ("hard", "。！？"), ("closer", "\"'”»’)]")):
        if word in signs:
            return kind
    if (len(word) == 1 and word.isupper()) or (len(word) <= 2 and word.isdigit()):
        return "short"
    return "short" if word.lower() in ABBREVIATIONS else "small" if word[0].islower() else ""


def _ends(kinds: list[str], between: list[str], at: int) -> bool:
    """Tell whether a segment ends before a token; `between` stands before each."""
    two = kinds[at - 2] if at > 1 else ""
    stop = kinds[at - 1] == "stop" and two != "short"
    closed = kinds[at - 1] == "closer" and two == "stop" and not between[at - 1]
    soft = (stop or closed) and between[at] and kinds[at] != "small"
    hard = kinds[at - 1] == "hard" and kinds[at] != "closer"
    return bool(soft or hard or "\n" in between[at])


def _is_cased(word: str) -> bool:
    return len(word) > 1 and word[0].isalpha() and word.lower() != word.upper()


def slow_tokens(text: str) -> list[list[tuple[str, int, int]]]:
    """Return for each segment the types of its tokens and where they stand."""
    found = [(match[0], *match.span()) for match in _TOKEN.finditer(text)]
    tokens = [token for token in found if not token[0].isspace()]
    ends = [0, *(end for _, _, end in tokens)]
    between = [text[end:start] for end, (_, start, _) in zip(ends, tokens, strict=False)]
    kinds = [_kind(word) for word, _, _ in tokens]
    segments: list[list[tuple[str, int, int]]] = []
    for at, (word, start, end) in enumerate(tokens):
        if not at or _ends(kinds, between, at) or len(segments[-1]) == 160:
            segments.append([])
        pair = re.match(rf"[{_SIGN}]{{2}}", text[start : start + 2])
        segments[-1].append((pair[0] if pair else word, start, end))
    for segment in segments:
        cased = [word for word, _, _ in segment if _is_cased(word)]
        shouted = [word for word in cased if word.isupper()]
        if len(shouted) >= 4 and len(shouted) * 10 >= len(cased) * 7:
            calm = [(w.capitalize() if w in shouted else w, a, b) for w, a, b in segment]
            segment[:] = calm
    return segments
