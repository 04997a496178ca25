"""The history of a household's file: who changed what, when, from what to what.

The history tables hold each row as it was before a change; what it became is the next
such row, or the row as it stands. A row that was added has no image of before: its
first image tells who wrote it and when. Why comes from the audit event of the act.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from bangfu.audit.models import Event
from bangfu.calc.values.text import Text, join
from bangfu.exchange.declaration import Column, Kind, Sheet
from bangfu.registry.models import Household, Income, Member
from bangfu.registry.queries import HouseholdFile
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


@dataclass(slots=True)
class _Found:
    """What one act did, before it is told. user_id: who, where a row says it."""

    at: datetime
    changes: list[Change]
    user_id: int | None = None


def history_of(file: HouseholdFile) -> list[Act]:
    """Return the acts on a household's file, newest first.

    Of the household, its members and its incomes, the EVENTS_MAX newest changes each.
    Members and years of income that were added are told too, by the row's own
    `recorded_by_id` and `recorded_at`, unless older changes were left out.
    Costs a query for each of the three histories and one for the audit events.
    """
    people = sorted([*file.members, *file.gone], key=lambda one: (one.position, one.pk))
    incomes = sorted((year.income for year in file.incomes), key=lambda one: one.year)
    groups = [
        [_Row(HOUSEHOLD_SHEET, file.household, "")],
        [_Row(MEMBER_SHEET, member, member.name) for member in people],
        [_Row(HOUSEHOLD_SHEET, income, str(income.year)) for income in incomes],
    ]
    found: dict[str, _Found] = {}
    firsts: list[tuple[_Row, Any]] = []
    imports = {file.household.import_id}
    for rows in groups:
        by_row, is_cut = _images(rows)
        for row in rows:
            images = by_row.get(row.model.pk, [])
            imports |= {getattr(image, "import_id", None) for image in images}
            if not is_cut:
                firsts.append((row, images[-1] if images else row.model))
            for at, act, changes in _changes_of(row, images):
                found.setdefault(act, _Found(at, [])).changes.extend(changes)
    events = _events(file.household, imports, found)
    by_moment = {(e.happened_at, e.user_id): act for act, e in events.items()}
    for row, first in firsts:
        moment = (first.recorded_at, first.recorded_by_id)
        act = by_moment.get(moment, f"{moment[0].isoformat()} {moment[1]}")
        added = found.setdefault(act, _Found(moment[0], []))
        added.user_id = moment[1]
        added.changes.append(_addition(row, first))
    told = [_act(one, events.get(act)) for act, one in found.items()]
    return sorted(told, key=lambda act: act.at, reverse=True)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the file. about: the member's name or the year."""

    sheet: Sheet
    model: Any
    about: str


def _images(rows: Sequence[_Row]) -> tuple[dict[int, list[Any]], bool]:
    """Return the images of rows of one model by row, newest first, in one query.

    The second value: whether older ones were left out.
    """
    if not rows:
        return {}, False
    history = type(rows[0].model).history.rel.related_model
    found = history.objects.filter(pgh_obj_id__in=[row.model.pk for row in rows])
    images = list(found.order_by("-pgh_id")[:EVENTS_MAX])
    by_row: dict[int, list[Any]] = {}
    for image in images:
        by_row.setdefault(image.pgh_obj_id, []).append(image)
    return by_row, len(images) == EVENTS_MAX


def _addition(row: _Row, first: Any) -> Change:
    """Return the change that a row's being added is; `first`: as it was then."""
    if isinstance(row.model, Member):
        relation = shown(column_of(MEMBER_SHEET, "relation"), first.relation)
        return Change(first.name, _NEW_MEMBER, None, relation or first.name)
    if isinstance(row.model, Income):
        return Change(str(first.year), _NEW_INCOME, None, _net_of(first))
    return Change("", _NEW_HOUSEHOLD, None, first.head_name or str(row.model))


def _net_of(income: Any) -> Text:
    net = (
        income.wage_fen
        + income.operating_fen
        + income.property_fen
        + income.transfer_fen
        - income.operating_expense_fen
    )
    return Text("纯收入 {net}", "net {net}", {"net": formats.yuan(net)})


def _events(
    household: Household, imports: Iterable[int | None], acts: Iterable[str]
) -> dict[str, Any]:
    """Return the audit events of a household's acts, by act.

    Found by what they are about, which has an index: the household itself, and the
    imports that wrote it. Acts of other apps are looked up one by one.
    """
    about = Q(subject_type="registry.household", subject_id=str(household.pk))
    about |= Q(
        subject_type="registry.import",
        subject_id__in=[str(number) for number in imports if number is not None],
        action="registry.import.applied",
    )
    events = Event.objects.filter(about, act__isnull=False)
    # An act may have further events, of other apps; ours comes last and is kept.
    ours = sorted(events, key=lambda event: event.action in _TITLES)
    known = {str(event.act): event for event in ours}
    rest = [act for act in acts if "-" in act and act not in known]
    if rest:
        known |= {str(e.act): e for e in Event.objects.filter(act__in=rest)}
    return known


def _act(found: _Found, event: Any) -> Act:
    title = _TITLES.get(event.action, _CHANGED) if event else None
    if title is None:
        is_new = any(change.column == _NEW_HOUSEHOLD for change in found.changes)
        title = _REGISTERED if is_new else _CHANGED
    return Act(
        at=event.happened_at if event else found.at,
        by=event.username if event else "",
        title=title,
        reason=event.reason if event else "",
        changes=found.changes,
    )


def _changes_of(
    row: _Row, images: list[Any]
) -> Iterable[tuple[datetime, str, list[Change]]]:
    after = row.model
    for event in images:
        changes = [
            change
            for field in row.model._meta.concrete_fields
            if (change := _change(row.sheet, row.about, field.attname, event, after))
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
    "registry.member.added": Text("新增成员", "A member added"),
    "registry.member.changed": Text("修改成员", "A member corrected"),
    "registry.member.left": Text("成员减少", "A member left"),
    "registry.income.added": Text("登记年度收入", "A year's income added"),
    "registry.income.changed": Text("修改年度收入", "A year's income corrected"),
}
_REGISTERED = Text("登记", "Registered")
_NEW_HOUSEHOLD = Text("新登记户", "New household")
_NEW_MEMBER = Text("新增成员", "New member")
_NEW_INCOME = Text("新增收入年度", "New year of income")
_OTHER_TITLES = {
    "head_name": Text("户主", "Head"),
    "disability_kind": Text("残疾类别", "Disability category"),
    "disability_grade": Text("残疾等级", "Disability grade"),
}
