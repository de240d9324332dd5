"""The guide names every option of the command, and the command takes no other."""

from pathlib import Path

from builder.cli import cli
from builder.publish.options import PublishOptions

GUIDE = Path(__file__).parents[3] / "docs/publishing.md"
#: Options of the command line alone.
TERMINAL = {"folder", "engines", "yes", "quiet", "as_json", "attempts", "wait", "timeout"}


def test_the_guide_names_every_option() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for parameter in cli.commands["publish"].params:
        for name in (*parameter.opts, *parameter.secondary_opts):
            assert f"`{name}" in guide or name == "folder", name


def test_every_option_reaches_the_publication() -> None:
    names = {parameter.name for parameter in cli.commands["publish"].params}
    assert names - TERMINAL == PublishOptions.model_fields.keys() - {"folder", "retry", "progress"}
