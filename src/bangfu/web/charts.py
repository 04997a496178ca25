"""Charts and maps as values: figures, words and addresses; `{% chart value %}` shows them.

Each is shown three ways from the same value: a drawing made on the server (for print and
for browsers without scripts), an interactive one in its place (`charts.js`), and a table
twin with the same numbers and the same links. Classes of a map are computed here, so
that drawing, legend and table cannot disagree.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bangfu.calc.values.text import Text
from bangfu.web import formats
from bangfu.web.language import active_language, say

KINDS = ("bar", "stacked", "line", "pie")
POINTS_MAX = 400
SHADES = 5
NO_DATA = Text("无数据", "no data")


@dataclass(frozen=True, kw_only=True)
class Series:
    """One row of figures, as long as the chart's labels; None is a gap."""

    text: Text
    values: Sequence[float | None]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A bar, stacked bar, line or pie chart.

    key: unique on the page. labels: names along the axis. urls: where a click on the
    label leads, as many as labels, or none. unit: of the figures, e.g. Text("户",
    "households"); a share between 0 and 1 has is_share instead. Raises ValueError when
    lengths differ or there are more than 400 labels.
    """

    key: str
    title: Text
    kind: str
    labels: Sequence[Text | str]
    series: Sequence[Series]
    label_text: Text
    unit: Text | None = None
    is_share: bool = False
    urls: Sequence[str] = ()
    note: Text | None = None
    decimals: int = 0

    def __post_init__(self) -> None:
        """Refuse a chart that cannot be drawn, where it is made."""
        lengths = {len(one.values) for one in self.series} | {len(self.labels)}
        if self.urls:
            lengths.add(len(self.urls))
        if self.kind not in KINDS or len(lengths) != 1 or not self.series:
            msg = f"chart {self.key}: kind {self.kind!r}, lengths {sorted(lengths)}"
            raise ValueError(msg)
        if len(self.labels) > POINTS_MAX:
            msg = f"chart {self.key}: more than {POINTS_MAX} labels"
            raise ValueError(msg)

    def words(self, value: float | None) -> str:
        """Say one figure."""
        return _words(value, is_share=self.is_share, decimals=self.decimals)

    @property
    def rows(self) -> list[tuple[str, str, list[str]]]:
        """The table twin: label, address, figures."""
        return [
            (
                say(label),
                self.urls[index] if self.urls else "",
                [self.words(one.values[index]) for one in self.series],
            )
            for index, label in enumerate(self.labels)
        ]

    @property
    def headings(self) -> list[str]:
        """Heads of the table twin's figures."""
        return [_with_unit(one.text, self.unit) for one in self.series]

    def spec(self) -> dict[str, object]:
        """Return what `charts.js` draws, in the reader's language."""
        return {
            "kind": self.kind,
            "language": active_language(),
            "title": say(self.title),
            "unit": say(self.unit),
            "isShare": self.is_share,
            "decimals": self.decimals,
            "labels": [say(label) for label in self.labels],
            "urls": list(self.urls),
            "series": [
                {"name": say(one.text), "values": list(one.values)}
                for one in self.series
            ],
        }


@dataclass(frozen=True, kw_only=True)
class MapArea:
    """A division on a map. code: the feature's property "code" in the GeoJSON."""

    code: str
    name: str
    value: float | None
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class MapClass:
    """A class of the legend: shade 1 (light) to 5 (dark), 0 for no data."""

    shade: int
    words: str
    count: int


