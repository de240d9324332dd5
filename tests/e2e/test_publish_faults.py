"""Whatever breaks, readers see the old release or the new one, and a second run ends at the new."""

import pytest

from tests.hub.scenarios import Scenario, all_scenarios, run_scenario, smoke_scenarios


@pytest.mark.parametrize("scenario", smoke_scenarios(), ids=lambda one: one.name)
def test_main_is_whole_and_a_second_run_gets_there(scenario: Scenario) -> None:
    assert run_scenario(scenario).problems == []


@pytest.mark.slow
@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda one: one.name)
def test_main_is_whole_whatever_breaks(scenario: Scenario) -> None:
    assert run_scenario(scenario).problems == []


def test_the_matrix_is_wide() -> None:
    scenarios = all_scenarios()
    assert len({one.name for one in scenarios}) == len(scenarios) >= 40
