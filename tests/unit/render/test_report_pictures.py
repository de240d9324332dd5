"""The pictures of the report: what the rows say, however much or little that is."""

from pathlib import Path

import pytest

from builder.render.charts import Bar, boxes_chart, column_chart
from builder.render.report_pictures import RowCounts, report_pictures
from schema.manifest import BuildManifest

QUANTILES = {"min": 1, "p05": 10, "p25": 100, "p50": 500, "p75": 1_000, "p95": 9_000, "max": 9_999}


@pytest.fixture
def manifest(seeds: Path) -> BuildManifest:
    return BuildManifest.model_validate_json((seeds / "manifest.json").read_bytes())


def pictures(
    manifest: BuildManifest, months: dict[tuple[str | None, str | None], int]
) -> list[str]:
    counts = RowCounts(
        {1: 5, 2: 4, 7: 14, 9: 9, 5_000: 5_000}, months, {"fr": QUANTILES}, {"Astana": 3}
    )
    return [f"{words}\n{svg}" for words, svg in report_pictures(manifest, counts)]


def test_a_short_time_is_drawn_by_month(manifest: BuildManifest) -> None:
    months = {("2025-11", "header"): 2, ("2026-02", "url"): 1, (None, None): 4}
    found = pictures(manifest, months)[1]
    assert found.startswith("Articles by month and where their date was found")
    for word in ("header", "url", "2025-11", "no date"):
        assert f">{word}</text>" in found
    assert ">metadata</text>" not in found


def test_a_long_time_is_drawn_by_year_and_the_first_years_together(manifest: BuildManifest) -> None:
    months = {(f"{year}-05", "metadata"): 1 for year in range(1900, 2000)}
    found = pictures(manifest, months)[1]
    assert found.startswith("Articles by year")
    assert found.count("<rect") == 36 + 1  # and one of the legend
    assert ">–1964</text>" in found


def test_nothing_dated_is_drawn_too(manifest: BuildManifest) -> None:
    assert ">no date</text>" in pictures(manifest, {(None, None): 5})[1]


def test_large_clusters_share_a_bar(manifest: BuildManifest) -> None:
    found = next(picture for picture in pictures(manifest, {}) if "by size" in picture)
    for label, rows in (("1", "5"), ("2", "4"), ("5–9", "23"), ("1,000 or more", "5,000")):
        assert f">{label}</text>" in found
        assert f">{rows}</text>" in found


def test_lengths_stand_on_one_scale() -> None:
    svg = boxes_chart("lengths", {"fr": QUANTILES, "de": {**QUANTILES, "p50": 600}}, 440)
    assert ">500</text>" in svg
    assert ">10,000</text>" in svg
    assert svg.count("<rect") == 2


def test_parts_of_a_column_are_stacked() -> None:
    svg = column_chart("x", [Bar("2025", (1, 1))], series=["a", "b"], width=440)
    tops = [line.split('y="')[1].split('"')[0] for line in svg.splitlines() if "<rect" in line][2:]
    assert len(set(tops)) == 2
