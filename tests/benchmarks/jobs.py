"""The commands that are measured: builds of Pressmark and of its peers, on one corpus."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

#: Articles of the smallest build, which shows what a start costs.
FEW = 10

Job = Callable[[Path], Sequence[str]]


class Corpus(NamedTuple):
    """Files of articles, and a configuration without entities."""

    whole: Path
    few: Path
    config: Path


def prepare(whole: Path, scratch: Path) -> Corpus:
    """Write what the jobs need beside the corpus."""
    corpus = Corpus(whole, scratch / "few.jsonl", scratch / "pressmark.toml")
    with whole.open(encoding="utf-8") as lines:
        corpus.few.write_text("".join(line for line, _ in zip(lines, range(FEW), strict=False)))
    corpus.config.write_text('entities = "none"\n')
    return corpus


def jobs(corpus: Corpus) -> dict[str, Job]:
    """Return what can be run here; peers that are not installed are left out."""
    found: dict[str, Job] = {
        "help": lambda _: ("builder", "--help"),
        "ten articles": _build(corpus.few, corpus, 1),
        "pressmark": _build(corpus.whole, corpus, 1),
        "pressmark, 2 workers": _build(corpus.whole, corpus, 2),
    }
    for peer in ("datasets", "datatrove"):
        if find_spec(peer):
            found[peer] = _peer(peer, corpus.whole)
            found[f"{peer}, no dedup"] = _peer(peer, corpus.whole, "--no-dedup")
    return found


def _build(source: Path, corpus: Corpus, workers: int) -> Job:
    config, many = str(corpus.config), str(workers)
    return lambda out: (
        *("builder", "build", str(source), "--out", str(out / "built"), "--config", config),
        *("--workers", many, "--quiet"),
    )


def _peer(name: str, source: Path, *options: str) -> Job:
    return lambda out: (f"tests.benchmarks.peer_{name}", str(source), str(out), *options)
