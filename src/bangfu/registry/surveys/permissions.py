"""Who may do what with surveys and village files, and where.

see       every role that sees households; a helper only sheets of his or her own
record    village committee, resident team, township and county offices
check     the same, another person than who recorded or asked
import    the same but the team, which has no page of imports
export    as record, city office, auditor, inspector
open      township and county offices
lock      township and county offices
correct   township and county offices, another person than who recorded
"""

from __future__ import annotations

from bangfu.accounts.roles import READERS, Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text, join
from bangfu.scope import Actor

SEE_ROLES = READERS
WORK_ROLES = READERS - {Role.HELPER}
RECORD_ROLES = frozenset({Role.VILLAGE, Role.TEAM, Role.TOWNSHIP, Role.COUNTY})
IMPORT_ROLES = RECORD_ROLES - {Role.TEAM}
EXPORT_ROLES = RECORD_ROLES | {Role.CITY, Role.AUDITOR, Role.INSPECTOR}
OFFICE_ROLES = frozenset({Role.TOWNSHIP, Role.COUNTY})


def check_work(by: Actor) -> None:
    """Raise NotAllowed for who has no work lists: helpers and the administrator."""
    _check(by, WORK_ROLES)


def can_record(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may record or check sheets of a village."""
    return by.role in RECORD_ROLES and _is_within(by, division)


def check_record(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may record or check sheets there."""
    _check(by, RECORD_ROLES, division)


def can_import(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may bring in workbooks of a village's sheets."""
    return by.role in IMPORT_ROLES and _is_within(by, division)


def check_import(by: Actor) -> None:
    """Raise NotAllowed unless `by` may bring in workbooks of sheets."""
    _check(by, IMPORT_ROLES)


def check_export(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may take a village's sheets away as a workbook."""
    _check(by, EXPORT_ROLES, division)


def can_close(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may open, lock and correct years there."""
    return by.role in OFFICE_ROLES and _is_within(by, division)


def check_close(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may open, lock and correct years there."""
    _check(by, OFFICE_ROLES, division)


def _is_within(by: Actor, division: DivisionCode) -> bool:
    return by.division is not None and by.division.contains(division)


def _check(
    by: Actor, roles: frozenset[Role], division: DivisionCode | None = None
) -> None:
    if by.role in roles and (division is None or _is_within(by, division)):
        return
    named = join([role.text for role in Role if role in roles], zh="、", en=", ")
    raise NotAllowed(
        Text(
            "您当前的身份不能办理这件事。",
            "The grant you act under does not allow this.",
        ),
        remedy=Text(
            "需由该地区的{roles}办理。",
            "It takes one of these roles there: {roles}.",
            {"roles": named},
        ),
    )
