"""Date rules come back from arrays as they were."""

from builder.text.date_patterns import load_date_rules
from builder.text.date_store import pack_date_rules, unpack_date_rules
from builder.tools import RULES


def test_rules_come_back_as_they_were() -> None:
    rules = load_date_rules(RULES / "dates")
    found = unpack_date_rules(pack_date_rules(rules))
    assert found == rules
    assert list(found.months) == list(rules.months)
