"""JSON Lines: strict records, exact offsets, bounded memory, breaks."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.readers.lines import Line, cut_lines
from schema.article import RawArticle
from schema.reject import Reject, RejectCode
from tests.unit.readers.reading import articles, codes, read_all, texts

C = RejectCode


def line(text: str, **fields: object) -> bytes:
    return json.dumps({"text": text, **fields}, ensure_ascii=False).encode()


def write(path: Path, *lines: bytes, end: bytes = b"\n") -> Path:
    path.write_bytes(end.join(lines))
    return path


def test_offset_and_hash_are_of_the_line_without_its_newline(tmp_path: Path) -> None:
    """A record can be found again by its offset, and checked by its hash."""
    first, second = line("Été à Paris."), line("Zwei.")
    path = write(tmp_path / "a.jsonl", first, second, b"", end=b"\r\n")
    read = articles(read_all(path))
    assert [article.origin.record for article in read] == [0, len(first) + 2]
    assert read[1].origin.sha256 == hashlib.sha256(second).hexdigest()
    assert {article.origin.path for article in read} == {"a.jsonl"}


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    """Empty lines and lines of white space are passed over, also at both ends."""
    path = write(
        tmp_path / "a.jsonl", b"", b" \t", line("One."), b"\r", b"", line("Two."), b"", b""
    )
    assert texts(read_all(path)) == ["One.", "Two."]
    assert codes(read_all(path)) == [None, None]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"{", C.BAD_RECORD),
        (b'{"text": "a"} trailing', C.BAD_RECORD),
        (b'"only a string"', C.BAD_RECORD),
        (b"[1, 2]", C.BAD_RECORD),
        (b"null", C.BAD_RECORD),
        (b'{"text": "a", "text": "b"}', C.BAD_RECORD),
        (b'{"text": "a", "x": {"k": 1, "k": 2}}', C.BAD_RECORD),
        (b'{"text": "a", "score": NaN}', C.BAD_RECORD),
        (b'{"text": "a", "score": -Infinity}', C.BAD_RECORD),
        (b'{"text": "half \\ud800 pair"}', C.BAD_RECORD),
        (b'{"text": "a", "\\uDC00": 1}', C.BAD_RECORD),
        (b'{"text": "a", "n": ' + b"9" * 5000 + b"}", C.BAD_RECORD),
        (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", C.BAD_RECORD),
        (b'{"text": "a\x00b"}', C.BAD_RECORD),
        (b"\x00\x00\x00\x00", C.BAD_RECORD),
        (b'{"text": "caf\xe9"}', C.UNKNOWN_ENCODING),
        (b'{"text": "\xed\xa0\x80"}', C.UNKNOWN_ENCODING),
        (b'{"text": 5}', C.WRONG_TYPE),
        (b'{"text": ["a", "b"]}', C.WRONG_TYPE),
        (b'{"text": true}', C.WRONG_TYPE),
        (b'{"text": "a", "title": 7}', C.WRONG_TYPE),
        (b'{"text": "a", "id": 1.5}', C.WRONG_TYPE),
        (b'{"text": "a", "id": false}', C.WRONG_TYPE),
        (b'{"text": "a", "date": 1762473600}', C.WRONG_TYPE),
        (b'{"text": "a", "authors": [{"surname": "X"}]}', C.WRONG_TYPE),
        (b'{"text": ""}', C.EMPTY_TEXT),
        (b'{"text": null}', C.EMPTY_TEXT),
        (b'{"text": " \\n\\u00a0"}', C.EMPTY_TEXT),
        (b'{"summary": "a"}', C.NO_TEXT_FIELD),
        (b"{}", C.NO_TEXT_FIELD),
    ],
)
def test_a_bad_line_is_one_reject_and_the_rest_is_read(
    tmp_path: Path, bad: bytes, code: RejectCode
) -> None:
    """Each kind of bad line has its code, and the lines around it are read."""
    path = write(tmp_path / "a.jsonl", line("Before."), bad, line("After."))
    outcomes = read_all(path)
    assert codes(outcomes) == [None, code, None]
    rejected = outcomes[1]
    assert isinstance(rejected, Reject)
    assert rejected.record == len(line("Before.")) + 1
    assert len(rejected.excerpt) <= 200
    assert rejected.excerpt.isprintable()
    rejected.model_dump_json()


def test_escaped_pairs_and_nul_are_text(tmp_path: Path) -> None:
    """Proper surrogate pairs are characters; controls are left for normalization."""
    path = write(tmp_path / "a.jsonl", b'{"text": "\\ud83d\\ude00 a\\u0000b"}')
    assert texts(read_all(path)) == ["\U0001f600 a\x00b"]


def test_a_byte_order_mark_is_no_part_of_the_first_record(tmp_path: Path) -> None:
    """UTF-8 with a mark is read, and offsets count the mark."""
    path = write(tmp_path / "a.jsonl", b"\xef\xbb\xbf" + line("One."), line("Two."))
    for slice_bytes in (1, 5, 2**30):
        read = articles(read_all(path, slice_bytes))
        assert [article.origin.record for article in read] == [3, 3 + len(line("One.")) + 1]


def test_utf_16_is_one_reject_however_it_is_sliced(tmp_path: Path) -> None:
    """JSON Lines are UTF-8; another mark rejects the file as a whole."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "One."}\n{"text": "Two."}\n', encoding="utf-16")
    for slice_bytes in (7, 2**30):
        assert codes(read_all(path, slice_bytes)) == [C.UNKNOWN_ENCODING]


