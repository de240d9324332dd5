"""`validate_table`: columns, hostile tables, and rules between rows."""

import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from schema import validate
from schema.arrow import arrow_schema, audit_schema, model_schema
from schema.article import Article, AuditRow
from schema.fields import declared_fields
from schema.findings import FindingCode
from schema.validate import validate_table
from tests.unit.schema.row_cases import ARTICLE, AUDIT


def article(number=0, **changes):
    article_id = f"{number:032x}"
    return {**ARTICLE, "id": article_id, "cluster_id": article_id, "cluster_size": 1, **changes}


def table_of(*rows):
    return pa.Table.from_pylist(list(rows), schema=arrow_schema())


def codes(findings):
    return [finding.code.value for finding in findings]


@pytest.fixture
def table():
    return table_of(*[article(number) for number in range(20)])


def test_a_good_table_has_no_findings_in_whatever_form_it_comes(table, tmp_path):
    pq.write_table(table, tmp_path / "shard.parquet", row_group_size=3)
    forms = [
        table,
        table.combine_chunks().to_batches()[0],
        table.to_batches(max_chunksize=3),
        table.to_reader(max_chunksize=7),
        pa.dataset.dataset(tmp_path / "shard.parquet"),
        pq.read_table(tmp_path / "shard.parquet"),
        pa.concat_tables([table.slice(5), table.slice(0, 5)]),
        table_of(),
    ]
    assert [validate_table(form) for form in forms] == [[]] * len(forms)


def test_a_good_audit_has_no_findings():
    table = pa.Table.from_pylist([AUDIT, {**AUDIT, "id": "0" * 32}], schema=audit_schema())
    assert validate_table(table, AuditRow) == []


def test_rows_are_numbered_over_all_pieces(table, monkeypatch):
    monkeypatch.setattr(validate, "PIECE_BYTES", 2000)
    rows = [article(number) for number in range(20)]
    rows[13]["text"] = "  "
    rows[13]["entities"] = []
    findings = validate_table(table_of(*rows))
    assert [(f.code.value, f.row, f.column) for f in findings] == [("TEXT_SPACE", 13, "text")]


def test_missing_extra_repeated_mistyped_and_disordered_columns_are_all_named(table):
    broken = table.drop_columns(["title"]).append_column("split", pa.array(["train"] * 20))
    broken = broken.append_column("language", table["language"])
    at = broken.schema.get_field_index("cluster_size")
    broken = broken.set_column(at, "cluster_size", pa.array(["x"] * 20))
    found = {(f.column, f.message.split(";")[0]) for f in validate_table(broken)}
    assert found == {
        ("title", "the column is missing"),
        ("split", "the schema has no such column"),
        ("language", "the column occurs more than once"),
        ("cluster_size", "the type is string"),
    }
    swapped = table.select(table.column_names[::-1])
    assert [f.message.split(";")[0] for f in validate_table(swapped)] == [
        "columns stand in another order"
    ]


def test_rows_are_checked_even_if_columns_have_other_widths(table):
    rows = table.to_pylist()
    rows[2]["language"] = "français"
    wide = table_of(*rows)
    at = wide.schema.get_field_index("text")
    wide = wide.set_column(at, "text", wide["text"].cast(pa.large_string()))
    assert codes(validate_table(wide)) == ["SCHEMA_MISMATCH", "ROW_VALUE"]


def test_a_type_inside_a_list_is_a_mismatch(table):
    at = table.schema.get_field_index("flags")
    numbers = pa.array([[1]] * 20, pa.list_(pa.int64()))
    broken = table.set_column(at, "flags", numbers)
    findings = validate_table(broken)
    assert findings[0] == (
        FindingCode.SCHEMA_MISMATCH,
        "the type is list<item: int64>; it is declared list<item: string>",
        "",
        None,
        "flags",
    )


@pytest.mark.parametrize(
    "hostile",
    [
        pa.table({}),
        pa.table({"id": pa.nulls(3)}),
        pa.table([[1], [2]], names=["id", "id"]),
        [],
        pa.table({field.name: pa.nulls(2) for field in arrow_schema()}),
        pa.table({field.name: pa.array([{"a": 1}]) for field in arrow_schema()}),
        pa.table(
            {"id": pa.array([b"\xff"]), "cluster_id": pa.array(["\0"]), "cluster_size": [1.5]}
        ),
    ],
    ids=["no columns", "one null column", "twins", "nothing", "all null", "all structs", "bytes"],
)
def test_a_table_of_anything_gives_findings_and_never_raises(hostile):
    assert validate_table(hostile)


