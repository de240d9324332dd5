"""`pressmark publish` and `store`: their options; what they do is said in `builder.publish`."""

from pathlib import Path
from typing import Any

import click

from builder.cli.exits import FINDINGS
from builder.cli.local import PATH
from builder.cli.options import ENGINES
from builder.cli.terminal import show_findings

__all__ = ["publish", "store"]


@click.command()
@click.argument("folder", type=PATH)
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
@ENGINES
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


@click.command()
@click.argument("folder", type=PATH)
@click.argument("url")
@ENGINES
@click.option("--quiet", is_flag=True, help="Print errors and findings only.")
def store(folder: Path, url: str, engines: str, quiet: bool) -> int:
    """Copy a built folder to S3, Google Cloud Storage, or any store that fsspec knows.

    A place holds one release for good. Each file is read back, and the manifest comes last:
    a place with a manifest is whole. A run that was interrupted is taken up by the same command.

    \b
    Examples:
      pressmark store dist/news s3://bucket/news/v1.2.0
      pressmark store dist/news "s3://bucket/news/v1.2.0?region=eu-west-1"
    """
    from builder.publish.store import store_release
    from builder.verify import verify

    def notify(line: str) -> None:
        if not quiet:
            click.echo(line, err=True)

    done = store_release(folder, url, lambda path: verify(path, engines=engines), notify)
    show_findings(list(done.findings), as_json=False)
    if done.status == "refused":
        return FINDINGS
    if not quiet:
        click.echo(f"{done.status}: {done.place} ({done.files} files, {done.bytes / 1e6:.1f} MB)")
    return 0
