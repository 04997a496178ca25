"""What is allowed with a project and a plan. Pure: no database, no clock.

NotNow            no act of the table leads on from here, or not in this quarter
NotPosted         the posting is not over, or an objection is open or was upheld
SamePerson        somebody did the step before that must be checked by another
EvidenceMissing   a document of the table's row is not attached
BadFacts          what the act or the statement asks for is missing or malformed
Incomplete        a project cannot enter the library like this; all findings at once
NotInLibrary      only projects of the library may be chosen
PlanClosed        the plan is approved; adjustments are made in the fourth quarter
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bangfu.calc.values.findings import BadInput, Finding, NotAllowed, WrongState
from bangfu.calc.values.text import Text, join
from bangfu.funds.projects.acts import EVIDENCE_TEXTS, Act, Fact, leading_on
from bangfu.funds.projects.states import ProjectState

REASON_MIN = 4
TEXT_MAX = 400
TARGETS_MAX = 20
SOURCES_MAX = 10
BENEFICIARIES_MAX = 500


class NotNow(WrongState):
    """The table has no such act from this state, or not at this time of the year."""

    code = "project.not_now"


class NotPosted(WrongState):
    """The posting that the act rests on is not over without objection."""

    code = "project.not_posted"


class SamePerson(NotAllowed):
    """The person did a step of this project that somebody else must check."""

    code = "project.same_person"


class EvidenceMissing(BadInput):
    """A required document is not attached."""

    code = "project.evidence_missing"


class BadFacts(BadInput):
    """What is asked for is missing or malformed."""

    code = "project.bad_facts"


class Incomplete(WrongState):
    """The project lacks what the library asks for; the findings say what."""

    code = "project.incomplete"


class NotInLibrary(WrongState):
    """The project is not in the library, or in a plan already."""

    code = "project.not_in_library"


class PlanClosed(WrongState):
    """The plan is approved, or its adjustment is not due."""

    code = "project.plan_closed"


@dataclass(frozen=True, slots=True)
class Target:
    """One performance target, e.g. 户均增收 / 1,200 元."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Source:
    """What part of the budget comes from which money."""

    fund_class: str
    source: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What a project says of itself: the fields that the library asks for.

    beneficiary_ids: keys of households on the roll that it serves by name, if any.
    """

    project_no: str
    name: str
    purpose: str
    nature: str
    place: str
    starts_on: date
    ends_on: date
    unit: str
    person: str
    tasks: str
    sources: Sequence[Source]
    households: int = 0
    people: int = 0
    poor_households: int = 0
    poor_people: int = 0
    targets: Sequence[Target] = ()
    participation: str = ""
    mechanism: str = ""
    beneficiary_ids: Sequence[int] = field(default=())

    @property
    def budget_fen(self) -> int:
        """The sum of the sources, in fen."""
        return sum(one.amount_fen for one in self.sources)


def check_statement(stated: Statement) -> None:
    """Raise BadFacts with every finding in a project's statement."""
    findings = [
        _finding(name, Text("请填写。", "It is needed."))
        for name in ("project_no", "name", "place", "unit", "person", "tasks")
        if not str(getattr(stated, name)).strip()
    ]
    if stated.ends_on < stated.starts_on:
        findings.append(
            _finding(
                "ends_on",
                Text("完工日期早于开工日期。", "It would end before it starts."),
            )
        )
    if not 0 < len(stated.sources) <= SOURCES_MAX or any(
        one.amount_fen <= 0 for one in stated.sources
    ):
        findings.append(
            _finding(
                "sources",
                Text(
                    "至少填写一项资金来源，金额须大于零。",
                    "State one source of money at least, with an amount above zero.",
                ),
            )
        )
    if (
        stated.poor_households > stated.households
        or stated.poor_people > stated.people
        or len(stated.beneficiary_ids) > stated.poor_households
    ):
        findings.append(
            _finding(
                "poor_households",
                Text(
                    "其中贫困户、贫困人口不能多于受益总数，点名的户不能多于贫困户数。",
                    "The poor cannot be more than all who benefit, nor the named "
                    "households more than the poor ones.",
                ),
            )
        )
    if findings:
        raise BadFacts(
            Text(
                "项目申报有 {n} 处需要改正。",
                "The statement has {n} entries to correct.",
                {"n": len(findings)},
            ),
            findings=tuple(findings),
        )


def _finding(name: str, message: Text) -> Finding:
    return Finding("project.statement", name, message, field=name)


