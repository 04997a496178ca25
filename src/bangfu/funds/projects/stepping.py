"""Adding a step: the one place where a project's state changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.files import operations as files
from bangfu.files.kinds import Purpose
from bangfu.files.queries import Subject
from bangfu.funds.projects.acts import TAKE_OVER, Act, transition_key
from bangfu.funds.projects.models import Project, ProjectDocument, ProjectStep
from bangfu.funds.projects.states import ENDS, ProjectState
from bangfu.scope import Actor


@dataclass(frozen=True, slots=True)
class Upload:
    """A document as it was handed in. kind: a key of `acts.EVIDENCE_TEXTS`."""

    kind: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """What a person states with an act; happened_on is the stated day."""

    happened_on: date
    facts: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""
    files: Sequence[Upload] = ()
    notice_id: int | None = None


def begin(project: Project, act: Act, *, by: Actor, at: datetime, said: Said) -> None:
    """Store a new project with its opening step."""
    project.state, project.entered_at, project.opened_at = act.target, at, at
    project.save(force_insert=True)
    _add(project, act.code, "", by=by, at=at, said=said, facts={})


def take_over(
    project: Project, state: ProjectState, *, by: Actor, at: datetime, said: Said
) -> None:
    """Store a project of before the system in the state that its papers show."""
    project.state, project.entered_at, project.opened_at = state, at, at
    project.save(force_insert=True)
    _add(project, TAKE_OVER, "", by=by, at=at, said=said, facts=dict(said.facts))


def move(
    project: Project,
    act: Act,
    *,
    by: Actor,
    at: datetime,
    said: Said,
    facts: dict[str, object] | None = None,
) -> ProjectStep:
    """Bring a locked project into the act's target state by a step."""
    before = project.state
    project.state, project.entered_at = act.target, at
    if act.target in ENDS:
        project.closed_at = at
    if act.target == ProjectState.DRAFT:
        project.sent_back += 1
    return _add(project, act.code, before, by=by, at=at, said=said, facts=facts or {})


def note_restated(project: Project, *, by: Actor, at: datetime) -> None:
    """Record that the statement of a draft was written anew."""
    audit.record("funds.project.restated", by=by, at=at, subject=project)


def _add(
    project: Project,
    act: str,
    before: str,
    *,
    by: Actor,
    at: datetime,
    said: Said,
    facts: dict[str, object],
) -> ProjectStep:
    after = ProjectState(project.state)
    step = ProjectStep.objects.create(
        project=project,
        division_code=project.division_code,
        transition_id=transition_key(act, before, after),
        act=act,
        from_state=before,
        to_state=after,
        user_id=by.user_id,
        username=by.username,
        role=by.role,
        happened_on=said.happened_on,
        reason=said.reason.strip(),
        facts=facts,
        notice_id=said.notice_id,
    )
    project.last_step = step
    project.save(
        update_fields=["state", "entered_at", "closed_at", "sent_back", "last_step"]
    )
    for upload in said.files:
        _keep(project, step, upload, by=by, at=at)
    audit.record(
        f"funds.project.{act}",
        by=by,
        at=at,
        subject=project,
        reason=said.reason.strip(),
        detail={"from": before, "to": str(after)},
    )
    return step


def _keep(
    project: Project, step: ProjectStep, upload: Upload, *, by: Actor, at: datetime
) -> None:
    file = files.store(
        by=by,
        at=at,
        division=DivisionCode(project.division_code),
        name=upload.name,
        content=upload.content,
    )
    attachment = files.attach(
        by=by,
        at=at,
        file=file,
        subject=Subject.of(project),
        purpose=_PURPOSES.get(upload.kind, Purpose.FORM),
        name=upload.name,
    )
    ProjectDocument.objects.create(
        project=project,
        step=step,
        division_code=project.division_code,
        kind=upload.kind,
        attachment_id=attachment.pk,
        name=upload.name[:120],
        added_at=at,
    )


_PURPOSES = {"minutes": Purpose.MINUTES, "site_photo": Purpose.PHOTO}