@dataclass(frozen=True, kw_only=True)
class MapChart:
    """A map of divisions shaded by a figure.

    geometry_url: GeoJSON whose features carry the property "code". geometry: the same
    as a mapping, for the drawing made on the server; without it print has the table.
    breaks: inner bounds of the classes, ascending, at most 4; by default they split the
    range of the values evenly. approval_number: 审图号, printed under the map; without one
    ("") the map says that it is a sketch, so nobody can leave the question open.
    """

    key: str
    title: Text
    areas: Sequence[MapArea]
    area_text: Text
    value_text: Text
    geometry_url: str
    approval_number: str
    geometry: Mapping[str, Any] | None = None
    unit: Text | None = None
    is_share: bool = False
    decimals: int = 0
    breaks: Sequence[float] = ()
    note: Text | None = None
    kind: str = "map"

    def __post_init__(self) -> None:
        """Refuse bounds that do not ascend or are too many for the shades."""
        if len(self.breaks) >= SHADES or list(self.breaks) != sorted(set(self.breaks)):
            msg = f"map {self.key}: breaks {list(self.breaks)}"
            raise ValueError(msg)

    @property
    def bounds(self) -> list[float]:
        """Inner bounds of the classes."""
        if self.breaks:
            return list(self.breaks)
        values = [area.value for area in self.areas if area.value is not None]
        if not values or min(values) == max(values):
            return []
        low, step = min(values), (max(values) - min(values)) / SHADES
        return [low + step * n for n in range(1, SHADES)]

    def shade(self, value: float | None) -> int:
        """Return the class of a value; a bound belongs to the class above it."""
        if value is None:
            return 0
        bounds = self.bounds
        spread = (SHADES - 1) / len(bounds) if bounds else 0
        return 1 + round(bisect_right(bounds, value) * spread) if bounds else 3

    @property
    def classes(self) -> list[MapClass]:
        """The legend in words, with how many areas each class holds."""
        shades = [self.shade(area.value) for area in self.areas]
        bounds = self.bounds
        found = []
        for index in range(len(bounds) + 1):
            lower = bounds[index - 1] if index else None
            upper = bounds[index] if index < len(bounds) else None
            shade = self.shade(lower if lower is not None else self._below(bounds))
            found.append(
                MapClass(
                    shade=shade,
                    words=self._range_words(lower, upper),
                    count=shades.count(shade),
                )
            )
        if 0 in shades:
            found.append(MapClass(shade=0, words=say(NO_DATA), count=shades.count(0)))
        return found

    def _below(self, bounds: list[float]) -> float:
        return bounds[0] - 1 if bounds else 0.0

    def _range_words(self, lower: float | None, upper: float | None) -> str:
        if lower is None and upper is None:
            return self.words(next((a.value for a in self.areas if a.value), 0))
        if lower is None:
            return say(Text("低于 {x}", "below {x}", {"x": self.words(upper)}))
        if upper is None and self.is_share and lower == 1:
            return self.words(lower)  # nothing is more than all
        if upper is None:
            return say(Text("{x} 及以上", "{x} and more", {"x": self.words(lower)}))
        return f"{self.words(lower)} – {self.words(upper)}"

    def words(self, value: float | None) -> str:
        """Say one figure."""
        return _words(value, is_share=self.is_share, decimals=self.decimals)

    @property
    def label_text(self) -> Text:
        """Head of the table twin's first column."""
        return self.area_text

    @property
    def rows(self) -> list[tuple[str, str, list[str]]]:
        """The table twin: name, address, figure."""
        return [(area.name, area.url, [self.words(area.value)]) for area in self.areas]

    @property
    def headings(self) -> list[str]:
        """Head of the table twin's figure."""
        return [_with_unit(self.value_text, self.unit)]

    def spec(self) -> dict[str, object]:
        """Return what `charts.js` draws, in the reader's language."""
        return {
            "kind": "map",
            "language": active_language(),
            "title": say(self.title),
            "key": self.key,
            "series": [{"name": say(self.value_text)}],
            "geometryUrl": self.geometry_url,
            "areas": [
                {
                    "code": area.code,
                    "name": area.name,
                    "value": area.value,
                    "words": self.words(area.value),
                    "shade": self.shade(area.value),
                    "url": area.url,
                }
                for area in self.areas
            ],
        }


def _with_unit(text: Text, unit: Text | None) -> str:
    if unit is None:
        return say(text)
    return say(
        Text("{name}（{unit}）", "{name} ({unit})", {"name": text, "unit": unit})
    )


def _words(value: float | None, *, is_share: bool, decimals: int) -> str:
    if is_share:
        return formats.percent(value)
    return formats.number(value, decimals)
