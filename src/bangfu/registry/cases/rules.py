"""What is allowed with a case in its state. Pure: no database, no clock.

NotNow           no act of the table leads on from here
NotPosted        the posting is not over, or an objection is open or was upheld
SamePerson       somebody did the step before that must be checked by another
EvidenceMissing  a document of the table's row is not attached
BadFacts         what the act asks for is missing or malformed; all findings at once
ExitBarred       reasons for which the household must not exit
MeetingVoid      too few attended, or the votes do not add up
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bangfu.calc.values.findings import BadInput, Finding, NotAllowed, WrongState
from bangfu.calc.values.text import Text, join
from bangfu.registry.cases.acts import Act, Fact, leading_on
from bangfu.registry.cases.states import (
    CaseKind,
    CaseState,
    ExitBar,
    MonitoringCategory,
)

TEXT_MAX = 400
REASON_MIN = 4
SURVEYORS_MIN = 2
PERCENT = 100


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


class BadFacts(BadInput):
    """What the act asks for is missing or malformed."""

    code = "case.bad_facts"


class ExitBarred(WrongState):
    """The household must not exit; the findings say why."""

    code = "case.exit_barred"


class MeetingVoid(BadInput):
    """The meeting or a ballot does not count."""

    code = "case.meeting_void"


class ScaleFull(WrongState):
    """The village's quota is used up."""

    code = "case.scale_full"


EVIDENCE_TEXTS = {
    "application": Text("申请书", "application"),
    "consent": Text("信息核查授权书", "consent to data checks"),
    "survey_sheet": Text("入户调查表", "survey sheet"),
    "house_photo": Text("住房照片", "photo of the house"),
    "minutes": Text("会议记录", "minutes"),
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


def read_facts(act: Act, given: Mapping[str, object]) -> dict[str, object]:
    """Return what the act asks for in plain types, ready for storing.

    Raises BadFacts with every finding: missing, unknown, malformed.
    """
    known = {fact.key: fact for fact in act.facts}
    findings = [
        Finding(
            "case.unknown_fact",
            key,
            Text("不需要“{key}”。", "“{key}” is not asked for.", {"key": key}),
            field=key,
        )
        for key in given
        if key not in known
    ]
    facts: dict[str, object] = {}
    for fact in act.facts:
        try:
            value = _read(fact, given.get(fact.key))
        except ValueError:
            findings.append(_malformed(fact, given[fact.key]))
            continue
        if value is None and fact.is_required:
            findings.append(
                Finding(
                    "case.missing_fact",
                    fact.key,
                    Text("请填写“{name}”。", "“{name}” is needed.", {"name": fact.text}),
                    field=fact.key,
                )
            )
        elif value is not None:
            facts[fact.key] = value
    findings += _surveyors_findings(facts)
    if findings:
        raise BadFacts(
            Text(
                "“{act}”有 {n} 处需要改正。",
                "“{act}” has {n} entries to correct.",
                {"act": act.text, "n": len(findings)},
            ),
            findings=tuple(findings),
        )
    return facts


def _read(fact: Fact, value: object) -> object:
    """Return the value as JSON can hold it, None when empty; ValueError if malformed."""
    text = "" if value is None else str(value).strip()
    if text == "" or (fact.type == "flag" and text in {"False", "false", "0"}):
        return None
    if fact.type == "flag":
        return True
    if fact.type == "date":
        return date.fromisoformat(text).isoformat()
    if fact.type in {"year", "count"}:
        number = int(text)
        if number < 0 or (fact.type == "year" and not 2014 <= number <= 2100):  # noqa: PLR2004 - years
            raise ValueError(text)
        return number
    if fact.type == "monitoring_category":
        return MonitoringCategory(text).value
    if len(text) > TEXT_MAX:
        raise ValueError(text)
    return text


def _malformed(fact: Fact, value: object) -> Finding:
    return Finding(
        "case.bad_fact",
        fact.key,
        Text(
            "“{name}”填写有误：{value}。",
            "“{name}” is malformed: {value}.",
            {"name": fact.text, "value": str(value)[:40]},
        ),
        field=fact.key,
    )


def _surveyors_findings(facts: Mapping[str, object]) -> list[Finding]:
    if "surveyors" not in facts:
        return []
    people = {part for part in str(facts["surveyors"]).replace("，", "、").split("、") if part.strip()}
    if len(people) >= SURVEYORS_MIN:
        return []
    return [
        Finding(
            "case.one_surveyor",
            "surveyors",
            Text(
                "入户调查须两人以上，请用顿号分开写出各人姓名。",
                "A survey takes two people or more; separate the names by “、”.",
            ),
            field="surveyors",
        )
    ]


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


def check_meeting(representatives: int, attended: int, quorum_percent: int) -> None:
    """Raise MeetingVoid unless enough representatives attended.

    quorum_percent: whole percent of the representatives, of the policy pack.
    """
    if representatives > 0 and attended <= representatives and (
        attended * PERCENT >= representatives * quorum_percent
    ):
        return
    raise MeetingVoid(
        Text(
            "到会 {attended} 人，应到 {all} 人：不足 {percent}%，会议无效。",
            "{attended} of {all} representatives attended, less than {percent} %: "
            "the meeting does not count.",
            {"attended": attended, "all": representatives, "percent": quorum_percent},
        )
    )


def has_passed(votes: Votes, attended: int, majority_percent: int) -> bool:
    """Tell whether more than the majority of those who attended voted for it.

    Raises MeetingVoid when the votes do not add up to those who attended.
    """
    if min(votes.votes_for, votes.votes_against, votes.abstained, votes.recused) < 0 or (
        votes.total != attended
    ):
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
    return votes.votes_for * PERCENT > attended * majority_percent


@dataclass(frozen=True, slots=True)
class ExitFacts:
    """What the guards of exit look at. None: unknown, which bars the exit as well.

    margin: per-capita net income over the line of the year, at least 1 when above.
    """

    income_over_line: bool | None
    years_over_line: int
    guarantees_met: bool | None
    entered_this_year: bool
    was_helped: bool
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
        ExitBar.NO_EFFECT: facts.was_helped and not facts.income_over_line,
        ExitBar.NEW_ENTRY: facts.entered_this_year,
        ExitBar.DISABLED: facts.has_disabled and not facts.has_steady_income,
        ExitBar.SERIOUS_ILLNESS: facts.in_treatment,
        ExitBar.SPENDING: facts.spending_over_income,
        ExitBar.UNSTABLE_INCOME: not facts.income_over_line or facts.years_over_line < 1,
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
