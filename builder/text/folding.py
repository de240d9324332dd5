"""Write a text in the case and spelling that phrases are matched in.

It knows scripts, and refuses to know phrases.
"""

__all__ = ["CAPITALS", "SMALL", "UNSPACED", "fold"]

UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Scripts where a word need not end at a space: Thai, kana, ideographs, and Hangul (particles)."""

SMALL, CAPITALS = "a-zß-öø-ÿа-яё", "A-ZÀ-ÖØ-ÞА-ЯЁ"
"""Letters of the scripts where a capital shows that a word is glued to the one before."""

_SAME_LENGTH_FOLDS = (
    # Kinds of one character that writers mix; both sides are one code point, so offsets hold.
    *((mark, "'") for mark in "’‘ʼ`´＇"),
    *((space, " ") for space in "\u00a0\u2007\u2009\u202f\u3000\t"),
    ("…", "."),
    ("\u0130", "i"),  # İ: its lower case has two code points
    ("ё", "е"),
    *zip("άέήίόύώϊϋΐΰς", "αεηιουωιυιυσ", strict=True),  # capitals of Greek lose the accent
    *zip("أإآٱى", "ااااي", strict=True),
    *zip("ئیک", "ئيك", strict=True),
    *zip("：？！，（）．／＝", ":?!,()./=", strict=True),
)


def fold(text: str) -> str:
    """Return the text in the case and spelling that phrases are matched in.

    Every character keeps its place, so offsets into the result are offsets into the text.
    """
    folded = text.replace("\u0130", "i").lower()
    if folded.isascii():
        return folded.replace("`", "'").replace("\t", " ")
    for old, new in _SAME_LENGTH_FOLDS:
        folded = folded.replace(old, new)
    return folded.replace("ı", "i")
