"""The report page: complete, harmless whatever the articles hold, the same every time."""

import json
import re
import shutil
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.config import parse_config
from builder.errors import ConfigError, InputError
from builder.pipeline import BuildRequest, build
from builder.render.report import embed_json, render_report
from builder.report import read_report, write_report
from builder.report.articles import MAX_CHARS
from schema.findings import Finding, FindingCode
from schema.manifest import Tally
from schema.receipts import rebuild_raw
from tests.e2e.hostile import ATTACKS, build_hostile


class Page(HTMLParser):
    """Elements and attributes of a page, and the contents of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def hostile_page(hostile: Path) -> str:
    return write_report(hostile).read_text()


def articles(page: str) -> list[dict[str, Any]]:
    return json.loads(Page(page).scripts[0])["articles"]  # type: ignore[no-any-return]


def test_the_seeds_show_what_was_removed_and_why(seeds: Path, tmp_path: Path) -> None:
    page = write_report(seeds, tmp_path / "seeds.html").read_text()
    shown = articles(page)
    assert len(shown) == 5
    for article in shown:
        pieces = [
            {"start": start, "end": end, "text": article["raw"][start:end]}
            for start, end, _ in article["removed"]
        ]
        kept = "".join(
            article["raw"][a:b]
            for a, b in zip(
                [0, *(piece["end"] for piece in pieces)],
                [*(piece["start"] for piece in pieces), len(article["raw"])],
                strict=True,
            )
        )
        assert rebuild_raw(kept, pieces) == article["raw"]
        assert all(rules for _, _, rules in article["removed"])
        for start, end, *_ in article["entities"]:
            assert kept[start:end].strip()
    assert "every check of <code>pressmark verify</code> passes" in page


def test_the_page_is_the_same_every_time(seeds: Path, tmp_path: Path) -> None:
    one, other = (write_report(seeds, tmp_path / name).read_bytes() for name in ("a", "b"))
    assert one == other


def test_the_funnel_sums(hostile: Path, hostile_page: str) -> None:
    manifest = json.loads((hostile / "manifest.json").read_text())
    cells = r'<th scope="row">(?:<code>)?(\w+)(?:</code>)?</th><td class="number">([−=]? ?[\d,]+)'
    rows = re.findall(cells, hostile_page)
    steps = {name: int(re.sub(r"\D", "", count)) for name, count in rows}
    rejected = sum(manifest["counts"]["rejects"].values())
    assert rejected >= 2
    assert steps["read"] - rejected == steps["published"]
    assert sum(steps[code] for code in manifest["counts"]["rejects"]) == rejected


def test_nothing_of_the_articles_becomes_an_element(hostile_page: str, seeds: Path) -> None:
    page = Page(hostile_page)
    known = {tag for tag, _ in Page(write_report(seeds, seeds.parent / "x.html").read_text()).tags}
    assert {tag for tag, _ in page.tags} - known <= {"table", "bdi"}
    assert len(page.scripts) == 2
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("href", "#").startswith("#")
        assert "src" not in attributes
    assert "49{" not in hostile_page


def test_attacks_are_shown_to_the_letter(hostile_page: str) -> None:
    shown = articles(hostile_page)
    raw = "".join(article["raw"] for article in shown)
    for attack in ATTACKS:
        assert attack.strip("\u2028\u2029") in raw or "\u2028" in attack
    assert not set(Page(hostile_page).scripts[0]) & set("<>&\u2028\u2029")


def test_long_articles_are_cut_and_say_so(hostile_page: str) -> None:
    assert len(hostile_page.encode()) < 2_000_000
    cut = [article for article in articles(hostile_page) if article["cut"]]
    assert cut
    for article in cut:
        shown = {name: (have, of) for name, have, of in article["cut"]}
        have, of = shown["characters of the raw text"]
        assert len(article["raw"]) == have <= MAX_CHARS < of


def test_the_funnel_tells_faults_from_duplicates(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    text = "The talks between Armenia and Turkey go on until the end of the month. " * 4
    lines = [{"text": text, "publisher": "Example"}] * 3 + [{"text": ""}]
    (source / "a.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    out = tmp_path / "out"
    build(BuildRequest(source, out, parse_config({}, "the test"), source))
    page = re.sub(r"<[^>]+>", " ", write_report(out).read_text())
    words = " ".join(page.split())
    assert "By language language read rejected duplicates published en 3 0 2 1" in words
    assert "unknown 1 1 0 0" in words
    assert "Example 3 0 2 1" in words
    shutil.rmtree(tmp_path / "out.rejects")
    assert "duplicates published" not in write_report(out).read_text()


def test_no_name_or_list_makes_the_page_large(hostile: Path) -> None:
    data = read_report(hostile, [Finding(FindingCode.FILE_NAME, "m" * 9_999)] * 9_999)
    manifest = data.manifest
    tally = Tally(read=1, published=1, rejected=0)
    counts = manifest.counts.model_copy(
        update={"sources": {f"{number}{'s' * 9_999}": tally for number in range(2_000)}}
    )
    config = {**manifest.config, "withhold": {"ids": ["0" * 32] * 99_999}}
    large = manifest.model_copy(
        update={"counts": counts, "config": config, "warnings": ("w" * 9_999,) * 9_999}
    )
    root = files("builder.render") / "templates"
    templates = {path.name: path.read_text("utf-8") for path in root.iterdir()}
    page = render_report(data._replace(manifest=large), templates)
    assert "1,980 others" in page
    assert len(page.encode()) < 700_000


def test_near_duplicates_are_compared(hostile_page: str) -> None:
    found = [article for article in articles(hostile_page) if article["neighbours"]]
    assert len(found) == 2
    diff = found[0]["neighbours"][0]["diff"]
    assert "It was the last meeting" in "".join(text for kind, text in diff if kind in "+-")
    assert found[0]["neighbours"][0]["jaccard"] >= 0.5


def test_another_seed_draws_in_another_order(hostile: Path) -> None:
    one, other = (read_report(hostile, [], seed).articles for seed in (1, 2))
    ids = [[article["id"] for article in drawn] for drawn in (one, other)]
    assert ids[0] != ids[1]


def test_the_command_writes_beside_the_folder(
    hostile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(hostile)]) == 0
    assert capsys.readouterr().out.strip() == f"{hostile}.report.html"


def test_a_report_inside_the_data_set_is_refused(hostile: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="beside it"):
        write_report(hostile, hostile / "report.html")
    with pytest.raises(InputError, match="no manifest"):
        write_report(tmp_path)


def test_json_cannot_end_a_script() -> None:
    text = "</script><!--&\u2028"
    assert json.loads(embed_json(text)) == text
    assert embed_json(text).isascii()
