"""The project library's procedure as one table: one row per act.

From the guidance on county project libraries of 2018 (village list, township ledger,
county library, posted at each level before entry; adjusted in the fourth quarter;
entry and exit on record) and the rules on accepting and upkeep. Days of posting and
deadlines are keys of the policy pack, never numbers here.
"""

from __future__ import annotations

from dataclasses import dataclass

from bangfu.accounts.roles import Role
from bangfu.calc.values.text import Text
from bangfu.funds.projects.states import ProjectState

S = ProjectState
VILLAGE = frozenset({Role.VILLAGE, Role.TEAM})
TOWNSHIP = frozenset({Role.TOWNSHIP})
COUNTY = frozenset({Role.COUNTY})


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that must be stated with an act: key, name and type (text or count)."""

    key: str
    text: Text
    type: str = "text"


DOCUMENT_NO = Fact("document_no", Text("批准文号", "number of the document"))
CONTRACTOR = Fact("contractor", Text("施工或承办单位", "contractor"))
CONTRACT_NO = Fact("contract_no", Text("合同编号", "number of the contract"))
SAMPLED = Fact("sample_visits", Text("实地抽查处数", "places visited"), "count")
ATTENDED = Fact("attended", Text("到会人数", "attended"), "count")
KEEPER = Fact("keeper", Text("管护责任人", "who keeps it up"))


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the table.

    sources: states that the act leads on from; empty: it opens the project. evidence:
    kinds of document that must be attached. not_by: acts whose doer may not do this
    one. notice: the kind of notice whose window must be over. posts: the kind of notice
    whose posting is this act; it cannot be done by hand. follows: what does the act
    instead of a person (the plan, a commitment,
    the settlement). only_in_quarter: the quarter of the
    year in which it may be done, None for any.
    """

    code: str
    text: Text
    sources: frozenset[ProjectState]
    target: ProjectState
    roles: frozenset[Role] = frozenset()
    evidence: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    not_by: tuple[str, ...] = ()
    notice: str = ""
    posts: str = ""
    follows: str = ""
    needs_reason: bool = False
    is_batch: bool = False
    only_in_quarter: int | None = None

    @property
    def opens(self) -> bool:
        """Whether the act begins a project."""
        return not self.sources

    @property
    def is_by_hand(self) -> bool:
        """Whether a person takes the act on the project's page."""
        return not self.opens and not self.posts and not self.follows


def _in(*states: ProjectState) -> frozenset[ProjectState]:
    return frozenset(states)


