"""The whole procedure as one table: one row per act.

From the national work plans of 2014 on (application, village meeting, two postings and
one announcement), the exit procedure of 2016 and the guide to monitoring. Durations and
deadlines are keys of the policy pack, never numbers here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bangfu.accounts.roles import Role
from bangfu.calc.values.text import Text
from bangfu.registry.cases.facts import (
    ACKNOWLEDGED,
    CATEGORY,
    GAPS,
    KEYS,
    ON_BEHALF,
    REMOVAL_REASON,
    REMOVED,
    RISK,
    SAMPLED,
    SOURCE,
    SPENDING,
    SURVEYORS,
    YEAR,
    Fact,
)
from bangfu.registry.cases.states import CaseKind, CaseState

K, S = CaseKind, CaseState
VILLAGE = frozenset({Role.VILLAGE, Role.TEAM})
TOWNSHIP = frozenset({Role.TOWNSHIP})
COUNTY = frozenset({Role.COUNTY})
ANY_OFFICE = VILLAGE | TOWNSHIP | COUNTY | {Role.DEPARTMENT}
INTO_ROLL = frozenset({K.ENTRY, K.RELAPSE})
CHAIN = INTO_ROLL | {K.REMOVAL}
WATCH = frozenset({K.MONITORING, K.RISK_REMOVAL})


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the table.

    sources: states that the act leads on from; empty: it opens the case. evidence: kinds
    of document that must be attached. not_by: acts of the case whose doer may not do this
    one. within: policy key of the working days since the case entered its state; later
    is allowed and shown as overdue. notice: the publicity window that must be over for
    the case's entry. posts: the kind of notice whose posting is this act; it cannot be
    done by hand.
    """

    code: str
    text: Text
    kinds: frozenset[CaseKind]
    sources: frozenset[CaseState]
    target: CaseState
    roles: frozenset[Role]
    evidence: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    not_by: tuple[str, ...] = ()
    within: str = ""
    notice: str = ""
    posts: str = ""
    needs_reason: bool = False
    is_batch: bool = False
    opens: bool = field(default=False)

    @property
    def is_back(self) -> bool:
        """Whether the act sends the case back or ends it without success."""
        return self.needs_reason and not self.opens


def _in(*states: CaseState) -> frozenset[CaseState]:
    return frozenset(states)


