"""Charts as SVG: shapes and numbers, nothing else.

Written by hand: a charting library would bring megabytes, fonts, ids made by chance and
bytes that change with its version, for bars that need four elements. The background is
transparent and every colour lies half-way between black and white in contrast, so that a
chart can be read on a light and on a dark page. Text uses whatever sans-serif is there.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple

__all__ = ["NARROW", "SERIES", "Bar", "bar_chart", "box_chart", "boxes_chart", "column_chart"]

#: Width of a chart in its own units; it is scaled to the page. A narrow one can be read on a phone.
WIDTH = 720
NARROW = 440
#: Contrast of at least 4:1 against white and against the Hub's dark page.
INK = "#767c86"
#: Colours of parts, each of at least 3:1 against both; told apart without hue by their order.
SERIES = ("#3b82c4", "#c2772a", "#3f9a61", "#a965b8", "#c9566b")
REST = "#8f959e"

_ROW = 26
_LABEL = 150
_VALUE = 90
#: Characters of a label that fit beside the bars.
_LABEL_CHARS = 18


class Bar(NamedTuple):
    """One bar: its label and its parts, whose order gives their colours."""

    label: str
    parts: tuple[int, ...]


def bar_chart(
    title: str, bars: Sequence[Bar], series: Sequence[str] = (), width: int = WIDTH
) -> str:
    """Draw horizontal bars, with a legend if they have several parts.

    Args:
        title: what screen readers say.
        bars: from top to bottom.
        series: names of the parts; none if there is one.
        width: in units of the chart.
    """
    plot = width - _LABEL - _VALUE
    top = _ROW + 6 if series else 4
    most = max((sum(bar.parts) for bar in bars), default=0) or 1
    body: list[str] = list(_legend(series))
    for row, bar in enumerate(bars):
        y = top + row * _ROW
        total, x = sum(bar.parts), float(_LABEL)
        body.append(_text(_LABEL - 8, y + 17, _short(bar.label), "end"))
        for part, colour in zip(bar.parts, _colours(len(bar.parts)), strict=True):
            long = plot * part / most
            if part:
                body.append(_rect(x, y + 4, max(long, 1.0), _ROW - 8, colour))
            x += long
        body.append(_text(x + 8, y + 17, f"{total:,}"))
    return _svg(title, (width, top + len(bars) * _ROW + 4), body)


def column_chart(
    title: str,
    columns: Sequence[Bar],
    rest: Bar | None = None,
    series: Sequence[str] = (),
    width: int = WIDTH,
) -> str:
    """Draw upright bars from left to right, and one apart for what has no place among them."""
    shown = [*columns, *([rest] if rest else [])]
    start = _ROW if series else 0
    most = max((sum(bar.parts) for bar in shown), default=0) or 1
    height, bottom, top = start + 220, start + 190, start + 24
    # An empty place stands before the bar apart.
    places = len(columns) + (1.5 if rest and columns else 1 if rest else 0) or 1
    step = min((width - 40) / places, 90.0)
    letters = max((len(bar.label) for bar in columns), default=4)
    every = math.ceil((12 + 8 * letters) / step)
    body = [
        *_legend(series, 20),
        f'<path d="M20 {bottom}.5H{width - 20}" stroke="{INK}" stroke-width="1"/>',
    ]
    for at, bar in enumerate(shown):
        apart = rest is not None and at == len(columns)
        x = 20 + step * (at + (0.5 if apart and columns else 0))
        total = sum(bar.parts)
        tall = (bottom - top) * total / most
        y = float(bottom)
        for part, colour in zip(bar.parts, _colours(len(bar.parts)), strict=True):
            if part:
                high = max((bottom - top) * part / most, 1.0)
                y -= high
                paint = REST if apart else colour
                body.append(_rect(x + step * 0.1, y, step * 0.8, high, paint))
        if apart or at % every == 0:
            middle = x + step / 2
            body.append(_text(middle, bottom + 18, bar.label, "middle"))
            if total:
                body.append(_text(middle, bottom - tall - 6, _compact(total), "middle"))
    return _svg(title, (width, height), body)


def box_chart(title: str, quantiles: Mapping[str, int]) -> str:
    """Draw quantiles on a logarithmic scale: ends, whiskers at 5 and 95 %, box, median."""
    low, high = max(quantiles["min"], 1), max(quantiles["max"], 2)
    first = math.floor(math.log10(low))
    last = max(math.ceil(math.log10(high)), first + 1)
    places = {
        name: 40 + (WIDTH - 80) * (math.log10(max(value, 1)) - first) / (last - first)
        for name, value in quantiles.items()
    }
    body = []
    for power in range(first, last + 1):
        x = 40 + (WIDTH - 80) * (power - first) / (last - first)
        body.append(f'<path d="M{x:.1f} 34V108" stroke="{INK}" stroke-opacity="0.35"/>')
        body.append(_text(x, 126, f"{10**power:,}", "middle"))
    body.append(_text(WIDTH / 2, 148, "characters of cleaned text", "middle"))
    box = places["p75"] - places["p25"]
    body += [
        (
            f'<path d="M{places["p05"]:.1f} 70H{places["p95"]:.1f}" stroke="{SERIES[0]}" '
            'stroke-width="3"/>'
        ),
        _rect(places["p25"], 50, max(box, 3.0), 40, SERIES[0]),
        f'<path d="M{places["p50"]:.1f} 42V98" stroke="{SERIES[1]}" stroke-width="4"/>',
        _text(places["p50"], 26, f"median {quantiles['p50']:,}", "middle"),
    ]
    body += [
        f'<circle cx="{places[name]:.1f}" cy="70" r="4" fill="{SERIES[0]}"/>'
        for name in ("min", "max")
    ]
    return _svg(title, (WIDTH, 156), body)


def boxes_chart(title: str, rows: Mapping[str, Mapping[str, int]], width: int = WIDTH) -> str:
    """Draw quantiles of several groups on one logarithmic scale, as `box_chart` does of one."""
    left, right = _LABEL, width - _VALUE
    low = min(quantiles["p05"] for quantiles in rows.values())
    high = max(quantiles["p95"] for quantiles in rows.values())
    first = math.floor(math.log10(max(low, 1)))
    last = max(math.ceil(math.log10(max(high, 2))), first + 1)

    def place(value: int) -> float:
        return left + (right - left) * (math.log10(max(value, 1)) - first) / (last - first)

    bottom = len(rows) * _ROW + 8
    body = []
    for power in range(first, last + 1):
        x = place(10**power)
        body.append(f'<path d="M{x:.1f} 4V{bottom}" stroke="{INK}" stroke-opacity="0.35"/>')
        body.append(_text(x, bottom + 16, f"{10**power:,}", "middle"))
    for row, (label, quantiles) in enumerate(rows.items()):
        y = 4 + row * _ROW
        whisker, box = place(quantiles["p05"]), place(quantiles["p25"])
        middle = place(quantiles["p50"])
        end = place(quantiles["p95"])
        body += [
            _text(left - 8, y + 17, _short(label), "end"),
            f'<path d="M{whisker:.1f} {y + 13}H{end:.1f}" stroke="{SERIES[0]}" stroke-width="2"/>',
            _rect(box, y + 5, max(place(quantiles["p75"]) - box, 2.0), 16, SERIES[0]),
            f'<path d="M{middle:.1f} {y + 2}V{y + 24}" stroke="{SERIES[1]}" stroke-width="3"/>',
            _text(right + 8, y + 17, f"{quantiles['p50']:,}"),
        ]
    return _svg(title, (width, bottom + 24), body)


def _svg(title: str, size: tuple[int, int], body: Iterable[str]) -> str:
    name = escape(title)
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" '
                f'role="img" aria-label="{name}" font-family="sans-serif" font-size="14">'
            ),
            f"<title>{name}</title>",
            *body,
            "</svg>\n",
        ]
    )


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 1):.1f}" '
        f'fill="{colour}"/>'
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _legend(series: Sequence[str], x: float = _LABEL) -> Iterable[str]:
    for name, colour in zip(series, _colours(len(series)), strict=True):
        yield _rect(x, 6, 12, 12, colour)
        yield _text(x + 18, 17, name)
        x += 40 + 9 * len(name)


def _colours(count: int) -> list[str]:
    return [SERIES[at] if at < len(SERIES) else REST for at in range(count)]


def _short(label: str) -> str:
    return label if len(label) <= _LABEL_CHARS else f"{label[: _LABEL_CHARS - 1]}…"


def _compact(count: int) -> str:
    """Round a count to what fits over a column: 950, 12k, 3.4M."""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if count >= size:
            share = count / size
            return f"{share:.0f}{unit}" if share >= 10 else f"{share:.1f}{unit}"
    return str(count)
