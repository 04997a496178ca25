"""The roles, and the levels at which each may be granted."""

from __future__ import annotations

import enum

from bangfu.calc.values.division_code import Level
from bangfu.calc.values.text import Text


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
