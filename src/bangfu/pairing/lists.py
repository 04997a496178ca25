"""Lists of this app's pages: officials, runs, lines of a run, households without helper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.pairing.code_lists import EXPERTISE, RANK
from bangfu.pairing.models import Official, Run, RunPair
from bangfu.pairing.states import Change, RefusedLine, RunState
from bangfu.policy import queries as policy
from bangfu.web.cells import Badge
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, TextFilter
from bangfu.web.language import say
from bangfu.web.lists import ListSpec

OUTSIDE = Text("档外", "outside")
_NOBODY = Badge(Text("无人帮扶", "no helper"), "danger")


# Officials


def standing_badge(official: Any) -> Badge:
    """Compare the households of an official (`load`) with the quotas."""
    if not official.is_in_post:
        return Badge(Text("不在职", "not in post"), "neutral", "person-dash")
    if official.load > official.quota_max:
        return Badge(Text("超过上限", "above"), "danger")
    if official.load < official.quota_min:
        return Badge(Text("不足下限", "below"), "warning")
    if official.quota_min == 0:
        return Badge(Text("不作要求", "not obliged"), "neutral")
    return Badge(Text("符合", "in range"), "success")


def quota_words(official: Official) -> str:
    """Say the quota: 2, 3–5, or a dash for nobody."""
    if official.quota_max == 0:
        return "—"
    if official.quota_min == official.quota_max:
        return str(official.quota_max)
    return f"{official.quota_min}–{official.quota_max}"


def _search(rows: QuerySet[Any], words: object) -> QuerySet[Any]:
    text = str(words)
    wanted = Q(name__contains=text) | Q(unit__name__contains=text)
    if text.isascii():
        wanted = Q(initials__startswith=text.upper()) | Q(official_no=text)
    return rows.filter(wanted)


def _standing(rows: QuerySet[Any], value: object) -> QuerySet[Any]:
    """Narrow by standing; the tallies say in which units to look at all."""
    if value == "out":
        return rows.filter(is_in_post=False)
    column = {"below": "below", "none": "idle", "above": "above", "fits": "within"}
    units = f"SELECT unit_id FROM pairing_unittally WHERE {column[str(value)]} > 0"  # noqa: S608
    rows = rows.filter(is_in_post=True, unit_id__in=RawSQL(units, []))  # noqa: S611
    if value == "below":
        return rows.filter(load__lt=F("quota_min"))
    if value == "none":
        return rows.filter(load=0, quota_min__gt=0)
    if value == "above":
        return rows.filter(load__gt=F("quota_max"))
    fits = RawSQL(_FITS, [], output_field=BooleanField())  # noqa: S611 - a constant
    return rows.filter(fits, quota_min__gt=0)


_FITS = """
EXISTS (SELECT FROM pairing_officialtally t WHERE t.official_id = pairing_official.id
        AND t.households BETWEEN pairing_official.quota_min
        AND pairing_official.quota_max)