ACTS: tuple[Act, ...] = (
    Act("propose", Text("申报", "propose"), _in(), S.DRAFT, VILLAGE | TOWNSHIP),
    Act(
        "review_village",
        Text("村民大会通过", "pass at the village meeting"),
        _in(S.DRAFT),
        S.VILLAGE_REVIEWED,
        VILLAGE,
        evidence=("minutes",),
        facts=(ATTENDED,),
    ),
    Act(
        "post_village",
        Text("村级公示", "post in the village"),
        _in(S.VILLAGE_REVIEWED),
        S.VILLAGE_POSTED,
        VILLAGE,
        posts="project_village",
    ),
    Act(
        "check_township",
        Text("乡镇审核通过", "check"),
        _in(S.VILLAGE_POSTED),
        S.TOWNSHIP_CHECKED,
        TOWNSHIP,
        evidence=("check_form",),
        facts=(SAMPLED,),
        not_by=("propose",),
        notice="project_village",
        is_batch=True,
    ),
    Act(
        "post_township",
        Text("乡镇公示", "post in the township"),
        _in(S.TOWNSHIP_CHECKED),
        S.TOWNSHIP_POSTED,
        TOWNSHIP,
        posts="project_township",
    ),
    Act(
        "review_county",
        Text("县级论证通过", "review"),
        _in(S.TOWNSHIP_POSTED),
        S.COUNTY_REVIEWED,
        COUNTY,
        evidence=("expert_opinion",),
        not_by=("check_township",),
        notice="project_township",
        is_batch=True,
    ),
    Act(
        "post_county",
        Text("县级公示", "post in the county"),
        _in(S.COUNTY_REVIEWED),
        S.COUNTY_POSTED,
        COUNTY,
        posts="project_county",
    ),
    Act(
        "enter_library",
        Text("批准入库", "enter into the library"),
        _in(S.COUNTY_POSTED),
        S.IN_LIBRARY,
        COUNTY,
        evidence=("approval",),
        facts=(DOCUMENT_NO,),
        not_by=("review_county",),
        notice="project_county",
        is_batch=True,
    ),
    Act(
        "enter_plan",
        Text("列入年度计划", "enter into the annual plan"),
        _in(S.IN_LIBRARY),
        S.IN_PLAN,
        COUNTY,
        follows="plan",
    ),
    Act(
        "leave_plan",
        Text("调出年度计划", "take out of the annual plan"),
        _in(S.IN_PLAN),
        S.IN_LIBRARY,
        COUNTY,
        follows="plan",
        needs_reason=True,
    ),
    Act(
        "fund",
        Text("安排资金", "fund"),
        _in(S.IN_PLAN),
        S.FUNDED,
        COUNTY,
        follows="commitment",
    ),
    Act(
        "start",
        Text("开工", "start"),
        _in(S.FUNDED),
        S.UNDER_WAY,
        TOWNSHIP | COUNTY,
        evidence=("contract",),
        facts=(CONTRACTOR, CONTRACT_NO),
    ),
    Act(
        "complete",
        Text("完工", "complete"),
        _in(S.UNDER_WAY),
        S.COMPLETED,
        TOWNSHIP | COUNTY,
        evidence=("completion_report", "site_photo"),
    ),
    Act(
        "accept",
        Text("验收合格", "accept"),
        _in(S.COMPLETED),
        S.ACCEPTED,
        COUNTY,
        evidence=("village_check", "township_check", "acceptance_form"),
        facts=(KEEPER,),
        not_by=("complete",),
    ),
    Act(
        "send_to_mend",
        Text("验收不合格，限期整改", "not accepted: to be mended"),
        _in(S.COMPLETED),
        S.UNDER_WAY,
        COUNTY,
        evidence=("acceptance_form",),
        needs_reason=True,
    ),
    Act(
        "close",
        Text("办结", "close"),
        _in(S.ACCEPTED),
        S.CLOSED,
        COUNTY,
        follows="settlement",
    ),
    Act(
        "leave_library",
        Text("调整出库", "take out of the library"),
        _in(S.IN_LIBRARY),
        S.LEFT_LIBRARY,
        COUNTY,
        evidence=("approval",),
        needs_reason=True,
        is_batch=True,
        only_in_quarter=4,
    ),
    Act(
        "return_project",
        Text("退回修改", "send back"),
        _in(
            S.VILLAGE_REVIEWED,
            S.VILLAGE_POSTED,
            S.TOWNSHIP_CHECKED,
            S.TOWNSHIP_POSTED,
            S.COUNTY_REVIEWED,
            S.COUNTY_POSTED,
        ),
        S.DRAFT,
        TOWNSHIP | COUNTY,
        needs_reason=True,
        is_batch=True,
    ),
    Act(
        "reject",
        Text("不予入库", "reject"),
        _in(
            S.VILLAGE_POSTED,
            S.TOWNSHIP_CHECKED,
            S.TOWNSHIP_POSTED,
            S.COUNTY_REVIEWED,
            S.COUNTY_POSTED,
        ),
        S.REJECTED,
        TOWNSHIP | COUNTY,
        needs_reason=True,
        is_batch=True,
    ),
    Act(
        "withdraw",
        Text("撤回", "withdraw"),
        _in(S.DRAFT, S.VILLAGE_REVIEWED),
        S.WITHDRAWN,
        VILLAGE | TOWNSHIP,
        needs_reason=True,
    ),
)
BY_CODE = {act.code: act for act in ACTS}
EVIDENCE_TEXTS = {
    "minutes": Text("村民大会会议记录", "minutes of the village meeting"),
    "check_form": Text("乡镇审核表", "the township's form"),
    "expert_opinion": Text("论证意见", "opinion of the review"),
    "approval": Text("批复文件", "approval"),
    "contract": Text("施工合同或实施协议", "contract"),
    "completion_report": Text("完工报告", "report of completion"),
    "site_photo": Text("现场照片", "photo of the site"),
    "village_check": Text("村级自验表", "the village's check"),
    "township_check": Text("乡镇初验表", "the township's check"),
    "acceptance_form": Text("县级验收表", "the county's acceptance form"),
}


def leading_on(state: ProjectState) -> tuple[Act, ...]:
    """Return the acts that lead on from a state, the next step first."""
    found = [act for act in ACTS if state in act.sources]
    return tuple(sorted(found, key=lambda act: act.needs_reason))


def next_step(state: ProjectState) -> Act | None:
    """Return the one act by which a project goes ahead, None at an end."""
    return next((act for act in leading_on(state) if not act.needs_reason), None)


def transition_key(act: str, before: str, after: str) -> str:
    """Return the name of one row of the table as the database knows it."""
    return f"{act}:{before}:{after}"


def transitions() -> frozenset[str]:
    """Return every step that any project may take."""
    return frozenset(
        transition_key(act.code, source, act.target)
        for act in ACTS
        for source in (act.sources or ("",))
    ) | frozenset(transition_key(TAKE_OVER, "", state) for state in TAKEN_OVER)


# Projects of before the system enter from a workbook, in the library or not yet in it.
TAKE_OVER = "take_over"
TAKEN_OVER = (S.DRAFT, S.IN_LIBRARY)
