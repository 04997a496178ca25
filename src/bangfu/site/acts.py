"""What can be done in the system, in words: for the audit's page.

A test holds this against the code: an act that is recorded has its words here.
"""

from __future__ import annotations

from bangfu.accounts.queries import usernames
from bangfu.accounts.roles import OFFICES, READERS, ROLE_TEXTS, Role
from bangfu.audit.wording import Subject
from bangfu.calc.values.text import Text
from bangfu.funds.permissions import LEDGER_READ_ROLES
from bangfu.funds.projects.acts import ACTS as PROJECT_ACTS
from bangfu.funds.projects.permissions import SEE_ROLES as PROJECT_READ_ROLES
from bangfu.publicity.permissions import OBJECTION_READ_ROLES
from bangfu.registry.cases.acts import ACTS as CASE_ACTS
from bangfu.registry.crosschecks.permissions import SEE_ROLES as HIT_ROLES
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
    # files
    "files.file.stored": Text("存入佐证材料", "stored evidence"),
    "files.file.attached": Text("附上佐证材料", "attached evidence"),
    "files.file.opened": Text("打开佐证材料", "opened evidence"),
    "files.copy.opened": Text("打开公开副本", "opened a public copy"),
    "files.tidied": Text("清理无主文件", "deleted files without an owner"),
    # publicity
    "publicity.notice.drafted": Text("拟稿公示", "drafted a notice"),
    "publicity.notice.revised": Text("修改公示稿", "revised a notice"),
    "publicity.notice.submitted": Text("公示稿提交核对", "sent a notice for checking"),
    "publicity.notice.checked": Text("核对公示稿", "checked a notice"),
    "publicity.notice.returned": Text("退回公示稿", "returned a notice"),
    "publicity.notice.cancelled": Text("作废公示稿", "cancelled a notice"),
    "publicity.notice.posted": Text("登记张贴公示", "posted a notice"),
    "publicity.notice.settled": Text("公示期满办结", "settled a notice"),
    "publicity.notice.corrected": Text("更正公示", "corrected a notice"),
    "publicity.notice.withdrawn": Text("撤回公示", "withdrew a notice"),
    "publicity.notice.entry_withdrawn": Text(
        "撤回公示中的一条", "withdrew an entry of a notice"
    ),
    "publicity.notice.closed": Text("公示全部办结", "closed a notice"),
    "publicity.objection.received": Text("登记异议", "received an objection"),
    "publicity.objection.taken_over": Text("提级办理异议", "took over an objection"),
    "publicity.objection.decided": Text("对异议作出结论", "decided an objection"),
    "publicity.objection.retracted": Text(
        "异议人撤回异议", "an objection was retracted"
    ),
    "publicity.objection.told": Text(
        "告知异议处理结果", "told a complainant the result"
    ),
    "publicity.complaint.opened": Text("查看异议人和内容", "opened a complaint"),
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
    # cases: every act of the table, and what stands beside it
    **{
        f"registry.case.{act.code}": Text(
            "识别退出：{act}", "case: {act}", {"act": act.text}
        )
        for act in CASE_ACTS
    },
    "registry.exit_hold.placed": Text("暂缓退出", "held a household from exiting"),
    "registry.exit_hold.lifted": Text("解除暂缓退出", "lifted a hold on exit"),
    "registry.household.added": Text("登记未建档户", "put a family on file"),
    "registry.household.split": Text("分户", "split a household"),
    "registry.household.merged": Text("并户", "merged households"),
    "registry.household.moved": Text("住户迁移", "moved a household"),
    "registry.household.joined": Text("家庭成员增加", "a person joined a household"),
    "registry.household.left": Text("家庭成员减少", "a person left a household"),
    "registry.duplicates.searched": Text("查找重复登记", "searched for duplicates"),
    "registry.duplicates.persons_merged": Text(
        "合并重复人员", "merged records of a person"
    ),
    "registry.duplicates.households_merged": Text(
        "合并重复户", "merged a household on file twice"
    ),
    "registry.duplicates.kept_apart": Text(
        "认定不是同一人", "said that records are of two persons"
    ),
    "registry.duplicates.postponed": Text(
        "疑似重复暂缓", "put off suspected duplicates"
    ),
    "registry.targeting.fitted": Text("测算代理得分", "fitted a proxy score"),
    "registry.meeting.recorded": Text("登记民主评议", "recorded a village meeting"),
    "registry.crosscheck.ordered": Text("提交数据比对", "ordered cross-checks"),
    "registry.crosscheck.run": Text("完成数据比对", "carried out cross-checks"),
    "registry.hit.judged": Text("核实比对线索", "judged a cross-check hit"),
    # funds
    # funds: every act of the project library, and what stands beside it
    **{
        f"funds.project.{act.code}": Text(
            "项目库：{act}", "project: {act}", {"act": act.text}
        )
        for act in PROJECT_ACTS
    },
    "funds.project.take_over": Text("录入历史项目", "took a project over"),
    "funds.project.restated": Text("修改项目申报", "changed a project's statement"),
    "funds.plan.chosen": Text("选入年度计划", "chose projects for a plan"),
    "funds.plan.dropped": Text("调出年度计划", "took a project out of a plan"),
    "funds.plan.approved": Text("批准年度计划", "approved a plan"),
    "funds.appropriation.recorded": Text(
        "登记资金文件", "recorded a document of money"
    ),
    "funds.line.planned": Text("编制预算", "planned a budget line"),
    "funds.order.prepared": Text("资金制单", "prepared an order"),
    "funds.order.approved": Text("审批资金单据", "approved an order"),
    "funds.order.returned": Text("退回资金单据", "returned an order"),
    "funds.allocation.committed": Text("安排资金", "kept money for somebody"),
    "funds.allocation.released": Text("释放已安排资金", "released an allocation"),
    "funds.allocation.published": Text("登记资金公示", "noted an allocation's posting"),
    "funds.claim.submitted": Text("申请报账", "claimed a stage"),
    "funds.claim.checked": Text("审核报账", "checked a claim"),
    "funds.claim.returned": Text("退回报账", "returned a claim"),
    "funds.claim.ordered": Text("报账制单", "ordered the payment of a claim"),
    "funds.claim.reopened": Text("报账单据被退回", "a claim waits for another order"),
    "funds.claim.paid": Text("支付报账", "paid a claim"),
    "funds.deposit.held": Text("预留质量保证金", "held a quality deposit"),
    "funds.deposit.ended": Text("了结质量保证金", "ended a quality deposit"),
    "funds.account.opened": Text("开立资金账户", "opened an account"),
    "funds.draft.prepared": Text("填制凭证", "prepared a voucher"),
    "funds.draft.returned": Text("退回凭证稿", "sent a draft back"),
    "funds.voucher.posted": Text("审批凭证并记账", "approved and posted a voucher"),
    "funds.voucher.reversed": Text("冲销凭证", "reversed a voucher"),
    "funds.commitment.made": Text("承诺资金", "committed money"),
    "funds.commitment.released": Text("释放已承诺资金", "released a commitment"),
    "funds.month.closed": Text("月度结账", "closed a month"),
    # surveys
    "registry.survey.opened": Text("开启年度采集", "opened a year's collection"),
    "registry.survey.recorded": Text("登记采集表", "recorded a survey sheet"),
    "registry.survey.checked": Text("审核采集表", "checked a survey sheet"),
    "registry.survey.returned": Text("退回采集表", "returned a survey sheet"),
    "registry.survey.locked": Text("锁定年度采集", "locked a year"),
    "registry.survey.corrected": Text("锁定后更正", "corrected a locked year"),
    "registry.survey.exported": Text("导出采集表", "exported survey sheets"),
    "registry.village.recorded": Text("登记村情", "recorded a village file"),
    "registry.village.corrected": Text(
        "锁定后更正村情", "corrected a locked village file"
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
    "files.attachment": Subject(Text("佐证材料", "evidence")),
    "funds.account": Subject(
        Text("资金账户", "account"), "funds:account", LEDGER_READ_ROLES
    ),
    "funds.draft": Subject(Text("凭证稿", "draft"), "funds:draft", LEDGER_READ_ROLES),
    "funds.voucher": Subject(
        Text("凭证", "voucher"), "funds:voucher", LEDGER_READ_ROLES
    ),
    "funds.commitment": Subject(Text("资金承诺", "commitment")),
    "funds.project": Subject(
        Text("扶贫项目", "project"), "funds:project", PROJECT_READ_ROLES
    ),
    "funds.annualplan": Subject(Text("年度计划", "annual plan")),
    "funds.appropriation": Subject(
        Text("资金文件", "document of money"), "funds:appropriation", LEDGER_READ_ROLES
    ),
    "funds.budgetline": Subject(
        Text("预算", "budget line"), "funds:line", LEDGER_READ_ROLES
    ),
    "funds.order": Subject(Text("资金单据", "order"), "funds:order", LEDGER_READ_ROLES),
    "funds.allocation": Subject(Text("资金安排", "allocation")),
    "funds.claim": Subject(Text("报账", "claim"), "funds:claim", PROJECT_READ_ROLES),
    "funds.deposit": Subject(Text("质量保证金", "quality deposit")),
    "funds.close": Subject(Text("结账", "close")),
    "lake.snapshot": Subject(Text("数据快照", "snapshot")),
    "publicity.notice": Subject(
        Text("公示", "notice"), "publicity:notice", READERS - {Role.HELPER}
    ),
    "publicity.objection": Subject(
        Text("异议", "objection"), "publicity:objection", OBJECTION_READ_ROLES
    ),
    "registry.household": Subject(
        Text("贫困户", "household"), "registry:household", READERS
    ),
    "registry.case": Subject(
        Text("识别退出个案", "case"), "registry:case", READERS - {Role.HELPER}
    ),
    "registry.duplicategroup": Subject(
        Text("疑似重复", "suspected duplicates"),
        "registry:duplicate",
        OFFICES - {Role.VILLAGE} | {Role.AUDITOR, Role.INSPECTOR},
    ),
    "registry.duplicatesearch": Subject(Text("查找重复", "search for duplicates")),
    "registry.targetingmodel": Subject(Text("代理得分模型", "proxy score")),
    "registry.meeting": Subject(
        Text("民主评议", "village meeting"),
        "registry:meeting",
        READERS - {Role.HELPER},
    ),
    "registry.hit": Subject(
        Text("比对线索", "cross-check hit"), "registry:hit", HIT_ROLES
    ),
    "registry.checkrun": Subject(Text("数据比对", "cross-check run")),
    "registry.collection": Subject(
        Text("年度采集", "collection of a year"),
        "registry:survey",
        READERS - {Role.HELPER},
    ),
    "registry.import": Subject(Text("导入", "import"), "registry:import", OFFICES),
    "pairing.run": Subject(Text("配对方案", "pairing run"), "pairing:run", _PAIRING),
    "pairing.pairing": Subject(Text("结对", "pairing")),
}
