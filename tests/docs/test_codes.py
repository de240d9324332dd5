"""Generated pages and files are what they are generated from."""

import json
from pathlib import Path

from schema.article import Article
from schema.findings import FindingCode
from schema.reject import RejectCode
from tests.docs.codes import render_codes

ROOT = Path(__file__).parents[2]


def test_the_page_of_codes_is_generated_from_the_enums():
    """If this fails: python -m tests.docs.codes > docs/codes.md."""
    assert (ROOT / "docs/codes.md").read_text() == render_codes()


def test_every_code_is_on_the_page():
    page = render_codes()
    assert all(f"| `{code}` | {code.meaning} |" in page for code in [*FindingCode, *RejectCode])


def test_the_json_schema_is_generated_from_the_model():
    """If this fails: python -m builder schema > schema/article.schema.json."""
    text = json.dumps(Article.model_json_schema(), ensure_ascii=False, indent=2) + "\n"
    assert (ROOT / "schema/article.schema.json").read_text() == text


def test_the_page_on_verifying_names_every_engine():
    from builder.verify.engines import ENGINES

    page = (ROOT / "docs/verifying.md").read_text()
    assert all(f"`{engine}`" in page for engine in ENGINES)
