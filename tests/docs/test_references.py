"""Generated references are what they are generated from, so nothing can be left out of them."""

from pydantic import BaseModel

from builder.cli import cli
from builder.config import BuildConfig
from schema.arrow import field_rows
from schema.article import Article
from tests.conftest import ROOT
from tests.docs.commands import render_commands
from tests.docs.schema import MODELS, TERMS, render_schema


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def test_the_page_of_commands_is_generated() -> None:
    """If this fails: python -m tests.docs.commands > docs/commands.md."""
    assert page("commands.md") == render_commands()


def test_every_command_and_option_is_on_the_page() -> None:
    shown = page("commands.md")
    for name, command in cli.commands.items():
        section = shown.partition(f"## `pressmark {name}")[2].partition("\n## ")[0]
        for parameter in command.params:
            names = parameter.opts if parameter.param_type_name == "option" else []
            assert all(option in section for option in names), (name, names)
        assert f"pressmark {name}" in section


def test_the_page_of_columns_is_generated() -> None:
    """If this fails: python -m tests.docs.schema > docs/schema.md."""
    assert page("schema.md") == render_schema()


def test_every_column_and_value_is_on_the_page() -> None:
    shown = page("schema.md")
    for _, _, model in MODELS:
        assert all(f"| `{row.name}` | `{row.type}` |" in shown for row in field_rows(model))
    closed = {row.name for row in field_rows(Article)} & {column for column, _ in TERMS}
    assert len(closed) == len(TERMS)


def test_every_key_of_the_configuration_is_documented() -> None:
    """Keys in lists of tables, which have no table of their own, are named by their parent."""
    shown = page("configuration.md")
    for key, field in BuildConfig.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if isinstance(default, BaseModel):
            section = shown.partition(f"## `[{key}]`")[2].partition("\n## ")[0]
            assert all(f"| `{inner}` |" in section for inner in type(default).model_fields)
        else:
            assert f"| `{key}` |" in shown


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "README.md").read_text()
    for path in (ROOT / "docs").glob("*.md"):
        assert f"(docs/{path.name})" in index, path.name
