"""The command line: parse, call one function, return its exit code.

Everything heavy is imported inside the command that needs it, so that
`pressmark --help` starts without numpy, pyarrow or pydantic.
"""

import json
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from builder import __version__
from builder.errors import ConfigError, OutputError, PublisherError

if TYPE_CHECKING:
    from builder.config import BuildConfig
    from builder.pipeline import Progress
    from schema.findings import Finding
    from schema.manifest import BuildManifest

__all__ = ["cli", "main"]

FINDINGS = 1
USAGE = 2
BUG = 70
INTERRUPTED = 130

_FOLDER = click.Path(path_type=Path)


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

    \b
    Exit codes:
      0 done            1 done, with findings     2 fix the command or configuration
      3 no article      4 cannot write output     5 the Hub refused
      70 a bug of ours  130 interrupted
    """


@cli.command()
@click.argument("input", type=_FOLDER)
@click.option("--out", type=_FOLDER, required=True, help="Folder to make; replaced if it is ours.")
@click.option("--config", "config_path", type=_FOLDER, help="Configuration; else INPUT's own.")
@click.option("--map", "mapping", multiple=True, metavar="NAME=COLUMN", help="Column of a field.")
@click.option("--workers", type=click.IntRange(1), help="Worker processes; default: all cores.")
@click.option("--executor", default="processes", show_default=True, help="Where tasks run.")
@click.option("--update-card", is_flag=True, help="Write the filled blocks back to the template.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest on standard output.")
def build(
    input: Path,  # noqa: A002 - the name that the help shows
    out: Path,
    config_path: Path | None,
    mapping: tuple[str, ...],
    workers: int | None,
    executor: str,
    update_card: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """Build a dataset from a file or folder of articles.

    \b
    Examples:
      pressmark build articles/ --out dist/news
      pressmark build news.jsonl.gz --out dist/news --map text=body --map id=doc_id
      pressmark build articles/ --out dist/news --config news.toml --workers 4
    """
    from builder.pipeline import BuildRequest
    from builder.pipeline import build as run

    config, base = _read_config(input, config_path, mapping)
    if update_card and not config.card:
        raise ConfigError("--update-card needs `card` in the configuration")
    request = BuildRequest(
        input=input,
        out=Path(os.path.abspath(out)),  # noqa: PTH100 - resolve() would follow a link at `out`
        config=config,
        base=base,
        executor=executor,
        workers=workers or len(os.sched_getaffinity(0)),
    )
    manifest = run(request, None if quiet else _progress())
    if update_card:
        _update_card(config, base, request.out)
    if as_json:
        click.echo(json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False))
    if not quiet:
        _show_summary(manifest, out)
    return _budget(config, manifest)


@cli.command()
@click.argument("folder")
@click.option(
    "--engines",
    default="pyarrow,datasets",
    show_default=True,
    help="Libraries to read the rows with: names, `all` that are installed, or `none`.",
)
@click.option("--json", "as_json", is_flag=True, help="Print findings as JSON lines.")
@click.option("--quiet", is_flag=True, help="Print findings only.")
def verify(folder: str, engines: str, as_json: bool, quiet: bool) -> int:
    """List everything that is wrong with a built folder, or with a dataset on the Hub.

    \b
    Examples:
      pressmark verify dist/news
      pressmark verify dist/news --engines all --json
      pressmark verify hf://datasets/me/news@v1.2.0
    """
    from builder.verify import verify as run

    with _local_copy(folder) as path:
        findings = run(path, engines=engines)
    _show_findings(findings, as_json=as_json)
    if not quiet and not as_json:
        count = len(findings)
        click.echo(f"{count} finding{'' if count == 1 else 's'} in {folder}", err=True)
    return FINDINGS if findings else 0


@cli.command()
@click.argument("folder", type=_FOLDER)
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def explain(folder: Path, id: str, as_json: bool) -> int:  # noqa: A002
    """Show one article: what was removed and why, and the evidence behind its columns.

    ID is the article's id, a beginning of it, the id of the input, or the path of a rejected file.

    \b
    Examples:
      pressmark explain dist/news 66976a87
      pressmark explain dist/news 66976a87 --json | jq .date_hints
    """
    from builder.explain import explain_article, render_explanation

    explanation = explain_article(folder, id)
    if as_json:
        click.echo(json.dumps(explanation, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo(render_explanation(explanation))
    return 0


@cli.command()
@click.argument("folder", type=_FOLDER)
@click.option("--out", type=_FOLDER, help="File to write; default: FOLDER.report.html beside it.")
@click.option("--open", "show", is_flag=True, help="Open the page in a browser afterwards.")
def report(folder: Path, out: Path | None, show: bool) -> int:
    """Write one HTML page that shows a built folder: counts, pictures, articles, findings.

    The page needs no network and holds a sample of the articles.

    \b
    Examples:
      pressmark report dist/news
      pressmark report dist/news --out news.html --open
    """
    from builder.report import write_report

    path = write_report(folder, out)
    click.echo(str(path))
    if show:
        click.launch(path.absolute().as_uri())
    return 0


@cli.command()
@click.argument("folder", type=_FOLDER)
@click.option("--repo", "repo_id", required=True, metavar="USER/NAME", help="Where to publish.")
@click.option("--dry-run", is_flag=True, help="Show the plan and send nothing.")
@click.option("--tag", help="Tag the published commit, as in v1.2.0.")
@click.option("--message", help="Title of the commit.")
@click.option("--revision", default="main", show_default=True, help="Branch; made if it is new.")
@click.option("--private/--public", default=None, help="Visibility; `other` licences: private.")
@click.option("--gated", type=click.Choice(["auto", "manual"]), help="Readers ask for access.")
@click.option("--create-pr", is_flag=True, help="Open a pull request and leave the merge to you.")
@click.option("--stage", is_flag=True, help="Upload to a pull request, check it there, merge.")
@click.option("--prune", is_flag=True, help="Also delete files that no release has listed.")
@click.option("--allow-findings", is_flag=True, help="Publish in spite of findings; recorded.")
@click.option("--yes", is_flag=True, help="Do not ask before sending.")
@click.option(
    "--engines",
    default="pyarrow,datasets",
    show_default=True,
    help="Libraries to verify the rows with: names, `all` that are installed, or `none`.",
)
@click.option("--attempts", default=5, show_default=True, type=click.IntRange(1), help="Tries.")
@click.option("--wait", default=2.0, show_default=True, help="Seconds before the second try.")
@click.option("--timeout", default=120.0, show_default=True, help="Seconds without an answer.")
@click.option("--quiet", is_flag=True, help="Print errors and findings only.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan and what came of it.")
def publish(folder: Path, **options: Any) -> int:
    """Put a built folder on the Hub: readers see the old release or the new one, never half.

    A run that was interrupted is taken up by the same command; a folder that is
    published already makes no commit.

    \b
    Examples:
      pressmark publish dist/news --repo me/news --dry-run
      pressmark publish dist/news --repo me/news --tag v1.2.0
      pressmark publish dist/news --repo me/news --stage --private --yes
    """
    from builder.publish.command import run_publish

    return run_publish(folder, options)


@cli.command()
@click.argument("old")
@click.argument("new")
@click.option("--changelog", type=_FOLDER, help="File to write an entry into; made if it is new.")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
def diff(old: str, new: str, changelog: Path | None, as_json: bool) -> int:
    """Compare two releases and suggest the version of the newer one.

    OLD and NEW are built folders or hf://datasets/USER/NAME[@REVISION].

    \b
    Examples:
      pressmark diff dist/news-1.0.0 dist/news
      pressmark diff hf://datasets/me/news@v1.0.0 dist/news --changelog CHANGES.md
    """
    from builder.diff.compare import compare_releases
    from builder.diff.report import difference_json, render_difference, write_changelog

    with _local_copy(old) as old_folder, _local_copy(new) as new_folder:
        difference = compare_releases(old_folder, new_folder)
    if changelog is not None:
        write_changelog(changelog, difference)
    if as_json:
        click.echo(json.dumps(difference_json(difference), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(render_difference(difference)))
    return FINDINGS if difference.findings else 0


@cli.command()
@click.option("--fields", is_flag=True, help="Print the table of columns instead.")
def schema(fields: bool) -> int:
    """Print the JSON Schema of the published row.

    \b
    Examples:
      pressmark schema > article.schema.json
      pressmark schema --fields
    """
    from schema.arrow import field_rows
    from schema.article import Article

    if fields:
        for row in field_rows(Article):
            null = " or null" if row.nullable else ""
            click.echo(f"{row.name}: {row.type}{null}\n    {row.description}")
    else:
        click.echo(json.dumps(Article.model_json_schema(), ensure_ascii=False, indent=2))
    return 0


@cli.command()
@click.argument("folder", type=_FOLDER)
@click.option("--force", is_flag=True, help="Replace an existing pressmark.toml.")
def init(folder: Path, force: bool) -> int:
    """Write a commented pressmark.toml into a folder of articles.

    \b
    Example:
      pressmark init articles/
    """
    from builder.scaffold import write_config

    path = write_config(folder, replace=force)
    click.echo(f"wrote {path}", err=True)
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code; errors become one line on stderr."""
    try:
        code = cli.main(arguments, prog_name="pressmark", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted", INTERRUPTED)
    except PublisherError as error:
        return _fail(str(error), error.exit_code)
    except OSError as error:
        return _fail(f"cannot read or write: {error}", OutputError.exit_code)
    except Exception:  # noqa: BLE001 - the one place where a bug of ours is reported
        traceback.print_exc()
        return _fail("this is a bug in Pressmark; please report the lines above", BUG)
    return code if isinstance(code, int) else 0


def _fail(message: str, code: int) -> int:
    click.echo(f"pressmark: {message}", err=True)
    return code


def _read_config(
    source: Path, path: Path | None, mapping: tuple[str, ...]
) -> "tuple[BuildConfig, Path]":
    """Return the configuration of a build, and the folder that its paths are relative to."""
    from builder.config import CONFIG_NAME, parse_config, read_config

    base = source if source.is_dir() else source.parent
    if path is None and (base / CONFIG_NAME).is_file():
        path = base / CONFIG_NAME
    config = read_config(path) if path else parse_config({}, "the defaults")
    if mapping:
        table = config.model_dump(exclude_unset=True)
        table.setdefault("input", {}).setdefault("map", {}).update(_pairs(mapping))
        config = parse_config(table, "--map")
    return config, path.parent if path else base


@contextmanager
def _local_copy(place: str) -> Iterator[Path]:
    """Give a folder as it is; download what stands on the Hub for as long as it is needed."""
    if not place.startswith("hf://"):
        yield Path(place)
        return
    from tempfile import TemporaryDirectory

    from builder.hub.client import fetch_dataset

    with TemporaryDirectory(prefix="pressmark-") as folder:
        yield fetch_dataset(place, Path(folder))


def _pairs(mapping: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for item in mapping:
        name, equals, column = item.partition("=")
        if not equals:
            raise ConfigError(f"--map wants NAME=COLUMN, not {item!r}")
        yield name, column


def _update_card(config: "BuildConfig", base: Path, out: Path) -> None:
    from builder.writers.atomic import write_file

    assert config.card
    write_file(base / config.card, (out / "README.md").read_bytes())


def _budget(config: "BuildConfig", manifest: "BuildManifest") -> int:
    total, budget = manifest.counts.total, config.max_reject_rate
    if budget is None or total.rejected <= budget * total.read:
        return 0
    share = total.rejected / total.read
    return _fail(f"{share:.1%} of the articles were rejected; the budget is {budget:.1%}", FINDINGS)


def _show_findings(findings: "list[Finding]", *, as_json: bool) -> None:
    for finding in findings:
        if as_json:
            click.echo(json.dumps(finding._asdict(), ensure_ascii=False))
        else:
            click.echo(str(finding))


def _show_summary(manifest: "BuildManifest", out: Path) -> None:
    """Print what was built, on 80 columns, on stderr."""
    total = manifest.counts.total
    lines = [
        f"{'read':<12}{total.read:>12,}",
        f"{'published':<12}{total.published:>12,}",
        f"{'rejected':<12}{total.rejected:>12,}",
        *(f"  {code:<22}{rows:>10,}" for code, rows in manifest.counts.rejects.items()),
        *(f"{split:<12}{rows:>12,}" for split, rows in manifest.counts.splits.items()),
        *(f"warning: {warning}" for warning in manifest.warnings),
        f"Look: {out}/README.md   Check: pressmark verify {out}",
    ]
    click.echo("\n".join(lines), err=True)


def _progress() -> "Progress":
    """Draw a bar for each stage; nothing where stderr is no terminal."""
    from tqdm import tqdm

    @contextmanager
    def bar(stage: str, total: int, unit: str) -> Iterator[Callable[[int], Any]]:
        with tqdm(
            total=total, desc=stage, unit=unit, unit_scale=True, disable=None, leave=False
        ) as line:
            yield line.update

    return bar
