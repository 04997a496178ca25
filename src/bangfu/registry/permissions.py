"""Who may do what with the register, and where. Row security bounds the rest.

read households           every role but the administrator; a helper his or her own
import, edit              city, county, township office and village committee
look up last characters   the same, and auditor, inspector
reveal a sealed value     the same offices, and the payment preparer
export the list, masked   the same offices, and auditor, inspector
"""

from __future__ import annotations

from bangfu.accounts.roles import OFFICES, READERS, Role, check_role, is_within
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text
from bangfu.scope import Actor

# Kinds of import that enter what cannot be taken back.
SECOND_PERSON = frozenset({"cases"})
READ_ROLES = READERS
IMPORT_ROLES = OFFICES
EDIT_ROLES = OFFICES
LOOK_UP_ROLES = OFFICES | {Role.AUDITOR, Role.INSPECTOR}
REVEAL_ROLES = OFFICES | {Role.PREPARER}
EXPORT_ROLES = OFFICES | {Role.AUDITOR, Role.INSPECTOR}


def can_read(by: Actor) -> bool:
    """Whether `by` may see households at all."""
    return by.role in READ_ROLES


def check_read(by: Actor) -> None:
    """Raise NotAllowed for who sees no households."""
    check_role(by, READ_ROLES)


def can_import(by: Actor) -> bool:
    """Whether `by` may import workbooks of households."""
    return by.role in IMPORT_ROLES


def check_import(by: Actor) -> None:
    """Raise NotAllowed for who may not import households."""
    check_role(by, IMPORT_ROLES)


def check_same_office(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` acts for the very office of `division`."""
    if by.division != division:
        raise NotAllowed(
            Text(
                "只有 {division} 的办理人员可以处理这次导入。",
                "Only the office of {division} may act on this import.",
                {"division": division},
            )
        )


def check_confirm(by: Actor, kind: str, uploaded_by: int) -> None:
    """Raise NotAllowed for one's own files of what cannot be taken back."""
    if kind in SECOND_PERSON and by.user_id == uploaded_by:
        raise NotAllowed(
            Text(
                "这类数据由一人上传、另一人确认，您不能确认自己上传的文件。",
                "One person uploads this, another confirms; the files are your own.",
            ),
            remedy=Text(
                "请由本单位另一人确认。", "Ask a second person of your office."
            ),
        )


def can_edit(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may change a household that lives in `division`."""
    return by.role in EDIT_ROLES and is_within(by, division)


def check_edit(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may change a household in `division`."""
    check_role(by, EDIT_ROLES, division)


def can_look_up(by: Actor) -> bool:
    """Whether `by` may look people up by the last characters of their number."""
    return by.role in LOOK_UP_ROLES


def check_look_up(by: Actor) -> None:
    """Raise NotAllowed for who may not look people up."""
    check_role(by, LOOK_UP_ROLES)


def can_reveal(by: Actor, division: DivisionCode) -> bool:
    """Whether `by` may be shown a sealed value of a household in `division`."""
    return by.role in REVEAL_ROLES and is_within(by, division)


def check_reveal(by: Actor, division: DivisionCode) -> None:
    """Raise NotAllowed unless `by` may be shown sealed values there."""
    check_role(by, REVEAL_ROLES, division)


def can_export(by: Actor) -> bool:
    """Whether `by` may take the list of households away as a workbook."""
    return by.role in EXPORT_ROLES


def check_export(by: Actor) -> None:
    """Raise NotAllowed for who may not take the list away."""
    check_role(by, EXPORT_ROLES)
