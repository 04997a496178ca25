"""Drafting the notices by which cases are posted."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import BadInput, NotAllowed
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.publicity.kinds import KINDS, Kind, KindCode
from bangfu.publicity.models import Notice
from bangfu.publicity.operations import notices
from bangfu.publicity.rules import Draft, Line
from bangfu.registry.cases import posting
from bangfu.registry.cases.models import Case
from bangfu.registry.models import Member
from bangfu.scope import Actor

_CASE_KINDS = (
    KindCode.ENTRY_FIRST,
    KindCode.ENTRY_SECOND,
    KindCode.ENTRY_ANNOUNCED,
    KindCode.EXIT,
    KindCode.EXIT_ANNOUNCED,
    KindCode.REMOVAL,
    KindCode.MONITOR,
    KindCode.MONITOR_CLEARED,
)
_OFFICES = {
    "village": Level.VILLAGE,
    "township": Level.TOWNSHIP,
    "county": Level.COUNTY,
}
_COLUMNS = (Text("村民小组", "group"), Text("家庭人口", "people"))


class NothingToPost(BadInput):
    """No case waits for this notice."""

    code = "case.nothing_to_post"


def kinds_of(by: Actor) -> list[Kind]:
    """Return the kinds of notices that post cases and that the reader's office posts."""
    level = _OFFICES.get(by.role)
    if level is None or by.division is None or by.division.level != level:
        return []
    return [KINDS[code] for code in _CASE_KINDS if level in KINDS[code].levels]


def waiting(by: Actor, code: KindCode) -> list[Case]:
    """Return the cases within the reader's division that this notice would post."""
    assert by.division is not None  # noqa: S101 - `kinds_of` asked
    return posting.cases_to_post(code, by.division, level=_OFFICES[by.role])


def draft_notice(*, by: Actor, at: datetime, code: KindCode) -> Notice:
    """Draft the notice for every case that waits for it, ready to be looked through.

    Each line names the head, group and number of people, nothing else. Raises
    NotAllowed for who does not post it, NothingToPost, and what drafting refuses.
    """
    kind = KINDS[code]
    if kind not in kinds_of(by):
        raise NotAllowed(
            Text(
                "{kind}不由您的单位发布。",
                "A {kind} is not posted by your office.",
                {"kind": kind.text},
            )
        )
    found = waiting(by, code)
    if not found:
        raise NothingToPost(
            Text(
                "没有等待“{kind}”的户。",
                "No case waits for “{kind}”.",
                {"kind": kind.text},
            )
        )
    division = DivisionCode(by.division or "")
    day = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
    name = divisions.full_name(division, at=day)
    return notices.draft(
        by=by,
        at=at,
        draft=Draft(
            kind=kind,
            division=division,
            level=_OFFICES[by.role],
            title=f"{day.year}年{kind.text.zh}"[:100],
            place="村务公开栏",
            audience="villagers",
            content=_content(kind, name),
            columns=_COLUMNS,
            lines=[_line(case) for case in found],
        ),
    )


def _content(kind: Kind, name: str) -> dict[str, str]:
    stated = {
        "unit": name,
        "basis": "建档立卡动态管理程序",
        "hotline": "12317",
        "address": name,
        "meeting": "经村民代表会议评议通过",
        "document_no": "待填",
    }
    return {item.key: stated.get(item.key, item.initial) for item in kind.items}


def _line(case: Case) -> Line:
    people = Member.objects.filter(household_id=case.household_id, left_date=None)
    return Line(
        label=case.household.head_name or case.household.household_no,
        values=(case.household.group_name or "—", str(people.count())),
        subject_type=posting.SUBJECT,
        subject_id=str(case.pk),
        division=DivisionCode(case.division_code),
    )
