"""The contract of a Pressmark data set. Works alone, with pydantic and pyarrow.

    from schema import Article, arrow_schema, validate_table

`Article` is the published row; `validate_table` lists everything that is wrong
with a table of them. Attributes load when they are first used, so importing
the package is free.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schema.arrow import arrow_schema, audit_schema, field_rows, reject_schema
    from schema.article import SCHEMA_VERSION, Article, AuditRow, CleanArticle, Origin, RawArticle
    from schema.findings import Finding, FindingCode
    from schema.hints import DateHint, LanguageGuess, SourceHint
    from schema.manifest import BuildManifest
    from schema.receipts import rebuild_raw
    from schema.reject import Outcome, Reject, RejectCode
    from schema.spans import Entity, RemovedSpan
    from schema.terms import Flag
    from schema.validate import validate_table

_HOME = {
    "SCHEMA_VERSION": "article",
    "Article": "article",
    "AuditRow": "article",
    "BuildManifest": "manifest",
    "CleanArticle": "article",
    "DateHint": "hints",
    "Entity": "spans",
    "Finding": "findings",
    "FindingCode": "findings",
    "Flag": "terms",
    "LanguageGuess": "hints",
    "Origin": "article",
    "Outcome": "reject",
    "RawArticle": "article",
    "Reject": "reject",
    "RejectCode": "reject",
    "RemovedSpan": "spans",
    "SourceHint": "hints",
    "arrow_schema": "arrow",
    "audit_schema": "arrow",
    "field_rows": "arrow",
    "rebuild_raw": "receipts",
    "reject_schema": "arrow",
    "validate_table": "validate",
}

__all__ = [
    "SCHEMA_VERSION",
    "Article",
    "AuditRow",
    "BuildManifest",
    "CleanArticle",
    "DateHint",
    "Entity",
    "Finding",
    "FindingCode",
    "Flag",
    "LanguageGuess",
    "Origin",
    "Outcome",
    "RawArticle",
    "Reject",
    "RejectCode",
    "RemovedSpan",
    "SourceHint",
    "arrow_schema",
    "audit_schema",
    "field_rows",
    "rebuild_raw",
    "reject_schema",
    "validate_table",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'schema' has no attribute {name!r}")
    return getattr(import_module(f"schema.{_HOME[name]}"), name)
