"""Text files and the encodings of whole files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.readers.encoding import Undecodable, decode_bytes
from schema.reject import Reject, RejectCode
from tests.unit.readers.reading import articles, codes, read_all, texts

C = RejectCode

#: Own sentences, long enough to be recognised, in the encodings of their time.
LEGACY = {
    "cp1252": "La députée a présenté hier à l'Assemblée une proposition de loi très attendue. Les "
    "élèves des écoles françaises, où l'été a été difficile, n'ont guère été consultés.",
    "cp1252 es": "El año pasado, la señora Muñoz preguntó: «¿Qué pasará mañana con los niños de "
    "España?» La respuesta del portavoz llegó también por teléfono, según explicó la compañía.",
    "cp1252 pt": "A população de São Paulo não recebeu informações sobre a situação da água. As "
    "autoridades já estão à procura de soluções e três comissões serão criadas amanhã.",
    "cp1252 de": "Die Bürger müssen über größere Maßnahmen früh genug unterrichtet werden, sagte "
    "der Oberbürgermeister. Für Schüler ändert sich zunächst nichts, heißt es aus dem Büro.",
    "cp1250": "Wczoraj późnym wieczorem posłowie przegłosowali ustawę, która ma ułatwić życie "
    "mieszkańców. Według rządu zmiany będą obowiązywać już od przyszłego miesiąca.",
    "cp1250 cs": "Vláda včera schválila návrh, který má ulehčit život rodinám s dětmi. Podle "
    "ministryně začnou změny platit už příští měsíc, řekla při tiskové konferenci v Brně.",
    "cp1251": "Правительство вчера обсудило проект бюджета на следующий год. По словам министра, "
    "расходы на образование вырастут, а налоги для небольших предприятий снизятся.",
    "koi8_r": "Правительство вчера обсудило проект бюджета на следующий год. По словам министра, "
    "расходы на образование вырастут, а налоги для небольших предприятий снизятся.",
    "cp1253": "Η κυβέρνηση συζήτησε χθες το σχέδιο του προϋπολογισμού για το επόμενο έτος. Σύμφωνα "
    "με τον υπουργό, οι δαπάνες για την παιδεία θα αυξηθούν σημαντικά.",
    "cp1254": "Hükümet dün gelecek yılın bütçe taslağını görüştü. Bakanın açıklamasına göre "
    "eğitime ayrılan pay artacak, küçük işletmelerin vergileri ise düşürülecek. Işıklar söndü.",
    "cp932": "政府は昨日、来年度の予算案について話し合いました。大臣によると、教育への支出は増え、"
    "小さな会社の税金は下がる見込みです。議会は来週から審議を始めます。",
    "gb18030": "政府昨天讨论了明年的预算草案。部长表示，教育方面的支出将会增加，"
    "小型企业的税收将会下降。议会将从下周开始审议这项提案，预计月底以前表决。",
    "big5": "政府昨天討論了明年的預算草案。部長表示，教育方面的支出將會增加，"
    "小型企業的稅收將會下降。議會將從下週開始審議這項提案，預計月底以前表決。",
    "cp949": "정부는 어제 내년도 예산안을 논의했다. 장관에 따르면 교육에 대한 지출은 늘어나고 "
    "작은 회사의 세금은 줄어들 것으로 보인다. 국회는 다음 주부터 심의를 시작한다.",
    "iso8859_6": "ناقشت الحكومة أمس مشروع موازنة العام المقبل، وقال الوزير إن الإنفاق على "
    "التعليم سيرتفع بينما ستنخفض الضرائب على الشركات الصغيرة، وسيبدأ البرلمان النقاش قريبا.",
    "iso2022_jp": "政府は昨日、来年度の予算案について話し合いました。",
}


@pytest.mark.parametrize("name", LEGACY)
def test_encodings_of_their_time_are_recognised(name: str) -> None:
    """A file that is not UTF-8 is read to the letter in the encoding that it has."""
    text = LEGACY[name]
    assert decode_bytes(text.encode(name.partition(" ")[0])) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-8"])
def test_marks_decide_and_are_no_text(encoding: str) -> None:
    """A byte order mark says what follows, and is not part of it."""
    text = "Été, 北京, 😀\n"
    assert decode_bytes(text.encode(encoding)) == text


def test_big_endian_marks() -> None:
    """The other byte order works as well."""
    assert decode_bytes(b"\xfe\xff" + "Été".encode("utf-16-be")) == "Été"
    assert decode_bytes(b"\x00\x00\xfe\xff" + "Été".encode("utf-32-be")) == "Été"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7\nplain words", C.BINARY_FILE),
        (b"PK\x03\x04" + b"words " * 50, C.BINARY_FILE),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), C.BINARY_FILE),
        (bytes(1000), C.BINARY_FILE),
        (bytes(range(256)) * 20, C.BINARY_FILE),
        ("No mark.".encode("utf-16-le"), C.BINARY_FILE),
        ("Déjà vu à Orléans. ".encode() * 20 + b"\xe9\x20", C.UNKNOWN_ENCODING),
        ("Déjà vu à Orléans.".encode()[:-1] + "é".encode()[:1], C.UNKNOWN_ENCODING),
        (b"\xff\xfe" + b"odd", C.UNKNOWN_ENCODING),
        (b"\xef\xbb\xbfcaf\xe9", C.UNKNOWN_ENCODING),
    ],
)
def test_what_is_no_text_is_a_reject(tmp_path: Path, data: bytes, code: RejectCode) -> None:
    """Binary files, and damaged text: a byte that cannot be read is never replaced."""
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    outcomes = read_all(path)
    assert codes(outcomes) == [code]
    assert isinstance(outcomes[0], Reject)
    assert outcomes[0].excerpt.isprintable()


def test_stray_nul_characters_are_text() -> None:
    """Normalization removes them; they make no binary file."""
    assert decode_bytes(b"An article\x00 with a few\x00 of them, here and there.") == (
        "An article\x00 with a few\x00 of them, here and there."
    )


def test_named_encodings_are_tried_in_order_and_strictly() -> None:
    """The configuration's word stands before recognition, and after UTF-8."""
    russian = LEGACY["cp1251"]
    assert decode_bytes(russian.encode("cp866"), ["ascii", "cp866"]) == russian
    assert decode_bytes("Été".encode(), ["cp866"]) == "Été"
    assert decode_bytes("No mark.".encode("utf-16-le"), ["utf-16-le"]) == "No mark."
    failed = decode_bytes(b"caf\xe9", ["ascii"])
    assert isinstance(failed, Undecodable)
    assert "ascii" in failed.message


