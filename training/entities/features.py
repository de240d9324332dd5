"""Describe a word type by strings: forms, affixes, shape, inner pieces, gazetteer class.

The models are trained with these strings; the tagger knows them by their hashes only
(`builder/native/entity_features.c`), and a test keeps both equal. Changing a string here
invalidates the shipped weights.
"""

from __future__ import annotations

from collections.abc import Mapping

from builder.text.entities.cues import Cues
from builder.text.entities.features import GAZETTEER_CLASSES, key_of, normal_form, script_of
from builder.text.entities.skeleton import skeleton
from builder.text.entities.tokens import is_sign

MAX_PIECES = 6
MAX_ENDS = 5


def shape_of(token: str) -> str:
    """Collapse a token to its script letter and its pattern of X, x, 0 and signs, 12 at most."""
    pattern: list[str] = []
    for char in token[:24]:
        sign = "X" if char.isupper() else "x" if char.isalpha() else "0" if char.isdigit() else char
        if len(pattern) < 2 or pattern[-1] != sign or pattern[-2] != sign:
            pattern.append(sign)
    return (script_of(token[0]) + "".join(pattern))[:12]


class TypeFeatures:
    """Compute the strings of one type; `gazetteer` maps hashes of normal forms to classes."""

    def __init__(self, gazetteer: Mapping[int, int], cues: Cues) -> None:
        self._gazetteer = gazetteer
        self._cues = cues

    def gazetteer_class(self, token: str) -> int:
        """Return the class of a capitalised token, 0 when it is in no list."""
        return self._gazetteer.get(key_of(normal_form(token)), 0) if not token[0].islower() else 0

    def _cue(self, token: str, place: str) -> str:
        """Return the class of a cue word; the whole name of a country is none."""
        return "" if place == "country" else self._cues.find(token)

    def linear(self, token: str) -> dict[int, list[str]]:
        """Return the features of a type by the distance at which they are read (0, 1, 2, 3)."""
        form = normal_form(token)
        shape = shape_of(form)
        if is_sign(token):
            sign = [f"t={token[0]}", f"s={shape}"]
            near = [*sign, f"d={token}"]
            return {0: [*near, f"w={token[0]}"], 1: near, 2: sign, 3: sign[:1]}
        low, plain = form.lower(), skeleton(form)
        place = GAZETTEER_CLASSES[self.gazetteer_class(token)]
        cue = self._cue(token, place)
        far = [f"t={plain}", f"s={shape}", f"g={place}", f"c={cue}"]
        near = [*far, f"z3={plain[-3:]}", f"a3={plain[:3]}"]
        own = [*near, f"w={low}", f"a2={low[:2]}", f"a4={plain[:4]}", f"z2={low[-2:]}"]
        own += [f"z4={plain[-4:]}", f"gs={place}|{shape[:4]}", f"cs={cue}|{shape[:4]}"]
        own += [f"ws={low}|{shape[:4]}", f"n={min(len(low), 8)}"]
        own += [f"p={plain[i : i + 4]}" for i in range(1, min(len(plain) - 4, MAX_PIECES + 1))]
        return {0: own, 1: near, 2: far, 3: [f"t={plain}"]}

    def window(self, token: str) -> list[str]:
        """Return the pieces that the window network embeds; the first is the word itself."""
        form = normal_form(token[0] if is_sign(token) else token)
        low = form.lower()
        shape = shape_of(form)
        pieces = [
            f"w={low}",
            f"s={shape}",
            f"g={GAZETTEER_CLASSES[self.gazetteer_class(token)]}",
            f"n={min(len(low), 8)}",
        ]
        pieces += [f"a3={low[:3]}", f"z2={low[-2:]}", f"z3={low[-3:]}", f"z4={low[-4:]}"]
        around = f"^{low[:24]}$"
        begins = range(max(1, len(around) - 3))
        if len(begins) > 2 * MAX_ENDS:
            return pieces + [
                f"p={around[i : i + 4]}" for i in (*begins[:MAX_ENDS], *begins[-MAX_ENDS:])
            ]
        return pieces + [f"p={around[i : i + 4]}" for i in begins]
