"""Identify languages with lingua: 75 languages, precise on short texts, slow to load."""

from importlib.metadata import version
from typing import Any

from lingua import LanguageDetectorBuilder

from builder.text.language_codes import UNDETERMINED, canonical_tag
from schema.hints import LanguageGuess


class LinguaIdentifier:
    """lingua's detector over all its languages."""

    name = "lingua"

    def __init__(self, detector: Any, release: str) -> None:
        self._detector = detector
        self.version = release

    def identify(self, text: str) -> LanguageGuess:
        """Return the best language with lingua's confidence."""
        found = self._detector.compute_language_confidence_values(text)
        if not found or found[0].value <= 0.0:
            return LanguageGuess(tag=UNDETERMINED, score=0.0)
        tag = canonical_tag(found[0].language.iso_code_639_1.name)
        return LanguageGuess(tag=tag, score=round(min(1.0, float(found[0].value)), 3))


def load(rest: str) -> LinguaIdentifier:  # noqa: ARG001  adapters share a form
    """Build the detector; models are read when a script first needs them."""
    builder = LanguageDetectorBuilder.from_all_languages()
    return LinguaIdentifier(builder.build(), version("lingua-language-detector"))
