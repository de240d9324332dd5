"""Every reader keeps the same promises: the same articles, one outcome a record, any slicing."""

from __future__ import annotations

import gzip
import html
import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from builder.input.params import InputParams
from builder.readers import READERS, list_files, plan_slices, read_slice
from builder.text.normalize import normalize
from schema.article import RawArticle
from schema.reject import Reject, RejectCode

#: Five articles: scripts, directions, emoji, combining marks, line ends, quotes.
TEXTS = [
    "Un été à Saint-Étienne.\nDeuxième paragraphe : « Oui », dit-elle.",
    "北京今天下了第一场雪。\n\n学校照常上课。",
    'قال الوزير إن الميزانية ستُعرض غداً (2025).\nوأضاف: "نعم".',
    "Zażółć gęślą jaźń — 😀 👩‍💻 e\u0301.",
    "One line, \\ backslash, \ttab and 'quotes'.",
]


def write_text(folder: Path) -> None:
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.txt").write_bytes(text.encode())


def jsonl() -> bytes:
    return b"".join(json.dumps({"text": text}).encode() + b"\n" for text in TEXTS)


def write_jsonl(folder: Path) -> None:
    (folder / "a.jsonl").write_bytes(jsonl())


def write_gz(folder: Path) -> None:
    (folder / "a.ndjson.gz").write_bytes(gzip.compress(jsonl()))


def write_zst(folder: Path) -> None:
    (folder / "a.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(jsonl()))


def write_parquet(folder: Path) -> None:
    pq.write_table(pa.table({"text": TEXTS}), folder / "a.parquet", row_group_size=2)


def as_html(text: str) -> str:
    """A page whose one paragraph is the text; line breaks are what HTML makes of them."""
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line)
    return f"<html><head><meta charset=utf-8></head><body><article>{lines}</article></body></html>"


def write_html(folder: Path) -> None:
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.html").write_bytes(as_html(text).encode())


def warc_records() -> list[bytes]:
    records = []
    for number, text in enumerate(TEXTS):
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + as_html(text).encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/{number}\r\n"
            f"Content-Length: {len(block)}\r\n\r\n"
        )
        records.append(head.encode() + block + b"\r\n\r\n")
    return records


def write_warc(folder: Path) -> None:
    (folder / "a.warc").write_bytes(b"".join(warc_records()))


def write_warc_gz(folder: Path) -> None:
    (folder / "a.warc.gz").write_bytes(b"".join(map(gzip.compress, warc_records())))


WRITERS: dict[str, list[Callable[[Path], None]]] = {
    "html": [write_html],
    "jsonl": [write_jsonl, write_gz, write_zst],
    "parquet": [write_parquet],
    "text": [write_text],
    "warc": [write_warc, write_warc_gz],
}


def marks(name: str) -> list[pytest.MarkDecorator]:
    """Readers that need an extra run where it is installed, among the slow tests."""
    modules = READERS[name].modules
    missing = not all(find_spec(module) for module in modules)
    skip = pytest.mark.skipif(missing, reason=f"needs {', '.join(modules)}")
    return [skip, pytest.mark.slow] if modules else []


CASES = [
    pytest.param(name, writer, marks=marks(name), id=f"{name}-{writer.__name__}")
    for name in READERS
    for writer in WRITERS[name]
]
ALL_READERS = [pytest.param(name, marks=marks(name)) for name in READERS]
PLAIN = [writer for name in READERS if not READERS[name].modules for writer in WRITERS[name]]


def read(folder: Path, slice_bytes: int) -> list[RawArticle | Reject]:
    slices = plan_slices(list_files(folder), slice_bytes)
    return [found for slice_ in slices for found in read_slice(folder, slice_, InputParams())]


@pytest.mark.parametrize(("name", "write"), CASES)
def test_the_same_articles_come_out_of_every_format(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    """Texts are equal to the letter, in the order of the input, with their origin.

    HTML has no blank lines and no tabs, so there white space is compared as one space.
    """
    write(tmp_path)
    outcomes = read(tmp_path, 2**40)
    texts = [found.text for found in outcomes if isinstance(found, RawArticle)]
    if READERS[name].modules:
        expected = [normalize(" ".join(text.split())) for text in TEXTS]
        assert [normalize(" ".join(text.split())) for text in texts] == expected
    else:
        assert texts == TEXTS
    assert len(outcomes) == len(TEXTS)
    places = [(found.origin.path, found.origin.record) for found in outcomes]  # type: ignore[union-attr]  # articles, as above
    assert len(set(places)) == len(TEXTS)
    assert {file.format for file in list_files(tmp_path).files} == {name}


@pytest.mark.parametrize("slice_bytes", [1, 2, 3, 10, 50, 64, 100, 1000])
@pytest.mark.parametrize(("name", "write"), CASES)
def test_slices_of_any_size_give_the_same_records(
    tmp_path: Path, name: str, write: Callable[[Path], None], slice_bytes: int
) -> None:
    """The cuts change neither the records nor their order."""
    write(tmp_path)
    assert read(tmp_path, slice_bytes) == read(tmp_path, 2**40)


@pytest.mark.parametrize(("name", "write"), CASES)
def test_a_damaged_file_never_raises(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    """Cut anywhere or with a byte changed anywhere, a file gives articles and rejects."""
    write(tmp_path)
    path = min(tmp_path.iterdir())
    data = path.read_bytes()
    step = max(1, len(data) // (6 if READERS[name].modules else 40))
    for position in range(0, len(data), step):
        path.write_bytes(data[:position])
        read(tmp_path, 100)
        path.write_bytes(data[:position] + b"\xff" + data[position + 1 :])
        read(tmp_path, 100)


@pytest.mark.parametrize("name", ALL_READERS)
def test_rubbish_under_any_name_is_rejected(tmp_path: Path, name: str) -> None:
    """Bytes that are in no format make rejects, and at least one."""
    for suffix in READERS[name].suffixes:
        (tmp_path / f"a{suffix}").write_bytes(bytes(range(256)) * 40)
    outcomes = read(tmp_path, 2**40)
    assert len(outcomes) >= len(READERS[name].suffixes)
    assert all(isinstance(found, Reject) for found in outcomes)


@pytest.mark.parametrize("name", ALL_READERS)
def test_a_file_that_is_gone_is_one_reject(tmp_path: Path, name: str) -> None:
    """Each file that was planned is accounted for."""
    path = tmp_path / f"a{READERS[name].suffixes[0]}"
    path.write_bytes(b"{}")
    (slice_,) = plan_slices(list_files(tmp_path), 1000)
    path.unlink()
    (found,) = read_slice(tmp_path, slice_, InputParams())
    assert isinstance(found, Reject)
    assert found.code is RejectCode.UNREADABLE_FILE


def test_a_mixed_folder_is_read_whole(tmp_path: Path) -> None:
    """The format is decided per file."""
    for writer in PLAIN:
        writer(tmp_path)
    outcomes = read(tmp_path, 300)
    assert len(outcomes) == len(TEXTS) * len(PLAIN)
    assert all(isinstance(found, RawArticle) for found in outcomes)
