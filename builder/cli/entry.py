"""The group of all commands, and the place where errors become exit codes."""

import traceback

import click

from builder import __version__
from builder.cli.build import build, init
from builder.cli.exits import BUG, INTERRUPTED, USAGE, fail
from builder.cli.inspect import diff, explain, report, schema, verify
from builder.cli.publish import publish, store
from builder.errors import OutputError, PublisherError

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="pressmark")
def cli() -> None:
    """Publish raw news articles as a dataset that others can trust.

    \b
    Examples:
      pressmark init articles/                    write a commented pressmark.toml
      pressmark build articles/ --out dist/news   clean, check, split and write the dataset
      pressmark verify dist/news                  list everything that is wrong with it
      pressmark explain dist/news 66976a87        show one article and its evidence
      pressmark report dist/news                  look at it all in a browser
      pressmark publish dist/news --repo me/news  put it on the Hub, whole or not at all
      pressmark store dist/news s3://bucket/v1    put it into a store of files

    \b
    Exit codes:
      0 done            1 done, with findings     2 fix the command or configuration
      3 no article      4 cannot write output     5 the Hub refused
      70 a bug of ours  130 interrupted
    """


for _command in (build, verify, explain, report, publish, store, diff, schema, init):
    cli.add_command(_command)


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code; errors become one line on stderr."""
    try:
        code = cli.main(arguments, prog_name="pressmark", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        return fail("interrupted", INTERRUPTED)
    except PublisherError as error:
        return fail(str(error), error.exit_code)
    except OSError as error:
        return fail(f"cannot read or write: {error}", OutputError.exit_code)
    except Exception:  # noqa: BLE001 - the one place where a bug of ours is reported
        traceback.print_exc()
        return fail("this is a bug in Pressmark; please report the lines above", BUG)
    return code if isinstance(code, int) else 0
