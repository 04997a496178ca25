"""Kinds and states of cases, with their words. Codes follow the registration procedure."""

from __future__ import annotations

from django.db import models

from bangfu.calc.values.text import Text


class CaseKind(models.TextChoices):
    """Which procedure a case runs."""

    ENTRY = "entry"
    RELAPSE = "relapse"
    EXIT = "exit"
    REMOVAL = "removal"
    MONITORING = "monitoring"
    RISK_REMOVAL = "risk_removal"

    @property
    def text(self) -> Text:
        """The procedure's name."""
        return _KIND_TEXTS[self]

    @property
    def track(self) -> str:
        """What a household may run only once at a time: the roll, or monitoring."""
        watched = (CaseKind.MONITORING, CaseKind.RISK_REMOVAL)
        return "monitoring" if self in watched else "roll"


_KIND_TEXTS = {
    CaseKind.ENTRY: Text("贫困户识别", "entry"),
    CaseKind.RELAPSE: Text("返贫认定", "relapse"),
    CaseKind.EXIT: Text("贫困户退出", "exit"),
    CaseKind.REMOVAL: Text("清退（错评）", "removal of a wrong entry"),
    CaseKind.MONITORING: Text("防返贫监测认定", "monitoring"),
    CaseKind.RISK_REMOVAL: Text("风险消除", "removal of a risk"),
}


class CaseState(models.TextChoices):
    """Where a case is. `acts.ACTS` says what leads on from each; ENDS have no exit."""

    LEAD = "lead"
    APPLIED = "applied"
    SURVEYED = "surveyed"
    REVIEWED = "reviewed"
    PUBLICITY_1 = "publicity_1"
    TOWNSHIP_VERIFIED = "township_verified"
    PUBLICITY_2 = "publicity_2"
    COUNTY_REVIEWED = "county_reviewed"
    ANNOUNCED = "announced"
    REGISTERED = "registered"
    PRE_EXIT = "pre_exit"
    EXIT_PROPOSED = "exit_proposed"
    EXIT_PUBLICITY = "exit_publicity"
    EXIT_APPROVED = "exit_approved"
    EXITED = "exited"
    REMOVAL_PROPOSED = "removal_proposed"
    DEREGISTERED = "deregistered"
    VISITED = "visited"
    MONITOR_REVIEWED = "monitor_reviewed"
    MONITOR_PUBLICITY = "monitor_publicity"
    TOWNSHIP_CHECKED = "township_checked"
    MONITORED = "monitored"
    RISK_APPROVED = "risk_approved"
    RISK_REMOVED = "risk_removed"
    CLOSED_LEAD = "closed_lead"
    REJECTED_VILLAGE = "rejected_village"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def text(self) -> Text:
        """The state's name."""
        return _STATE_TEXTS[self]


_STATE_TEXTS = {
    CaseState.LEAD: Text("线索", "lead"),
    CaseState.APPLIED: Text("户申请", "applied"),
    CaseState.SURVEYED: Text("已入户调查", "surveyed"),
    CaseState.REVIEWED: Text("民主评议通过", "passed by the village meeting"),
    CaseState.PUBLICITY_1: Text("第一次公示", "first posting"),
    CaseState.TOWNSHIP_VERIFIED: Text("乡镇审核通过", "verified by the township"),
    CaseState.PUBLICITY_2: Text("第二次公示", "second posting"),
    CaseState.COUNTY_REVIEWED: Text("县级审定通过", "reviewed by the county"),
    CaseState.ANNOUNCED: Text("已公告", "announced"),
    CaseState.REGISTERED: Text("已建档立卡", "registered"),
    CaseState.PRE_EXIT: Text("预脱贫", "pre-exit"),
    CaseState.EXIT_PROPOSED: Text("拟退出", "exit proposed"),
    CaseState.EXIT_PUBLICITY: Text("退出公示", "exit posted"),
    CaseState.EXIT_APPROVED: Text("退出已核准", "exit approved"),
    CaseState.EXITED: Text("已脱贫", "exited"),
    CaseState.REMOVAL_PROPOSED: Text("拟清退", "removal proposed"),
    CaseState.DEREGISTERED: Text("已清退", "removed from the roll"),
    CaseState.VISITED: Text("已入户核查", "visited"),
    CaseState.MONITOR_REVIEWED: Text("村级评议通过", "passed by the village"),
    CaseState.MONITOR_PUBLICITY: Text("村内公示", "posted in the village"),
    CaseState.TOWNSHIP_CHECKED: Text("乡镇核查通过", "checked by the township"),
    CaseState.MONITORED: Text("监测对象", "monitored"),
    CaseState.RISK_APPROVED: Text("风险消除已批准", "risk removal approved"),
    CaseState.RISK_REMOVED: Text("风险已消除", "risk removed"),
    CaseState.CLOSED_LEAD: Text("线索已关闭", "lead closed"),
    CaseState.REJECTED_VILLAGE: Text("评议未通过", "not passed by the village meeting"),
    CaseState.REJECTED: Text("未予认定", "rejected"),
    CaseState.WITHDRAWN: Text("已撤回", "withdrawn"),
}

