"""Pictures are small, the same every time, and legible on light and dark pages."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from builder.render.card import read_blocks
from builder.render.charts import INK, REST, SERIES, Bar, bar_chart, box_chart, column_chart
from builder.render.pictures import picture_links, render_pictures
from schema.manifest import BuildManifest, CorpusStats

SVG = "{http://www.w3.org/2000/svg}"
#: The Hub's pages, light and dark.
PAGES = ("#ffffff", "#0b0f19")


@pytest.fixture
def manifest(seeds: Path) -> BuildManifest:
    return BuildManifest.model_validate_json((seeds / "manifest.json").read_bytes())


def with_stats(manifest: BuildManifest, **stats: object) -> BuildManifest:
    changed = CorpusStats.model_validate({**manifest.stats.model_dump(), **stats})
    return manifest.model_copy(update={"stats": changed})


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("page", PAGES)
def test_words_and_shapes_stand_out_in_both_themes(page: str) -> None:
    assert contrast(INK, page) >= 4
    assert min(contrast(colour, page) for colour in (*SERIES, REST)) >= 3


def test_the_folder_holds_what_the_manifest_gives(seeds: Path, manifest: BuildManifest) -> None:
    pictures = render_pictures(manifest)
    assert sorted(pictures) == ["assets/languages.svg", "assets/lengths.svg", "assets/years.svg"]
    for name, picture in pictures.items():
        assert (seeds / name).read_text() == picture
        root = ET.fromstring(picture)
        assert root.get("role") == "img"
        assert root.get("aria-label") == root.findtext(f"{SVG}title")


def test_the_card_shows_each_with_its_numbers_in_words(
    seeds: Path, manifest: BuildManifest
) -> None:
    block = read_blocks((seeds / "README.md").read_text())["pictures"]
    assert block == picture_links(manifest)
    assert "![Articles by language and split: fr 5.](assets/languages.svg)" in block
    assert "2025 1, no date 4" in block


def test_many_languages_and_years_are_drawn_together(manifest: BuildManifest) -> None:
    tags = [f"{a}{b}" for a in "abcde" for b in "abcdef"]
    years = {str(year): 2 for year in range(1900, 2026)}
    many = with_stats(manifest, languages={tag: {"train": 1} for tag in tags}, years=years)
    links = picture_links(many)
    assert "11 others 11" in links
    assert "–2006 214, 2007 2," in links
    assert "2025 2." in links


def test_a_build_without_articles_has_no_pictures(manifest: BuildManifest) -> None:
    assert render_pictures(with_stats(manifest, articles=0, lengths={})) == {}


@pytest.mark.parametrize("evil", ['"><script>alert(1)</script>', "&amp;", "a\nb", "\u202egnp"])
def test_labels_stay_text(evil: str) -> None:
    bars = [Bar(evil, (3, 0)), Bar("", (0, 0))]
    for picture in (
        bar_chart(evil, bars, (evil, "other")),
        column_chart(evil, [Bar(evil, (1,))], Bar(evil, (2,))),
    ):
        root = ET.fromstring(picture)
        assert {item.tag.removeprefix(SVG) for item in root.iter()} <= {
            *("svg", "title", "rect", "text", "path")
        }


def test_charts_of_nothing_are_drawn() -> None:
    for picture in (bar_chart("none", []), column_chart("none", [])):
        ET.fromstring(picture)


def test_one_length_is_a_box_of_no_width() -> None:
    names = ("min", "p05", "p25", "p50", "p75", "p95", "max")
    assert "median 7" in box_chart("one", dict.fromkeys(names, 7))