def test_a_line_over_the_limit_is_a_reject_and_the_rest_is_read(tmp_path: Path) -> None:
    """Limits of bytes and of characters are inclusive."""
    lines = [line("a" * 50), line("b" * 51), line("é" * 50), line("c" * 500), line("End.")]
    path = write(tmp_path / "a.jsonl", *lines)
    outcomes = read_all(path, max_chars=50, max_record_bytes=200)
    assert codes(outcomes) == [None, C.TOO_LONG, None, C.TOO_LONG, None]
    exact = len(lines[0])
    assert codes(read_all(path, max_record_bytes=exact))[:2] == [None, C.TOO_LONG]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("parts", [1, 3])
def test_compressed_files_are_read_in_all_their_parts(
    tmp_path: Path, suffix: str, parts: int
) -> None:
    """Members and frames that stand one after the other are one stream."""
    lines = [line(f"Article {number}. " + "x" * 300) + b"\n" for number in range(30)]
    pack = gzip.compress if suffix == ".gz" else zstandard.ZstdCompressor().compress
    size = len(lines) // parts
    packed = b"".join(
        pack(b"".join(lines[start : start + size])) for start in range(0, len(lines), size)
    )
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(packed)
    read = articles(read_all(path, slice_bytes=100))
    assert len(read) == len(lines)
    assert read[3].origin.record == sum(map(len, lines[:3]))


def noise_lines(count: int) -> list[bytes]:
    """Lines that hardly compress, so that a cut falls where it is meant."""
    return [
        line(f"{number} " + hashlib.sha512(str(number).encode()).hexdigest() * 20) + b"\n"
        for number in range(count)
    ]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_truncated_stream_keeps_what_stands_before(tmp_path: Path, suffix: str) -> None:
    """The break is one reject with the offset of the record that breaks off."""
    lines = noise_lines(2000)
    pack = gzip.compress if suffix == ".gz" else zstandard.ZstdCompressor().compress
    packed = pack(b"".join(lines))
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(packed[: len(packed) // 2])
    *kept, last = read_all(path)
    assert 100 < len(kept) < 1900
    assert codes([*kept, last]) == [None] * len(kept) + [C.UNREADABLE_FILE]
    assert isinstance(last, Reject)
    assert last.record == sum(map(len, lines[: len(kept)]))


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_damage_ends_a_stream_with_one_reject(tmp_path: Path, suffix: str) -> None:
    """Damaged data, trailing rubbish and a file that is not compressed at all."""
    pack = gzip.compress if suffix == ".gz" else zstandard.ZstdCompressor().compress
    packed = pack(b"".join(noise_lines(50)))
    for number, broken in enumerate([packed + b"rubbish", b"not packed", b""]):
        path = tmp_path / f"{number}.jsonl{suffix}"
        path.write_bytes(broken)
        outcomes = read_all(path)
        assert len(texts(outcomes)) == (50 if number == 0 else 0)
        assert codes(outcomes)[-1] == C.UNREADABLE_FILE
        assert codes(outcomes).count(C.UNREADABLE_FILE) == 1


def test_padding_after_gzip_members_is_no_damage(tmp_path: Path) -> None:
    """Zero bytes after and between members are passed over, as gzip does."""
    path = tmp_path / "a.jsonl.gz"
    part = gzip.compress(line("One.") + b"\n")
    path.write_bytes(part + bytes(600) + part + bytes(5000))
    assert texts(read_all(path)) == ["One.", "One."]


def test_empty_files_hold_no_records(tmp_path: Path) -> None:
    """An empty file is no error, and neither is an empty compressed stream."""
    (tmp_path / "a.jsonl").write_bytes(b"")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b""))
    (tmp_path / "c.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(b""))
    assert read_all(tmp_path) == []


def test_unknown_fields_are_counted(tmp_path: Path) -> None:
    """Nothing is dropped in silence, and hostile names do not fill the memory."""
    path = write(tmp_path / "a.jsonl", line("A.", foo=1, bar=None), line("B.", foo=2, body="x"))
    unknown: Counter[str] = Counter()
    read_all(path, unknown=unknown)
    assert unknown == {"foo": 2, "bar": 1, "body": 1}
    many = [
        line("A.", **{f"name {number}": 1 for number in range(i, i + 100)}) for i in range(2000)
    ]
    unknown.clear()
    read_all(write(tmp_path / "a.jsonl", *many), unknown=unknown)
    assert len(unknown) == 1001
    assert sum(unknown.values()) == 200_000


record = st.builds(
    line, st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).map(lambda s: "x" + s)
)
junk = st.sampled_from([b"", b" ", b"\r", b"{", "é€😀".encode(), b"\xff"])