ENDS = frozenset(
    {
        CaseState.REGISTERED,
        CaseState.EXITED,
        CaseState.DEREGISTERED,
        CaseState.MONITORED,
        CaseState.RISK_REMOVED,
        CaseState.CLOSED_LEAD,
        CaseState.REJECTED_VILLAGE,
        CaseState.REJECTED,
        CaseState.WITHDRAWN,
    }
)


class MonitoringCategory(models.TextChoices):
    """Why a household is watched after exit, or without ever having been in the roll."""

    UNSTABLE_EXITED = "unstable_exited"
    MARGINAL = "marginal"
    SUDDEN = "sudden"

    @property
    def text(self) -> Text:
        """The category's official name."""
        return _CATEGORY_TEXTS[self]


_CATEGORY_TEXTS = {
    MonitoringCategory.UNSTABLE_EXITED: Text("脱贫不稳定户", "unstable after exit"),
    MonitoringCategory.MARGINAL: Text("边缘易致贫户", "marginal"),
    MonitoringCategory.SUDDEN: Text("突发严重困难户", "sudden severe hardship"),
}


class RemovalReason(models.TextChoices):
    """Why a household is taken off the roll without having exited."""

    MISIDENTIFIED = "misidentified"
    DECEASED = "deceased"
    MOVED = "moved"
    MERGED = "merged"

    @property
    def text(self) -> Text:
        """The reason's official name."""
        return _REMOVAL_TEXTS[self]


_REMOVAL_TEXTS = {
    RemovalReason.MISIDENTIFIED: Text("错评", "identified wrongly"),
    RemovalReason.DECEASED: Text("整户死亡", "everybody died"),
    RemovalReason.MOVED: Text("整户迁出", "everybody moved away"),
    RemovalReason.MERGED: Text("并户", "merged into another household"),
}


class ExitBar(models.TextChoices):
    """Reasons for which a household must not exit this year (a provincial code list)."""

    GUARANTEES = "01"
    NO_EFFECT = "02"
    NEW_ENTRY = "03"
    DISABLED = "04"
    SERIOUS_ILLNESS = "05"
    SPENDING = "06"
    UNSTABLE_INCOME = "07"
    FIVE_GUARANTEE = "08"
    NO_LABOUR_DIBAO = "09"
    NO_KEYS = "10"

    @property
    def text(self) -> Text:
        """The reason in a sentence."""
        return _BAR_TEXTS[self]


_BAR_TEXTS = {
    ExitBar.GUARANTEES: Text(
        "收入超过标准，但“两不愁三保障”未达标",
        "income is over the line, but the guarantees are not met",
    ),
    ExitBar.NO_EFFECT: Text(
        "当年已帮扶但无明显成效", "helped this year without visible effect"
    ),
    ExitBar.NEW_ENTRY: Text("当年新识别", "entered the roll this year"),
    ExitBar.DISABLED: Text(
        "家有残疾人且无稳定收入", "a disabled member and no steady income"
    ),
    ExitBar.SERIOUS_ILLNESS: Text(
        "家有重病患者正在治疗", "a member is treated for a serious illness"
    ),
    ExitBar.SPENDING: Text(
        "医疗、教育支出明显超过收入", "illness or education costs clearly exceed income"
    ),
    ExitBar.UNSTABLE_INCOME: Text(
        "收入未稳定超过标准", "income is not stably above the line"
    ),
    ExitBar.FIVE_GUARANTEE: Text("五保户", "a five-guarantee household"),
    ExitBar.NO_LABOUR_DIBAO: Text(
        "老弱病残、无劳动能力的一类低保户",
        "old, weak or sick, on Dibao and without labour",
    ),
    ExitBar.NO_KEYS: Text(
        "易地搬迁户尚未拿到新房钥匙", "relocated without the keys to the new home"
    ),
}