def test_broken_utf8_is_named_by_row_and_column(table):
    text = table["text"].combine_chunks().cast(pa.binary()).to_pylist()
    text[4] = b"\xff\xfe broken"
    raw = pa.array(text, pa.binary())
    forged = pa.StringArray.from_buffers(20, raw.buffers()[1], raw.buffers()[2])
    broken = table.set_column(table.schema.get_field_index("text"), "text", forged)
    findings = validate_table(broken)
    assert [(f.code.value, f.row, f.column) for f in findings] == [("ROW_VALUE", 4, "text")]


def test_a_day_beyond_the_calendar_is_named(table):
    days = pa.array([10**8] + [None] * 19, pa.int32()).cast(pa.date32())
    at = table.schema.get_field_index("date")
    findings = validate_table(table.set_column(at, "date", days))
    assert (findings[0].code, findings[0].row, findings[0].column) == ("ROW_VALUE", 0, "date")
    assert set(codes(findings[1:])) == {"DATE_TRIPLE"}


def test_buffers_that_lie_about_their_size_are_unreadable_not_fatal(table):
    offsets = np.arange(21, dtype=np.int32)
    offsets[7] = 1000
    forged = pa.Array.from_buffers(
        pa.string(), 20, [None, pa.py_buffer(offsets), pa.py_buffer(b"x" * 20)]
    )
    broken = table.set_column(table.schema.get_field_index("title"), "title", forged)
    assert "FILE_UNREADABLE" in codes(validate_table(broken))


def test_a_reader_that_fails_midway_is_a_finding(table):
    def batches():
        yield from table.slice(0, 2).to_batches()
        raise pa.ArrowInvalid("page is\nbroken")

    (finding,) = validate_table(batches())
    assert (finding.code, finding.row, finding.message) == ("FILE_UNREADABLE", 2, "page is broken")


def test_only_the_first_suspects_are_described_and_the_rest_is_counted():
    rows = [article(number, language_score=0.0005) for number in range(10)]
    findings = validate_table(table_of(*rows), limit=3)
    assert [f.row for f in findings] == [0, 1, 2, None]
    assert findings[-1] == (
        FindingCode.SCORE_ROUNDED,
        "7 more rows could break this rule",
        "",
        None,
        "",
    )


def test_a_repeated_id_points_to_the_first_of_its_kind(table):
    finding, *others = validate_table(pa.concat_tables([table, table.slice(3, 1)]))
    assert codes(others) == ["CLUSTER_SIZE"]
    assert (finding.code, finding.row) == ("ID_REPEATED", 20)
    assert "already in row 3" in finding.message


def test_a_cluster_may_have_members_elsewhere_unless_the_table_is_whole():
    a, b = article(1, cluster_size=2), article(2, cluster_id=f"{1:032x}", cluster_size=2)
    assert validate_table(table_of(a, b), whole=True) == []
    assert validate_table(table_of(a)) == []
    assert codes(validate_table(table_of(a), whole=True)) == ["CLUSTER_SIZE"]
    b["cluster_size"] = 3
    assert codes(validate_table(table_of(a, b), whole=True)) == ["CLUSTER_SIZE"]
    a["cluster_size"] = b["cluster_size"] = 1
    (*_, finding) = validate_table(table_of(a, b))
    assert finding.message == f"cluster {1:032x} has 2 rows here, but says 1"


def test_articles_of_an_earlier_release_keep_the_size_of_their_cluster():
    old = article(2)
    new = article(1, cluster_id=old["id"], cluster_size=2)
    assert validate_table(table_of(old, new)) == []
    assert validate_table(table_of(old, new), whole=True, grown=True) == []
    assert codes(validate_table(table_of(old, new), whole=True)) == ["CLUSTER_SIZE", "CLUSTER_ID"]
    another = article(3, cluster_id=old["id"], cluster_size=2)
    grown = validate_table(table_of(old, new, another), whole=True, grown=True)
    assert codes(grown) == ["CLUSTER_SIZE"]


@pytest.mark.parametrize("model", [Article, AuditRow])
def test_fields_and_arrow_read_the_same_annotations(model):
    schema = model_schema(model)
    assert [field.name for field in declared_fields(model)] == schema.names
    for declared, field in zip(declared_fields(model), schema, strict=True):
        assert declared.nullable == field.nullable
        assert declared.is_list == pa.types.is_list(field.type)


def test_a_message_quotes_no_more_than_a_line():
    findings = validate_table(table_of(article(1, language="\n" * 1000)))
    assert len(str(findings[0])) < 300
    assert "\n" not in str(findings[0])
