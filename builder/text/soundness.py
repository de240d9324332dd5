"""Check many cleaned texts as their schema checks each, in a fraction of the time.

It knows which characters may not stand in a published text, or not beside each other, and refuses
to know more of them. What is wrong with a text that is not sound, the schema says.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from builder import native
from builder.text.joined import text_codes, text_groups
from builder.text.tables import character_table
from schema.article import CONTROL_CHARACTERS, WHITE_SPACE

__all__ = ["are_sound", "sound_table"]

_TABLE_END = 0x10000
"""No character from here on is white space or a control."""

_WHITE, _CONTROL = 1, 2

_check_texts = native.kernel(
    "check_texts",
    *(native.U32, native.I64, native.SIZE, native.U8, native.SIZE, native.U8),
)


def are_sound(texts: Sequence[str]) -> list[bool]:
    """Tell of each text whether it has only white space that may stand in it, and no controls.

    Returns:
        False where the schema would find `text_space` or `text_control`, and for an empty text.
    """
    found: list[bool] = []
    for group in text_groups(texts):
        codes, bounds = text_codes(texts[group])
        sound = np.empty(bounds.size - 1, np.uint8)
        _check_texts(codes, bounds, sound.size, sound_table(), _TABLE_END, sound)
        found += sound.view(np.bool_).tolist()
    return found


@character_table
def sound_table() -> npt.NDArray[np.uint8]:
    """Build what each character below `_TABLE_END` is."""
    plane = "".join(map(chr, range(_TABLE_END)))
    marks = np.zeros(_TABLE_END, dtype=np.uint8)
    for mark, members in ((_WHITE, WHITE_SPACE), (_CONTROL, CONTROL_CHARACTERS)):
        for found in re.finditer(f"[{members}]+", plane):
            marks[slice(*found.span())] = mark
    return marks
