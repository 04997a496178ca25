"""The list of events: who did what, where, when and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from bangfu.audit import permissions, wording
from bangfu.audit.models import Check, Event
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.web import formats
from bangfu.web.columns import Column
from bangfu.web.filters import (
    ChoiceFilter,
    DateFilter,
    DivisionFilter,
    Option,
    TextFilter,
)
from bangfu.web.lists import ListSpec

_DAY = timedelta(days=1)


def dress(events: Iterable[Any], *, reader_role: str, at: datetime) -> None:
    """Give each event of a page `place`, a division's name, and `subject`."""
    shown = list(events)
    codes = {
        DivisionCode(event.division_code) for event in shown if event.division_code
    }
    names = import_string(settings.BANGFU_DIVISION_NAMES)(
        codes, at=timezone.localtime(at).date()
    )
    subjects = wording.subjects_of(shown, reader_role)
    for event, subject in zip(shown, subjects, strict=True):
        event.place = names.get(event.division_code, "")
        event.subject = subject


def reader_roles() -> frozenset[str]:
    """Return the roles that read the audit."""
    return frozenset(settings.BANGFU_AUDIT_READERS)


def check_words(check: Check) -> Text:
    """Say what a check of the chain found, and until when the events are proved."""
    figures = {
        "n": formats.number(check.position),
        "faults": formats.number(check.faults),
        "until": formats.moment(check.until) if check.until else "—",
        "checked": formats.moment(check.checked_at),
    }
    if check.faults:
        return Text(
            "防篡改校验发现 {faults} 处异常（校验于 {checked}）。",
            "The chain has {faults} faults (verified {checked}).",
            figures,
        )
    return Text(
        "防篡改校验通过：截至 {until} 的 {n} 条记录未被改动（校验于 {checked}）。",
        "The chain is whole: {n} events until {until} are as they were written"
        " (verified {checked}).",
        figures,
    )


def _acts(request: HttpRequest) -> Sequence[Option]:
    prefix = permissions.check_read(request.actor)  # type: ignore[attr-defined]
    return list(wording.acts(prefix).items())


def _roles(_request: HttpRequest) -> Sequence[Option]:
    return list(import_string(settings.BANGFU_ROLE_TEXTS).items())


def _by(rows: QuerySet[Event], username: str) -> QuerySet[Event]:
    return rows.filter(username=username.lower())


def _from(rows: QuerySet[Event], day: date) -> QuerySet[Event]:
    return rows.filter(happened_at__gte=_midnight(day))


def _to(rows: QuerySet[Event], day: date) -> QuerySet[Event]:
    return rows.filter(happened_at__lt=_midnight(day + _DAY))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _detail(event: Event) -> str:
    return json.dumps(event.detail, ensure_ascii=False) if event.detail else ""


EVENTS: ListSpec = ListSpec(
    key="audit.events",
    noun=Text("条", "events"),
    order="-id",
    empty=Text("没有符合条件的操作记录。", "No events match."),
    columns=(
        Column(
            name="happened_at",
            text=Text("时间", "When"),
            kind="moment",
            order="id",
            is_fixed=True,
        ),
        Column(name="username", text=Text("操作人", "Who"), is_fixed=True),
        Column(name="role", text=Text("身份", "Role"), value=wording.role_text),
        Column(name="action", text=Text("操作", "Act"), value=wording.act_text),
        Column(name="subject", text=Text("对象", "About")),
        Column(name="place", text=Text("区划", "Division")),
        Column(
            name="division_code",
            text=Text("区划代码", "Division code"),
            kind="code",
            is_hidden=True,
        ),
        Column(name="reason", text=Text("原因", "Why")),
        Column(
            name="detail",
            text=Text("附加数据", "Detail"),
            value=_detail,
            is_hidden=True,
        ),
        Column(
            name="recorded_at",
            text=Text("入库时间", "Recorded"),
            kind="moment",
            is_hidden=True,
        ),
    ),
    filters=(
        TextFilter(
            name="user",
            text=Text("操作人（用户名）", "Who (user name)"),
            apply=_by,
        ),
        ChoiceFilter(
            name="act", text=Text("操作", "Act"), field="action", choices=_acts
        ),
        ChoiceFilter(
            name="role", text=Text("身份", "Role"), field="role", choices=_roles
        ),
        DivisionFilter(
            name="division",
            text=Text("区划代码", "Division code"),
            field="division_code",
        ),
        DateFilter(name="from", text=Text("起始日期", "From"), apply=_from),
        DateFilter(name="to", text=Text("截止日期", "To"), apply=_to),
    ),
)
