"""Commands that look at what was built: verify, explain, report, diff and schema."""

import json
from pathlib import Path

import click

from builder.cli.exits import FINDINGS
from builder.cli.local import PATH, local_copy
from builder.cli.options import ENGINES
from builder.cli.terminal import draw_progress, show_findings, show_verdict

__all__ = ["diff", "explain", "report", "schema", "verify"]


@click.command()
@click.argument("folder")
@ENGINES
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

    with local_copy(folder) as path:
        findings = run(path, engines=engines, progress=draw_progress(quiet=quiet))
    show_findings(findings, as_json=as_json)
    if not quiet and not as_json:
        show_verdict(findings, folder)
    return FINDINGS if findings else 0


@click.command()
@click.argument("folder", type=PATH)
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def explain(folder: Path, id: str, as_json: bool) -> int:  # noqa: A002
    """Show one article: what was removed and why, and the evidence behind its columns.

    ID is the article's id, a beginning of it, its id in the input, or the path of its file there.

    \b
    Examples:
      pressmark explain dist/news 66976a87
      pressmark explain dist/news 2025/bridge.txt
      pressmark explain dist/news 66976a87 --json | jq .date_hints
    """
    from builder.explain import explain_article, render_explanation

    explanation = explain_article(folder, id)
    if as_json:
        click.echo(json.dumps(explanation, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo(render_explanation(explanation))
    return 0


@click.command()
@click.argument("folder", type=PATH)
@click.option("--out", type=PATH, help="File to write; default: FOLDER.report.html beside it.")
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

    path = write_report(folder, out, draw_progress())
    click.echo(str(path))
    if show:
        click.launch(path.absolute().as_uri())
    return 0


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--changelog", type=PATH, help="File to write an entry into; made if it is new.")
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

    with local_copy(old) as old_folder, local_copy(new) as new_folder:
        difference = compare_releases(old_folder, new_folder)
    if changelog is not None:
        write_changelog(changelog, difference)
    if as_json:
        click.echo(json.dumps(difference_json(difference), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(render_difference(difference)))
    return FINDINGS if difference.findings else 0


@click.command()
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
