"""Cases in words: states, deadlines, the steps of the timeline, what may be done next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bangfu.calc.values.text import Text
from bangfu.publicity.states import Verdict
from bangfu.registry.cases import permissions, posting, procedure, queries, rules
from bangfu.registry.cases.acts import AT_MEETING, BY_CODE, TAKE_OVER, Act
from bangfu.registry.cases.facts import CODES, Fact
from bangfu.registry.cases.models import (
    Case,
    Document,
    LineageEvent,
    LineageKind,
    Step,
)
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.registry.code_lists import MEMBER_CHANGE
from bangfu.scope import Actor
from bangfu.web import formats
from bangfu.web.cells import Badge

_GOOD = {
    CaseState.REGISTERED,
    CaseState.EXITED,
    CaseState.DEREGISTERED,
    CaseState.MONITORED,
    CaseState.RISK_REMOVED,
}
_YES = Text("是", "yes")
TAKEN_OVER = Text("历史数据录入", "taken over from before the system")


def state_badge(case: Case) -> Badge:
    """Return where a case is as a badge."""
    state = CaseState(case.state)
    if case.is_open:
        return Badge(state.text, "info", "arrow-right-circle")
    return Badge(state.text, "success" if state in _GOOD else "neutral")


def kind_text(case: Case) -> Text:
    """Return the procedure's name."""
    return CaseKind(case.kind).text


def next_act(case: Case) -> Act | None:
    """Return the act by which the case goes ahead."""
    return procedure.next_step(CaseKind(case.kind), CaseState(case.state))


def due_badge(case: Case, *, on: date) -> Badge | None:
    """Return the deadline of the next step; late ones stand out."""
    due = queries.due_on(case)
    if due is None:
        return None
    words = formats.short_date(due)
    if due < on:
        return Badge(
            Text("已超期：{day}", "overdue: {day}", {"day": words}), "danger", "alarm"
        )
    return Badge(words, "neutral", "calendar")


@dataclass(frozen=True, slots=True)
class Event:
    """One step of the timeline in words."""

    step: Step
    title: Text
    state: Text
    facts: list[tuple[Text, object]]
    documents: list[Document]
    is_back: bool


def timeline(case: Case) -> list[Event]:
    """Return the steps of a case as its page shows them."""
    return [_event(step) for step in queries.steps_of(case)]


def _event(step: Step) -> Event:
    act = BY_CODE.get(step.act)
    known = {fact.key: fact for fact in act.facts} if act else {}
    return Event(
        step=step,
        title=TAKEN_OVER if step.act == TAKE_OVER or act is None else act.text,
        state=CaseState(step.to_state).text,
        facts=[
            (known[key].text, _shown(known[key], value))
            for key, value in step.facts.items()
            if key in known
        ],
        documents=list(step.documents.all()),
        is_back=act is not None and act.is_back,
    )


def _shown(fact: Fact, value: Any) -> object:
    if fact.type == "flag":
        return _YES
    if fact.type in CODES:
        return CODES[fact.type](value).text
    return value


def document_text(document: Document) -> Text:
    """Return what a document is."""
    return rules.EVIDENCE_TEXTS[document.kind]


@dataclass(frozen=True, slots=True)
class Next:
    """The one next step: what, by when, by whom, and whether the reader takes it.

    how: "form", "notice" or "meeting". blocked: why it cannot be taken yet.
    """

    act: Act
    how: str
    roles: list[Text]
    may: bool
    due: Badge | None
    blocked: Text | None


def next_of(case: Case, by: Actor, *, on: date) -> Next | None:
    """Return the next step of a case, None at its end."""
    act = next_act(case)
    if act is None:
        return None
    how = "notice" if act.posts else "meeting" if act.code in AT_MEETING else "form"
    return Next(
        act=act,
        how=how,
        roles=sorted((role.text for role in act.roles), key=lambda text: text.zh),
        may=permissions.can_act(by, act, case.division_code),
        due=due_badge(case, on=on),
        blocked=_blocked(case, act),
    )


def _blocked(case: Case, act: Act) -> Text | None:
    if not act.notice:
        return None
    verdict = posting.verdict_of(case, act)
    if verdict is Verdict.PASSED:
        return None
    return Text("尚未公示", "not posted") if verdict is None else verdict.text


def asides(case: Case, by: Actor) -> list[Act]:
    """Return the other acts that the reader may take by hand."""
    step = next_act(case)
    return [
        act
        for act in procedure.leading_on(CaseKind(case.kind), CaseState(case.state))
        if act is not step
        and not act.posts
        and act.code not in AT_MEETING
        and permissions.can_act(by, act, case.division_code)
    ]


def can_be_opened(
    by: Actor, household: Any, *, cases: Iterable[Case], is_watched: bool
) -> list[tuple[CaseKind, Act]]:
    """Return the procedures that the reader may begin with a household now.

    cases: all of the household. is_watched: whether it is under monitoring now.
    """
    running = {case.track for case in cases if case.is_open}
    return [
        (kind, act)
        for kind in CaseKind
        if kind.track not in running and household.status in rules.FITTING[kind]
        for act in procedure.opening(kind)
        if permissions.can_act(by, act, household.division_code)
        and (kind is not CaseKind.RISK_REMOVAL or is_watched)
        and (kind is not CaseKind.MONITORING or not is_watched)
    ]


def is_for_meeting(act: Act) -> bool:
    """Whether a meeting decides the act."""
    return act.code in AT_MEETING


def lineage_text(event: LineageEvent) -> Text:
    """Return an event in a family's descent as one sentence."""
    kind = LineageKind(event.kind).text
    if event.other is not None:
        other = f"{event.other.division_code}/{event.other.household_no}"
        return Text(
            "{kind}：{other}", "{kind}: {other}", {"kind": kind, "other": other}
        )
    if event.to_place:
        return Text(
            "{kind}：{before} → {after}",
            "{kind}: {before} → {after}",
            {"kind": kind, "before": event.from_place, "after": event.to_place},
        )
    name = event.member.name if event.member else ""
    change = MEMBER_CHANGE.labels.get(event.change)
    return Text(
        "{kind}：{name}（{change}）",
        "{kind}: {name} ({change})",
        {"kind": kind, "name": name, "change": change or ""},
    )
