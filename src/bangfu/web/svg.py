"""Drawings made on the server: bars and shaded maps as SVG.

They need no script and no inline style, so they print and they stand in for the
interactive chart until it is there. Colours come from classes of components.css.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import cos, radians
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bangfu.web.charts import Chart, MapChart
from bangfu.web.language import say

WIDTH = 640
LABEL_WIDTH = 150
VALUE_WIDTH = 90
BAR_HEIGHT = 16
BARS_MAX = 60
SERIES_COLOURS = 6

Ring = list[tuple[float, float]]
Shape = tuple[str, list[Ring]]


def bars(chart: Chart) -> SafeString:
    """Draw a bar or stacked chart with horizontal bars; at most the first 60 labels."""
    count = min(len(chart.labels), BARS_MAX)
    stacked = chart.kind == "stacked"
    lines = 1 if stacked else len(chart.series)
    step = BAR_HEIGHT * lines + 10
    scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / (_largest(chart) or 1)
    groups = format_html_join(
        "",
        "{}",
        ((_group(chart, n, 4 + n * step, scale, lines),) for n in range(count)),
    )
    height = count * step + 8
    return format_html(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{title}">'
        '<line class="svg-axis" x1="{x}" y1="0" x2="{x}" y2="{h}"></line>{groups}</svg>',
        w=WIDTH,
        h=height,
        x=LABEL_WIDTH,
        title=say(chart.title),
        groups=groups,
    )


def _largest(chart: Chart) -> float:
    if chart.kind == "stacked":
        columns = zip(*(one.values for one in chart.series), strict=True)
        return max((sum(v or 0 for v in column) for column in columns), default=0)
    return max((v or 0 for one in chart.series for v in one.values), default=0)


def _group(chart: Chart, index: int, top: int, scale: float, lines: int) -> SafeString:
    label = format_html(
        '<text class="svg-label" x="{}" y="{}" text-anchor="end">{}</text>',
        LABEL_WIDTH - 8,
        top + BAR_HEIGHT * lines / 2 + 4,
        _shortened(say(chart.labels[index])),
    )
    draw = _stacked if chart.kind == "stacked" else _side_by_side
    bar = draw(chart, index, top, scale)
    url = chart.urls[index] if chart.urls else ""
    body = format_html("{}{}", label, bar)
    return format_html('<a href="{}">{}</a>', url, body) if url else body


def _side_by_side(chart: Chart, index: int, top: int, scale: float) -> SafeString:
    def parts() -> Iterator[tuple[object, ...]]:
        for number, one in enumerate(chart.series):
            value = one.values[index]
            width = round(max(value or 0, 0) * scale, 1)
            y = top + number * BAR_HEIGHT
            yield (
                _colour(number), LABEL_WIDTH, y + 1, width, BAR_HEIGHT - 2,
                LABEL_WIDTH + width + 6, y + BAR_HEIGHT - 4, chart.words(value),
            )  # fmt: skip

    return format_html_join(
        "",
        '<rect class="series-{}" x="{}" y="{}" width="{}" height="{}"></rect>'
        '<text class="svg-label" x="{}" y="{}">{}</text>',
        parts(),
    )


def _stacked(chart: Chart, index: int, top: int, scale: float) -> SafeString:
    x, total, parts = float(LABEL_WIDTH), 0.0, []
    for number, one in enumerate(chart.series):
        value = max(one.values[index] or 0, 0)
        width = round(value * scale, 1)
        parts.append((_colour(number), round(x, 1), top + 1, width, BAR_HEIGHT - 2))
        x, total = x + width, total + value
    rects = format_html_join(
        "",
        '<rect class="series-{}" x="{}" y="{}" width="{}" height="{}"></rect>',
        parts,
    )
    return format_html(
        '{}<text class="svg-label" x="{}" y="{}">{}</text>',
        rects,
        round(x + 6, 1),
        top + BAR_HEIGHT - 4,
        chart.words(total),
    )


def _colour(number: int) -> int:
    return number % SERIES_COLOURS + 1


def _shortened(text: str, limit: int = 18) -> str:
    width, out = 0, ""
    for letter in text:
        width += 2 if ord(letter) > 0x2E80 else 1
        if width > limit + 2:
            return out + "…"
        out += letter
    return out


def choropleth(chart: MapChart, *, width: int = WIDTH, height: int = 440) -> SafeString:
    """Draw the divisions of `chart.geometry` shaded by class; "" without geometry.

    Longitudes are shrunk by the cosine of the middle latitude, which is true enough for
    a county or a city.
    """
    shapes = list(_shapes(chart.geometry)) if chart.geometry else []
    if not shapes:
        return SafeString("")
    place = _projection([ring for _, rings in shapes for ring in rings], width, height)
    areas = {area.code: area for area in chart.areas}

    def drawn() -> Iterable[tuple[object]]:
        for code, rings in shapes:
            area = areas.get(code)
            words = f"{area.name} {chart.words(area.value)}" if area else code
            path = format_html(
                '<path class="svg-area shade-{}" d="{}"><title>{}</title></path>',
                chart.shade(area.value if area else None),
                " ".join(_path(ring, place) for ring in rings),
                words,
            )
            linked = area is not None and area.url
            yield (
                format_html('<a href="{}">{}</a>', area.url, path)
                if area is not None and linked
                else path,
            )

    return format_html(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{t}">'
        "{areas}</svg>",
        w=width,
        h=height,
        t=say(chart.title),
        areas=format_html_join("", "{}", drawn()),
    )


def _shapes(geometry: Mapping[str, Any]) -> Iterator[Shape]:
    for feature in geometry.get("features", ()):
        code = str(feature.get("properties", {}).get("code", ""))
        outline = feature.get("geometry") or {}
        polygons = outline.get("coordinates", [])
        if outline.get("type") == "Polygon":
            polygons = [polygons]
        rings = [
            [(p[0], p[1]) for p in ring] for polygon in polygons for ring in polygon
        ]
        if rings:
            yield code, rings


def _projection(rings: list[Ring], width: int, height: int) -> Any:
    xs = [x for ring in rings for x, _ in ring]
    ys = [y for ring in rings for _, y in ring]
    shrink = cos(radians((min(ys) + max(ys)) / 2))
    across, up = (max(xs) - min(xs)) * shrink or 1, (max(ys) - min(ys)) or 1
    scale = min((width - 8) / across, (height - 8) / up)
    left, top = (width - across * scale) / 2, (height - up * scale) / 2

    def place(x: float, y: float) -> str:
        across_px = left + (x - min_x) * shrink * scale
        return f"{across_px:.1f},{top + (max_y - y) * scale:.1f}"

    min_x, max_y = min(xs), max(ys)
    return place


def _path(ring: Ring, place: Any) -> str:
    return "M" + "L".join(place(x, y) for x, y in ring) + "Z"
