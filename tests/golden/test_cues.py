"""Pages of publishers that do not exist: what stays, what goes, and why.

`pytest tests/golden --update-golden` writes what comes out now; read the difference.
"""

import json
from pathlib import Path

import pytest

from builder.text.clean import remove_spans
from builder.text.cue_rules import CueRules
from builder.text.cues import propose_cues
from builder.tools import RULES, load_cues

PAGES = sorted((Path(__file__).parent / "cues").glob("*.txt"))


@pytest.fixture(scope="module")
def rules() -> CueRules:
    return load_cues(RULES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_golden_page_comes_out_as_reviewed(
    path: Path, rules: CueRules, request: pytest.FixtureRequest
) -> None:
    golden = path.with_suffix(".json")
    expected = json.loads(golden.read_text(encoding="utf-8"))
    text, language = path.read_text(encoding="utf-8"), expected["language"]
    kept, removed = remove_spans(text, propose_cues(text, language, rules))
    pieces = [{"text": text[one.start : one.end], "rules": list(one.rules)} for one in removed]
    found = {"language": language, "kept": kept, "removed": pieces}
    if request.config.getoption("--update-golden"):
        golden.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == expected
