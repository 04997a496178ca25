"""What is allowed with a case in its state. Pure: no database, no clock.

NotNow           no act of the table leads on from here
NotPosted        the posting is not over, or an objection is open or was upheld
SamePerson       somebody did the step before that must be checked by another
EvidenceMissing  a document of the table's row is not attached
BadFacts         what the act asks for is missing or malformed; all findings at once
ExitBarred       reasons for which the household must not exit
MeetingVoid      too few attended, or the votes do not add up
WrongStatus      the procedure is not for a household of this status
ScaleFull        the village's quota is used up
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bangfu.calc.values.findings import BadInput, Finding, NotAllowed, WrongState
from bangfu.calc.values.text import Text, join
from bangfu.registry.cases.acts import Act
from bangfu.registry.cases.facts import BadFacts
from bangfu.registry.cases.procedure import leading_on
from bangfu.registry.cases.states import (
    CaseKind,
    CaseState,
    ExitBar,
    MonitoringCategory,
)
from bangfu.registry.code_lists import STATUS

REASON_MIN = 4


class NotNow(WrongState):
    """The table has no such act from this state."""

    code = "case.not_now"


class NotPosted(WrongState):
    """The posting that the act rests on is not over without objection."""

    code = "case.not_posted"


class SamePerson(NotAllowed):
    """The person did a step of this case that somebody else must check."""

    code = "case.same_person"


class EvidenceMissing(BadInput):
    """A required document is not attached."""

    code = "case.evidence_missing"


class ExitBarred(WrongState):
    """The household must not exit; the findings say why."""

    code = "case.exit_barred"


class MeetingVoid(BadInput):
    """The meeting or a ballot does not count."""

    code = "case.meeting_void"


class WrongStatus(WrongState):
    """The household's status does not fit the procedure."""

    code = "case.wrong_status"


class ScaleFull(WrongState):
    """The village's quota is used up."""

    code = "case.scale_full"


