"""Signatures: equal to a slow twin, independent of batches, and faithful estimates."""

import hashlib
import random
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.text import signature
from builder.text.signature import SignatureParams, estimate_jaccard, sign_text, sign_texts
from tests.strategies import texts

examples = settings(max_examples=60, deadline=None)

PARAMS = SignatureParams()
SMALL = SignatureParams(shingle=3, num_perm=8)
ANY_TEXT = st.text(st.characters(exclude_categories=[])) | texts(40)
MASK = (1 << 64) - 1


def slow_tokens(text: str) -> list[str]:
    """Cut a text into tokens, character by character."""
    tokens: list[str] = []
    last = "separator"
    for character in text.casefold():
        kind = slow_kind(character)
        if kind == "ignored":
            continue
        words = kind == last == "word"
        if words or (kind == "lone mark" and last in ("lone", "lone mark")):
            tokens[-1] += character
        elif kind != "separator":
            tokens.append(character)
        last = kind
    return tokens


def slow_kind(character: str) -> str:
    code, category = ord(character), unicodedata.category(character)
    if category == "Cf" or any(low <= code <= high for low, high in signature._SELECTORS):
        return "ignored"
    if category[0] not in "LMN":
        return "separator"
    spaceless = any(low <= code <= high for low, high in signature._SPACELESS)
    if not spaceless or category == "Nd":
        return "word"
    return "lone mark" if category[0] == "M" else "lone"


def slow_mix(value: int) -> int:
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
    return value ^ value >> 31


def slow_signature(text: str, params: SignatureParams) -> list[int]:
    """Sign a text with Python's integers, one shingle and permutation after the other."""
    hashes = [
        slow_mix(
            sum(slow_weight(ord(c)) * pow(0x9E3779B97F4A7C15, i, 1 << 64) for i, c in enumerate(t))
            & MASK
        )
        for t in slow_tokens(text)
    ]
    if not hashes:
        digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
        hashes = [int.from_bytes(digest, "little")]
    width = min(params.shingle, len(hashes))
    shingles = set()
    for first in range(len(hashes) - width + 1):
        total = sum(
            token * pow(0xC2B2AE3D27D4EB4F, step, 1 << 64)
            for step, token in enumerate(hashes[first : first + width])
        )
        shingles.add(slow_mix(total & MASK) >> 32 | 1)
    factors = signature._multipliers(params.num_perm).tolist()
    return [min(factor * x & 0xFFFFFFFF for x in shingles) for factor in factors]


def slow_weight(code: int) -> int:
    return slow_mix(code + 1)


def jaccard(left: str, right: str, width: int = 5) -> float:
    """Compute the similarity that signatures estimate, of texts in plain words."""
    one, other = (
        {tuple(words[i : i + width]) for i in range(len(words) - width + 1)}
        for words in (left.split(), right.split())
    )
    return len(one & other) / len(one | other)


@given(ANY_TEXT)
@examples
def test_signatures_equal_the_slow_twin(text: str) -> None:
    """The kernel computes what its description says."""
    assert sign_texts([text], SMALL)[0].tolist() == slow_signature(text, SMALL)


def test_case_is_folded_as_python_folds_it() -> None:
    """All characters that fold to others, one or several, also beyond the table."""
    cased = [chr(code) for code in range(0x110000) if chr(code).casefold() != chr(code)]
    for text in ("".join(cased), " ".join(cased)):
        assert sign_text(text, PARAMS) == sign_text(text.casefold(), PARAMS)


@given(st.lists(ANY_TEXT, max_size=8))
@examples
def test_batches_change_nothing(batch: list[str]) -> None:
    """A text has the same signature in any company."""
    together = sign_texts(batch, PARAMS)
    assert together.shape == (len(batch), 112)
    assert together.dtype == np.dtype("<u4")
    assert together.tobytes() == b"".join(sign_text(text, PARAMS) for text in batch)


