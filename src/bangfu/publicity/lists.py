"""Lists of this app's pages: notices, entries of one, objections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from bangfu.calc.values.division_code import Level
from bangfu.calc.values.text import Text
from bangfu.divisions.choices import BY_DIVISION
from bangfu.publicity import queries
from bangfu.publicity.kinds import KINDS
from bangfu.publicity.models import Notice, Objection
from bangfu.publicity.states import NoticeState, ObjectionState, Verdict
from bangfu.web.cells import Badge
from bangfu.web.columns import Column
from bangfu.web.filters import ChoiceFilter, TextFilter
from bangfu.web.language import say
from bangfu.web.lists import ListSpec

_STATE_KINDS = {
    NoticeState.DRAFT: "neutral",
    NoticeState.SUBMITTED: "warning",
    NoticeState.CHECKED: "info",
    NoticeState.POSTED: "info",
    NoticeState.CLOSED: "success",
    NoticeState.WITHDRAWN: "neutral",
    NoticeState.CANCELLED: "neutral",
}
_VERDICT_KINDS = {
    Verdict.OPEN: "neutral",
    Verdict.RUNNING: "info",
    Verdict.PASSED: "success",
    Verdict.STOPPED: "warning",
    Verdict.UPHELD: "danger",
    Verdict.WITHDRAWN: "neutral",
}
_OBJECTION_KINDS = {
    ObjectionState.OPEN: "warning",
    ObjectionState.UPHELD: "danger",
    ObjectionState.REJECTED: "success",
    ObjectionState.RETRACTED: "neutral",
}
_CORRECTED = Badge(Text("已更正", "corrected"), "neutral", "arrow-repeat")


def notice_badge(notice: Notice) -> Badge:
    """Return the state of a notice."""
    state = NoticeState(notice.state)
    return Badge(state.text, _STATE_KINDS[state])


def verdict_badge(verdict: Verdict | None) -> Badge:
    """Return a verdict; None stands for an entry that was corrected."""
    if verdict is None:
        return _CORRECTED
    return Badge(verdict.text, _VERDICT_KINDS[verdict])


def objection_badge(objection: Objection) -> Badge:
    """Return the state of an objection."""
    state = ObjectionState(objection.state)
    return Badge(state.text, _OBJECTION_KINDS[state])


def notice_title(notice: Notice) -> Text:
    """Name a notice: 第 12 号公示 / Notice 12."""
    return Text("第 {n} 号公示", "Notice {n}", {"n": notice.pk})


def _day_of_posting(name: str) -> Any:
    def day(notice: Notice) -> object:
        posting = getattr(notice, "posting", None)
        is_window = posting is not None and posting.days > 0
        return getattr(posting, name) if is_window else None

    return day


def _notice_search(rows: QuerySet[Any], words: object) -> QuerySet[Any]:
    text = str(words)
    wanted = Q(title__contains=text) | Q(place__contains=text)
    if text.isdigit() and len(text) < 10:
        wanted |= Q(pk=int(text))
    return rows.filter(wanted)


def _standing(rows: QuerySet[Any], value: object) -> QuerySet[Any]:
    if value == "over":
        return rows.filter(pk__in=queries.to_settle(at=queries.today()).values("pk"))
    if value == "stopped":
        return rows.filter(open_count__gt=0)
    return rows.filter(state=value)


NOTICES = ListSpec(
    key="publicity.notices",
    noun=Text("份公示", "notices"),
    order="-pk",
    row_url=lambda row: reverse("publicity:notice", args=[row.pk]),
    empty=Text("没有符合条件的公示。", "No notices match."),
    columns=(
        Column(name="title", text=Text("标题", "Title"), is_fixed=True),
        Column(name="kind", text=Text("类别", "Kind"), value="kind_text"),
        Column(name="state", text=Text("状态", "State"), value=notice_badge),
        Column(
            name="entries",
            text=Text("条数", "Entries"),
            value="entry_count",
            kind="number",
        ),
        Column(
            name="first",
            text=Text("公示首日", "First day"),
            value=_day_of_posting("first_date"),
            kind="date",
        ),
        Column(
            name="last",
            text=Text("公示末日", "Last day"),
            value=_day_of_posting("last_date"),
            kind="date",
            order="posting__last_date",
        ),
        Column(
            name="open",
            text=Text("办理中异议", "Open objections"),
            value="open_count",
            kind="number",
        ),
        Column(name="place", text=Text("张贴地点", "Place"), is_hidden=True),
        Column(name="division_code", text=Text("区划", "Division"), kind="code"),
        Column(name="drafted_by_name", text=Text("拟稿人", "Drafted by")),
        Column(
            name="checked_by_name", text=Text("核对人", "Checked by"), is_hidden=True
        ),
    ),
    filters=(
        TextFilter(
            name="q",
            text=Text("标题、地点或编号", "Title, place or number"),
            apply=_notice_search,
        ),
        BY_DIVISION,
        ChoiceFilter(
            name="kind",
            text=Text("类别", "Kind"),
            field="kind",
            choices=[(one.code.value, one.text) for one in KINDS.values()],
        ),
        ChoiceFilter(
            name="standing",
            text=Text("状态", "Standing"),
            apply=_standing,
            choices=[
                *((state.value, state.text) for state in NoticeState),
                ("over", Text("期满待办结", "over, to settle")),
                ("stopped", Text("有办理中的异议", "with an open objection")),
            ],
        ),
    ),
)


# Entries


def _entry_standing(rows: QuerySet[Any], value: object) -> QuerySet[Any]:
    if value == "stopped":
        return rows.filter(Q(is_stopped=True) | Q(is_corrected=True), is_final=False)
    if value == "left":
        return rows.filter(is_final=False)
    return rows.filter(outcome__kind=value)


def _value_at(number: int) -> Callable[[Any], object]:
    return lambda row: row.values[number]


def entries_spec(notice: Notice) -> ListSpec:
    """Return the list of a notice's entries; rows need `verdict` and `actions`."""
    values = [
        Column(name=f"value{number}", text=text, value=_value_at(number))
        for number, text in enumerate(notice.column_texts)
    ]
    return ListSpec(
        key="publicity.entries",
        noun=Text("条", "entries"),
        order="position",
        columns=(
            Column(
                name="position", text=Text("序号", "No."), kind="number", is_fixed=True
            ),
            Column(name="label", text=Text("公示对象", "Entry"), is_fixed=True),
            *values,
            Column(
                name="verdict",
                text=Text("结果", "Standing"),
                value=lambda row: verdict_badge(row.verdict),
            ),
            Column(name="actions", text=Text("办理", "Act")),
        ),
        filters=(
            TextFilter(name="q", text=Text("公示对象", "Entry"), field="label"),
            ChoiceFilter(
                name="standing",
                text=Text("结果", "Standing"),
                apply=_entry_standing,
                choices=[
                    ("left", Text("尚无结果", "no verdict yet")),
                    ("stopped", Verdict.STOPPED.text),
                    ("passed", Verdict.PASSED.text),
                    ("upheld", Verdict.UPHELD.text),
                    ("withdrawn", Verdict.WITHDRAWN.text),
                ],
            ),
        ),
    )


