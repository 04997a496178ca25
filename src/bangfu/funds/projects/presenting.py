"""Projects in words: states, the steps of the timeline, what may be done next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bangfu.calc.ledger.codes import FundClass, FundSource, Purpose
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.funds.projects import permissions, posting, queries
from bangfu.funds.projects.acts import (
    BY_CODE,
    EVIDENCE_TEXTS,
    TAKE_OVER,
    Act,
    leading_on,
    next_step,
)
from bangfu.funds.projects.models import Project, ProjectDocument, ProjectStep
from bangfu.funds.projects.states import ENDS, Nature, ProjectState
from bangfu.publicity.states import Verdict
from bangfu.scope import Actor
from bangfu.web.cells import Badge

TAKEN_OVER = Text("历史项目录入", "taken over")
_BASIS = Text("依据", "basis")
_GOOD = {ProjectState.IN_LIBRARY, ProjectState.ACCEPTED, ProjectState.CLOSED}


def state_badge(project: Project) -> Badge:
    """Return where a project is as a badge."""
    state = ProjectState(project.state)
    if state in _GOOD:
        return Badge(state.text, "success")
    if state in ENDS:
        return Badge(state.text, "neutral", "slash-circle")
    return Badge(state.text, "info", "arrow-right-circle")


def next_text(project: Any) -> Text | None:
    """Return what comes next, None at an end."""
    act = next_step(ProjectState(project.state))
    return None if act is None else act.text


def purpose_text(project: Any) -> Text:
    """Return the purpose's name."""
    return Purpose(project.purpose).text


@dataclass(frozen=True, slots=True)
class Event:
    """One step of the timeline in words."""

    step: ProjectStep
    title: Text
    state: Text
    facts: list[tuple[Text, object]]
    documents: list[tuple[Text, ProjectDocument]]
    is_back: bool


def timeline(project: Project) -> list[Event]:
    """Return the steps of a project as its page shows them."""
    return [_event(step) for step in queries.steps_of(project)]


def _event(step: ProjectStep) -> Event:
    act = BY_CODE.get(step.act)
    known = {fact.key: fact.text for fact in act.facts} if act else {"basis": _BASIS}
    return Event(
        step=step,
        title=TAKEN_OVER if act is None or step.act == TAKE_OVER else act.text,
        state=ProjectState(step.to_state).text,
        facts=[
            (known[key], value) for key, value in step.facts.items() if key in known
        ],
        documents=[(EVIDENCE_TEXTS[one.kind], one) for one in step.documents.all()],
        is_back=act is not None and act.needs_reason,
    )


@dataclass(frozen=True, slots=True)
class Next:
    """The one next step: what, by whom, and whether the reader takes it.

    how: "form", "notice", "plan", "commitment" or "settlement". blocked: why not yet.
    """

    act: Act
    how: str
    roles: list[Text]
    may: bool
    blocked: Text | None


def next_of(project: Project, by: Actor) -> Next | None:
    """Return the next step of a project, None at its end."""
    act = next_step(ProjectState(project.state))
    if act is None:
        return None
    return Next(
        act=act,
        how="notice" if act.posts else act.follows or "form",
        roles=sorted((role.text for role in act.roles), key=lambda text: text.zh),
        may=permissions.can_act(by, act, DivisionCode(project.division_code)),
        blocked=_blocked(project, act),
    )


def _blocked(project: Project, act: Act) -> Text | None:
    if not act.notice:
        return None
    verdict = posting.verdict_of(project, act)
    if verdict is Verdict.PASSED:
        return None
    return Text("尚未公示", "not posted") if verdict is None else verdict.text


def asides(project: Project, by: Actor) -> list[Act]:
    """Return the other acts that the reader may take by hand."""
    place = DivisionCode(project.division_code)
    step = next_step(ProjectState(project.state))
    return [
        act
        for act in leading_on(ProjectState(project.state))
        if act is not step and act.is_by_hand and permissions.can_act(by, act, place)
    ]


def facts_of(project: Project) -> list[tuple[Text, object]]:
    """Return what the library asks for, as rows of the page and the print."""
    return [
        (Text("项目编号", "Number"), project.project_no),
        (Text("资金用途", "Purpose"), Purpose(project.purpose).text),
        (Text("建设性质", "Nature"), Nature(project.nature).text),
        (Text("建设地点", "Place"), project.place),
        (
            Text("建设期限", "Schedule"),
            Text(
                "{a} 至 {b}",
                "{a} to {b}",
                {"a": project.starts_on.isoformat(), "b": project.ends_on.isoformat()},
            ),
        ),
        (Text("责任单位", "Unit"), project.unit),
        (Text("责任人", "Person"), project.person),
        (Text("建设任务", "Tasks"), project.tasks),
        (
            Text("受益户数（其中贫困户）", "Households (poor ones)"),
            f"{project.households}（{project.poor_households}）",
        ),
        (
            Text("受益人口（其中贫困人口）", "People (poor ones)"),
            f"{project.people}（{project.poor_people}）",
        ),
        (Text("群众参与", "How people take part"), project.participation or None),
        (Text("带贫减贫机制", "How it reduces poverty"), project.mechanism or None),
    ]


def sources_of(project: Project) -> list[tuple[Text, Text, int]]:
    """Return source, class and amount in fen of a project's budget."""
    return [
        (FundSource(one.source).text, FundClass(one.fund_class).text, one.amount_fen)
        for one in project.sources.order_by("pk")
    ]
