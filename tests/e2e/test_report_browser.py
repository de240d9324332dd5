"""The report page in a real browser: works from disk, asks nobody, runs nothing foreign."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from builder.report import write_report
from tests.e2e.hostile import ATTACKS, build_hostile

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("playwright") is None, reason="playwright is not installed"),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (apt install chromium)"),
]
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A page with all that it says and asks for."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        self.noise: list[str] = []
        self.requests: list[str] = []
        self.page = browser.new_context(**options).new_page()
        self.page.on("console", lambda message: self.noise.append(message.text))
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        self.page.on("dialog", lambda dialog: self.noise.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())
        self.address = path.as_uri()

    def is_quiet(self) -> bool:
        return not self.noise and self.requests == [self.address]


@pytest.fixture
def seeds_page(seeds: Path, tmp_path: Path) -> Path:
    return write_report(seeds, tmp_path / "seeds.html")


def test_it_filters_searches_and_shows_an_article(browser: Any, seeds_page: Path) -> None:
    visit = Visit(browser, seeds_page)
    page = visit.page
    assert page.locator("#list button").count() == 5
    page.select_option("#filter-split", "test")
    assert page.locator("#count").inner_text() == "1 of 5 shown"
    page.select_option("#filter-split", "")
    page.select_option("#filter-flag", "liveblog")
    assert page.locator("#list button").count() >= 1
    page.select_option("#filter-flag", "")
    page.fill("#search", "no such words")
    assert page.locator("#list button").count() == 0
    assert "No article" in page.locator("#detail").inner_text()
    page.fill("#search", "Noursoultan")
    assert page.locator("#count").inner_text() == "1 of 5 shown"
    assert "Maison Blanche" in page.locator("#detail").inner_text()
    assert visit.is_quiet()


def test_a_removed_piece_tells_its_rule(browser: Any, seeds_page: Path) -> None:
    visit = Visit(browser, seeds_page)
    visit.page.locator(".removed").first.hover()
    assert visit.page.locator("#tip").inner_text().startswith("removed by ")
    visit.page.locator(".entity").nth(5).hover()
    assert "score 0." in visit.page.locator("#tip").inner_text()
    visit.page.keyboard.press("Escape")
    assert not visit.page.locator("#tip").is_visible()
    assert visit.is_quiet()


def test_evidence_leads_to_its_place(browser: Any, seeds_page: Path) -> None:
    visit = Visit(browser, seeds_page)
    visit.page.fill("#search", "date 2025-11-07")
    visit.page.locator("ul.evidence button").first.click()
    assert visit.page.locator(".found").first.inner_text().strip() == "2025-11-07"


def test_the_keyboard_is_enough(browser: Any, seeds_page: Path) -> None:
    visit = Visit(browser, seeds_page)
    visit.page.locator("#list button").first.focus()
    before = visit.page.locator("#detail").inner_text()
    visit.page.keyboard.press("ArrowDown")
    assert visit.page.locator("#list button[aria-current]").count() == 1
    assert visit.page.locator("#detail").inner_text() != before
    assert visit.is_quiet()


def test_nothing_moves_while_it_opens(browser: Any, seeds_page: Path) -> None:
    visit = Visit(browser, seeds_page, viewport={"width": 1280, "height": 900})
    shifts = visit.page.evaluate(
        "new Promise(done => new PerformanceObserver(found => done(found.getEntries().length))"
        ".observe({ type: 'layout-shift', buffered: true }) || setTimeout(done, 500, 0))"
    )
    assert shifts == 0


def test_the_receipt_is_a_list_too(browser: Any, seeds_page: Path) -> None:
    visit = Visit(browser, seeds_page)
    visit.page.fill("#search", "date 2025-11-07")
    items = visit.page.locator("#detail details li")
    assert "date 2025-11-07 15 characters, cue.date_header: a phrase" in items.first.inner_text()
    items.first.locator("button").click()
    assert visit.page.locator(".found").first.inner_text().startswith("date")
    assert visit.is_quiet()


def test_near_duplicates_can_be_opened(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, write_report(build_hostile(tmp_path)))
    visit.page.fill("#search", "It was the last meeting of the year")
    before = visit.page.locator("#detail dd code").inner_text()
    box = visit.page.locator("#detail details", has_text="Jaccard 0.")
    box.locator("summary").click()
    assert "It was the last meeting" in box.locator("del").last.inner_text()
    box.locator("button").click()
    assert visit.page.locator("#detail dd code").inner_text() != before
    assert visit.is_quiet()


@pytest.mark.skipif(
    find_spec("axe_playwright_python") is None, reason="axe-playwright-python is not installed"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(browser: Any, scheme: str, tmp_path: Path) -> None:
    """Contrast, names, roles and order, of a page with every part, and with all parts open."""
    from axe_playwright_python.sync_playwright import Axe

    visit = Visit(browser, write_report(build_hostile(tmp_path)), color_scheme=scheme)
    for text in ("It was the last meeting of the year", ""):
        visit.page.fill("#search", text)
        visit.page.evaluate(
            "for (const box of document.querySelectorAll('details')) box.open = true"
        )
        found = Axe().run(visit.page)
        assert found.response["passes"]
        assert not found.response["violations"], found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_themes_switch_and_nothing_is_wider_than_the_page(
    browser: Any, seeds_page: Path, scheme: str, width: int
) -> None:
    visit = Visit(
        browser, seeds_page, color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    background = "getComputedStyle(document.body).backgroundColor"
    before = visit.page.evaluate(background)
    assert (before == "rgb(255, 255, 255)") == (scheme == "light")
    visit.page.click("#theme")
    assert visit.page.evaluate(background) != before
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.is_quiet()


def test_attacks_are_text(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, write_report(build_hostile(tmp_path)))
    page = visit.page
    count = page.locator("#list button").count()
    assert count >= len(ATTACKS)
    for at in range(count):
        page.locator("#list button").nth(at).click()
        for details in page.locator("#detail details").all():
            details.locator("summary").click()
    assert page.evaluate("window.attacked") is None
    assert page.locator("img, iframe, link, object, main script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert visit.is_quiet()


def test_it_prints(browser: Any, seeds_page: Path) -> None:
    visit = Visit(browser, seeds_page, color_scheme="dark")
    visit.page.emulate_media(media="print")
    assert not visit.page.locator("#list").is_visible()
    assert visit.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert visit.page.pdf()[:5] == b"%PDF-"
