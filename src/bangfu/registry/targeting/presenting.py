"""Targeting in words: the model and its errors, villages, households that disagree."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from bangfu.calc.values.text import Text
from bangfu.registry.targeting.models import TargetingModel
from bangfu.registry.targeting.queries import DEPRIVED_FROM, Standing
from bangfu.web import formats
from bangfu.web.cells import Badge
from bangfu.web.charts import Chart, Series

CHART_MAX = 40
_FEN = 100
_ERROR_TEXTS = {
    "exclusion_error": Text(
        "漏选：收入低于标准而得分不低的占比",
        "Missed: poor households that the score does not select",
    ),
    "inclusion_error": Text(
        "误选：得分低于标准而收入不低的占比",
        "Leaked: selected households that are not poor",
    ),
    "r2": Text(
        "解释程度（R²，对数收入）", "Share of the spread explained (R², log income)"
    ),
    "auc": Text(
        "区分能力（ROC 曲线下面积，0.5 为全凭运气）",
        "Telling apart (area under the ROC curve, 0.5 is chance)",
    ),
}
_PLAIN = {"r2", "auc"}


@dataclass(frozen=True, slots=True)
class Error:
    """One measure of how the score errs, with its standard error."""

    text: Text
    value: str


def errors(model: TargetingModel) -> list[Error]:
    """Return how the score errs on villages that the fit had not seen."""
    found = []
    for name, text in _ERROR_TEXTS.items():
        value, spread = model.errors.get(name, [None, None])
        found.append(Error(text, _with_error(value, spread, is_plain=name in _PLAIN)))
    return found


def _with_error(value: float | None, spread: float | None, *, is_plain: bool) -> str:
    if value is None:
        return "—"
    if is_plain:
        shown = formats.number(value, 2)
        return shown if spread is None else f"{shown} ± {formats.number(spread, 2)}"
    shown = formats.percent(value, 0)
    return shown if spread is None else f"{shown} ± {formats.percent(spread, 0)}"


class View(enum.Enum):
    """How one view sees a household; None where it does not say."""

    POOR = "poor"
    NOT = "not"


_VIEW_TEXTS = {
    View.POOR: Text("低于标准", "below the line"),
    View.NOT: Text("不低于标准", "not below"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A household beside the three views, and where they part.

    need: measured poor when the income is below the line or DEPRIVED_FROM guarantees do
    not hold. disagreements: in words; none when the views agree or do not say.
    """

    standing: Standing
    income: str
    score: str
    unmet: str
    need: Badge | None
    by_score: Badge | None
    meeting: Text | None
    disagreements: list[Text]
    url: str

    @property
    def is_apart(self) -> bool:
        """Whether two views disagree."""
        return bool(self.disagreements)


def rows(standings: Sequence[Standing], line_fen: int | None) -> list[Row]:
    """Return a village's households: those on which the views part first."""
    found = [_row(one, line_fen) for one in standings]
    return sorted(found, key=lambda row: -len(row.disagreements))


def _row(one: Standing, line_fen: int | None) -> Row:
    need, by_score = measured(one, line_fen), predicted(one, line_fen)
    return Row(
        standing=one,
        income=formats.yuan(one.income_fen),
        score=formats.yuan(one.score_fen),
        unmet="—" if one.unmet is None else str(one.unmet),
        need=_badge(need),
        by_score=_badge(by_score),
        meeting=_meeting(one),
        disagreements=disagreements(one, need, by_score),
        url=reverse("registry:household", args=[one.household.pk]),
    )


def measured(one: Standing, line_fen: int | None) -> View | None:
    """Return measured need: by income against the line, or by guarantees."""
    if one.unmet is not None and one.unmet >= DEPRIVED_FROM:
        return View.POOR
    if one.income_fen is None or line_fen is None:
        return None
    return View.POOR if one.income_fen < line_fen else View.NOT


def predicted(one: Standing, line_fen: int | None) -> View | None:
    """Return what the score says against the line."""
    if one.score_fen is None or line_fen is None:
        return None
    return View.POOR if one.score_fen < line_fen else View.NOT


def disagreements(
    one: Standing, need: View | None, by_score: View | None
) -> list[Text]:
    """Say where the views part."""
    found = []
    passed = None if one.voted is None else one.voted.has_passed
    if passed is True and need is View.NOT:
        found.append(
            Text(
                "评议通过，收入和保障未见困难",
                "the meeting passed it, measured need is not seen",
            )
        )
    if passed is False and need is View.POOR:
        found.append(
            Text(
                "评议未通过，收入或保障显示困难",
                "the meeting did not pass it, measured need is there",
            )
        )
    if passed is True and by_score is View.NOT:
        found.append(
            Text("评议通过，得分高于标准", "the meeting passed it, the score is above")
        )
    if passed is False and by_score is View.POOR:
        found.append(
            Text(
                "评议未通过，得分低于标准",
                "the meeting did not pass it, the score is below",
            )
        )
    if need is View.POOR and by_score is View.NOT:
        found.append(
            Text("登记困难，得分高于标准", "measured poor, the score is above the line")
        )
    if need is View.NOT and by_score is View.POOR:
        found.append(
            Text(
                "登记不困难，得分低于标准",
                "not measured poor, the score is below the line",
            )
        )
    return found


def _badge(view: View | None) -> Badge | None:
    if view is None:
        return None
    return Badge(_VIEW_TEXTS[view], "warning" if view is View.POOR else "neutral")


def _meeting(one: Standing) -> Text | None:
    voted = one.voted
    if voted is None:
        return None
    verdict = (
        Text("通过", "passed") if voted.has_passed else Text("未通过", "not passed")
    )
    if voted.rank is None:
        return verdict
    return Text(
        "第 {rank} 位，{verdict}",
        "rank {rank}, {verdict}",
        {"rank": voted.rank, "verdict": verdict},
    )


def chart(found: Sequence[Row], line_fen: int) -> Chart | None:
    """Return measured income beside the score, in the meeting's order, then by income.

    The households that the views part on come first when there are more than CHART_MAX.
    """
    known = [
        row
        for row in found
        if row.standing.income_fen is not None or row.standing.score_fen is not None
    ][:CHART_MAX]
    if not known:
        return None
    ordered = sorted(known, key=_order)
    return Chart(
        key="targeting",
        title=Text(
            "登记收入与代理得分（人均）", "Measured income and proxy score, per head"
        ),
        kind="bar",
        unit=Text("元", "yuan"),
        label_text=Text("户", "Household"),
        labels=[row.standing.household.head_name for row in ordered],
        urls=[row.url for row in ordered],
        series=[
            Series(
                text=Text("登记人均纯收入", "measured income"),
                values=[_yuan(row.standing.income_fen) for row in ordered],
            ),
            Series(
                text=Text("代理得分", "proxy score"),
                values=[_yuan(row.standing.score_fen) for row in ordered],
            ),
        ],
        note=Text(
            "当年标准 {line}。先按评议名次，再按登记收入排列。",
            "The line of the year is {line}. In the meeting's order, then by income.",
            {"line": formats.yuan(line_fen)},
        ),
    )


def _order(row: Row) -> tuple[int, int]:
    voted, income = row.standing.voted, row.standing.income_fen
    rank = voted.rank if voted is not None and voted.rank else 10_000
    return rank, income if income is not None else 10**15


def _yuan(fen: int | None) -> float | None:
    return None if fen is None else fen / _FEN
