"""Writes to one household by hand, and looking behind what is sealed.

Imports have operations of their own (`imports.operations`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from bangfu import vault
from bangfu.audit import operations as audit
from bangfu.audit.models import Event
from bangfu.calc.values.findings import BadInput, Finding, OutOfLimit
from bangfu.calc.values.text import Text
from bangfu.registry import editing, export_limits, permissions, queries
from bangfu.registry.imports import locks
from bangfu.registry.models import Household, Member
from bangfu.scope import Actor

# They load polars, which no page needs: the one place where operations reach it.
_BY_HAND = "bangfu.registry.by_hand"
_EXPORT = "bangfu.registry.exporting.households_workbook"
Facts = Mapping[str, object]
SEALED = ("phone", "bank_account", "identity_number")
REASON_MIN = 4
LOOK_UPS_PER_HOUR = 30
REVEALS_PER_HOUR = 60
_HOUR = timedelta(hours=1)
_FOUR = 4


class NoSuchHousehold(BadInput):
    """There is no such household within the acting scope."""

    code = "no_such_household"
    http_status = 404


class TooManyLooks(OutOfLimit):
    """More was looked up or revealed within an hour than a person needs."""

    code = "too_many_looks"
    http_status = 429
    retryable = True


def update_household(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    version: str,
    changes: Facts,
    reason: str,
) -> list[Finding]:
    """Change facts of a household by hand; return what is doubtful now.

    version: `queries.version_of` the household as the editor saw it. changes: by key of the
    households' sheet, None empties a value; incomes go by year. Raises NotAllowed,
    NoSuchHousehold, EditedMeanwhile, ImportRunning, BadInput with findings; the
    household stays as it was.
    """
    with transaction.atomic():
        household = _taken(household_id, by, reason)
        editing.check_version(household, version, household, changes)
        write = import_string(f"{_BY_HAND}.write_household")
        found: list[Finding] = write(household=household, changes=changes, by=by, at=at)
        detail = {"fields": sorted(changes)}
        _record("registry.household.changed", by, at, household, reason, detail)
    return found


def add_member(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    version: str,
    facts: Facts,
    reason: str,
) -> list[Finding]:
    """Add a member to a household by hand; return what is doubtful now.

    facts: by key of the members' sheet; name and relation are needed. Raises as
    `update_household`; nobody is added then.
    """
    with transaction.atomic():
        household = _taken(household_id, by, reason)
        editing.check_version(household, version, None, facts)
        editing.check_new_member(facts)
        found = _write_member(household, None, facts, by, at)
        member = household.members.latest("pk")
        _record(
            "registry.member.added", by, at, household, reason, _about(member, facts)
        )
    return found


def change_member(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    member_id: int,
    version: str,
    changes: Facts,
    reason: str,
) -> list[Finding]:
    """Correct a member by hand, who may have left; return what is doubtful now.

    changes: by key of the members' sheet, None empties a value. Raises NoSuchMember,
    and as `update_household`; the member stays as he or she was.
    """
    with transaction.atomic():
        household = _taken(household_id, by, reason)
        member = editing.member_of(household, member_id)
        editing.check_version(household, version, member, changes)
        found = _write_member(household, member.pk, changes, by, at)
        _record(
            "registry.member.changed",
            by,
            at,
            household,
            reason,
            _about(member, changes),
        )
    return found


def end_member(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    member_id: int,
    version: str,
    left_date: date,
    left_reason: str,
    reason: str,
) -> list[Finding]:
    """Record that a member belongs to the household no longer; the row stays.

    left_reason: one of code_lists.LEAVING. Raises NoSuchMember, LeftAlready, and as
    `update_household`; the member stays then.
    """
    changes = {"left_date": left_date, "left_reason": left_reason}
    with transaction.atomic():
        household = _taken(household_id, by, reason)
        member = editing.member_of(household, member_id)
        editing.check_version(household, version, member, changes)
        editing.check_is_there(member)
        editing.check_leaving(left_reason)
        found = _write_member(household, member.pk, changes, by, at)
        _record(
            "registry.member.left", by, at, household, reason, _about(member, changes)
        )
    return found


def add_income(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    year: int,
    version: str,
    amounts: Mapping[str, int | None],
    reason: str,
) -> list[Finding]:
    """Add the income of a year by component; return what is doubtful now.

    amounts: fen by key of the households' sheet; a total that is left out is the sum of
    its parts. Raises YearOnFile, and as `update_household`; nothing is added then.
    """
    with transaction.atomic():
        household = _taken(household_id, by, reason)
        editing.check_version(household, version, None, amounts)
        editing.check_new_year(household, year, amounts)
        found = _write_income(household, year, amounts, by, at)
        _record("registry.income.added", by, at, household, reason, {"year": year})
    return found


def change_income(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    year: int,
    version: str,
    amounts: Mapping[str, int | None],
    reason: str,
) -> list[Finding]:
    """Correct the income of a year by component; return what is doubtful now.

    amounts: as `add_income` takes them, all of them. Raises NoSuchYear, and as
    `update_household`; the year stays as it was.
    """
    with transaction.atomic():
        household = _taken(household_id, by, reason)
        income = editing.income_of(household, year)
        editing.check_version(household, version, income, amounts)
        found = _write_income(household, year, amounts, by, at)
        _record("registry.income.changed", by, at, household, reason, {"year": year})
    return found


def reveal(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    what: str,
    member_id: int | None = None,
    purpose: str,
) -> str:
    """Return a sealed value in clear, once; who asked and why is recorded first.

    what: one of SEALED; member_id: for identity_number. Raises NotAllowed,
    NoSuchHousehold, BadInput without a purpose or a value, TooManyLooks.
    """
    with transaction.atomic():
        household = _household(household_id)
        permissions.check_reveal(by, household.division_code)
        _check_reason(purpose)
        action = "registry.value.revealed"
        _check_rate(by, at, action, REVEALS_PER_HOUR)
        sealed = _sealed(household, what, member_id)
        audit.record_read(
            action=action,
            by=by,
            at=at,
            subject=household,
            reason=purpose,
            detail={"what": what, "member": member_id},
        )
        return vault.unseal(sealed)


def look_up(*, by: Actor, at: datetime, last_four: str) -> list[Member]:
    """Return live members whose identity number ends so, within the acting scope.

    Raises NotAllowed, BadInput unless these are four characters of a number,
    TooManyLooks beyond LOOK_UPS_PER_HOUR.
    """
    permissions.check_look_up(by)
    asked = last_four.strip().upper()
    if len(asked) != _FOUR or not (asked[:3].isdecimal() and asked[3] in "0123456789X"):
        raise BadInput(
            Text(
                "请输入身份证号码最后四位：四位数字，或三位数字加 X。",
                "Give the last four characters of the number: digits, the last may be X.",
            )
        )
    with transaction.atomic():
        action = "registry.person.looked_up"
        _check_rate(by, at, action, LOOK_UPS_PER_HOUR)
        index = vault.blind_index(asked, "last-four")
        found = queries.people_with_last_four(index)
        audit.record_read(action=action, by=by, at=at, detail={"found": len(found)})
    return found


def export_households(
    *,
    by: Actor,
    at: datetime,
    rows: QuerySet[Household],
    filters: Sequence[str],
    purpose: str,
    language: str,
) -> bytes:
    """Return households as a workbook in the template's layout, sealed values masked.

    rows: in the order of the sheet. filters: names of those that narrowed the list; they
    and the purpose are recorded first. Raises NotAllowed, BadInput without a purpose or a
    household, TooManyRows beyond EXPORT_MAX.
    """
    permissions.check_export(by)
    _check_reason(purpose)
    with transaction.atomic():
        keys = list(
            rows.values_list("division_code", "household_no")[
                : export_limits.EXPORT_MAX + 1
            ]
        )
        export_limits.check_export_size(len(keys))
        audit.record_read(
            action="registry.households.exported",
            by=by,
            at=at,
            reason=purpose,
            detail={"households": len(keys), "filters": sorted(filters)},
        )
        make = import_string(_EXPORT)
        content: bytes = make(keys, language=language)
    return content


# Pieces


def _taken(household_id: int, by: Actor, reason: str) -> Household:
    """Return a household that is locked for a change by hand, which is allowed."""
    household = _household(household_id)
    permissions.check_edit(by, household.division_code)
    _check_reason(reason)
    locks.take_together(household.division_code)
    return Household.objects.select_for_update().get(pk=household_id)


def _write_member(
    household: Household, member_id: int | None, facts: Facts, by: Actor, at: datetime
) -> list[Finding]:
    write = import_string(f"{_BY_HAND}.write_member")
    found: list[Finding] = write(
        household=household, member_id=member_id, changes=facts, by=by, at=at
    )
    return found


def _write_income(
    household: Household,
    year: int,
    amounts: Mapping[str, int | None],
    by: Actor,
    at: datetime,
) -> list[Finding]:
    write = import_string(f"{_BY_HAND}.write_income")
    filled = editing.with_totals(amounts)
    found: list[Finding] = write(
        household=household, year=year, amounts=filled, by=by, at=at
    )
    return found


def _about(member: Member, facts: Facts) -> dict[str, object]:
    return {"member": member.pk, "fields": sorted(facts)}


def _record(
    action: str,
    by: Actor,
    at: datetime,
    household: Household,
    reason: str,
    detail: Mapping[str, object],
) -> None:
    audit.record(action, by=by, at=at, subject=household, reason=reason, detail=detail)


def _household(household_id: int) -> Household:
    household = Household.objects.filter(pk=household_id).first()
    if household is None:
        raise NoSuchHousehold(
            Text(
                "没有这一户，或不在您的管辖范围内。",
                "There is no such household within your scope.",
            )
        )
    return household


def _sealed(household: Household, what: str, member_id: int | None) -> bytes:
    sealed: Any = None
    if what == "identity_number":
        member = household.members.filter(pk=member_id or 0).first()
        sealed = member.identity_sealed if member else None
    elif what in SEALED:
        sealed = getattr(household, f"{what}_sealed")
    if sealed is None:
        raise BadInput(
            Text("没有登记这项内容。", "Nothing of this kind is registered.")
        )
    return bytes(sealed)


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < REASON_MIN:
        raise BadInput(
            Text(
                "请写明事由，至少 {n} 个字。",
                "State the reason in at least {n} characters.",
                {"n": REASON_MIN},
            )
        )


def _check_rate(by: Actor, at: datetime, action: str, limit: int) -> None:
    """Count the acts of the last hour; they stand in the audit, so none is forgotten."""
    done = Event.objects.filter(
        user_id=by.user_id, action=action, happened_at__gt=at - _HOUR
    ).count()
    if done >= limit:
        raise TooManyLooks(
            Text(
                "一小时内最多 {limit} 次，您已达到上限。",
                "At most {limit} within an hour; you have reached the limit.",
                {"limit": limit},
            ),
            remedy=Text("请稍后再试。", "Try again later."),
        )
