"""Writes to projects. Each checks who, state and input, then takes one step.

propose, restate   put a project on the village's list, write a draft anew
take, take_many    one act of the table with one project, or with selected ones
follow             an act that a plan, a commitment or the settlement brings about

A notice is locked before the project.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import BadInput, OutOfLimit, Refusal
from bangfu.calc.values.text import Text
from bangfu.divisions import queries as divisions
from bangfu.funds.projects import permissions, posting, queries, rules, stepping
from bangfu.funds.projects.acts import BY_CODE, Act
from bangfu.funds.projects.models import Beneficiary, Project, ProjectSource
from bangfu.funds.projects.records import act_named, civil_day, locked, missing_of
from bangfu.funds.projects.rules import Statement
from bangfu.funds.projects.states import EDITABLE, ProjectState
from bangfu.funds.projects.stepping import Said
from bangfu.scope import Actor

BATCH_MAX = 200
_PLAIN = (
    "project_no",
    "name",
    "purpose",
    "nature",
    "place",
    "starts_on",
    "ends_on",
    "unit",
    "person",
    "tasks",
    "budget_fen",
    "households",
    "people",
    "poor_households",
    "poor_people",
    "participation",
    "mechanism",
)


class NumberTaken(BadInput):
    """Another project of the county has this number."""

    code = "project.number_taken"


@dataclass(frozen=True, slots=True)
class Refused:
    """A project of a batch that was left as it was, and why."""

    project_id: int
    refusal: Refusal


def propose(
    *,
    by: Actor,
    at: datetime,
    village: DivisionCode,
    stated: Statement,
    happened_on: date,
) -> Project:
    """Put a project on the village's list, as a draft.

    Raises NotAllowed, BadFacts with every finding, NumberTaken; nothing is stored then.
    """
    permissions.check_propose(by, village)
    project = stated_project(
        by=by, at=at, village=village, stated=stated, happened_on=happened_on
    )
    said = Said(happened_on)
    with transaction.atomic():
        store(
            by=by,
            at=at,
            project=project,
            stated=stated,
            begin=lambda: stepping.begin(
                project, BY_CODE["propose"], by=by, at=at, said=said
            ),
        )
    return project


def stated_project(
    *,
    by: Actor,
    at: datetime,
    village: DivisionCode,
    stated: Statement,
    happened_on: date,
) -> Project:
    """Return a project as it was stated, not stored yet. Raises BadFacts."""
    _check_statement(stated, village, happened_on, at)
    project = Project(division_code=village, recorded_by_id=by.user_id)
    _fill(project, stated)
    return project


def store(
    *,
    by: Actor,
    at: datetime,
    project: Project,
    stated: Statement,
    begin: Callable[[], None],
) -> None:
    """Store a new project with its first step and its parts. Raises NumberTaken."""
    _save(begin)
    _write_parts(project, stated)


def restate(
    *, by: Actor, at: datetime, project_id: int, stated: Statement, happened_on: date
) -> Project:
    """Write the statement of a draft anew; its steps and notices stay.

    Raises NoSuchProject, NotAllowed, NotNow once it left the draft, BadFacts,
    NumberTaken.
    """
    with transaction.atomic():
        project = locked(project_id)
        permissions.check_propose(by, DivisionCode(project.division_code))
        if project.state not in EDITABLE:
            raise rules.NotNow(
                Text(
                    "项目为“{state}”，申报内容不能再改。",
                    "The project is “{state}”; its statement stays as it is.",
                    {"state": ProjectState(project.state).text},
                ),
                remedy=Text("请先退回修改。", "Send it back first."),
            )
        _check_statement(stated, DivisionCode(project.division_code), happened_on, at)
        _fill(project, stated)
        _save(project.save)
        project.sources.all().delete()
        project.beneficiaries.all().delete()
        _write_parts(project, stated)
        stepping.note_restated(project, by=by, at=at)
    return project


def take(
    *,
    by: Actor,
    at: datetime,
    project_id: int,
    act: str,
    said: Said,
    expected: ProjectState | None = None,
) -> Project:
    """Take one act of the table with a project.

    expected: the state that the person saw; another one now is refused. Raises
    NoSuchProject, NotAllowed, NotNow, SamePerson, NotPosted, Incomplete, BadFacts,
    EvidenceMissing; the project stays as it was then.
    """
    row = act_named(act)
    rules.check_by_hand(row)
    with transaction.atomic():
        posting.lock_notices(project_id)
        project = locked(project_id)
        permissions.check_act(by, row, DivisionCode(project.division_code))
        if expected is not None and project.state != expected:
            raise _moved_on(project)
        _check_step(row, project, by, at, said)
        facts = rules.read_facts(row, said.facts)
        rules.check_evidence(row, [file.kind for file in said.files])
        posting.check_posted(row, project)
        if row.target == ProjectState.IN_LIBRARY and row.code == "enter_library":
            rules.check_complete(missing_of(project))
        stepping.move(project, row, by=by, at=at, said=said, facts=facts)
        posting.settle(row, project, by=by, at=at)
        if row.needs_reason:
            posting.take_down(project, by=by, at=at, reason=said.reason)
    return project


def take_many(
    *, by: Actor, at: datetime, project_ids: Sequence[int], act: str, said: Said
) -> tuple[list[Project], list[Refused]]:
    """Take one act with every selected project, each by itself: what fits is done.

    Returns the projects that moved, and those that stayed with the reason. Raises
    BadInput without any project, OutOfLimit beyond BATCH_MAX, NotNow for an act that is
    not for batches.
    """
    row = act_named(act)
    if not row.is_batch:
        raise rules.NotNow(
            Text(
                "“{act}”须逐个项目办理。",
                "“{act}” is done project by project.",
                {"act": row.text},
            )
        )
    if not project_ids:
        raise BadInput(Text("请至少选择一个项目。", "Select at least one project."))
    if len(project_ids) > BATCH_MAX:
        raise OutOfLimit(
            Text(
                "一次最多办理 {most} 个项目，您选择了 {n} 个。",
                "At most {most} projects at once; {n} are selected.",
                {"most": BATCH_MAX, "n": len(project_ids)},
            ),
            remedy=Text("请分批办理。", "Do it in parts."),
        )
    moved, refused = [], []
    for project_id in sorted(set(project_ids)):
        try:
            moved.append(take(by=by, at=at, project_id=project_id, act=act, said=said))
        except Refusal as refusal:
            refused.append(Refused(project_id, refusal))
    return moved, refused


def follow(
    *, by: Actor, at: datetime, project: Project, act: str, reason: str = ""
) -> None:
    """Bring a locked project on by an act that something else brings about.

    Who may and when was checked by the caller. Raises NotNow.
    """
    row = act_named(act)
    day = civil_day(at)
    last = queries.last_day(project)
    rules.check_state(row, ProjectState(project.state), on=day)
    stepping.move(
        project,
        row,
        by=by,
        at=at,
        said=Said(max(day, last) if last else day, reason=reason),
    )


# Pieces


def _check_step(
    row: Act, project: Project, by: Actor, at: datetime, said: Said
) -> None:
    today = civil_day(at)
    rules.check_state(row, ProjectState(project.state), on=today)
    rules.check_person(row, by.user_id, queries.done(project))
    rules.check_day(said.happened_on, today, queries.last_day(project))
    rules.check_reason(row, said.reason)


def _check_statement(
    stated: Statement, village: DivisionCode, happened_on: date, at: datetime
) -> None:
    rules.check_statement(stated)
    rules.check_day(happened_on, civil_day(at), None)
    if not divisions.exists(village, at=civil_day(at)):
        raise rules.BadFacts(Text("没有这个村。", "There is no such village."))


def _fill(project: Project, stated: Statement) -> None:
    for name in _PLAIN:
        value = getattr(stated, name)
        setattr(project, name, value.strip() if isinstance(value, str) else value)
    project.targets = [
        {"name": one.name, "value": one.value}
        for one in stated.targets[: rules.TARGETS_MAX]
    ]


def _write_parts(project: Project, stated: Statement) -> None:
    ProjectSource.objects.bulk_create(
        ProjectSource(
            project=project,
            division_code=project.division_code,
            fund_class=one.fund_class,
            source=one.source,
            amount_fen=one.amount_fen,
        )
        for one in stated.sources
    )
    Beneficiary.objects.bulk_create(
        Beneficiary(
            project=project, household_id=key, division_code=project.division_code
        )
        for key in stated.beneficiary_ids[: rules.BENEFICIARIES_MAX]
    )


def _save(save: Callable[[], None]) -> None:
    """Store, and say it in words when another project has the number."""
    try:
        with transaction.atomic():
            save()
    except IntegrityError as error:
        if "funds_project_no_once" not in str(error):
            raise
        raise NumberTaken(
            Text(
                "本县已有这个项目编号。",
                "Another project of the county has this number.",
            ),
            remedy=Text("请换一个编号。", "Choose another number."),
        ) from error


def _moved_on(project: Project) -> rules.NotNow:
    return rules.NotNow(
        Text(
            "该项目已被他人办理，现为“{state}”。",
            "Somebody moved the project on; it is “{state}” now.",
            {"state": ProjectState(project.state).text},
        ),
        remedy=Text("请刷新页面后再办理。", "Reload the page first."),
    )
