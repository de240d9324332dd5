"""Name the language of passages with py3langid's model: many at once, with the package's answers.

The model is an automaton over bytes that finds the features of a text, and the weight of each
feature for each language. Nearly every step of the automaton waits for memory; passages that
step together wait together. It knows bytes and labels, and no tag policy but the canonical one.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from importlib.metadata import version
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

Floats = npt.NDArray[np.float64]

_score_labels = native.kernel(
    "score_labels",
    *(native.U8, native.I64, native.SIZE, native.U32, native.I32, native.I32),
    *(native.F32, native.F32, native.SIZE, native.F64),
    *(native.I64, native.I64, native.I64, native.I64, native.F64),
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
        # As `score_labels` reads it: the weights of a feature stand together.
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
        chances = self._chances(list(map(_encode, texts)))
        best = chances.argmax(axis=1)
        scores = chances[np.arange(len(texts)), best]
        return list(map(self._guess, chances, best.tolist(), scores.tolist()))

    def _guess(self, chances: Floats, best: int, score: float) -> LanguageGuess:
        tag = self._labels[best]
        if score < SURE and tag in SECOND_LOOK:
            shares = zip(self._labels, chances.tolist(), strict=True)
            kin = (share for label, share in shares if FAMILY.get(label) == FAMILY[tag])
            score = sum(sorted(kin, reverse=True))
        return LanguageGuess(tag=canonical_tag(tag), score=round(min(1.0, score), 3))

    def _chances(self, texts: Sequence[bytes]) -> Floats:
        """Return a row for each text: the chance of each label."""
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        bounds = np.concatenate(([0], np.cumsum(sizes)))
        codes = np.frombuffer(b"".join(texts), dtype=np.uint8)
        logs = np.log1p(np.arange(sizes.max(initial=0) + 1, dtype=np.float64))
        scores = np.empty((len(texts), len(self._labels)))
        seen = np.full(len(self._weights), -1, dtype=np.int64)
        found, times, numbers = (
            np.empty(size, np.int64) for size in (codes.size,) * 2 + sizes.shape
        )
        _score_labels(
            *(codes, bounds, len(texts), self._moves, self._rows, self._features),
            *(self._weights, self._priors, len(self._labels), logs),
            *(seen, found, times, numbers, scores),
        )
        scores /= np.sqrt(np.maximum(sizes, 1))[:, np.newaxis]
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        for one, other in self._twins:
            scores[:, one] += scores[:, other]
            scores[:, other] = 0.0
        return scores


def _encode(text: str) -> bytes:
    """Return the bytes that the model was trained on."""
    text = text.lower() if text.isupper() else text
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")