# Objections


def due_cell(objection: Any) -> object:
    """Return until when it is handled; marked when the day has come (`is_due`)."""
    if not objection.is_due:
        return objection.due_date
    day = objection.due_date
    words = (
        Text("期限待定", "no deadline on file")
        if day is None
        else Text("{day} 到期", "due {day}", {"day": day.isoformat()})
    )
    return Badge(words, "danger", "alarm")


def _objection_standing(rows: QuerySet[Any], value: object) -> QuerySet[Any]:
    if value == "due":
        return rows.filter(pk__in=queries.due(at=queries.today()).values("pk"))
    if value == "untold":
        return rows.filter(pk__in=queries.untold().values("pk"))
    return rows.filter(state=value)


def _objection_search(rows: QuerySet[Any], words: object) -> QuerySet[Any]:
    text = str(words)
    wanted = Q(notice__title__contains=text) | Q(entry__label__contains=text)
    if text.isdigit() and len(text) < 10:
        wanted |= Q(pk=int(text))
    return rows.filter(wanted)


def about_words(objection: Objection) -> str:
    """Say what it is about: the entry's label, or the notice as a whole."""
    if objection.entry is None:
        return say(Text("整份公示", "the notice as a whole"))
    return objection.entry.label


OBJECTIONS = ListSpec(
    key="publicity.objections",
    noun=Text("件异议", "objections"),
    order="-pk",
    row_url=lambda row: reverse("publicity:objection", args=[row.pk]),
    empty=Text("没有符合条件的异议。", "No objections match."),
    columns=(
        Column(
            name="number",
            text=Text("编号", "Number"),
            value="pk",
            kind="code",
            is_fixed=True,
        ),
        Column(name="state", text=Text("状态", "State"), value=objection_badge),
        Column(name="due", text=Text("办理期限", "Due"), value=due_cell, kind="date"),
        Column(name="entry", text=Text("公示对象", "Entry"), value=about_words),
        Column(name="notice", text=Text("公示", "Notice"), value="notice.title"),
        Column(
            name="handler",
            text=Text("办理单位", "Handled by"),
            value=lambda row: Level(row.handler_level).text,
        ),
        Column(name="division_code", text=Text("区划", "Division"), kind="code"),
        Column(name="recorded_at", text=Text("登记时间", "Recorded"), kind="moment"),
        Column(name="decided_by_name", text=Text("办结人", "Decided by")),
    ),
    filters=(
        TextFilter(
            name="q",
            text=Text("公示对象、标题或编号", "Entry, title or number"),
            apply=_objection_search,
        ),
        BY_DIVISION,
        ChoiceFilter(
            name="standing",
            text=Text("状态", "Standing"),
            apply=_objection_standing,
            choices=[
                *((state.value, state.text) for state in ObjectionState),
                ("due", Text("到期未办结", "due")),
                ("untold", Text("待告知结果", "result to be told")),
            ],
        ),
    ),
)
