"""Lists of this app's pages: households, imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.exchange.declaration import CodeList
from bangfu.registry import queries, searching
from bangfu.registry.code_lists import ATTRIBUTE, CAUSE, STATUS
from bangfu.registry.imports.queries import STATE_TEXTS, Standing
from bangfu.registry.models import Household, Import, ImportState
from bangfu.web.cells import Badge
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, TextFilter
from bangfu.web.lists import ListSpec

NO_IDENTITY = "none_id"
_STATUS_KINDS = {
    "0": "warning",
    "1": "success",
    "2": "info",
    "3": "danger",
    "7": "neutral",
    "8": "info",
    "9": "neutral",
}
_STATE_KINDS = {
    ImportState.CHECKING: ("info", "arrow-repeat"),
    ImportState.CHECKED: ("warning", "hand-index"),
    ImportState.APPLYING: ("info", "arrow-repeat"),
    ImportState.APPLIED: ("success", "check-circle-fill"),
    ImportState.UNCHANGED: ("neutral", "dash-circle"),
    ImportState.FAILED: ("danger", "x-octagon-fill"),
    ImportState.CANCELLED: ("neutral", "slash-circle"),
}


def status_badge(household: Household) -> Badge:
    """Return the status as a badge."""
    text = STATUS.labels[household.status]
    return Badge(text, _STATUS_KINDS[household.status])


def label(codes: CodeList, code: str) -> Text | None:
    """Return the label of a code, None for an unknown or missing one."""
    return codes.labels.get(code)


def state_badge(standing: Standing) -> Badge:
    """Return where an import stands as a badge."""
    kind, icon = _STATE_KINDS[standing.state]
    return Badge(STATE_TEXTS[standing.state], kind, icon)


def _flag_choices(_request: HttpRequest) -> Sequence[tuple[str, Text]]:
    return [
        ("any", Text("有疑点", "any doubt")),
        (NO_IDENTITY, Text("成员缺身份证号码", "member without identity number")),
        *queries.flag_codes(),
    ]


def _with_flag(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == NO_IDENTITY:
        return queries.without_identity(rows)
    return queries.with_flag(rows, value)


def _choices(codes: CodeList) -> list[tuple[str, Text]]:
    return list(codes.entries)


HOUSEHOLDS = ListSpec(
    key="registry.households",
    noun=Text("户", "households"),
    order="division_code",
    row_url=lambda row: reverse("registry:household", args=[row.pk]),
    columns=(
        Column(
            name="head_name",
            text=Text("户主", "Head"),
            order="head_name",
            is_fixed=True,
        ),
        Column(
            name="household_no",
            text=Text("户编号", "Number"),
            kind="code",
            order="household_no",
        ),
        Column(
            name="division_code",
            text=Text("村代码", "Village"),
            kind="code",
            order="division_code",
        ),
        Column(
            name="village",
            text=Text("行政村", "Village name"),
            value=lambda row: getattr(row, "village", None),
        ),
        Column(name="group_name", text=Text("村民小组", "Group"), is_hidden=True),
        Column(name="status", text=Text("脱贫状态", "Status"), value=status_badge),
        Column(
            name="attribute",
            text=Text("属性", "Attribute"),
            value=lambda row: label(ATTRIBUTE, row.attribute),
        ),
        Column(
            name="cause",
            text=Text("主要致贫原因", "Main cause"),
            value=lambda row: label(CAUSE, row.cause_main),
        ),
        Column(
            name="recorded_at",
            text=Text("最近更新", "Last change"),
            kind="moment",
            order="recorded_at",
            is_hidden=True,
        ),
    ),
    filters=(
        TextFilter(
            name="q",
            text=Text(
                "姓名、拼音首字母、户编号或村代码", "Name, initials, number or code"
            ),
            apply=searching.find,
        ),
        BY_DIVISION,
        ChoiceFilter(
            name="status",
            text=Text("脱贫状态", "Status"),
            field="status",
            choices=_choices(STATUS),
        ),
        ChoiceFilter(
            name="attribute",
            text=Text("属性", "Attribute"),
            field="attribute",
            choices=_choices(ATTRIBUTE),
        ),
        ChoiceFilter(
            name="cause",
            text=Text("致贫原因", "Cause"),
            apply=queries.with_cause,
            choices=_choices(CAUSE),
        ),
        ChoiceFilter(
            name="flag",
            text=Text("疑点", "Doubt"),
            apply=_with_flag,
            choices=_flag_choices,
        ),
    ),
)


def _counts(name: str) -> Any:
    return lambda record: (record.counts or {}).get(name)


def _in_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """Narrow by the stored state; where a job failed, the list says where it stands."""
    wanted = Q(state=value)
    if value == ImportState.CHECKED:
        wanted |= Q(state=ImportState.APPLYING)
    return rows.filter(wanted)


IMPORTS = ListSpec(
    key="registry.imports",
    noun=Text("次", "imports"),
    order="-id",
    row_url=lambda row: reverse("registry:import", args=[row.pk]),
    empty=Text("还没有导入过数据。", "Nothing has been imported yet."),
    columns=(
        Column(
            name="created_at",
            text=Text("上传时间", "Uploaded"),
            kind="moment",
            order="id",
            is_fixed=True,
        ),
        Column(
            name="kind",
            text=Text("内容", "What"),
            value=lambda row: row.kind_text,
        ),
        Column(
            name="files",
            text=Text("文件", "Files"),
            value=lambda row: "、".join(file["name"] for file in row.files),
        ),
        Column(name="state", text=Text("状态", "State"), value=lambda row: row.badge),
        Column(
            name="new", text=Text("新增", "New"), value=_counts("new"), kind="number"
        ),
        Column(
            name="changed",
            text=Text("变更", "Changed"),
            value=_counts("changed"),
            kind="number",
        ),
        Column(
            name="same", text=Text("相同", "Same"), value=_counts("same"), kind="number"
        ),
        Column(
            name="wrong",
            text=Text("错误", "Wrong"),
            value=_counts("wrong"),
            kind="number",
        ),
        Column(name="username", text=Text("办理人", "By"), order="username"),
        Column(
            name="division_code",
            text=Text("区划", "Division"),
            kind="code",
            is_hidden=True,
        ),
        Column(
            name="sha256",
            text=Text("文件校验值", "File hash"),
            kind="code",
            value=lambda row: " ".join(f.get("sha256", "")[:12] for f in row.files),
            is_hidden=True,
        ),
    ),
    filters=(
        ChoiceFilter(
            name="state",
            text=Text("状态", "State"),
            apply=_in_state,
            choices=[(state.value, text) for state, text in STATE_TEXTS.items()],
        ),
    ),
)


def kind_texts() -> dict[str, Text]:
    """Return the names of the kinds, without loading their intakes."""
    return {
        "households": Text("贫困户与成员", "households and members"),
        "cases": Text("历史识别退出和监测", "cases from before the system"),
        "frame": Text("全村农户名单", "full village lists"),
        "officials": Text("帮扶干部", "officials"),
        "units": Text("帮扶单位", "units"),
    }


def prepare_imports(records: Sequence[Import], found: dict[int, Standing]) -> None:
    """Put names and badges on the records of a page."""
    names = kind_texts()
    for record in records:
        record.kind_text = names.get(record.kind, record.kind)  # type: ignore[attr-defined]
        record.badge = state_badge(found[record.pk])  # type: ignore[attr-defined]
