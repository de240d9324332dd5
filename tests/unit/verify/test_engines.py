"""Every library reads the same rows, wherever the folder lies."""

from contextlib import contextmanager
from pathlib import Path

from builder.verify import verify
from builder.verify.engines import choose_engines
from tests.make_release import Release


def test_a_path_is_never_a_pattern(tmp_path: Path) -> None:
    folder = Release().write(tmp_path / "news [2025]" / "{all,of*it}?" / "tiny")
    assert verify(folder, engines="all") == []


def test_a_pattern_that_fits_a_neighbour_reads_no_row_of_it(tmp_path: Path) -> None:
    Release().write(tmp_path / "news1" / "tiny")
    folder = Release().write(tmp_path / "news[12]" / "tiny")
    assert verify(folder, engines="all") == []


def test_the_progress_ends_where_it_was_said_to_end(tmp_path: Path) -> None:
    stages: dict[str, list[int]] = {}

    @contextmanager
    def watch(stage: str, total: int, unit: str):
        assert unit
        stages[stage] = [total, 0]

        def advance(done: int) -> None:
            stages[stage][1] += done

        yield advance

    folder = Release().write(tmp_path / "tiny")
    assert verify(folder, progress=watch) == []
    assert set(stages) == {"read", "compare"}
    assert all(total == done > 0 for total, done in stages.values())
    assert len(choose_engines("all")) == 5
