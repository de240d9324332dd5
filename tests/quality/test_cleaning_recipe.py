"""What the layout model is trained on is read as it is marked, and trains to the same weights."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from builder.text.layout_network import load_networks
from schema.terms import Flag
from training.cleaning.kinds import KINDS, KindPage, measure_flags, read_kinds
from training.cleaning.marks import add_marks, fingerprint, read_marks
from training.cleaning.pages import GoldPage
from training.cleaning.written import WRITTEN, read_written

ROOT = Path(__file__).parents[2]
PAGE = """=== nb-NO | a page
N\tForside
{
T\tBroen åpner
N\tAv Kari Testnes
A\tBroen åpner i mai.
O\tSaken er oppdatert.
}
N\tLes mer
"""


def page(lines: str) -> GoldPage:
    empty: tuple[str, ...] = ()
    return GoldPage("a", "set", "a.example", "", "en", lines, "", "", "", empty, empty, empty, {})


def test_a_written_page_is_read_as_marked(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(PAGE + PAGE, "utf-8")
    first, second = read_written(tmp_path)
    assert first.domain != second.domain
    assert first.language == "nb"
    assert first.lines.split("\n")[0] == "Forside"
    assert first.near == "Broen åpner\nAv Kari Testnes\nBroen åpner i mai.\nSaken er oppdatert."
    assert (first.title, first.gold) == ("Broen åpner", "Broen åpner i mai.")
    assert first.optional == ("Saken er oppdatert.",)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        PAGE.replace("=== nb-NO | a page\n", ""),
        PAGE.replace("nb-NO |", "nb-NO"),
        PAGE.replace("}\n", ""),
        PAGE.replace("N\tLes", "X\tLes"),
    ],
)
def test_a_page_of_another_form_is_refused(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "one.txt").write_text(wrong, "utf-8")
    with pytest.raises(ValueError, match=r"one|no pages"):
        read_written(tmp_path)


def test_the_pages_of_the_project_are_whole() -> None:
    """Every page has a headline and an article near each other, and noise around both."""
    pages = read_written(WRITTEN)
    assert len({page.language for page in pages}) > 30
    for one in pages:
        near = one.near.split("\n")
        assert one.title in near, one.id
        assert one.gold, one.id
        assert set(one.gold.split("\n")) <= set(near), one.id
        assert len(near) < len(one.lines.split("\n")), one.id


def test_marks_give_a_page_its_lines(tmp_path: Path) -> None:
    text = "Menu\nFirst.\nSecond.\nNote.\nFooter"
    path = tmp_path / "marks.txt"
    path.write_text(f"a\t{fingerprint(text)}\t1-2 ? 3\n", "utf-8")
    marked = add_marks(page(text), read_marks(path)["a"])
    assert (marked.gold, marked.optional) == ("First.\nSecond.", ("Note.",))


def test_marks_of_another_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "marks.txt"
    path.write_text(f"a\t{fingerprint('one')}\t0\n", "utf-8")
    with pytest.raises(ValueError, match="not those that were marked"):
        add_marks(page("two"), read_marks(path)["a"])
    path.write_text("a 1-2\n", "utf-8")
    with pytest.raises(ValueError, match="line 1"):
        read_marks(path)
    path.write_text("a\t0\t1\na\t0\t2\n", "utf-8")
    with pytest.raises(ValueError, match="line 2 marks a again"):
        read_marks(path)


def test_pages_that_are_no_article_are_of_all_kinds() -> None:
    kinds = Counter(one.group.split(",")[0] for one in read_kinds(KINDS))
    assert kinds == dict.fromkeys(("article", "index", "liveblog", "video", "login_wall"), 18)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "Home\n",
        "Home\n=== fr | video\nAccueil\n",
        "=== fr | nothing\nAccueil\n",
        "=== fr\nAccueil\n",
        "=== fr | video\n",
    ],
)
def test_a_page_of_no_known_kind_is_refused(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "one.txt").write_text(wrong, "utf-8")
    with pytest.raises(ValueError, match=r"one\.txt|no pages"):
        read_kinds(tmp_path)


def test_flags_are_counted_by_kind() -> None:
    pages = [KindPage("video", "a", "en", "one"), KindPage("article", "a", "en", "two")]
    rates = measure_flags(
        pages, lambda one: {Flag.VIDEO, Flag.REPRINT} if "one" in one.lines else ()
    )
    assert (rates["video"].pages, rates["video"].any, rates["article"].any) == (1, 1, 0)
    assert rates["video"].flags == {Flag.VIDEO: 1}


@pytest.mark.slow
def test_training_twice_gives_the_same_weights(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pages, written = tmp_path / "pages.jsonl", tmp_path / "written"
    record = {
        "source_set": "set",
        "language": "en",
        "raw_near": "",
        "gold_text": "One.\nTwo.\nThree.",
    }
    record |= {"raw_lines": "Home\nOne.\nTwo.\nThree.\nMore", "gold_title": "", "url": ""}
    record |= {"gold_optional": [], "gold_with": [], "gold_without": []}
    rows = [record | {"doc_id": f"{n}", "domain": f"{n}.example"} for n in range(4)]
    pages.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    written.mkdir()
    (written / "few.txt").write_text(PAGE * 4, "utf-8")
    made = []
    for name, seed in (("first", "1"), ("second", "2")):
        command = [sys.executable, "-m", "training.cleaning.train", str(pages)]
        command += [str(tmp_path / name), "--written", str(written), "--epochs", "2"]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        made.append((tmp_path / name / "layout.npz").read_bytes())
    assert made[0] == made[1]
    assert len(load_networks(tmp_path / "first" / "layout.npz")) == 4