def missing_for_library(
    *,
    poor_households: int,
    poor_people: int,
    targets: Sequence[object],
    participation: str,
    mechanism: str,
) -> list[Finding]:
    """Return what a project lacks to enter the library; the database asks the same."""
    asked = (
        (
            "beneficiaries",
            poor_households > 0 and poor_people > 0,
            Text(
                "没有受益贫困户，不得入库。",
                "Without poor beneficiaries it cannot enter.",
            ),
        ),
        (
            "targets",
            bool(targets),
            Text("没有绩效目标，不得入库。", "Without targets it cannot enter."),
        ),
        (
            "participation",
            bool(participation.strip()),
            Text("请写明群众参与方式。", "Say how the people take part."),
        ),
        (
            "mechanism",
            bool(mechanism.strip()),
            Text("请写明带贫减贫机制。", "Say how it reduces poverty."),
        ),
    )
    return [
        Finding("project.incomplete", name, message, field=name)
        for name, is_there, message in asked
        if not is_there
    ]


def check_complete(findings: Sequence[Finding]) -> None:
    """Raise Incomplete when anything is missing for the library."""
    if findings:
        raise Incomplete(
            Text(
                "该项目不能入库：还缺 {n} 项。",
                "The project cannot enter the library: {n} things are missing.",
                {"n": len(findings)},
            ),
            remedy=Text(
                "请退回村级补充后重新公示。",
                "Send it back to the village to be completed and posted afresh.",
            ),
            findings=tuple(findings),
        )


def check_state(act: Act, state: ProjectState, *, on: date) -> None:
    """Raise NotNow unless `act` leads on from `state` on that day."""
    if state not in act.sources:
        possible = [one.text for one in leading_on(state) if one.is_by_hand]
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
    if act.only_in_quarter not in (None, quarter(on)):
        raise NotNow(
            Text(
                "“{act}”只在第 {q} 季度办理。",
                "“{act}” is done in quarter {q} only.",
                {"act": act.text, "q": act.only_in_quarter},
            )
        )


def quarter(on: date) -> int:
    """Return the quarter of a day, 1 to 4."""
    return (on.month + 2) // 3


def check_by_hand(act: Act) -> None:
    """Raise NotNow for what only a notice, a plan or a commitment does."""
    if act.is_by_hand:
        return
    raise NotNow(
        Text(
            "“{act}”随公示、计划、资金安排或结算自动办理。",
            "“{act}” follows from a notice, a plan, a commitment or the settlement.",
            {"act": act.text},
        )
    )


def check_person(act: Act, user_id: int, done: Iterable[tuple[str, int]]) -> None:
    """Raise SamePerson when the person took a step that this act must check.

    done: act and user of the steps so far.
    """
    if any(code in act.not_by and user == user_id for code, user in done):
        raise SamePerson(
            Text(
                "该项目的前一环节由您本人办理，须由另一人“{act}”。",
                "You took an earlier step of this project; somebody else must “{act}”.",
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
    there = set(attached)
    missing = [EVIDENCE_TEXTS[kind] for kind in act.evidence if kind not in there]
    if missing:
        raise EvidenceMissing(
            Text(
                "“{act}”还缺材料：{missing}。",
                "“{act}” lacks evidence: {missing}.",
                {"act": act.text, "missing": join(missing, zh="、", en=", ")},
            ),
            remedy=Text("请先上传上述材料。", "Attach it first."),
        )


def check_day(happened_on: date, today: date, not_before: date | None) -> None:
    """Raise BadFacts for a day in the future, or before the project's last step."""
    if happened_on > today:
        raise BadFacts(Text("日期不能晚于今天。", "The day lies in the future."))
    if not_before is not None and happened_on < not_before:
        raise BadFacts(
            Text(
                "日期不能早于上一环节的 {day}。",
                "The day lies before that of the last step, {day}.",
                {"day": not_before.isoformat()},
            )
        )


def read_facts(act: Act, given: Mapping[str, object]) -> dict[str, object]:
    """Return what the act asks for in plain types. Raises BadFacts."""
    facts: dict[str, object] = {}
    findings = []
    for fact in act.facts:
        value = _read(fact, given.get(fact.key))
        if value is None:
            findings.append(
                Finding(
                    "project.missing_fact",
                    fact.key,
                    Text(
                        "请填写“{name}”。", "“{name}” is needed.", {"name": fact.text}
                    ),
                    field=fact.key,
                )
            )
        else:
            facts[fact.key] = value
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
    """Return the value as JSON can hold it, None when missing or malformed."""
    text = "" if value is None else str(value).strip()
    if fact.type == "count":
        return int(text) if text.isascii() and text.isdigit() else None
    return text if 0 < len(text) <= TEXT_MAX else None
