"""What projects and notices have to do with one another.

The hook by which a posted notice moves its projects on and an upheld objection sends
them back; asking whether a project's posting is over; taking down what was sent back.
"""

from __future__ import annotations

from datetime import datetime

from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text
from bangfu.funds.projects import queries, rules, stepping
from bangfu.funds.projects.acts import ACTS, BY_CODE, Act, leading_on
from bangfu.funds.projects.models import Project
from bangfu.funds.projects.states import ProjectState
from bangfu.funds.projects.stepping import Said
from bangfu.publicity import queries as publicity
from bangfu.publicity.kinds import KindCode
from bangfu.publicity.models import Entry
from bangfu.publicity.operations import posting as publicity_posting
from bangfu.publicity.states import NoticeState, Verdict
from bangfu.scope import Actor

SUBJECT = "funds.project"
KIND_OFFICES = {
    KindCode.PROJECT_VILLAGE: (Role.VILLAGE, Level.VILLAGE),
    KindCode.PROJECT_TOWNSHIP: (Role.TOWNSHIP, Level.TOWNSHIP),
    KindCode.PROJECT_COUNTY: (Role.COUNTY, Level.COUNTY),
}
_REASONS = {
    Verdict.UPHELD: Text(
        "公示期内的异议成立", "an objection to the posting was upheld"
    ),
    Verdict.WITHDRAWN: Text("公示已撤回", "the notice was withdrawn"),
}


def check_posted(act: Act, project: Project) -> None:
    """Raise NotPosted unless the project passed the window that `act` needs."""
    if not act.notice:
        return
    verdict = verdict_of(project, act)
    if verdict is not Verdict.PASSED:
        text = Text("尚未公示", "not posted") if verdict is None else verdict.text
        raise rules.NotPosted(
            Text(
                "公示尚未办结：{verdict}。",
                "The posting is not over: {verdict}.",
                {"verdict": text},
            ),
            remedy=Text(
                "公示期满且无异议后再“{act}”。",
                "“{act}” once the window is over without objection.",
                {"act": act.text},
            ),
        )


def verdict_of(project: Project, act: Act) -> Verdict | None:
    """Return what became of the posting on which `act` rests, None before it."""
    entry = publicity.latest_entry(
        kind=KindCode(act.notice), subject_type=SUBJECT, subject_id=str(project.pk)
    )
    return None if entry is None else publicity.verdict_of(entry.pk)


def entries_of(project_id: int) -> list[Entry]:
    """Return the entries about a project, oldest first, with their notices."""
    found = Entry.objects.filter(subject_type=SUBJECT, subject_id=str(project_id))
    return list(found.select_related("notice").order_by("pk"))


def lock_notices(project_id: int) -> None:
    """Lock the posted notices that still hold the project, before the project itself."""
    for entry in entries_of(project_id):
        if not entry.is_final:
            publicity.locked_notice(entry.notice_id)


def settle(act: Act, project: Project, *, by: Actor, at: datetime) -> None:
    """Record that the posting on which `act` rests is over, if nobody did yet."""
    if not act.notice:
        return
    for entry in entries_of(project.pk):
        if entry.kind == act.notice and not entry.is_final:
            publicity_posting.settle(by=by, at=at, notice_id=entry.notice_id)


def take_down(project: Project, *, by: Actor, at: datetime, reason: str) -> None:
    """Withdraw what still stands about a project that was sent back or ended."""
    for entry in entries_of(project.pk):
        if not entry.is_final and entry.notice.state == NoticeState.POSTED:
            publicity_posting.withdraw_entry(
                by=by, at=at, entry_id=entry.pk, reason=reason
            )


def note_outcome(*, by: Actor, at: datetime, entry: Entry, verdict: Verdict) -> None:
    """Move a project when its notice is posted, send it back when one is upheld.

    settings.BANGFU_NOTICE_OUTCOMES names it. Raises NotNow; the posting is taken back
    then.
    """
    if entry.subject_type != SUBJECT:
        return
    project = queries.project_for_update(int(entry.subject_id))
    if project is None:
        raise rules.NotNow(
            Text("公示的项目不存在。", "The project that is posted does not exist.")
        )
    if verdict is Verdict.RUNNING:
        _post(project, entry, by, at)
    elif verdict in _REASONS and _stands_in(project, entry):
        reason = _REASONS[verdict].zh
        _move(project, BY_CODE["return_project"], entry, by, at, reason)
        take_down(project, by=by, at=at, reason=reason)


def _post(project: Project, entry: Entry, by: Actor, at: datetime) -> None:
    if _stands_in(project, entry):
        return  # a correction: the project waits on, for a fresh window
    state = ProjectState(project.state)
    act = next((one for one in leading_on(state) if one.posts == entry.kind), None)
    if act is None:
        raise rules.NotNow(
            Text(
                "“{label}”现为“{state}”，不能张贴这种公示。",
                "“{label}” is “{state}”; it cannot be posted so.",
                {"label": entry.label, "state": state.text},
            ),
            remedy=Text(
                "请退回拟稿，删去该条。", "Return the draft and take the entry out."
            ),
        )
    _move(project, act, entry, by, at, "")


def _move(
    project: Project, act: Act, entry: Entry, by: Actor, at: datetime, reason: str
) -> None:
    day = publicity.civil_day(at)
    last = queries.last_day(project)
    said = Said(
        max(day, last) if last else day, reason=reason, notice_id=entry.notice_id
    )
    stepping.move(project, act, by=by, at=at, said=said)


def _stands_in(project: Project, entry: Entry) -> bool:
    """Whether the project is where a notice of this kind put it, and waits for its end."""
    state = ProjectState(project.state)
    return any(act.notice == entry.kind for act in leading_on(state))


def projects_to_post(kind: KindCode, division: DivisionCode) -> list[Project]:
    """Return the projects within a division that wait for a kind of notice."""
    act = next(one for one in ACTS if one.posts == kind)
    taken = Entry.objects.filter(
        kind=kind, subject_type=SUBJECT, is_final=False
    ).values_list("subject_id", flat=True)
    busy = {int(one) for one in taken}
    rows = queries.within(queries.waiting_for_act(act), division).order_by("project_no")
    return [one for one in rows if one.pk not in busy]