EVIDENCE_TEXTS = {
    "application": Text("申请书", "application"),
    "consent": Text("信息核查授权书", "consent to data checks"),
    "survey_sheet": Text("入户调查表", "survey sheet"),
    "house_photo": Text("住房照片", "photo of the house"),
    "minutes": Text("会议记录", "minutes"),
    "attendance": Text("签到表", "attendance list"),
    "verification_form": Text("审核表", "verification form"),
    "cross_check": Text("数据比对结果", "result of the cross-check"),
    "proof": Text("证明材料", "proof"),
    "income_worksheet": Text("收入核算表", "income worksheet"),
    "guarantee_proof": Text(
        "“两不愁三保障”达标材料", "proof that the guarantees are met"
    ),
    "head_signature": Text("户主签字确认", "signature of the head"),
}


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was taken: which act, by whom."""

    act: str
    user_id: int


def check_state(act: Act, kind: CaseKind, state: CaseState) -> None:
    """Raise NotNow unless `act` leads on from `state` of a case of `kind`."""
    if kind in act.kinds and state in act.sources:
        return
    possible = [each.text for each in leading_on(kind, state) if not each.posts]
    raise NotNow(
        Text(
            "“{state}”状态下不能“{act}”。",
            "“{act}” is not possible in the state “{state}”.",
            {"state": state.text, "act": act.text},
        ),
        remedy=Text(
            "现在可以：{possible}。",
            "Possible now: {possible}.",
            {"possible": join(possible, zh="、", en=", ")},
        )
        if possible
        else None,
    )


def check_person(act: Act, user_id: int, done: Iterable[Done]) -> None:
    """Raise SamePerson when the person took a step that this act must check."""
    own = next(
        (step for step in done if step.act in act.not_by and step.user_id == user_id),
        None,
    )
    if own is None:
        return
    raise SamePerson(
        Text(
            "这一户的前一环节由您本人办理，须由另一人“{act}”。",
            "You took an earlier step of this case; somebody else must “{act}”.",
            {"act": act.text},
        )
    )


def check_reason(act: Act, reason: str) -> None:
    """Raise BadFacts for a return or rejection without a reason."""
    if act.needs_reason and len(reason.strip()) < REASON_MIN:
        raise BadFacts(
            Text(
                "“{act}”须写明理由，至少 {n} 个字。",
                "“{act}” needs a reason of at least {n} characters.",
                {"act": act.text, "n": REASON_MIN},
            )
        )


def check_evidence(act: Act, attached: Iterable[str]) -> None:
    """Raise EvidenceMissing naming every required document that is not there."""
    missing = [kind for kind in act.evidence if kind not in set(attached)]
    if missing:
        raise EvidenceMissing(
            Text(
                "“{act}”还缺材料：{missing}。",
                "“{act}” lacks evidence: {missing}.",
                {
                    "act": act.text,
                    "missing": join(
                        [EVIDENCE_TEXTS[kind] for kind in missing], zh="、", en=", "
                    ),
                },
            ),
            remedy=Text("请先上传上述材料。", "Attach it first."),
        )


def check_minutes(attached: Iterable[str]) -> None:
    """Raise EvidenceMissing when a meeting is recorded without its minutes."""
    if "minutes" not in set(attached):
        raise EvidenceMissing(
            Text("还缺会议记录。", "The minutes are missing."),
            remedy=Text("请先上传会议记录。", "Attach the minutes first."),
        )


def check_day(happened_on: date, today: date, not_before: date | None) -> None:
    """Raise BadFacts for a day in the future, or before the case's last step."""
    if happened_on > today:
        raise BadFacts(
            Text("日期不能晚于今天。", "The day lies in the future."),
        )
    if not_before is not None and happened_on < not_before:
        raise BadFacts(
            Text(
                "日期不能早于上一环节的 {day}。",
                "The day lies before that of the last step, {day}.",
                {"day": not_before.isoformat()},
            )
        )


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes on one case. Everybody who attended is in exactly one of them."""

    votes_for: int
    votes_against: int
    abstained: int
    recused: int

    @property
    def total(self) -> int:
        """How many people the ballot counts."""
        return self.votes_for + self.votes_against + self.abstained + self.recused


def check_meeting(representatives: int, attended: int, quorum: Fraction) -> None:
    """Raise MeetingVoid unless enough representatives attended.

    quorum: the share of the representatives who must attend, of the policy pack.
    """
    if 0 < attended <= representatives and (attended >= representatives * quorum):
        return
    raise MeetingVoid(
        Text(
            "到会 {attended} 人，应到 {all} 人，不足 {quorum}，会议无效。",
            "{attended} of {all} representatives attended, fewer than {quorum}: "
            "the meeting does not count.",
            {"attended": attended, "all": representatives, "quorum": str(quorum)},
        )
    )


def has_passed(votes: Votes, attended: int, majority: Fraction) -> bool:
    """Tell whether more than the share `majority` of those who attended voted for it.

    Raises MeetingVoid when the votes do not add up to those who attended.
    """
    parts = (votes.votes_for, votes.votes_against, votes.abstained, votes.recused)
    if min(parts) < 0 or votes.total != attended:
        raise MeetingVoid(
            Text(
                "票数合计 {total}，与到会人数 {attended} 不符。",
                "The votes add up to {total}, but {attended} attended.",
                {"total": votes.total, "attended": attended},
            ),
            remedy=Text(
                "赞成、反对、弃权、回避四项之和应等于到会人数。",
                "For, against, abstained and recused must add up to the attendance.",
            ),
        )
    return votes.votes_for > attended * majority


def check_recusals(votes: Votes, recusals: str) -> None:
    """Raise MeetingVoid when somebody was recused and nobody is named, or inversely."""
    if (votes.recused > 0) == bool(recusals.strip()):
        return
    raise MeetingVoid(
        Text(
            "回避 {n} 人，请写明回避人员；无人回避时留空。",
            "{n} recused: name them, or leave the names empty when nobody was.",
            {"n": votes.recused},
        )
    )


@dataclass(frozen=True, slots=True)
class ExitFacts:
    """What the guards of exit look at. None: unknown.

    years_over_line: the latest years in a row in which the income per person reached
    the line; years_wanted: how many the policy asks for. has_risen: whether the income
    per person is higher than the year before; every household on the roll is helped.
    """

    income_over_line: bool | None
    years_over_line: int
    years_wanted: int
    has_risen: bool | None
    guarantees_met: bool | None
    entered_this_year: bool
    has_disabled: bool
    has_steady_income: bool
    in_treatment: bool
    spending_over_income: bool
    is_five_guarantee: bool
    is_dibao_without_labour: bool
    waits_for_keys: bool


def exit_bars(facts: ExitFacts) -> list[ExitBar]:
    """Return every reason for which the household must not exit this year."""
    barred = {
        ExitBar.GUARANTEES: not facts.guarantees_met,
        ExitBar.NO_EFFECT: facts.has_risen is False,
        ExitBar.NEW_ENTRY: facts.entered_this_year,
        ExitBar.DISABLED: facts.has_disabled and not facts.has_steady_income,
        ExitBar.SERIOUS_ILLNESS: facts.in_treatment,
        ExitBar.SPENDING: facts.spending_over_income,
        ExitBar.UNSTABLE_INCOME: not facts.income_over_line
        or facts.years_over_line < 1,
        ExitBar.FIVE_GUARANTEE: facts.is_five_guarantee,
        ExitBar.NO_LABOUR_DIBAO: facts.is_dibao_without_labour,
        ExitBar.NO_KEYS: facts.waits_for_keys,
    }
    return [bar for bar, holds in barred.items() if holds]


def check_exit(bars: Iterable[ExitBar], holds: Iterable[Text]) -> None:
    """Raise ExitBarred with one finding per guard and per hold of an upper app."""
    findings = [
        Finding(f"exit.{bar.value}", bar.value, bar.text, field="exit") for bar in bars
    ]
    findings += [Finding("exit.hold", "hold", text, field="exit") for text in holds]
    if findings:
        raise ExitBarred(
            Text(
                "该户今年不能退出：有 {n} 项不符合条件。",
                "The household must not exit this year: {n} reasons.",
                {"n": len(findings)},
            ),
            findings=tuple(findings),
        )


# Which statuses a procedure is for; the codes are those of code_lists.STATUS.
FITTING = {
    CaseKind.ENTRY: ("7", "9"),
    CaseKind.RELAPSE: ("1",),
    CaseKind.EXIT: ("0", "3"),
    CaseKind.REMOVAL: ("0", "3"),
    CaseKind.MONITORING: ("1", "7", "9"),
    CaseKind.RISK_REMOVAL: ("1", "7", "8", "9"),
}


def check_status(kind: CaseKind, status: str) -> None:
    """Raise WrongStatus when the procedure is not for a household of this status."""
    if status in FITTING[kind]:
        return
    labels = STATUS.labels
    raise WrongStatus(
        Text(
            "该户为“{status}”，不能办理“{kind}”。",
            "The household is “{status}”; “{kind}” is not for it.",
            {"status": labels[status], "kind": kind.text},
        ),
        remedy=Text(
            "该事项适用于：{fitting}。",
            "It is for: {fitting}.",
            {
                "fitting": join(
                    [labels[code] for code in FITTING[kind]], zh="、", en=", "
                )
            },
        ),
    )


def check_category(category: MonitoringCategory, status: str) -> None:
    """Raise WrongStatus when the category of monitoring contradicts the status.

    Only who exited can be unstable after exit; who was never on the roll is marginal.
    """
    has_exited = status == "1"
    if category is MonitoringCategory.SUDDEN or (
        has_exited == (category is MonitoringCategory.UNSTABLE_EXITED)
    ):
        return
    raise WrongStatus(
        Text(
            "“{category}”不适用于“{status}”的户。",
            "“{category}” does not fit a household that is “{status}”.",
            {"category": category.text, "status": STATUS.labels[status]},
        )
    )


def check_place_left(quota: int | None, taken: int) -> None:
    """Raise ScaleFull when the village's quota is used up; None: no control."""
    if quota is None or taken < quota:
        return
    raise ScaleFull(
        Text(
            "本村规模控制数 {quota} 户，已占用 {taken} 户。",
            "The village has {quota} places on the roll; {taken} are taken.",
            {"quota": quota, "taken": taken},
        ),
        remedy=Text(
            "规模控制数在政策参数 scale.control 中设定。",
            "The quota is set by the policy parameter scale.control.",
        ),
    )