def test_long_and_many_texts_cross_all_blocks() -> None:
    """Texts longer than a batch, and batches longer than a block, are signed as one."""
    draw = random.Random(1)
    words = [f"mot{number}" for number in range(3000)]
    long = " ".join(draw.choices(words, k=60_000))
    batch = ["", "x", long, "deux mots", long[:9000], "!", long[5:], long[: 1 << 17]]
    together = sign_texts(batch, SMALL)
    assert together.tobytes() == b"".join(sign_text(text, SMALL) for text in batch)
    assert together[4].tolist() == slow_signature(batch[4], SMALL)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Le Président a signé", "le président, a — SIGNÉ !"),
        ("L’accord de paix tient bon ici", "l'accord de  paix\ntient bon. Ici"),
        ("STRASSE und Weg im Dorf heute", "Straße und Weg im Dorf heute"),
        ("می‌خواهم بروم به خانه حالا", "میخواهم بروم به خانه حالا"),
        ("新华社北京11月7日电", "新华社 北京 11 月 7 日电"),
        ("เชียงใหม่วันนี้อากาศดี", "เชียงใหม่ วันนี้ อากาศ ดี"),
        ("I ❤\ufe0f the 葛\U000e0100城 of old", "I ❤ the 葛城 of old"),
        ("\u200fשלום לכולם (2025) היום בבוקר", "שלום לכולם 2025 היום בבוקר"),
    ],
)
def test_what_a_reader_overlooks_changes_nothing(left: str, right: str) -> None:
    """Case, white space, punctuation and invisible characters are no difference."""
    assert sign_text(left, PARAMS) == sign_text(right, PARAMS)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("a b c d e f", "f e d c b a"),
        ("un deux", "deux un"),
        ("", " "),
        ("👍", "👎"),
        ("!", "?"),
        ("一二三四", "一二三五"),
        ("𠀀", "𠀁"),
        ("", "é"),
    ],
)
def test_different_texts_differ(left: str, right: str) -> None:
    """Order counts, and texts without a shingle or without a word are told apart."""
    rows = sign_texts([left, right], PARAMS)
    assert estimate_jaccard(rows[0], rows[1]) < 0.3


def test_scripts_without_spaces_are_cut_into_letters() -> None:
    """One changed character of 60 costs a few shingles, not the whole sentence."""
    draw = random.Random(2)
    han = [chr(draw.randrange(0x4E00, 0x9000)) for _ in range(60)]
    edited = [*han[:30], "変", *han[31:]]
    rows = sign_texts(["".join(han), "".join(edited)], PARAMS)
    assert estimate_jaccard(rows[0], rows[1]) > 0.6


def test_words_are_not_cut_into_letters() -> None:
    """Languages with spaces share letters but not words."""
    rows = sign_texts(["".join("abcdefghij"), "".join("abcdefghik")], PARAMS)
    assert estimate_jaccard(rows[0], rows[1]) < 0.1


@pytest.mark.parametrize("kept", [0.95, 0.8, 0.6])
def test_estimates_are_unbiased_and_as_exact_as_independent_draws(kept: float) -> None:
    """Over 300 pairs the error has mean 0 and the spread of 112 fair draws."""
    draw = random.Random(3)
    pairs, truth = [], []
    for _ in range(300):
        words = [f"w{draw.getrandbits(30)}" for _ in range(150)]
        start = draw.randrange(20)
        cut = int(len(words) * kept)
        other = words[start : start + cut] + [f"w{draw.getrandbits(30)}" for _ in range(150 - cut)]
        pairs += [" ".join(words), " ".join(other)]
        truth.append(jaccard(pairs[-2], pairs[-1]))
    rows = sign_texts(pairs, PARAMS)
    errors = estimate_jaccard(rows[::2], rows[1::2]) - np.array(truth)
    spread = np.sqrt(np.mean([j * (1 - j) / 112 for j in truth]))
    assert abs(errors.mean()) < 4 * spread / np.sqrt(len(truth))
    assert 0.8 < errors.std() / spread < 1.2


def test_signatures_are_the_same_in_every_release() -> None:
    """Pinned: another value would move clusters of published data."""
    digest = hashlib.sha256(
        sign_text("Le Parlement a voté mardi la loi de finances. 新华社北京电", PARAMS)
    )
    assert digest.hexdigest()[:16] == "ddfba8fce63bd577"


@pytest.mark.parametrize("unit", ["a", " ", "字", "ก็", "\u0301", "\u200d", "a ", "é!", "😀", "𠮷"])
def test_hostile_lines_come_to_an_end(unit: str) -> None:
    """A megabyte of anything is signed."""
    text = unit * (1_000_000 // len(unit))
    assert len(sign_text(text, PARAMS)) == 4 * PARAMS.num_perm
