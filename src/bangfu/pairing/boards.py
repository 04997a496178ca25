"""The coverage board as charts and cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.pairing.coverage import Board, Figures
from bangfu.web import formats
from bangfu.web.charts import Chart, MapArea, MapChart, Series

_HOUSEHOLDS = Text("户", "households")
_OFFICIALS = Text("人", "officials")
_BREAKS = (0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Card:
    """One figure on top of the board. tone: success, warning or danger."""

    label: Text
    value: str
    note: Text
    tone: str
    url: str


def cards(board: Board) -> list[Card]:
    """Return the five figures of the board, each with the list behind it."""
    figures, code = board.figures, str(board.division)
    people = reverse("pairing:officials")
    homes = reverse("pairing:households")
    return [
        Card(
            Text("贫困户", "Households"),
            formats.number(figures.households),
            Text("在帮扶范围内", "that are helped"),
            "",
            f"{homes}?division={code}",
        ),
        Card(
            Text("无人帮扶", "Without helper"),
            formats.number(figures.uncovered),
            Text(
                "已有帮扶 {share}",
                "{share} have one",
                {"share": formats.percent(figures.household_share)},
            ),
            "danger" if figures.uncovered else "success",
            f"{homes}?division={code}&covered=no",
        ),
        Card(
            Text("应帮扶干部", "Officials who must help"),
            formats.number(figures.obliged),
            Text(
                "在职 {n} 人，名额 {places} 户",
                "{n} in post, {places} places",
                {
                    "n": formats.number(figures.officials),
                    "places": formats.number(figures.places),
                },
            ),
            "",
            f"{people}?division={code}",
        ),
        Card(
            Text("不足下限", "Below minimum"),
            formats.number(figures.below),
            Text(
                "其中无户 {n} 人",
                "{n} of them without any household",
                {"n": formats.number(figures.idle)},
            ),
            "warning" if figures.below else "success",
            f"{people}?division={code}&standing=below",
        ),
        Card(
            Text("超过上限", "Above maximum"),
            formats.number(figures.above),
            Text(
                "符合 {n} 人",
                "{n} in range",
                {"n": formats.number(figures.within)},
            ),
            "danger" if figures.above else "success",
            f"{people}?division={code}&standing=above",
        ),
    ]


def part_url(code: DivisionCode) -> str:
    """Return the board of a division; a village's leads to its households."""
    return reverse("pairing:coverage_of", args=[code])


def chart(board: Board) -> Chart | None:
    """Return households with and without helper by division; None without parts."""
    parts = [part for part in board.parts if not part.own]
    if not parts or board.division.level is Level.VILLAGE:
        return None
    return Chart(
        key="coverage",
        title=Text("各地帮扶覆盖", "Coverage by division"),
        kind="stacked",
        labels=[part.name for part in parts],
        label_text=Text("区划", "Division"),
        series=[
            Series(
                text=Text("已有帮扶", "with a helper"),
                values=[part.figures.covered for part in parts],
            ),
            Series(
                text=Text("无人帮扶", "without"),
                values=[part.figures.uncovered for part in parts],
            ),
        ],
        unit=_HOUSEHOLDS,
        urls=[part_url(part.code) for part in parts],
    )


def official_chart(board: Board) -> Chart | None:
    """Return obliged officials by standing and division; None without any."""
    parts = [part for part in board.parts if part.figures.officials]
    if not parts or board.division.level is Level.VILLAGE:
        return None
    return Chart(
        key="officials",
        title=Text("干部结对任务", "Officials against their quotas"),
        kind="stacked",
        labels=[Text("本级", "own level") if part.own else part.name for part in parts],
        label_text=Text("区划", "Division"),
        series=[
            Series(
                text=Text("符合", "in range"),
                values=[part.figures.within for part in parts],
            ),
            Series(
                text=Text("不足下限", "below"),
                values=[part.figures.below for part in parts],
            ),
            Series(
                text=Text("超过上限", "above"),
                values=[part.figures.above for part in parts],
            ),
        ],
        unit=_OFFICIALS,
        urls=[f"{reverse('pairing:officials')}?division={part.code}" for part in parts],
    )


def coverage_map(board: Board, *, at: date) -> MapChart | None:
    """Return the map of the divisions below, shaded by share covered; None if bare."""
    if board.division.level is Level.VILLAGE:
        return None
    geometry = divisions.map_of_children(board.division, at=at)
    drawn = {feature["properties"]["code"] for feature in geometry["features"]}
    parts = [part for part in board.parts if not part.own and part.code in drawn]
    if not parts:
        return None
    return MapChart(
        key="coverage-map",
        title=Text("帮扶覆盖率", "Share of households with a helper"),
        areas=[
            MapArea(
                code=str(part.code),
                name=part.name,
                value=_share(part.figures),
                url=part_url(part.code),
            )
            for part in parts
        ],
        area_text=Text("区划", "Division"),
        value_text=Text("覆盖率", "covered"),
        geometry_url=f"{reverse('divisions:map', args=[board.division])}?at={at}",
        geometry=geometry,
        is_share=True,
        breaks=_BREAKS,
        approval_number=divisions.map_approval_number(),
        note=divisions.outline_note(drawn),
    )


def _share(figures: Figures) -> float | None:
    return figures.household_share if figures.households else None
