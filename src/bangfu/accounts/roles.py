"""The roles, and the levels at which each may be granted."""

from __future__ import annotations

import enum

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.findings import NotAllowed
from bangfu.calc.values.text import Text, join
from bangfu.scope import Actor


class Role(enum.StrEnum):
    """What a grant lets a person do; permissions.py of each app says what that is."""

    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    TEAM = "team"
    HELPER = "helper"
    DEPARTMENT = "department"
    INSPECTOR = "inspector"
    PREPARER = "preparer"
    APPROVER = "approver"
    PAYER = "payer"
    AUDITOR = "auditor"
    LEADERSHIP = "leadership"
    ADMINISTRATOR = "administrator"

    @property
    def text(self) -> Text:
        """The role's name."""
        return ROLE_TEXTS[self]

    @property
    def levels(self) -> frozenset[Level]:
        """Levels of division at which the role may be granted."""
        return ROLE_LEVELS[self]


ROLE_TEXTS = {
    Role.CITY: Text("市扶贫办", "city office"),
    Role.COUNTY: Text("县扶贫办", "county office"),
    Role.TOWNSHIP: Text("乡镇扶贫办", "township office"),
    Role.VILLAGE: Text("村民委员会", "village committee"),
    Role.TEAM: Text("驻村工作队", "resident team"),
    Role.HELPER: Text("帮扶责任人", "helper"),
    Role.DEPARTMENT: Text("行业部门", "line department"),
    Role.INSPECTOR: Text("督查人员", "inspector"),
    Role.PREPARER: Text("资金经办", "payment preparer"),
    Role.APPROVER: Text("资金审批", "payment approver"),
    Role.PAYER: Text("资金支付", "payment payer"),
    Role.AUDITOR: Text("审计人员", "auditor"),
    Role.LEADERSHIP: Text("领导（查看）", "leadership (read)"),
    Role.ADMINISTRATOR: Text("系统管理员", "administrator"),
}
_OFFICES = frozenset({Level.PROVINCE, Level.CITY, Level.COUNTY})
_FUNDS = frozenset({Level.CITY, Level.COUNTY, Level.TOWNSHIP})
ROLE_LEVELS: dict[Role, frozenset[Level]] = {
    Role.CITY: frozenset({Level.CITY}),
    Role.COUNTY: frozenset({Level.COUNTY}),
    Role.TOWNSHIP: frozenset({Level.TOWNSHIP}),
    Role.VILLAGE: frozenset({Level.VILLAGE}),
    Role.TEAM: frozenset({Level.VILLAGE}),
    Role.HELPER: frozenset({Level.CITY, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE}),
    Role.DEPARTMENT: _OFFICES,
    Role.INSPECTOR: _OFFICES,
    Role.PREPARER: _FUNDS,
    Role.APPROVER: _FUNDS,
    Role.PAYER: _FUNDS,
    Role.AUDITOR: _OFFICES,
    Role.LEADERSHIP: _OFFICES,
    Role.ADMINISTRATOR: _OFFICES,
}
# Offices that keep the register of their division.
OFFICES = frozenset({Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE})
READERS = frozenset(Role) - {Role.ADMINISTRATOR}


def is_within(by: Actor, division: DivisionCode) -> bool:
    """Whether a division lies in that of the acting grant."""
    return by.division is not None and by.division.contains(division)


def check_role(
    by: Actor, roles: frozenset[Role], division: DivisionCode | None = None
) -> None:
    """Raise NotAllowed, which names the roles, for others and for other divisions."""
    if by.role in roles and (division is None or is_within(by, division)):
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
