"""The reference tables of roles and what each may do, written from the code.

They stand in docs/reference/roles.md between marks; a test says when they are old.
`python -m django shell -c "from bangfu.site import role_table as t;
print(t.roles_table(), t.permissions_table())"` prints them.
"""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings

from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import Level
from bangfu.calc.values.text import Text
from bangfu.divisions import permissions as divisions
from bangfu.funds import permissions as funds
from bangfu.lake import permissions as lake
from bangfu.pairing import permissions as pairing
from bangfu.publicity import permissions as publicity
from bangfu.registry import permissions as registry
from bangfu.registry.cases import permissions as cases
from bangfu.registry.duplicates import permissions as duplicates
from bangfu.registry.targeting import permissions as targeting


class Permission(NamedTuple):
    """An act and the roles that may do it within their division."""

    text: Text
    roles: frozenset[Role]


_LISTERS = frozenset(Role(name) for name in lake.LIST_ROLES)
_TAKERS = frozenset(Role(name) for name in lake.TAKE_ROLES)
PERMISSIONS = (
    Permission(Text("查看贫困户", "see households"), registry.READ_ROLES),
    Permission(Text("导入贫困户", "import households"), registry.IMPORT_ROLES),
    Permission(Text("修改贫困户", "change a household"), registry.EDIT_ROLES),
    Permission(
        Text("按证件号后四位查找", "look up by last four characters"),
        registry.LOOK_UP_ROLES,
    ),
    Permission(
        Text("查看证件号、电话、账号全文", "reveal a sealed number"),
        registry.REVEAL_ROLES,
    ),
    Permission(Text("查看办理事项", "see cases"), cases.SEE_ROLES),
    Permission(
        Text("登记村民代表会议", "record a village meeting"), cases.MEETING_ROLES
    ),
    Permission(
        Text("登记户和成员的变动", "record changes of a family"), cases.LINEAGE_ROLES
    ),
    Permission(
        Text("录入历史办理数据", "take over cases from before the system"),
        cases.TAKE_OVER_ROLES,
    ),
    Permission(
        Text("查看全村农户名单", "see the full lists of households"),
        cases.FRAME_ROLES,
    ),
    Permission(Text("查看疑似重复", "see suspected duplicates"), duplicates.SEE_ROLES),
    Permission(
        Text("查找、核定疑似重复", "search for duplicates and decide"),
        duplicates.DECIDE_ROLES,
    ),
    Permission(Text("查看识别比对", "see targeting"), targeting.SEE_ROLES),
    Permission(Text("测算代理得分", "fit the proxy score"), targeting.FIT_ROLES),
    Permission(Text("查看公告公示", "see notices"), publicity.READ_ROLES),
    Permission(
        Text("拟定、张贴本级公示", "draft and post notices of the own level"),
        publicity.POST_ROLES,
    ),
    Permission(
        Text("核对他人拟定的公示", "check a notice that others wrote"),
        publicity.SECOND_ROLES,
    ),
    Permission(
        Text("登记、办理异议", "receive and handle objections"),
        publicity.OBJECTION_ROLES,
    ),
    Permission(
        Text("查看异议办理情况（不含异议人）", "see objections, without complainants"),
        publicity.OBJECTION_READ_ROLES,
    ),
    Permission(
        Text("查看覆盖、干部和方案", "see coverage, officials, runs"),
        pairing.READ_ROLES,
    ),
    Permission(
        Text("导入单位和干部", "import units and officials"), pairing.IMPORT_ROLES
    ),
    Permission(Text("编制配对方案", "order a pairing run"), pairing.ORDER_ROLES),
    Permission(
        Text(
            "审批、执行方案（非本人提交）", "approve and apply a run of somebody else"
        ),
        pairing.DECIDE_ROLES,
    ),
    Permission(
        Text("人工更换帮扶责任人", "change a helper by hand"), pairing.HAND_ROLES
    ),
    Permission(Text("查看资金总账", "see the fund ledger"), funds.LEDGER_READ_ROLES),
    Permission(
        Text("填制凭证、承诺本级资金", "prepare vouchers of the own division"),
        funds.LEDGER_PREPARE_ROLES,
    ),
    Permission(
        Text(
            "审批凭证、结账（非本人制单）", "approve vouchers of others, close months"
        ),
        funds.LEDGER_APPROVE_ROLES,
    ),
    Permission(Text("查看、核验数据快照", "see and verify snapshots"), _LISTERS),
    Permission(Text("生成、清理数据快照", "take and prune snapshots"), _TAKERS),
    Permission(Text("维护行政区划", "keep the tree of divisions"), divisions.WRITERS),
    Permission(
        Text("查看操作记录", "read the audit"),
        frozenset(Role(role) for role in settings.BANGFU_AUDIT_READERS),
    ),
    Permission(
        Text("管理账户与授权", "manage accounts and grants"),
        frozenset({Role.ADMINISTRATOR}),
    ),
)


def roles_table() -> str:
    """Return the roles, their names and the levels at which they are granted."""
    lines = ["| role | 角色 | name | granted at |", "| --- | --- | --- | --- |"]
    for role in Role:
        levels = ", ".join(level.text.en for level in Level if level in role.levels)
        lines.append(f"| `{role}` | {role.text.zh} | {role.text.en} | {levels} |")
    return "\n".join(lines) + "\n"


def permissions_table() -> str:
    """Return one row an act, one column a role."""
    head = " | ".join(f"`{role}`" for role in Role)
    lines = [f"| act | 事项 | {head} |", "| --- | --- |" + " :-: |" * len(Role)]
    for permission in PERMISSIONS:
        marks = " | ".join("✓" if role in permission.roles else "" for role in Role)
        lines.append(f"| {permission.text.en} | {permission.text.zh} | {marks} |")
    return "\n".join(lines) + "\n"
