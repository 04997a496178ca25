"""What can be done in the system, in words: for the audit's page.

A test holds this against the code: an act that is recorded has its words here.
"""

from __future__ import annotations

from bangfu.accounts.queries import usernames
from bangfu.accounts.roles import OFFICES, READERS, ROLE_TEXTS, Role
from bangfu.audit.wording import Subject
from bangfu.calc.values.text import Text
from bangfu.scope.actor import SYSTEM_ROLE

ACTS: dict[str, Text] = {
    # accounts
    "accounts.login.done": Text("登录", "logged in"),
    "accounts.login.ended": Text("退出登录", "logged out"),
    "accounts.login.failed": Text("登录失败", "failed to log in"),
    "accounts.login.locked": Text("登录被锁定", "log-in was locked"),
    "accounts.login.refused": Text("锁定期间尝试登录", "tried to log in while locked"),
    "accounts.session.ended": Text("结束其他登录", "ended own sessions"),
    "accounts.access.denied": Text("越权访问被拒绝", "was denied access"),
    "accounts.user.created": Text("新建账户", "created an account"),
    "accounts.user.enabled": Text("启用账户", "enabled an account"),
    "accounts.user.disabled": Text("停用账户", "disabled an account"),
    "accounts.user.password_reset": Text("重置他人密码", "reset a password"),
    "accounts.user.password_set": Text("修改本人密码", "changed the own password"),
    "accounts.user.second_step_reset": Text(
        "停用他人两步验证", "switched off a second step"
    ),
    "accounts.grant.given": Text("授权", "gave a grant"),
    "accounts.grant.ended": Text("终止授权", "ended a grant"),
    # divisions
    "divisions.imported": Text("导入行政区划", "imported divisions"),
    "divisions.renamed": Text("区划更名", "renamed a division"),
    "divisions.recoded": Text("区划代码变更", "changed a division's code"),
    "divisions.merged": Text("区划合并", "merged divisions"),
    "divisions.split": Text("区划拆分", "split a division"),
    "divisions.flags_set": Text("设置村标识", "set flags of villages"),
    "divisions.flag_ended": Text("终止村标识", "ended a flag of a village"),
    "divisions.boundaries_set": Text("设置区划边界", "set boundaries"),
    "divisions.places_set": Text("设置位置坐标", "set places"),
    "divisions.places_estimated": Text("推算位置坐标", "estimated places"),
    # registry
    "registry.household.changed": Text("修改贫困户", "changed a household"),
    "registry.households.exported": Text("导出贫困户名单", "exported households"),
    "registry.value.revealed": Text("查看敏感信息全文", "revealed a sealed value"),
    "registry.person.looked_up": Text(
        "按证件号后四位查找", "looked up by last four characters"
    ),
    "registry.import.received": Text("上传导入文件", "sent an import"),
    "registry.import.applied": Text("确认并写入导入数据", "stored an import"),
    "registry.import.cancelled": Text("取消导入", "cancelled an import"),
    "registry.import.files_deleted": Text(
        "清理到期的导入文件", "deleted files of old imports"
    ),
    # lake
    "lake.snapshot.taken": Text("生成数据快照", "took a snapshot"),
    "lake.snapshot.verified": Text("核验数据快照", "verified a snapshot"),
    "lake.snapshot.pruned": Text("清理旧快照", "pruned a snapshot"),
    "lake.extract.taken": Text("提取比对数据（含个人信息）", "took a private extract"),
    # pairing
    "pairing.run.ordered": Text("提交配对方案", "ordered a pairing run"),
    "pairing.run.solved": Text("配对方案计算完成", "solved a pairing run"),
    "pairing.run.approved": Text("批准配对方案", "approved a pairing run"),
    "pairing.run.rejected": Text("退回配对方案", "returned a pairing run"),
    "pairing.run.given_up": Text("放弃配对方案", "gave up a pairing run"),
    "pairing.run.apply_ordered": Text("提交执行方案", "ordered a run to be applied"),
    "pairing.run.applied": Text("执行配对方案", "applied a pairing run"),
    "pairing.run.verified": Text("核验方案证明", "verified a run's proof"),
    "pairing.pairing.changed": Text("人工更换帮扶责任人", "changed a helper by hand"),
    "pairing.pairing.ended": Text("终止结对", "ended a pairing"),
}
ROLES: dict[str, Text] = {
    **{role.value: text for role, text in ROLE_TEXTS.items()},
    SYSTEM_ROLE: Text("系统", "system"),
}
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR.value})
_PAIRING = READERS - {Role.HELPER}
SUBJECTS: dict[str, Subject] = {
    "accounts.user": Subject(
        Text("账户", "account"), "accounts:user", _ADMINISTRATOR, usernames
    ),
    "accounts.grant": Subject(Text("授权", "grant")),
    "registry.household": Subject(
        Text("贫困户", "household"), "registry:household", READERS
    ),
    "registry.import": Subject(Text("导入", "import"), "registry:import", OFFICES),
    "pairing.run": Subject(Text("配对方案", "pairing run"), "pairing:run", _PAIRING),
    "pairing.pairing": Subject(Text("结对", "pairing")),
}
