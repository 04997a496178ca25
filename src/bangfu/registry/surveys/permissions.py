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

from bangfu.accounts.roles import READERS, Role, check_role, is_within
from bangfu.calc.values.division_code import DivisionCode
from bangfu.scope import Actor

SEE_ROLES = READERS
WORK_ROLES = READERS - {Role.HELPER}
RECORD_ROLES = frozenset({Role.VILLAGE, Role.TEAM, Role.TOWNSHIP, Role.COUNTY})
IMPORT_ROLES = RECORD_ROLES - {Role.TEAM}
EXPORT_ROLES = RECORD_ROLES | {Role.CITY, Role.AUDITOR, Role.INSPECTOR}
OFFICE_ROLES = frozenset({Role.TOWNSHIP, Role.COUNTY})


def check_work(by: Actor) -> None:
    """Raise NotAllowed for who has no work lists: helpers and the administrator."""
    check_role(by, WORK_ROLES)


def can_record(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may record or check sheets of a village."""
    return by.role in RECORD_ROLES and is_within(by, division)


def check_record(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may record or check sheets there."""
    check_role(by, RECORD_ROLES, division)


def can_import(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may bring in workbooks of a village's sheets."""
    return by.role in IMPORT_ROLES and is_within(by, division)


def check_import(by: Actor) -> None:
    """Raise NotAllowed unless `by` may bring in workbooks of sheets."""
    check_role(by, IMPORT_ROLES)


def check_export(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may take a village's sheets away as a workbook."""
    check_role(by, EXPORT_ROLES, division)


def can_close(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may open, lock and correct years there."""
    return by.role in OFFICE_ROLES and is_within(by, division)


def check_close(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may open, lock and correct years there."""
    check_role(by, OFFICE_ROLES, division)
