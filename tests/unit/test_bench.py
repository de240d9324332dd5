"""The corpus of the benchmark is what it says, and what was found in it is counted rightly."""

import itertools
import json

from tests.benchmarks.truth import compare
from training.bench.make_pages import make_pages


def test_pages_repeat_and_copies_are_copies():
    first, again = (list(make_pages(600_000, seed=3)) for _ in range(2))
    assert first == again
    pages = {page["id"]: page for page, _ in first}
    truths = [truth for _, truth in first if truth]
    assert len(pages) == len(first)
    assert {truth["kind"] for truth in truths} > {"exact", "edited"}
    for truth in truths:
        same = pages[truth["id"]]["text"] == pages[truth["original"]]["text"]
        assert same == (truth["kind"] == "exact")
        assert 0 < truth["jaccard"] <= 1


def test_found_and_wrongly_merged_articles_are_counted(tmp_path):
    truths = [
        {"id": "b", "original": "a", "kind": "exact", "jaccard": 1.0},
        {"id": "c", "original": "a", "kind": "cut", "jaccard": 0.65},
        {"id": "d", "original": "a", "kind": "edited", "jaccard": 0.65},
    ]
    path = tmp_path / "x.truth.jsonl"
    path.write_text("".join(json.dumps(truth) + "\n" for truth in truths))
    groups = dict(itertools.chain(zip("abc", "aaa", strict=True), zip("dxyz", "dxxz", strict=True)))
    assert compare(groups, path) == {
        "exact copies": "100.0% of 1 pairs",
        "similarity 0.6 to 0.7": "50.0% of 2 pairs",
        "merged wrongly": "1 of 7",
    }
