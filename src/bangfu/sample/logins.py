"""The log-ins of the demonstration: one per role, with passwords made on the spot."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bangfu.accounts.models import Grant, User
from bangfu.accounts.queries import DEMO_PREFIX
from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode
from bangfu.pairing.models import Official

GRANTED_FROM = date(2014, 1, 1)
_WORDS = [
    "river",
    "stone",
    "maple",
    "cedar",
    "tea",
    "rice",
    "ox",
    "goose",
    "lamp",
    "bridge",
    "cloud",
    "spring",
    "field",
    "seed",
]


@dataclass(frozen=True, slots=True)
class Login:
    """One demonstration user. level: digits of the division it acts at."""

    name: str
    role: Role
    level: int
    person: str


LOGINS = (
    Login("city", Role.CITY, 4, "市扶贫办经办"),
    Login("city-2", Role.CITY, 4, "市扶贫办负责人"),
    Login("county", Role.COUNTY, 6, "县扶贫办经办"),
    Login("county-2", Role.COUNTY, 6, "县扶贫办负责人"),
    Login("township", Role.TOWNSHIP, 9, "乡镇扶贫专干"),
    Login("village", Role.VILLAGE, 12, "村委会文书"),
    Login("team", Role.TEAM, 12, "驻村工作队队长"),
    Login("helper", Role.HELPER, 9, "帮扶干部"),
    Login("department", Role.DEPARTMENT, 6, "行业部门联络员"),
    Login("inspector", Role.INSPECTOR, 4, "督查组成员"),
    Login("preparer", Role.PREPARER, 6, "资金经办人"),
    Login("approver", Role.APPROVER, 6, "资金审批人"),
    Login("payer", Role.PAYER, 6, "资金支付人"),
    Login("auditor", Role.AUDITOR, 4, "审计人员"),
    Login("leadership", Role.LEADERSHIP, 4, "分管领导"),
    Login("admin", Role.ADMINISTRATOR, 4, "系统管理员"),
)


def make_logins(
    *, village: DivisionCode, only: tuple[str, ...] = ()
) -> list[tuple[Login, Grant, str]]:
    """Create the users with their grants around one village, or give new passwords.

    only: names of log-ins; all by default. Returns each with its password. Runs under
    the system's scope. The helper is a three-sends official of the village's township.
    """
    made = []
    for login in LOGINS:
        if only and login.name not in only:
            continue
        user, _ = User.objects.get_or_create(
            username=DEMO_PREFIX + login.name, defaults={"name": login.person}
        )
        password = _password()
        user.set_password(password)
        user.must_change_password = False
        user.one_time_until = None
        user.save()
        division = DivisionCode(village[: login.level])
        grant, _ = Grant.objects.get_or_create(
            user=user,
            role=login.role,
            division_code=division,
            valid_from_date=GRANTED_FROM,
            defaults={
                "granted_by_id": 0,
                "official_id": _helper(division) if login.role is Role.HELPER else None,
            },
        )
        made.append((login, grant, password))
    return made


def write_logins(path: Path, made: list[tuple[Login, Grant, str]]) -> None:
    """Write the log-ins for reading by their owner only."""
    width = max(len(DEMO_PREFIX + login.name) for login, _, _ in made)
    head = "演示账户（虚构数据）/ Demonstration log-ins (fictional data)\n"
    body = "".join(
        f"  {DEMO_PREFIX + login.name:<{width}}  {password:<22}"
        f" {login.role.text.zh} / {login.role.text.en} @ {grant.division_code}\n"
        for login, grant, password in made
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(head + body)


def _helper(township: DivisionCode) -> int:
    official = Official.objects.filter(
        division_code=township, is_three_sends=True, is_in_post=True
    ).earliest("pk")
    return official.pk


def _password() -> str:
    """Return a password of three words and four digits, about 25 bits: loopback only."""
    words = "-".join(secrets.choice(_WORDS) for _ in range(3))
    return f"{words}-{secrets.randbelow(9000) + 1000}"
