"""Small releases, written as the build writes them: shards, card, licence, manifest."""

import hashlib
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_origin

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from builder.render.card_yaml import card_data, dump_yaml
from schema.arrow import arrow_schema, to_rows
from schema.article import SCHEMA_VERSION, Article, Origin
from schema.manifest import (
    BuildManifest,
    CorpusStats,
    Counts,
    Inputs,
    ReleaseFile,
    Shard,
    Tally,
)

__all__ = ["NEWS", "Texts", "article_id", "make_release", "rewrite_manifest"]

Model = TypeVar("Model", bound=BaseModel)

#: Texts by language and split.
Texts = Mapping[tuple[str, str], Sequence[str]]

NEWS: Texts = {
    ("fr", "train"): ["Le maire a inauguré la gare.", "La pluie a cessé dans la nuit."],
    ("fr", "test"): ["Une usine rouvre à Lille."],
    ("en", "train"): ["The mayor opened the station.", "Rain stopped overnight."],
}


def make_release(
    folder: Path,
    texts: Texts = NEWS,
    *,
    version: str = "1.0.0",
    shards: int = 1,
    extra: Mapping[str, bytes] | None = None,
    **config: Any,
) -> BuildManifest:
    """Write a release.

    Args:
        folder: replaced if it exists.
        texts: articles by language and split.
        version: version of the data.
        shards: files per language and split, at most the articles there.
        extra: other files by path.
        config: values for the manifest's config, such as `license`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    values = {
        "license": "mit",
        "license_name": None,
        "license_link": None,
        "pretty_name": None,
        "min_config_rows": 1,
    } | config
    written = [
        _write_shard(folder, key, part, (at, min(shards, len(rows))))
        for key, rows in sorted(texts.items())
        for at, part in enumerate(_parts(sorted(rows, key=article_id), shards))
    ]
    manifest = _manifest(texts, written, version, values)
    card = f"---\n{dump_yaml(card_data(manifest))}---\n\n# News {version}\n"
    others = {"README.md": card.encode(), "LICENSE": b"Do as you like.\n", **(extra or {})}
    for path, content in others.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return rewrite_manifest(folder, manifest, sorted(others))


def rewrite_manifest(folder: Path, manifest: BuildManifest, others: Sequence[str]) -> BuildManifest:
    """List the files as they are on disk now, and write the manifest."""
    files = tuple(
        ReleaseFile(path=path, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        for path in others
        for content in [(folder / path).read_bytes()]
    )
    manifest = manifest.model_copy(update={"files": files})
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
    return manifest


def article_id(text: str) -> str:
    """Return the id of an article with this text."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _parts(rows: list[str], count: int) -> list[list[str]]:
    count = min(count, len(rows))
    return [rows[len(rows) * i // count : len(rows) * (i + 1) // count] for i in range(count)]


def _write_shard(
    folder: Path, key: tuple[str, str], texts: list[str], number: tuple[int, int]
) -> Shard:
    language, split = key
    at, count = number
    path = f"data/{language}/{split}-{at:05d}-of-{count:05d}.parquet"
    rows = to_rows([_article(text, language) for text in texts])
    table = pa.Table.from_pylist(rows, schema=arrow_schema())
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / path, compression="zstd")
    content = (folder / path).read_bytes()
    return Shard(
        path=path,
        config="default",
        split=split,
        language=language,
        rows=len(rows),
        bytes=len(content),
        num_bytes=pq.read_table(folder / path).nbytes,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _article(text: str, language: str) -> Article:
    name = article_id(text)
    return Article(
        id=name,
        language=language,
        language_score=0.99,
        text=text,
        cluster_id=name,
        cluster_size=1,
        origin=Origin(path=f"{name}.txt", record=0, sha256=name * 2),
    )


def _manifest(
    texts: Texts, shards: list[Shard], version: str, config: dict[str, Any]
) -> BuildManifest:
    everything = [text for rows in texts.values() for text in rows]
    total = Tally(read=len(everything), published=len(everything), rejected=0)
    languages: Counter[str] = Counter()
    splits: Counter[str] = Counter()
    tallies: dict[str, dict[str, int]] = {}
    for (language, split), rows in sorted(texts.items()):
        languages[language] += len(rows)
        splits[split] += len(rows)
        tallies.setdefault(language, {})[split] = len(rows)
    return _filled(
        BuildManifest,
        schema_version=SCHEMA_VERSION,
        name="news",
        version=version,
        config=config,
        config_hash="0" * 64,
        inputs=Inputs(count=1, bytes=1, files=(), skipped=(), unknown_fields={}),
        counts=Counts(
            total=total,
            rejects={},
            languages={
                tag: Tally(read=rows, published=rows, rejected=0) for tag, rows in languages.items()
            },
            sources={"?": total},
            splits=dict(splits),
        ),
        stats=_filled(
            CorpusStats,
            articles=len(everything),
            chars=sum(map(len, everything)),
            languages=tallies,
            years={"?": len(everything)},
            date_bases={"?": len(everything)},
            sources={"?": len(everything)},
        ),
        audit="none",
        shards=tuple(sorted(shards, key=lambda shard: shard.path)),
        files=(),
    )


def _filled(model: type[Model], **values: Any) -> Model:
    """Make a model, with nothing in the required fields that these tests do not look at."""
    for name, field in model.model_fields.items():
        if name not in values and field.is_required():
            kind = get_origin(field.annotation) or field.annotation
            values[name] = kind() if kind in (dict, tuple, int, str) else None
    return model(**values)
