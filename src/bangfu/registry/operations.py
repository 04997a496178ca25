"""Writes to one household by hand, and looking behind what is sealed.

Imports have operations of their own (`imports.operations`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string

from bangfu import vault
from bangfu.audit import operations as audit
from bangfu.audit.models import Event
from bangfu.calc.values.findings import (
    BadInput,
    Finding,
    OutOfLimit,
    Severity,
    WrongState,
)
from bangfu.calc.values.text import Text
from bangfu.registry import permissions, queries
from bangfu.registry.imports import locks
from bangfu.registry.models import Household, Member
from bangfu.scope import Actor

# Loads polars, which only a change needs: the one place where operations reach it.
_WRITE_BY_HAND = "bangfu.registry.intake.write_by_hand"
SEALED = ("phone", "bank_account", "identity_number")
REASON_MIN = 4
LOOK_UPS_PER_HOUR = 30
REVEALS_PER_HOUR = 60
_HOUR = timedelta(hours=1)
_FOUR = 4


class EditedMeanwhile(WrongState):
    """Somebody else changed the household; the findings hold both values."""

    code = "edited_meanwhile"


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
    changes: Mapping[str, object],
    reason: str,
) -> list[Finding]:
    """Change facts of a household by hand; return what is doubtful now.

    version: `queries.version_of` the household as the editor saw it. changes: by key of the
    households' sheet, None empties a value; incomes go by year. Raises NotAllowed,
    NoSuchHousehold, EditedMeanwhile, ImportRunning, BadInput with findings; the
    household stays as it was.
    """
    with transaction.atomic():
        household = _household(household_id)
        permissions.check_edit(by, household.division_code)
        _check_reason(reason)
        locks.take_together(household.division_code)
        household = Household.objects.select_for_update().get(pk=household_id)
        if queries.version_of(household) != version:
            raise _edited(household, changes)
        write = import_string(_WRITE_BY_HAND)
        found: list[Finding] = write(household=household, changes=changes, by=by, at=at)
        audit.record(
            "registry.household.changed",
            by=by,
            at=at,
            subject=household,
            reason=reason,
            detail={"fields": sorted(changes)},
        )
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


def _edited(household: Household, changes: Mapping[str, object]) -> EditedMeanwhile:
    """Show, for each field to be changed, what stands there now and what was entered."""
    findings = []
    for key, entered in changes.items():
        stored = None if key in SEALED else getattr(household, key, None)
        findings.append(
            Finding(
                "edited_meanwhile",
                key,
                Text(
                    "现为“{stored}”，您填的是“{entered}”",
                    "now “{stored}”, you entered “{entered}”",
                    {
                        "stored": _shown(key, stored),
                        "entered": _shown(key, entered),
                    },
                ),
                Severity.IMPOSSIBLE,
                field=key,
            )
        )
    return EditedMeanwhile(
        Text(
            "您编辑期间，这一户已被他人修改，您的改动没有保存。",
            "Somebody else changed this household meanwhile; your change was not saved.",
        ),
        remedy=Text("请核对下列内容后再次保存。", "Compare the values and save again."),
        findings=tuple(findings),
    )


def _shown(key: str, value: object) -> object:
    if key in SEALED:
        return "***"
    return "" if value in (None, "", []) else value
