"""Each rule of a row, in pydantic and in Arrow, on one passing and one failing row."""

import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from schema import rules, validate
from schema.arrow import model_schema
from schema.article import Article, ArticleContent
from schema.bounds import field_faults
from schema.findings import FindingCode
from schema.validate import validate_table
from tests.unit.schema.row_cases import AUDIT, CASES, IDS, ROW_CODES, Case

parametrized = pytest.mark.parametrize("case", CASES, ids=IDS)


def relaxed_batch(rows, model):
    """Make a batch that may hold nulls where the schema forbids them."""
    schema = pa.schema([(f.name, validate._relaxed(f.type)) for f in model_schema(model)])
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def suspects(batch, model):
    """Return the rows that Arrow suspects, by code; ROW_VALUE for bounds of single fields."""
    faulty, _ = field_faults(batch, model)
    found = {FindingCode.ROW_VALUE: set(np.flatnonzero(faulty).tolist())}
    sound = np.flatnonzero(~faulty)
    rest = batch.take(pa.array(sound))
    for code, rule in rules.RULES[model].items():
        found[code] = set(sound[np.flatnonzero(rule(rest))].tolist())
    return found


def model_codes(row, model):
    """Return the codes that pydantic gives for a row as Arrow would hand it over."""
    try:
        model.model_validate(relaxed_batch([row], model).to_pylist()[0])
    except ValidationError as error:
        return {validate._code_of(detail) for detail in error.errors()}
    return set()


def test_every_rule_of_a_row_has_a_case():
    assert {case.code for case in CASES} == set(ROW_CODES)


def test_every_rule_that_spans_fields_has_a_vectorised_form():
    covered = {code for table in rules.RULES.values() for code in table}
    assert covered == set(ROW_CODES) - {FindingCode.ROW_VALUE, FindingCode.ROW_NULL}


@parametrized
def test_pydantic_accepts_the_passing_row_and_names_the_failing_one(case: Case):
    good, bad = case.rows()
    assert model_codes(good, case.model) == set()
    assert case.code in model_codes(bad, case.model)


@parametrized
def test_arrow_suspects_the_failing_row_alone(case: Case):
    good, bad = case.rows()
    found = suspects(relaxed_batch([good, bad, good], case.model), case.model)
    expected = FindingCode.ROW_VALUE if case.code is FindingCode.ROW_NULL else case.code
    assert found[expected] == {1}
    assert all(rows <= {1} for rows in found.values())


@parametrized
def test_validate_table_reports_the_failing_row(case: Case):
    good, bad = case.rows()
    findings = validate_table(relaxed_batch([good, bad], case.model), case.model)
    mine = [finding for finding in findings if finding.code is case.code]
    assert [finding.row for finding in mine] == [1]
    assert mine[0].message
    assert mine[0].column


def test_a_hint_that_declares_another_row_s_date_does_not_count():
    """Evidence is joined by row: a neighbour's hint must not vouch for a date."""
    case = next(case for case in CASES if case.name == "no hint")
    good, bad = case.rows()
    good["date_hints"] = CASES[0].rows()[0]["date_hints"]
    found = suspects(relaxed_batch([good, bad, good], Article), Article)
    assert found[FindingCode.DATE_UNDECLARED] == {1}


def test_the_audit_base_row_uses_characters_beyond_the_basic_plane():
    assert any(ord(character) > 0xFFFF for character in AUDIT["removed"][0]["text"])


def test_only_tab_and_newline_of_all_controls_may_stand_in_a_text():
    """The bytes that are searched are those of the control characters, in any company."""
    for code in [*range(0x100), 0x0842, 0x1C82, 0x2082, 0xFFFD, 0x1F602]:
        character = chr(code)
        row = ArticleContent.model_construct(text=f"é{character}ж")
        if unicodedata.category(character) == "Cc" and character not in "\t\n":
            with pytest.raises(PydanticCustomError, match="control"):
                row._check_text()
        else:
            row._check_text()