@settings(max_examples=150, deadline=None)
@given(
    lines=st.lists(record | junk, max_size=12),
    ends=st.lists(st.sampled_from([b"\n", b"\r\n", b"\n\n"]), min_size=12, max_size=12),
    edges=st.tuples(st.sampled_from([b"", b"\xef\xbb\xbf"]), st.sampled_from([b"", b"\r\n"])),
    slice_bytes=st.integers(1, 60),
)
def test_any_slicing_reads_the_same_records(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[bytes],
    ends: list[bytes],
    edges: tuple[bytes, bytes],
    slice_bytes: int,
) -> None:
    """Cuts inside characters, between the two bytes of a line end, in blank lines: all the same."""
    data = b"".join(text + end for text, end in zip(lines, ends, strict=False))
    data = data.rstrip(b"\r\n") + edges[1]
    path = tmp_path_factory.mktemp("sliced") / "a.jsonl"
    path.write_bytes(edges[0] + data)
    whole = read_all(path)
    assert read_all(path, slice_bytes) == whole
    assert len(whole) == sum(bool(text.strip(b" \t\r")) for text in data.split(b"\n"))


def slow_lines(data: bytes, offset: int, limit: int) -> list[Line]:
    """The obvious twin of `cut_lines`."""
    found = []
    for raw in data.splitlines(keepends=True) if b"\r" not in data else _split(data):
        body = raw.removesuffix(b"\n")
        if len(body) > limit:
            found.append(Line(offset, body[:200], offset + len(raw), too_long=True))
        else:
            body = body.removesuffix(b"\r") if raw.endswith(b"\n") else body
            found.append(Line(offset, body, offset + len(raw), too_long=False))
        offset += len(raw)
    return found


def _split(data: bytes) -> list[bytes]:
    *whole, rest = data.split(b"\n")
    return [*(part + b"\n" for part in whole), *([rest] if rest else [])]


@given(
    st.lists(st.sampled_from([b"", b"a", b"\n", b"\r\n", b"\r", b"bcd", b"e" * 300, "é".encode()])),
    st.integers(0, 10),
    st.sampled_from([0, 1, 3, 250, 1000]),
)
def test_lines_equal_those_of_the_obvious_way(chunks: list[bytes], offset: int, limit: int) -> None:
    """However the bytes arrive, lines and offsets are the same."""
    data = b"".join(chunks).replace(b"\x0b", b"").replace(b"\x0c", b"")
    assert list(cut_lines(chunks, offset, limit)) == slow_lines(data, offset, limit)


MEMORY_PROBE = """
import resource, sys
from pathlib import Path
from builder.input.params import InputParams
from builder.readers import list_files, plan_slices, read_slice

root = Path(sys.argv[1])
plan = plan_slices(list_files(root), int(sys.argv[2]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = [getattr(o, "code", o) and (getattr(o, "code", "ok")) for s in plan
         for o in read_slice(root, s, InputParams())]
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(*found, (after - before) // 1024)
"""


@pytest.mark.parametrize("packed", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_line_of_100_megabytes_is_not_held_in_memory(tmp_path: Path, packed: bool) -> None:
    """It is one reject, the record after it is read, and the process grows by its limits only."""
    path = tmp_path / ("a.jsonl.gz" if packed else "a.jsonl")
    with gzip.open(path, "wb", compresslevel=1) if packed else path.open("wb") as file:
        file.write(b'{"text": "')
        for _ in range(100):
            file.write(b"a" * 2**20)
        file.write(b'"}\n' + line("After.") + b"\n")
    for slice_bytes in ("1000000000", "10000000"):
        command = [sys.executable, "-c", MEMORY_PROBE, str(path), slice_bytes]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        *found, megabytes = run.stdout.split()
        assert found == ["TOO_LONG", "ok"]
        assert int(megabytes) < 40


def test_what_is_read_twice_is_the_same(tmp_path: Path) -> None:
    """Reading has no state and no clock."""
    path = write(tmp_path / "a.jsonl", line("One.", url="https://example.org/1"), b"{")
    assert read_all(path) == read_all(path)
    assert isinstance(read_all(path)[0], RawArticle)
