"""Two releases are compared row by row, whatever their shards are."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.diff.compare import compare_releases, differing_rows
from builder.diff.difference import Moved
from builder.errors import InputError
from tests.hub.releases import NEWS, article_id, make_release

FR, EN = ("fr", "train"), ("en", "train")


def test_the_same_release_in_other_shards_has_no_difference_in_rows(tmp_path: Path) -> None:
    make_release(tmp_path / "old")
    make_release(tmp_path / "new", shards=2)
    found = compare_releases(tmp_path / "old", tmp_path / "new")
    assert (found.added, found.removed, found.changed, found.moved) == ((), (), (), ())
    assert found.suggestion.level == "patch"
    assert found.suggestion.version == "1.0.1"


def test_a_release_does_not_differ_from_itself(tmp_path: Path) -> None:
    make_release(tmp_path / "old")
    found = compare_releases(tmp_path / "old", tmp_path / "old")
    assert found.suggestion == ("none", "1.0.0", ())


def test_added_removed_and_moved_articles_are_told_apart(tmp_path: Path) -> None:
    make_release(tmp_path / "old")
    texts = {key: list(rows) for key, rows in NEWS.items()}
    gone, moved, new = texts[EN].pop(), texts[FR].pop(), "Tout neuf."
    texts["fr", "test"] = [*texts["fr", "test"], moved]
    texts[FR].append(new)
    make_release(tmp_path / "new", texts)
    found = compare_releases(tmp_path / "old", tmp_path / "new")
    assert found.added == (article_id(new),)
    assert found.removed == (article_id(gone),)
    assert found.moved == (Moved(article_id(moved), "train", "test"),)
    assert [finding.code for finding in found.findings] == ["SPLIT_MOVED"]
    assert found.splits == {"test": (1, 2), "train": (4, 3)}
    assert found.languages == {"en": (2, 1), "fr": (3, 4)}
    assert found.suggestion.level == "major"


def test_articles_in_a_new_split_are_a_minor_version(tmp_path: Path) -> None:
    make_release(tmp_path / "old")
    make_release(tmp_path / "new", {**NEWS, ("fr", "validation"): ["Tout neuf."]})
    found = compare_releases(tmp_path / "old", tmp_path / "new")
    assert found.suggestion.level == "minor"
    assert found.suggestion.version == "1.1.0"


def _rewrite(path: Path, column: str, values: pa.Array) -> None:
    table = pq.read_table(path)
    at = table.schema.get_field_index(column)
    pq.write_table(table.set_column(at, table.schema.field(column), values), path)


def test_a_changed_cell_is_found_in_its_column(tmp_path: Path) -> None:
    make_release(tmp_path / "old")
    make_release(tmp_path / "new")
    shard = tmp_path / "new/data/fr/train-00000-of-00001.parquet"
    ids = pq.read_table(shard)["id"].to_pylist()
    _rewrite(shard, "flags", pa.array([["video"], []], pa.list_(pa.string())))
    found = compare_releases(tmp_path / "old", tmp_path / "new")
    assert found.changed == (ids[0],)
    assert found.columns == {"flags": 1}


def test_columns_that_come_and_go_are_named(tmp_path: Path) -> None:
    make_release(tmp_path / "old")
    make_release(tmp_path / "new")
    for shard in (tmp_path / "new/data").rglob("*.parquet"):
        table = pq.read_table(shard).drop_columns(["title"])
        mood = pa.array(["calm"] * len(table))
        pq.write_table(table.append_column("mood", mood), shard)
    found = compare_releases(tmp_path / "old", tmp_path / "new")
    assert found.schema == ("column title is gone", "column mood is new")
    assert found.suggestion.version == "2.0.0"


def test_a_folder_without_a_manifest_is_read_by_its_names(tmp_path: Path) -> None:
    make_release(tmp_path / "old")
    make_release(tmp_path / "new")
    (tmp_path / "old/manifest.json").unlink()
    found = compare_releases(tmp_path / "old", tmp_path / "new")
    assert (found.old_version, found.added, found.removed) == (None, (), ())


def test_shards_without_a_folder_of_their_language_are_read(tmp_path: Path) -> None:
    for name, ids in (("old", ["a", "b"]), ("new", ["b", "c"])):
        (tmp_path / name / "data").mkdir(parents=True)
        shard = tmp_path / name / "data/train-00000-of-00001.parquet"
        pq.write_table(pa.table({"id": ids, "text": ids}), shard)
    found = compare_releases(tmp_path / "old", tmp_path / "new")
    assert (found.added, found.removed, found.changed) == (("c",), ("a",), ())
    assert found.languages == {"und": (2, 2)}


@pytest.mark.parametrize("content", [None, b"not parquet"])
def test_what_is_no_release_is_an_input_error(tmp_path: Path, content: bytes | None) -> None:
    make_release(tmp_path / "new")
    shard = tmp_path / "old/data/fr/train-00000-of-00001.parquet"
    shard.parent.mkdir(parents=True)
    if content is not None:
        shard.write_bytes(content)
    with pytest.raises(InputError, match="release"):
        compare_releases(tmp_path / "old", tmp_path / "new")


_CELLS = st.lists(st.one_of(st.none(), st.lists(st.integers(0, 1), max_size=2)), max_size=40)


@given(_CELLS, st.data())
def test_halving_finds_what_a_loop_finds(
    cells: list[list[int] | None], data: st.DataObject
) -> None:
    other = [
        cell if data.draw(st.booleans()) else data.draw(st.sampled_from([None, [], [1], [0, 1]]))
        for cell in cells
    ]
    kind = pa.list_(pa.int64())
    expected = [at for at, (a, b) in enumerate(zip(cells, other, strict=True)) if a != b]
    assert differing_rows(pa.array(cells, kind), pa.array(other, kind)) == expected
