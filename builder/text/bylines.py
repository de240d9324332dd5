"""Find authors who are named near the headline without a label.

A line that holds a person's name and nothing else is a byline only beside other evidence.
"""

from collections.abc import Sequence

from builder.text.cue_match import CueHit

__all__ = ["lone_names"]


def lone_names(
    text: str, hits: Sequence[CueHit], known: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return the spans of author names that no byline cue labels."""
    del text, hits, known
    return []
