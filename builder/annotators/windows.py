"""Cut long texts into windows for models of limited length, and bring offsets back.

`WindowedTagger` is all that a model needs besides a function that tags one short text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from builder.text.entities import TaggedSpan

_CUTS = ("\n", ". ", "。", " ")
"""Where to cut, the best first."""


def windows(text: str, max_chars: int) -> Iterator[tuple[int, int]]:
    """Yield half-open ranges that cover the text, cut at a line, else a sentence, else a word."""
    start = 0
    while start < len(text):
        end = start + max_chars
        if end < len(text):
            half = start + max_chars // 2
            places = (
                text.rfind(cut, half, end) + len(cut) for cut in _CUTS if cut in text[half:end]
            )
            end = next(places, end)
        yield start, min(end, len(text))
        start = end


def tag_windows(
    text: str, max_chars: int, tag: Callable[[str], list[TaggedSpan]]
) -> list[TaggedSpan]:
    """Tag each window by itself and shift its spans to the text's offsets."""
    return [
        span._replace(start=span.start + start, end=span.end + start)
        for start, end in windows(text, max_chars)
        for span in tag(text[start:end])
    ]


class WindowedTagger:
    """Tag with a model that does not say which languages it knows: claims all but `und`."""

    version = "0"

    def __init__(
        self,
        name: str,
        labels: Iterable[str],
        max_chars: int,
        tag: Callable[[str], list[TaggedSpan]],
    ) -> None:
        self.name = name
        self.labels = frozenset(labels)
        self._max_chars, self._tag = max_chars, tag

    def supports(self, language: str) -> bool:
        """Claim every language but `und`."""
        return language not in {"", "und"}

    def annotate(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[TaggedSpan]]:
        """Tag each text by itself, window by window: batches and padding change results."""
        return [
            tag_windows(text, self._max_chars, self._tag) if self.supports(language) else []
            for text, language in zip(texts, languages, strict=True)
        ]
