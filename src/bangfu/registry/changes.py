"""The history of a household's file: who changed what, when, from what to what.

The history tables hold each row as it was before a change; what it became is the next
such row, or the row as it stands. Who and why comes from the audit event of the act.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from bangfu.audit.models import Event
from bangfu.calc.values.text import Text, join
from bangfu.exchange.declaration import Column, Kind, Sheet
from bangfu.registry.models import Household
from bangfu.registry.sheets import HOUSEHOLD_SHEET, MEMBER_SHEET
from bangfu.web import formats

EVENTS_MAX = 200
_LEFT_OUT = frozenset(
    {
        "id",
        "household",
        "household_id",
        "division_code",
        "position",
        "initials",
        "head_initials",
        "recorded_at",
        "recorded_by_id",
        "import_id",
        "net_fen",
    }
)
_SEALED = {
    "phone_sealed": "phone",
    "bank_account_sealed": "bank_account",
    "identity_sealed": "identity_number",
}
_DIGESTS = frozenset(
    {
        "phone_tail",
        "bank_account_tail",
        "identity_index",
        "identity_last_four_index",
        "identity_tail",
    }
)
Shown = str | Text | None


@dataclass(frozen=True, slots=True)
class Change:
    """One value that changed. about: the member's name or the year, "" for the household."""

    about: str
    column: Text
    before: Shown
    after: Shown


@dataclass(frozen=True, slots=True)
class Act:
    """One act on the file. by: the user's name, "" when the audit is out of scope."""

    at: datetime
    by: str
    title: Text
    reason: str
    changes: list[Change]


def history_of(household: Household) -> list[Act]:
    """Return the acts on a household's file, newest first; at most EVENTS_MAX changes."""
    found: dict[str, tuple[datetime, list[Change]]] = {}
    rows: list[tuple[Sheet, Model, str]] = [(HOUSEHOLD_SHEET, household, "")]
    rows += [(MEMBER_SHEET, member, member.name) for member in household.members.all()]
    rows += [
        (HOUSEHOLD_SHEET, income, str(income.year))
        for income in household.incomes.all()
    ]
    for sheet, row, about in rows:
        for at, act, changes in _changes_of(sheet, row, about):
            known = found.setdefault(act, (at, []))
            known[1].extend(changes)
    acts = {event.act: event for event in _events(household, found)}
    told = [_act(at, acts.get(act), changes) for act, (at, changes) in found.items()]
    return sorted(told, key=lambda act: act.at, reverse=True)


def _events(household: Household, acts: Iterable[str]) -> list[Any]:
    """Return the audit events of the acts; `act` as text."""
    events = list(Event.objects.filter(act__in=[act for act in acts if "-" in act]))
    for event in events:
        event.act = str(event.act)
    # An act has one event; where a job recorded another beside it, ours comes first.
    return sorted(events, key=lambda event: event.action.startswith("registry."))


def _act(at: datetime, event: Any, changes: list[Change]) -> Act:
    title = _TITLES.get(event.action, _CHANGED) if event else _CHANGED
    return Act(
        at=at,
        by=event.username if event else "",
        title=title,
        reason=event.reason if event else "",
        changes=changes,
    )


def _changes_of(
    sheet: Sheet, row: Model, about: str
) -> Iterable[tuple[datetime, str, list[Change]]]:
    events = list(row.history.order_by("-pgh_id")[:EVENTS_MAX])  # type: ignore[attr-defined]
    after: Model = row
    for event in events:
        changes = [
            change
            for field in row._meta.concrete_fields
            if (change := _change(sheet, about, field.attname, event, after))
        ]
        context = event.pgh_context or {}
        act = str(context.get("act", event.pgh_id))
        if changes:
            yield event.pgh_created_at, act, changes
        after = event


def _change(
    sheet: Sheet, about: str, name: str, before: Any, after: Any
) -> Change | None:
    if name in _LEFT_OUT or name in _DIGESTS:
        return None
    old, new = getattr(before, name, None), getattr(after, name, None)
    if old == new or (old in _NOTHING and new in _NOTHING):
        return None
    if name in _SEALED:
        return Change(about, sheet.by_key[_SEALED[name]].title, _HIDDEN, _HIDDEN)
    column = column_of(sheet, name)
    title = column.title if column else _OTHER_TITLES.get(name, Text(name, name))
    return Change(about, title, shown(column, old), shown(column, new))


def column_of(sheet: Sheet, name: str) -> Column | None:
    """Return the sheet's column of a field of the model."""
    return sheet.by_key.get(name.removesuffix("_fen"))


def shown(column: Column | None, value: Any) -> Shown:
    """Return a stored value as people read it."""
    if value in _NOTHING:
        return None
    if column is None:
        return str(value)
    if column.kind is Kind.BOOL:
        return _YES if value else _NO
    if column.codes is not None:
        codes = value if isinstance(value, list) else [value]
        labels = column.codes.labels
        known = [labels[code] for code in codes if code in labels]
        return join(known, zh="、", en=", ") if known else str(value)
    if column.kind is Kind.YUAN:
        return formats.yuan(value)
    return str(value)


_NOTHING: tuple[object, ...] = (None, "", [])
_YES, _NO = Text("是", "yes"), Text("否", "no")
_HIDDEN = Text("（不显示）", "(not shown)")
_CHANGED = Text("修改", "Changed")
_TITLES = {
    "registry.import.applied": Text("导入", "Import"),
    "registry.household.changed": Text("手工修改", "Changed by hand"),
}
_OTHER_TITLES = {
    "head_name": Text("户主", "Head"),
    "disability_kind": Text("残疾类别", "Disability category"),
    "disability_grade": Text("残疾等级", "Disability grade"),
}