@given(st.binary(max_size=300), st.sampled_from([(), ("cp1252",), ("utf-7", "utf-16")]))
def test_any_bytes_are_text_or_a_reason(data: bytes, encodings: tuple[str, ...]) -> None:
    """Decoding never raises, and all text that it gives can be written as UTF-8."""
    found = decode_bytes(data, encodings)
    if isinstance(found, str):
        found.encode("utf-8")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_utf_8_comes_back_to_the_letter(text: str) -> None:
    """What is valid UTF-8 is never taken for anything else."""
    found = decode_bytes(b"Text: " + text.encode())
    assert found == "Text: " + text


def test_a_text_file_is_one_article_with_the_hash_of_the_file(tmp_path: Path) -> None:
    """White space and line ends are left for normalization."""
    data = b"\xef\xbb\xbf Title\r\n\r\nBody.\n"
    (tmp_path / "a.txt").write_bytes(data)
    (read,) = articles(read_all(tmp_path))
    assert read.text == " Title\r\n\r\nBody.\n"
    assert read.origin.record == 0
    assert read.origin.sha256 == hashlib.sha256(data).hexdigest()


def test_empty_and_overlong_files_are_rejects(tmp_path: Path) -> None:
    """Nothing, white space, too many bytes, too many characters."""
    for name, data in {"a": b"", "b": b" \n\t", "c": b"x" * 101, "d": b"x" * 51}.items():
        (tmp_path / f"{name}.txt").write_bytes(data)
    (tmp_path / "e.txt").write_bytes(b"x" * 50)
    outcomes = read_all(tmp_path, max_chars=50, max_record_bytes=100)
    assert codes(outcomes) == [C.EMPTY_TEXT, C.EMPTY_TEXT, C.TOO_LONG, C.TOO_LONG, None]
    assert texts(outcomes) == ["x" * 50]
