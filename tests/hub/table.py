"""Measure what publishing promises, and print it as the tables of docs/publishing.md.

python -m tests.hub.table [--megabytes 100] [--only bytes,readers,faults]
"""

import argparse
import hashlib
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from schema.manifest import BuildManifest
from tests.hub.clients import run_client
from tests.hub.publisher import start_publisher, wait_publisher
from tests.hub.releases import NEWS, make_release, rewrite_manifest
from tests.hub.scenarios import REPO, Outcome, Scenario, all_scenarios, run_scenario
from tests.hub.server import LoopbackHub

SHARDS = 10
#: Random letters compress to about this share of their number.
PACKED = 0.6

READ = """
    import json, sys
    from datasets import get_dataset_config_names, load_dataset
    local, repo, revision = sys.argv[1:4]
    lines = []
    for config in get_dataset_config_names(repo, revision=revision):
        expected = load_dataset(local, config)
        normal = load_dataset(repo, config, revision=revision)
        streamed = load_dataset(repo, config, revision=revision, streaming=True)
        for split in expected:
            rows = list(expected[split])
            same = [list(found[split]) == rows for found in (normal, streamed)]
            lines.append([config, split, len(rows), *same])
    print(json.dumps(lines))
"""


def main() -> int:
    """Print the tables that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--only", default="readers,bytes,faults")
    asked = parser.parse_args()
    tables = {
        "readers": readers_table,
        "bytes": lambda: bytes_table(asked.megabytes),
        "faults": lambda: faults_table(all_scenarios()),
    }
    for name in asked.only.split(","):
        print("\n".join(tables[name]()), end="\n\n", flush=True)
    return 0


def readers_table() -> Iterator[str]:
    """Compare what readers load with the local rows, at the old tag and at the new one."""
    grown = {**NEWS, ("fr", "train"): [*NEWS["fr", "train"], "Un texte de plus."]}
    with tempfile.TemporaryDirectory() as name, LoopbackHub() as hub:
        folder = Path(name)
        make_release(folder / "v1", NEWS)
        make_release(folder / "v2", grown, version="2.0.0")
        for tag in ("v1", "v2"):
            _publish(hub, folder / tag, tag)
        yield "| revision | config | split | rows | `load_dataset` | streaming |"
        yield "|---|---|---|---|---|---|"
        for tag in ("v1", "v2"):
            done = run_client(READ, str(folder / tag), REPO, tag, endpoint=hub.url, token="hf_ada")
            for config, split, rows, *same in done.value:
                marks = " | ".join("equal" if one else "DIFFERENT" for one in same)
                yield f"| {tag} | {config} | {split} | {rows} | {marks} |"


def bytes_table(megabytes: int) -> Iterator[str]:
    """Count the bytes that arrive for a first release, the same again, and one changed row."""
    rng = random.Random(6)
    letters = "abcdefghijklmnopqrstuvwxyz"
    chars = int(megabytes * 1e6 / PACKED / (SHARDS * 10))
    rows = ["".join(rng.choices(letters, k=chars)) for _ in range(SHARDS * 10)]
    with tempfile.TemporaryDirectory() as name, LoopbackHub() as hub:
        folder = Path(name) / "dist"
        manifest = make_release(folder, {("fr", "train"): rows}, shards=SHARDS)
        size = sum(shard.bytes for shard in manifest.shards)
        yield f"Build of {size / 1e6:,.1f} MB in {SHARDS} shards; plain LFS, no Xet."
        yield ""
        yield "| publication | commits | bytes received by the Hub | of the build |"
        yield "|---|---|---|---|"
        for title in ("first", "unchanged", "one changed row"):
            if title == "one changed row":
                _change_one_row(folder, manifest)
            before = len(hub.repo(REPO).history()) if hub.store.repos else 1
            hub.log.clear()
            _publish(hub, folder, None)
            commits = len(hub.repo(REPO).history()) - before
            sent = hub.bytes_received()
            yield f"| {title} | {commits} | {sent:,} | {sent / size:.1%} |"


def faults_table(scenarios: Iterable[Scenario]) -> Iterator[str]:
    """Run every scenario and count what came of it."""
    totals: dict[tuple[str, str], Counter[str]] = {}
    problems: list[str] = []
    for scenario in scenarios:
        outcome = run_scenario(scenario)
        total = totals.setdefault((scenario.flow, scenario.failure), Counter())
        total.update(_marks(outcome))
        problems += [f"- {scenario.name}: {text}" for text in outcome.problems]
        print(".", end="", file=sys.stderr, flush=True)
    columns = ["scenarios", "exit 0", "exit 5", "killed", "before", "new", "mixed", "end new"]
    yield (
        "| flow | failure | scenarios | 1st run: exit 0 | exit 5 | killed "
        "| then main: as before | new | mixed | after the 2nd run: new, tagged |"
    )
    yield "|---" * 10 + "|"
    for (flow, failure), total in totals.items():
        cells = " | ".join(str(total[name]) for name in columns)
        yield f"| {flow} | {failure} | {cells} |"
    whole = sum(totals.values(), Counter())
    yield "| **all** | | " + " | ".join(f"**{whole[name]}**" for name in columns) + " |"
    if problems:
        yield ""
        yield from problems


def _marks(outcome: Outcome) -> Iterator[str]:
    yield "scenarios"
    yield {0: "exit 0", 5: "exit 5"}.get(outcome.first, "killed")
    if any(text.startswith("main ") for text in outcome.problems):
        yield "mixed"
    else:
        yield "new" if outcome.main_between == "new" else "before"
    if outcome.second == 0 and not outcome.problems:
        yield "end new"


def _publish(hub: LoopbackHub, folder: Path, tag: str | None) -> None:
    home = folder.parent / "home"
    options = {"folder": folder, "repo_id": REPO, "tag": tag, "retry": {"timeout_s": 120}}
    done = wait_publisher(start_publisher(hub.url, home, **options), timeout=600)
    if done.code:
        raise SystemExit(f"publishing failed: {done.stderr}")


def _change_one_row(folder: Path, manifest: BuildManifest) -> None:
    """Give one article a title, as a better build would."""
    shard = manifest.shards[3]
    table = pq.read_table(folder / shard.path)
    titles = pa.array(["A headline", *[None] * (len(table) - 1)])
    at = table.schema.get_field_index("title")
    changed = table.set_column(at, table.schema.field("title"), titles)
    pq.write_table(changed, folder / shard.path, compression="zstd")
    content = (folder / shard.path).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    new = shard.model_copy(update={"bytes": len(content), "sha256": digest})
    shards = tuple(new if one is shard else one for one in manifest.shards)
    updated = manifest.model_copy(update={"shards": shards, "version": "1.0.1"})
    rewrite_manifest(folder, updated, ["LICENSE", "README.md"])


if __name__ == "__main__":
    sys.exit(main())
