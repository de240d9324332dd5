"""`pressmark build` and `pressmark init`: from a folder of articles to a data set."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder.arrow_start import start_arrow
from builder.cli.exits import FINDINGS, fail
from builder.cli.local import INPUT, PATH, local_copy
from builder.cli.summary import show_summary
from builder.cli.terminal import draw_progress
from builder.errors import ConfigError, InputError
from builder.lasting import lasting

if TYPE_CHECKING:
    from builder.config import BuildConfig
    from builder.readers import Root
    from schema.manifest import BuildManifest

__all__ = ["build", "init"]


@click.command()
@click.argument("input", type=INPUT)
@click.option("--out", type=PATH, required=True, help="Folder to make; replaced if it is ours.")
@click.option("--config", "config_path", type=PATH, help="Configuration; else INPUT's own.")
@click.option("--map", "mapping", multiple=True, metavar="NAME=COLUMN", help="Column of a field.")
@click.option("--workers", type=click.IntRange(1), help="Worker processes; default: all cores.")
@click.option(
    "--executor",
    default="processes",
    show_default=True,
    help="Where tasks run: processes, dask, ray, inline.",
)
@click.option("--since", metavar="DIR|hf://…", help="Release to grow from; its rows stay.")
@click.option("--cache", type=PATH, help="Keep finished work here for the next build.")
@click.option("--update-card", is_flag=True, help="Write the filled blocks back to the template.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest on standard output.")
def build(
    input: "Root",  # noqa: A002 - the name that the help shows
    out: Path,
    config_path: Path | None,
    mapping: tuple[str, ...],
    workers: int | None,
    executor: str,
    since: str | None,
    cache: Path | None,
    update_card: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """Build a dataset from a file or folder of articles, here or in a store.

    \b
    Examples:
      pressmark build articles/ --out dist/news
      pressmark build news.jsonl.gz --out dist/news --map text=body --map id=doc_id
      pressmark build articles/ --out dist/news --config news.toml --workers 4
      pressmark build articles/ --out dist/news-1.1.0 --since dist/news-1.0.0
      pressmark build s3://bucket/articles --out dist/news --config news.toml
    """
    with lasting():
        start_arrow()
        from builder.pipeline import BuildRequest
        from builder.pipeline import build as run

    config, base = _read_config(input, config_path, mapping)
    if update_card and not config.card:
        raise ConfigError("--update-card needs `card` in the configuration")
    with local_copy(since) if since else nullcontext() as earlier:
        request = BuildRequest(
            input=input,
            out=Path(os.path.abspath(out)),  # noqa: PTH100 - resolve() would follow a link at `out`
            config=config,
            base=base,
            executor=executor,
            workers=workers or len(os.sched_getaffinity(0)),
            since=earlier,
            cache=cache,
        )
        with _tell_what_is_kept(request.out):
            manifest = run(request, draw_progress(quiet=quiet))
    if update_card:
        _update_card(config, base, request.out)
    if as_json:
        click.echo(json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False))
    if not quiet:
        show_summary(manifest, out)
    return _budget(config, manifest)


@click.command()
@click.argument("folder", type=PATH)
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


def _read_config(
    source: "Root", path: Path | None, mapping: tuple[str, ...]
) -> "tuple[BuildConfig, Path]":
    """Return the configuration of a build, and the folder that its paths are relative to."""
    from builder.config import CONFIG_NAME, parse_config, read_config

    if isinstance(source, Path):
        base = source if source.is_dir() else source.parent
        if path is None and (base / CONFIG_NAME).is_file():
            path = base / CONFIG_NAME
    else:
        base = Path()
    config = read_config(path) if path else parse_config({}, "the defaults")
    if mapping:
        table = config.model_dump(exclude_unset=True)
        table.setdefault("input", {}).setdefault("map", {}).update(_pairs(mapping))
        config = parse_config(table, "--map")
    return config, path.parent if path else base


def _pairs(mapping: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for item in mapping:
        name, equals, column = item.partition("=")
        if not equals:
            raise ConfigError(f"--map wants NAME=COLUMN, not {item!r}")
        yield name, column


@contextmanager
def _tell_what_is_kept(out: Path) -> Iterator[None]:
    """Say that a build which ends early need not begin again."""
    from builder.writers.atomic import KEPT, sibling

    try:
        yield
    except (ConfigError, InputError):
        raise  # the same command would end in the same way
    except BaseException:
        kept = sibling(out, "partial") / KEPT
        if kept.is_dir():
            click.echo(f"finished work is kept in {kept}: the same command goes on", err=True)
        raise


def _update_card(config: "BuildConfig", base: Path, out: Path) -> None:
    from builder.writers.atomic import write_file

    assert config.card
    write_file(base / config.card, (out / "README.md").read_bytes())


def _budget(config: "BuildConfig", manifest: "BuildManifest") -> int:
    total, budget = manifest.counts.total, config.max_reject_rate
    if budget is None or total.rejected <= budget * total.read:
        return 0
    share = total.rejected / total.read
    return fail(f"{share:.1%} of the articles were rejected; the budget is {budget:.1%}", FINDINGS)
