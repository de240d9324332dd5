"""Compare the duplicates that were found with those that were planted."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

#: Similarities of planted copies that are counted together.
BANDS = ((0.3, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 1.0))


def groups_of_build(out: Path) -> dict[str, str]:
    """Return the cluster of each article of a build, by the ids of the input."""
    columns = ["id", "cluster_id", "origin"]
    tables = [pq.read_table(path, columns=columns) for path in sorted(out.glob("data/*/*.parquet"))]
    groups: dict[str, str] = {}
    of_id: dict[str, str] = {}
    for row in pa.concat_tables(tables).to_pylist():
        groups[row["origin"]["id"]] = of_id[row["id"]] = row["cluster_id"]
    rejects = out.with_name(f"{out.name}.rejects")
    for path in rejects.glob("*.parquet"):
        for row in pq.read_table(path, columns=["origin_id", "kept"]).to_pylist():
            if row["kept"]:
                groups[row["origin_id"]] = of_id[row["kept"]]
    return groups


def compare(groups: Mapping[str, str], truth_path: Path) -> dict[str, str]:
    """Return the share of planted pairs that are in one group, and the articles merged wrongly."""
    truths = [json.loads(line) for line in truth_path.read_text(encoding="utf-8").splitlines()]
    found: dict[str, list[bool]] = defaultdict(list)
    family: dict[str, str] = {}
    for truth in truths:
        copy, original = truth["id"], truth["original"]
        family[copy] = original
        if copy in groups and original in groups:
            found[_label(truth)].append(groups[copy] == groups[original])
    result = {
        label: f"{sum(hits) / len(hits):.1%} of {len(hits)} pairs"
        for label, hits in sorted(found.items())
    }
    return result | {"merged wrongly": f"{_merged_wrongly(groups, family)} of {len(groups)}"}


def _label(truth: Mapping[str, object]) -> str:
    if truth["kind"] == "exact":
        return "exact copies"
    similarity = float(str(truth["jaccard"]))
    low, high = next((band for band in BANDS if similarity <= band[1]), BANDS[-1])
    return f"similarity {low} to {high}" if similarity >= low else f"similarity under {low}"


def _merged_wrongly(groups: Mapping[str, str], family: Mapping[str, str]) -> int:
    """Count the articles in a group where most others are of another family."""
    members: dict[str, list[str]] = defaultdict(list)
    for article, group in groups.items():
        members[group].append(family.get(article, article))
    return sum(len(names) - _most(names) for names in members.values())


def _most(names: Iterable[str]) -> int:
    return Counter(names).most_common(1)[0][1]