ACTS: tuple[Act, ...] = (
    # entry and relapse
    Act(
        "record_lead",
        Text("登记线索", "record a lead"),
        CHAIN - {K.REMOVAL} | {K.MONITORING},
        _in(),
        S.LEAD,
        ANY_OFFICE,
        facts=(SOURCE,),
        opens=True,
    ),
    Act(
        "close_lead",
        Text("关闭线索", "close the lead"),
        INTO_ROLL | {K.MONITORING},
        _in(S.LEAD),
        S.CLOSED_LEAD,
        VILLAGE | TOWNSHIP,
        needs_reason=True,
    ),
    Act(
        "apply",
        Text("受理申请", "take the application"),
        INTO_ROLL,
        _in(S.LEAD),
        S.APPLIED,
        VILLAGE,
        evidence=("application", "consent"),
        facts=(ON_BEHALF,),
        opens=True,
    ),
    Act(
        "survey",
        Text("记录入户调查", "record the survey"),
        INTO_ROLL,
        _in(S.APPLIED),
        S.SURVEYED,
        VILLAGE,
        evidence=("survey_sheet", "house_photo"),
        facts=(SURVEYORS,),
        within="case.survey.days",
    ),
    Act(
        "review",
        Text("评议通过", "pass at the meeting"),
        INTO_ROLL,
        _in(S.SURVEYED),
        S.REVIEWED,
        VILLAGE,
    ),
    Act(
        "propose_removal",
        Text("提出清退", "propose removal"),
        frozenset({K.REMOVAL}),
        _in(),
        S.REMOVAL_PROPOSED,
        VILLAGE | TOWNSHIP,
        evidence=("proof",),
        facts=(REMOVAL_REASON,),
        needs_reason=True,
        opens=True,
    ),
    Act(
        "review_removal",
        Text("评议通过", "pass at the meeting"),
        frozenset({K.REMOVAL}),
        _in(S.REMOVAL_PROPOSED),
        S.REVIEWED,
        VILLAGE,
    ),
    Act(
        "reject_at_meeting",
        Text("评议未通过", "not passed at the meeting"),
        CHAIN | WATCH,
        _in(S.SURVEYED, S.REMOVAL_PROPOSED, S.VISITED),
        S.REJECTED_VILLAGE,
        VILLAGE,
    ),
    Act(
        "post_first",
        Text("第一次公示", "post for the first time"),
        CHAIN,
        _in(S.REVIEWED),
        S.PUBLICITY_1,
        VILLAGE,
        posts="entry_first",
    ),
    Act(
        "verify",
        Text("乡镇审核通过", "verify"),
        CHAIN,
        _in(S.PUBLICITY_1),
        S.TOWNSHIP_VERIFIED,
        TOWNSHIP,
        evidence=("verification_form",),
        facts=(SAMPLED,),
        not_by=("survey", "apply", "propose_removal"),
        within="case.verify.days",
        notice="entry_first",
        is_batch=True,
    ),
    Act(
        "post_second",
        Text("第二次公示", "post for the second time"),
        CHAIN,
        _in(S.TOWNSHIP_VERIFIED),
        S.PUBLICITY_2,
        TOWNSHIP,
        posts="entry_second",
    ),
    Act(
        "review_county",
        Text("县级审定通过", "approve"),
        CHAIN,
        _in(S.PUBLICITY_2),
        S.COUNTY_REVIEWED,
        COUNTY,
        evidence=("cross_check",),
        not_by=("survey", "verify"),
        notice="entry_second",
        is_batch=True,
    ),
    Act(
        "announce",
        Text("公告", "announce"),
        CHAIN,
        _in(S.COUNTY_REVIEWED),
        S.ANNOUNCED,
        COUNTY,
        posts="entry_announced",
    ),
    Act(
        "register",
        Text("建档立卡", "register"),
        INTO_ROLL,
        _in(S.ANNOUNCED),
        S.REGISTERED,
        TOWNSHIP,
        within="case.file.days",
        is_batch=True,
    ),
    Act(
        "deregister",
        Text("注销", "remove from the roll"),
        frozenset({K.REMOVAL}),
        _in(S.ANNOUNCED),
        S.DEREGISTERED,
        TOWNSHIP,
        is_batch=True,
    ),
    Act(
        "return_to_survey",
        Text("退回重新调查", "send back to the survey"),
        INTO_ROLL,
        _in(
            S.SURVEYED,
            S.REVIEWED,
            S.PUBLICITY_1,
            S.TOWNSHIP_VERIFIED,
            S.PUBLICITY_2,
            S.COUNTY_REVIEWED,
        ),
        S.APPLIED,
        TOWNSHIP | COUNTY,
        needs_reason=True,
        is_batch=True,
    ),
    Act(
        "return_removal",
        Text("退回", "send back"),
        frozenset({K.REMOVAL}),
        _in(
            S.REVIEWED,
            S.PUBLICITY_1,
            S.TOWNSHIP_VERIFIED,
            S.PUBLICITY_2,
            S.COUNTY_REVIEWED,
        ),
        S.REMOVAL_PROPOSED,
        TOWNSHIP | COUNTY,
        needs_reason=True,
        is_batch=True,
    ),
    Act(
        "reject",
        Text("不予认定", "reject"),
        CHAIN | WATCH,
        _in(
            S.APPLIED,
            S.PUBLICITY_1,
            S.TOWNSHIP_VERIFIED,
            S.PUBLICITY_2,
            S.COUNTY_REVIEWED,
            S.MONITOR_PUBLICITY,
            S.TOWNSHIP_CHECKED,
        ),
        S.REJECTED,
        TOWNSHIP | COUNTY,
        needs_reason=True,
        is_batch=True,
    ),
    # exit
    Act(
        "plan_exit",
        Text("列入预脱贫", "plan the exit"),
        frozenset({K.EXIT}),
        _in(),
        S.PRE_EXIT,
        VILLAGE | TOWNSHIP,
        facts=(YEAR, GAPS),
        opens=True,
    ),
    Act(
        "propose_exit",
        Text("提出退出", "propose the exit"),
        frozenset({K.EXIT}),
        _in(S.PRE_EXIT),
        S.EXIT_PROPOSED,
        VILLAGE,
        evidence=("income_worksheet", "guarantee_proof", "head_signature"),
        facts=(ACKNOWLEDGED, SPENDING, KEYS),
    ),
    Act(
        "post_exit",
        Text("退出公示", "post the exit"),
        frozenset({K.EXIT}),
        _in(S.EXIT_PROPOSED),
        S.EXIT_PUBLICITY,
        VILLAGE,
        posts="exit",
    ),
    Act(
        "approve_exit",
        Text("核准退出", "approve the exit"),
        frozenset({K.EXIT}),
        _in(S.EXIT_PUBLICITY),
        S.EXIT_APPROVED,
        COUNTY,
        not_by=("propose_exit",),
        notice="exit",
        is_batch=True,
    ),
    Act(
        "announce_exit",
        Text("公告退出", "announce the exit"),
        frozenset({K.EXIT}),
        _in(S.EXIT_APPROVED),
        S.EXITED,
        COUNTY,
        posts="exit_announced",
    ),
    Act(
        "return_exit",
        Text("退回", "send back"),
        frozenset({K.EXIT}),
        _in(S.EXIT_PROPOSED, S.EXIT_PUBLICITY, S.EXIT_APPROVED),
        S.PRE_EXIT,
        TOWNSHIP | COUNTY,
        needs_reason=True,
        is_batch=True,
    ),
    # monitoring and removal of risk
    Act(
        "visit",
        Text("记录入户核查", "record the visit"),
        frozenset({K.MONITORING}),
        _in(S.LEAD),
        S.VISITED,
        VILLAGE,
        evidence=("consent", "survey_sheet"),
        facts=(CATEGORY, RISK),
        opens=True,
    ),
    Act(
        "visit_risk",
        Text("记录风险核查", "record the visit"),
        frozenset({K.RISK_REMOVAL}),
        _in(),
        S.VISITED,
        VILLAGE,
        evidence=("survey_sheet",),
        facts=(REMOVED,),
        opens=True,
    ),
    Act(
        "review_watch",
        Text("村级评议通过", "pass in the village"),
        WATCH,
        _in(S.VISITED),
        S.MONITOR_REVIEWED,
        VILLAGE,
    ),
    Act(
        "post_watch",
        Text("村内公示", "post in the village"),
        WATCH,
        _in(S.MONITOR_REVIEWED),
        S.MONITOR_PUBLICITY,
        VILLAGE,
        posts="monitor",
    ),
    Act(
        "check_watch",
        Text("乡镇审核通过", "check"),
        WATCH,
        _in(S.MONITOR_PUBLICITY),
        S.TOWNSHIP_CHECKED,
        TOWNSHIP,
        not_by=("visit", "visit_risk"),
        notice="monitor",
        is_batch=True,
    ),
    Act(
        "decide_watch",
        Text("确定为监测对象", "put under monitoring"),
        frozenset({K.MONITORING}),
        _in(S.TOWNSHIP_CHECKED),
        S.MONITORED,
        COUNTY,
        not_by=("check_watch",),
        is_batch=True,
    ),
    Act(
        "approve_risk_removal",
        Text("批准风险消除", "approve"),
        frozenset({K.RISK_REMOVAL}),
        _in(S.TOWNSHIP_CHECKED),
        S.RISK_APPROVED,
        COUNTY,
        not_by=("check_watch",),
        is_batch=True,
    ),
    Act(
        "announce_risk_removal",
        Text("公告风险消除", "announce"),
        frozenset({K.RISK_REMOVAL}),
        _in(S.RISK_APPROVED),
        S.RISK_REMOVED,
        COUNTY,
        posts="entry_announced",
    ),
    Act(
        "return_watch",
        Text("退回", "send back"),
        WATCH,
        _in(S.MONITOR_REVIEWED, S.MONITOR_PUBLICITY, S.TOWNSHIP_CHECKED),
        S.VISITED,
        TOWNSHIP | COUNTY,
        needs_reason=True,
        is_batch=True,
    ),
    Act(
        "withdraw",
        Text("撤回", "withdraw"),
        frozenset(K),
        _in(
            S.APPLIED,
            S.SURVEYED,
            S.REMOVAL_PROPOSED,
            S.PRE_EXIT,
            S.EXIT_PROPOSED,
            S.VISITED,
            S.REVIEWED,
            S.MONITOR_REVIEWED,
        ),
        S.WITHDRAWN,
        VILLAGE | TOWNSHIP,
        needs_reason=True,
    ),
)
BY_CODE = {act.code: act for act in ACTS}
AT_MEETING = frozenset(
    {"review", "review_removal", "review_watch", "reject_at_meeting"}
)
# Cases from before the system enter at any state that their procedure can reach.
TAKE_OVER = "take_over"
# Days for a whole procedure, since it was opened.
OVERALL = {K.MONITORING: "monitor.total.days"}