"""


def _tiers(_request: HttpRequest) -> Sequence[tuple[str, Text | str]]:
    today = timezone.localdate()  # noqa: TID251 - a list belongs to the edge
    quotas = policy.pairing_quotas(policy.active(), at=today)
    return [*((tier, tier) for tier in quotas.tiers), ("-", OUTSIDE)]


def _tier(rows: QuerySet[Any], value: object) -> QuerySet[Any]:
    return rows.filter(tier="" if value == "-" else value)


OFFICIALS = ListSpec(
    key="pairing.officials",
    noun=Text("名干部", "officials"),
    order="division_code",
    row_url=lambda row: reverse("pairing:official", args=[row.pk]),
    empty=Text("没有符合条件的干部。", "No officials match."),
    columns=(
        Column(name="name", text=Text("姓名", "Name"), is_fixed=True),
        Column(name="unit", text=Text("单位", "Unit"), value="unit.name"),
        Column(name="post", text=Text("职务", "Post"), is_hidden=True),
        Column(
            name="rank",
            text=Text("职级", "Rank"),
            value=lambda row: RANK.labels.get(row.rank, row.rank),
        ),
        Column(
            name="tier",
            text=Text("档次", "Tier"),
            value=lambda row: row.tier or OUTSIDE,
            order="tier",
        ),
        Column(name="quota", text=Text("应帮户数", "Quota"), value=quota_words),
        Column(
            name="load",
            text=Text("现帮户数", "Households"),
            kind="number",
            order="load",
        ),
        Column(name="standing", text=Text("情况", "Standing"), value=standing_badge),
        Column(
            name="expertise",
            text=Text("专长", "Expertise"),
            value=lambda row: EXPERTISE.labels.get(row.expertise, ""),
            is_hidden=True,
        ),
        Column(
            name="division_code",
            text=Text("区划代码", "Division"),
            kind="code",
            order="division_code",
            is_hidden=True,
        ),
    ),
    filters=(
        TextFilter(
            name="q",
            text=Text("姓名、首字母或单位", "Name, initials or unit"),
            apply=_search,
        ),
        BY_DIVISION,
        ChoiceFilter(
            name="standing",
            text=Text("情况", "Standing"),
            apply=_standing,
            choices=[
                ("below", Text("不足下限", "below")),
                ("none", Text("应帮而无户", "without any household")),
                ("above", Text("超过上限", "above")),
                ("fits", Text("符合", "in range")),
                ("out", Text("不在职", "not in post")),
            ],
        ),
        ChoiceFilter(
            name="tier", text=Text("档次", "Tier"), apply=_tier, choices=_tiers
        ),
    ),
)


# Runs

_RUN_BADGES = {
    RunState.SOLVING: "info",
    RunState.PREVIEWED: "warning",
    RunState.FAILED: "danger",
    RunState.APPROVED: "info",
    RunState.REJECTED: "neutral",
    RunState.APPLYING: "info",
    RunState.APPLIED: "success",
}


def run_badge(run: Run) -> Badge:
    """Return the state of a run as icon and words."""
    state = RunState(run.state)
    return Badge(state.text, _RUN_BADGES[state])


def run_title(run: Run) -> Text:
    """Name a run: 第 12 号方案 / Run 12."""
    return Text("第 {n} 号方案", "Run {n}", {"n": run.pk})


def _figure(name: str) -> Any:
    return lambda run: (run.summary or {}).get(name)


RUNS = ListSpec(
    key="pairing.runs",
    noun=Text("个方案", "runs"),
    order="-pk",
    row_url=lambda row: reverse("pairing:run", args=[row.pk]),
    empty=Text("还没有配对方案。", "There are no runs yet."),
    columns=(
        Column(
            name="run",
            text=Text("方案", "Run"),
            value=lambda row: say(run_title(row)),
            is_fixed=True,
        ),
        Column(name="state", text=Text("状态", "State"), value=run_badge),
        Column(name="division_code", text=Text("区划", "Division"), kind="code"),
        Column(name="year", text=Text("年度", "Year")),
        Column(
            name="households",
            text=Text("贫困户", "Households"),
            value=_figure("households"),
            kind="number",
        ),
        Column(
            name="uncovered",
            text=Text("未覆盖", "Uncovered"),
            value=_figure("uncovered"),
            kind="number",
        ),
        Column(
            name="below",
            text=Text("不足下限", "Below"),
            value=_figure("below_min"),
            kind="number",
        ),
        Column(name="created_by_name", text=Text("提交人", "Ordered by")),
        Column(name="created_at", text=Text("提交时间", "Ordered"), kind="moment"),
        Column(name="decided_by_name", text=Text("审批人", "Decided by")),
    ),
    filters=(
        BY_DIVISION,
        ChoiceFilter(
            name="state",
            text=Text("状态", "State"),
            field="state",
            choices=[(state.value, state.text) for state in RunState],
        ),
    ),
)

_CHANGE_BADGES = {
    Change.KEEP: "neutral",
    Change.NEW: "success",
    Change.REPLACE: "info",
    Change.END: "warning",
    Change.NONE: "danger",
}


def change_badge(line: RunPair) -> Badge:
    """Return what a run would do to a household."""
    change = Change(line.change)
    return Badge(change.text, _CHANGE_BADGES[change])


def _before(line: RunPair) -> str:
    if line.previous_official_id is None:
        return ""
    previous = line.previous_official
    # An official of a unit outside the scope has no visible row.
    return previous.name if previous is not None else say(_ELSEWHERE)


_ELSEWHERE = Text("外单位干部", "an official from outside")


def _refused(rows: QuerySet[Any], value: object) -> QuerySet[Any]:
    if value == "any":
        return rows.exclude(refusal="")
    return rows.filter(refusal=value)


def _line_search(rows: QuerySet[Any], words: object) -> QuerySet[Any]:
    text = str(words)
    if text.isascii():
        return rows.filter(
            Q(household__head_initials__startswith=text.upper())
            | Q(household__household_no=text)
        )
    return rows.filter(
        Q(household__head_name__contains=text)
        | Q(helper_name__contains=text)
        | Q(helper_unit__contains=text)
    )


LINES = ListSpec(
    key="pairing.lines",
    noun=Text("户", "households"),
    order="division_code",
    row_url=lambda row: reverse("registry:household", args=[row.household_id]),
    columns=(
        Column(
            name="household",
            text=Text("户", "Household"),
            value=lambda row: str(row.household),
            is_fixed=True,
            kind="code",
        ),
        Column(name="head", text=Text("户主", "Head"), value="household.head_name"),
        Column(name="change", text=Text("变化", "Change"), value=change_badge),
        Column(name="before", text=Text("现帮扶人", "Helper now"), value=_before),
        Column(name="helper_name", text=Text("新帮扶人", "New helper")),
        Column(name="helper_unit", text=Text("新帮扶单位", "New unit")),
        Column(
            name="refusal",
            text=Text("未执行原因", "Why not carried out"),
            value=lambda row: row.refusal_text,
        ),
    ),
    filters=(
        TextFilter(
            name="q",
            text=Text("户主、帮扶人或单位", "Head, helper or unit"),
            apply=_line_search,
        ),
        BY_DIVISION,
        ChoiceFilter(
            name="change",
            text=Text("变化", "Change"),
            field="change",
            choices=[(change.value, change.text) for change in Change],
        ),
        ChoiceFilter(
            name="refused",
            text=Text("未执行", "Not carried out"),
            apply=_refused,
            choices=[
                ("any", Text("全部未执行的", "all of them")),
                *((one.value, one.text) for one in RefusedLine),
            ],
        ),
    ),
)


# Households of the coverage board


def helper_cell(household: Any) -> object:
    """Return the present helper's name, or that there is none."""
    return household.helper_name or _NOBODY


