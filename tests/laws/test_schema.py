"""Law of the contract: the models and their vectorised form agree on every table."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schema.arrow import arrow_schema, audit_schema, model_schema, to_rows
from schema.article import Article, AuditRow
from schema.findings import FindingCode
from schema.validate import _relaxed, validate_table
from tests.strategies import article_rows, audit_rows, mutated

TABLE_CODES = {FindingCode.ID_REPEATED, FindingCode.CLUSTER_SIZE}
tables = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def make_table(rows, model):
    """Make a table that may hold nulls where the schema forbids them."""
    schema = pa.schema([(f.name, _relaxed(f.type)) for f in model_schema(model)])
    return pa.Table.from_pylist(rows, schema=schema)


def failing_rows(table, model):
    """Return the rows that pydantic refuses: the slow, obvious twin."""
    failing = set()
    for number, row in enumerate(table.to_pylist()):
        try:
            model.model_validate(row)
        except ValidationError:
            failing.add(number)
    return failing


def reported_rows(table, model):
    findings = validate_table(table, model)
    assert all(finding.row is not None for finding in findings)
    return {finding.row for finding in findings if finding.code not in TABLE_CODES}


@tables
@given(article_rows())
def test_a_valid_row_becomes_an_article_and_comes_back(row):
    article = Article.model_validate(row)
    table = pa.Table.from_pylist(to_rows([article]), schema=arrow_schema())
    assert validate_table(table) == []
    again = Article.model_validate(table.to_pylist()[0])
    assert again.model_dump(exclude={"language_score", "entities"}) == article.model_dump(
        exclude={"language_score", "entities"}
    )
    for ours, theirs in zip(again.entities, article.entities, strict=True):
        assert (ours.start, ours.end, ours.mention) == (theirs.start, theirs.end, theirs.mention)


@tables
@given(audit_rows())
def test_a_valid_receipt_has_no_findings(row):
    table = pa.Table.from_pylist([row], schema=audit_schema())
    assert validate_table(table, AuditRow) == []


@pytest.mark.parametrize(
    ("model", "rows"), [(Article, article_rows()), (AuditRow, audit_rows())], ids=str
)
def test_both_forms_refuse_the_same_rows(model, rows):
    @tables
    @given(st.lists(rows | mutated(rows), min_size=1, max_size=6), st.data())
    def check(made, data):
        table = make_table(made, model)
        assert reported_rows(table, model) == failing_rows(table, model)
        start = data.draw(st.integers(0, len(made) - 1))
        part = table.slice(start)
        assert reported_rows(part, model) == failing_rows(part, model)
        pieces = pa.concat_tables([part, table.slice(0, start)])
        assert reported_rows(pieces, model) == failing_rows(pieces, model)

    check()


@tables
@given(st.lists(article_rows() | mutated(article_rows()), min_size=1, max_size=4))
def test_other_widths_of_the_same_types_change_no_finding(made):
    table = make_table(made, Article)
    wide = table.cast(pa.schema([(f.name, _widened(f.type)) for f in table.schema]))
    widened = [f for f in validate_table(wide) if f.code is not FindingCode.SCHEMA_MISMATCH]
    assert widened == validate_table(table)


def _widened(kind):
    if pa.types.is_string(kind):
        return pa.large_string()
    if pa.types.is_list(kind):
        return pa.large_list(_widened(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(f.name, _widened(f.type)) for f in kind])
    return kind
