"""Whatever breaks, readers see the old release or the new one, and a second run ends at the new."""

from collections import Counter
from pathlib import Path

import pytest

from tests.hub.scenarios import Scenario, all_scenarios, run_scenario, smoke_scenarios


@pytest.mark.parametrize("scenario", smoke_scenarios(), ids=lambda one: one.name)
def test_main_is_whole_and_a_second_run_gets_there(scenario: Scenario) -> None:
    assert run_scenario(scenario).problems == []


@pytest.mark.slow
@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda one: one.name)
def test_main_is_whole_whatever_breaks(scenario: Scenario) -> None:
    assert run_scenario(scenario).problems == []


def test_the_matrix_is_wide_and_the_guide_shows_all_of_it() -> None:
    """If this fails: put the output of `python -m tests.hub.table` into docs/publishing.md."""
    scenarios = all_scenarios()
    assert len({one.name for one in scenarios}) == len(scenarios) >= 40
    guide = (Path(__file__).parents[2] / "docs/publishing.md").read_text(encoding="utf-8")
    for (flow, failure), count in Counter((one.flow, one.failure) for one in scenarios).items():
        assert f"| {flow} | {failure} | {count} |" in guide
    total = next(line for line in guide.splitlines() if line.startswith("| **all** |"))
    cells = [cell.strip("* ") for cell in total.strip("|").split("|")]
    assert cells[2] == cells[9] == str(len(scenarios))
    assert cells[8] == "0", "no run left a mixture"