def _is_covered(rows: QuerySet[Any], value: object) -> QuerySet[Any]:
    villages = (
        "SELECT division_code FROM pairing_villagetally WHERE covered < households"
    )
    if value == "no":
        return rows.filter(
            division_code__in=RawSQL(villages, []),  # noqa: S611 - a constant
            helper_name=None,
        )
    return rows.exclude(helper_name=None)


HOUSEHOLDS = ListSpec(
    key="pairing.households",
    noun=Text("户", "households"),
    order="division_code",
    row_url=lambda row: reverse("registry:household", args=[row.pk]),
    columns=(
        Column(
            name="head_name",
            text=Text("户主", "Head"),
            is_fixed=True,
        ),
        Column(name="key", text=Text("户编号", "Number"), value=str, kind="code"),
        Column(name="helper", text=Text("帮扶责任人", "Helper"), value=helper_cell),
        Column(name="helper_unit", text=Text("帮扶单位", "Unit")),
        Column(name="since", text=Text("结对日期", "Since"), kind="date"),
    ),
    filters=(
        BY_DIVISION,
        ChoiceFilter(
            name="covered",
            text=Text("帮扶情况", "Coverage"),
            apply=_is_covered,
            choices=[
                ("no", Text("无人帮扶", "no helper")),
                ("yes", Text("已有帮扶", "with a helper")),
            ],
        ),
    ),
)
