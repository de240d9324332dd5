"""The entity tagger's models as they are defined: token by token, with no table and no kernel."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from builder.text.entities.cues import NAMES
from builder.text.entities.decode import TAGS
from builder.text.entities.features import key_of
from builder.text.entities.skeleton import skeleton
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
