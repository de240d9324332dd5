"""The manifest's counts against the files: shards, statistics, rejects, conservation."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from builder.corpus.stats import Summary
from builder.verify.corpus import count_leaks, count_shard_clusters
from builder.verify.inventory import MANIFEST_NAME
from builder.verify.shards import ShardReading
from schema.arrow import reject_schema
from schema.findings import Finding, FindingCode
from schema.manifest import BuildManifest, CorpusStats

__all__ = ["check_counts", "check_rejects", "measure"]


def measure(shards: Sequence[ShardReading]) -> CorpusStats | None:
    """Return the statistics of all shards; None if one of them could not be counted."""
    total = Summary()
    for shard in shards:
        if shard.summary is None:
            return None
        total.add(shard.summary)
    return total.finish(count_shard_clusters(shards))


def check_counts(
    manifest: BuildManifest, shards: Sequence[ShardReading], measured: CorpusStats | None
) -> Iterator[Finding]:
    """Compare every count of the manifest with what the files hold."""
    by_path = {shard.place.path: shard for shard in shards}
    for listed in manifest.shards:
        shard = by_path.get(listed.path)
        if shard is None or not shard.readable:
            continue
        place = shard.place
        yield from _differ(
            f"of {listed.path}",
            {"rows": listed.rows, "num_bytes": listed.num_bytes, "split": listed.split}
            | {"language": listed.language, "config": listed.config},
            {
                "rows": shard.rows,
                "num_bytes": listed.num_bytes if shard.num_bytes is None else shard.num_bytes,
                "split": place.split,
                "language": place.language,
                "config": place.config,
            },
            "shards",
        )
    articles = [shard for shard in shards if shard.place.config != "audit" and shard.readable]
    published: Counter[str] = Counter()
    for shard in articles:
        published[shard.place.split] += shard.rows
    counts = manifest.counts
    yield from _releases(manifest, articles)
    yield from _differ("by split", counts.splits, published, "counts.splits")
    yield from _splits(manifest, published, count_leaks(shards))
    held = {"published": sum(published.values())}
    said = {"published": counts.total.published}
    yield from _differ("of all articles", said, held, "counts.total")
    if measured is not None:
        yield from _statistics(manifest, measured)


def _releases(manifest: BuildManifest, articles: Sequence[ShardReading]) -> Iterator[Finding]:
    """Compare the rows of all releases with those of the files, by language and split."""
    said: Counter[str] = Counter()
    for release in manifest.releases:
        for language, splits in release.rows.items():
            said.update({f"{language}/{split}": rows for split, rows in splits.items()})
    held: Counter[str] = Counter()
    for shard in articles:
        held[f"{shard.place.language}/{shard.place.split}"] += shard.rows
    yield from _differ("articles of all releases", said, held, "releases")


def _splits(
    manifest: BuildManifest,
    published: Mapping[str, int],
    leaks: Mapping[tuple[str, str], tuple[int, int]],
) -> Iterator[Finding]:
    """Compare shares and leak matrix; a split that is empty is not in the files at all."""
    said = {name: share.articles for name, share in manifest.splits.items() if share.articles}
    yield from _differ("articles by split", said, published, "splits")
    total = max(1, sum(published.values()))
    shares = {name: manifest.splits[name].share for name in said}
    held = {name: round(rows / total, 4) for name, rows in published.items() if name in said}
    yield from _differ("share by split", shares, held, "splits")
    matrix = {
        " and ".join(sorted((leak.left, leak.right))): (leak.exact, leak.near)
        for leak in manifest.leaks
    }
    found = {" and ".join(pair): counts for pair, counts in leaks.items()}
    yield from _differ("texts and clusters in common", matrix, found, "leaks")


def _statistics(manifest: BuildManifest, measured: CorpusStats) -> Iterator[Finding]:
    stats = manifest.stats
    for name in CorpusStats.model_fields:
        said, held = getattr(stats, name), getattr(measured, name)
        if isinstance(said, dict) and isinstance(held, dict):
            yield from _differ(name, said, held, f"stats.{name}")
        elif said != held and not (held is None and manifest.audit == "local"):
            # A local audit may not be at hand; then nothing can be said of what was removed.
            yield from _differ(name, {name: said}, {name: held}, f"stats.{name}")
    languages = {tag: sum(splits.values()) for tag, splits in measured.languages.items()}
    for what, tallies, held in (
        ("by language", manifest.counts.languages, languages),
        ("by source", manifest.counts.sources, measured.sources),
    ):
        published = {key: tally.published for key, tally in tallies.items() if tally.published}
        yield from _differ(what, published, held, f"counts.{what.removeprefix('by ')}s")
        for key, tally in tallies.items():
            if tally.read != tally.published + tally.rejected:
                message = f"{what}, {key!r}: read is not published plus rejected"
                yield Finding(FindingCode.CONSERVATION, message, MANIFEST_NAME)


def _differ(
    what: str, said: Mapping[str, object], held: Mapping[str, object], column: str
) -> Iterator[Finding]:
    for key in sorted(said.keys() | held.keys()):
        if said.get(key) != held.get(key):
            message = (
                f"{what}: the manifest says {said.get(key, 'nothing')} for {key!a}, "
                f"the files hold {held.get(key, 'nothing')}"
            )
            yield Finding(FindingCode.COUNT_MISMATCH, message, MANIFEST_NAME, column=column)


def check_rejects(manifest: BuildManifest, folder: Path) -> Iterator[Finding]:
    """Compare the rejects beside the data set, if they are at hand, with the manifest."""
    if not folder.is_dir():
        return
    codes: Counter[str] = Counter()
    for path in sorted(folder.glob("*.parquet")):
        name = f"../{folder.name}/{path.name}"
        try:
            table = pq.read_table(path)
        except (pa.ArrowException, OSError, ValueError) as error:
            message = f"the rejects cannot be read: {' '.join(str(error).split())[:200]}"
            yield Finding(FindingCode.FILE_UNREADABLE, message, name)
            return
        if not table.schema.equals(reject_schema()):
            message = "the columns are not those of rejects"
            yield Finding(FindingCode.SCHEMA_MISMATCH, message, name)
            return
        codes.update(table["code"].to_pylist())
    rejected, total = sum(codes.values()), manifest.counts.total
    if total.read != total.published + rejected:
        message = (
            f"{total.read} articles were read, {total.published} are published "
            f"and {rejected} lie in {folder.name}"
        )
        yield Finding(FindingCode.CONSERVATION, message, MANIFEST_NAME, column="counts.total")
    yield from _differ("rejects by code", manifest.counts.rejects, codes, "counts.rejects")
