"""Name the language of passages with py3langid's model: many at once, with the package's answers.

The model is an automaton over bytes that finds the features of a text, and the weight of each
feature for each language. Nearly every step of the automaton waits for memory; passages that
step together wait together. It knows bytes and labels, and no tag policy but the canonical one.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.language_codes import FAMILY, SECOND_LOOK, canonical_tag
from schema.hints import LanguageGuess

__all__ = ["Py3LangId", "load_py3langid", "py3langid_files", "unpack_py3langid"]

SURE = 0.9
"""Probability from which on an answer is not given the sum of its kin."""

_DIALECTS = frozenset({"arz", "ary", "grc", "hbo", "wuu", "yue"})

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

_count_features = native.kernel(
    "count_features",
    *(native.U8, native.I64, native.SIZE, native.U32, native.I32, native.I32),
    *(native.I64, native.I64, native.F32, native.I64),
)


def unpack_py3langid() -> dict[str, npt.NDArray[Any]]:
    """Unpack the model that py3langid ships into arrays: about a second, 90 MB.

    Raises:
        ImportError: py3langid is not installed.
    """
    from py3langid import langid  # noqa: PLC0415  the model is needed only here

    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    # A dialect would only take its share of the probability from the language it is published as.
    model.set_languages([tag for tag in model.labels if tag not in _DIALECTS])
    return {
        # In this layout the answers are the same and come in less than half the time.
        "weights": np.ascontiguousarray(model.nb_ptc, dtype=np.float32),
        "priors": model.nb_pc,
        "labels": np.array(model.nb_classes),
        "moves": np.array(model.tk_nextmove, dtype=np.uint32),
        "rows": np.array(model.tk_row, dtype=np.int32) << 8,
        "features": np.array(model.tk_output, dtype=np.int32),
    }


def py3langid_files() -> list[Path]:
    """Return the files that `unpack_py3langid` depends on."""
    from py3langid import langid  # noqa: PLC0415  as above

    code = langid.MODEL_DIR.glob("*.py")
    return [langid.MODEL_DIR / langid.MODEL_FILE, *sorted(code), Path(__file__)]


def load_py3langid(arrays: Mapping[str, npt.NDArray[Any]] | None = None) -> "Py3LangId":
    """Load the model that py3langid ships: once per worker.

    Args:
        arrays: what `unpack_py3langid` returned; it is asked if there is none.

    Raises:
        ImportError: py3langid is not installed.
    """
    return Py3LangId(arrays or unpack_py3langid(), version("py3langid"))


class Py3LangId:
    """The default identifier: py3langid's bundled model, 140 languages."""

    name = "py3langid"

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], version: str) -> None:
        """Take what `unpack_py3langid` returned.

        `moves` has the next state at the row of a state plus a byte; `features` has the feature
        that a state completes, or -1; a row of `weights` belongs to a feature.
        """
        self.version = version
        self._moves, self._rows, self._features = (
            arrays[name] for name in ("moves", "rows", "features")
        )
        self._weights, self._priors = arrays["weights"], arrays["priors"]
        self._labels: list[str] = arrays["labels"].tolist()
        first = {label: at for at, label in reversed(list(enumerate(self._labels)))}
        # Columns of one label: the second one's chance is the first one's, too.
        pairs = [(first[label], at) for at, label in enumerate(self._labels)]
        self._twins = [(one, other) for one, other in pairs if one != other]

    def identify(self, text: str) -> LanguageGuess:
        """Return the model's best language, in canonical form, with its probability."""
        return self.identify_all([text])[0]

    def identify_all(self, texts: Sequence[str]) -> list[LanguageGuess]:
        """Return what `identify` returns for each text, in less time.

        Close kin (hr, sr, bs) share the probability of a text that they would write alike: an
        unsure answer gets the sum of its kin.
        """
        encoded = [_encode(text) for text in texts]
        return [
            self._guess(self._chances(*found, len(text)))
            for text, found in zip(encoded, self._find_features(encoded), strict=True)
        ]

    def _guess(self, chances: Floats) -> LanguageGuess:
        best = int(chances.argmax())
        tag, score = self._labels[best], float(chances[best])
        if score < SURE and tag in SECOND_LOOK:
            shares = zip(self._labels, chances.tolist(), strict=True)
            kin = (share for label, share in shares if FAMILY.get(label) == FAMILY[tag])
            score = sum(sorted(kin, reverse=True))
        return LanguageGuess(tag=canonical_tag(tag), score=round(min(1.0, score), 3))

    def _chances(self, rows: Places, counts: Floats, size: int) -> Floats:
        """Return the chance of each label for a text of so many bytes with these features."""
        scores: Floats = np.zeros(len(self._labels), dtype=np.float32)
        if rows.size:
            scores = np.log1p(counts) @ self._weights[rows] + self._priors
        scores *= 1.0 / sqrt(size or 1)
        np.exp(scores - scores.max(), out=scores)
        scores /= scores.sum()
        for one, other in self._twins:
            scores[one] += scores[other]
            scores[other] = 0.0
        return scores

    def _find_features(self, texts: Sequence[bytes]) -> Iterator[tuple[Places, Floats]]:
        """Yield the features of each text, in the order of their first places, and how often."""
        bounds = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum([len(text) for text in texts], out=bounds[1:])
        codes = np.frombuffer(b"".join(texts), dtype=np.uint8)
        found, counts = np.empty(codes.size, np.int64), np.empty(codes.size, np.float32)
        sizes = np.empty(len(texts), np.int64)
        seen = np.full(len(self._weights), -1, dtype=np.int64)
        model = self._moves, self._rows, self._features
        _count_features(codes, bounds, len(texts), *model, seen, found, counts, sizes)
        for first, size in zip(bounds.tolist(), sizes.tolist(), strict=False):
            yield found[first : first + size], counts[first : first + size]


def _encode(text: str) -> bytes:
    """Return the bytes that the model was trained on."""
    text = text.lower() if text.isupper() else text
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")
