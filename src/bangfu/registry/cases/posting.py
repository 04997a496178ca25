"""What cases and notices have to do with one another.

Drafting a notice for cases; the hook by which a posted notice moves its cases on and an
upheld objection sends them back; asking whether a case's posting is over; and taking
entries of a case down that was sent back, so that it is posted afresh later.
"""

from __future__ import annotations

from datetime import datetime

from bangfu.accounts.roles import Role
from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.calc.values.text import Text
from bangfu.publicity import queries as publicity
from bangfu.publicity.kinds import KindCode
from bangfu.publicity.models import Entry
from bangfu.publicity.operations import posting as publicity_posting
from bangfu.publicity.states import NoticeState, Verdict
from bangfu.registry.cases import effects, procedure, queries, rules, stepping
from bangfu.registry.cases.acts import Act
from bangfu.registry.cases.models import Case
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.registry.cases.stepping import Ground, Said
from bangfu.scope import Actor

SUBJECT = "registry.case"
OFFICES = {
    Level.VILLAGE: Role.VILLAGE,
    Level.TOWNSHIP: Role.TOWNSHIP,
    Level.COUNTY: Role.COUNTY,
}
_REASONS = {
    Verdict.UPHELD: Text(
        "公示期内的异议成立", "an objection to the posting was upheld"
    ),
    Verdict.WITHDRAWN: Text("公示已撤回", "the notice was withdrawn"),
}


def check_posted(act: Act, case: Case) -> None:
    """Raise NotPosted unless the entry of the case passed the window that `act` needs."""
    if not act.notice:
        return
    verdict = verdict_of(case, act)
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


def verdict_of(case: Case, act: Act) -> Verdict | None:
    """Return what became of the posting on which `act` rests, None before it."""
    code = procedure.notice_kind(CaseKind(case.kind), act.notice)
    entry = publicity.latest_entry(
        kind=KindCode(code), subject_type=SUBJECT, subject_id=str(case.pk)
    )
    return None if entry is None else publicity.verdict_of(entry.pk)


def settle(act: Act, case: Case, *, by: Actor, at: datetime) -> None:
    """Record that the posting on which `act` rests is over, if nobody did yet.

    Otherwise the case could not be posted again, e.g. after a return.
    """
    if not act.notice:
        return
    code = procedure.notice_kind(CaseKind(case.kind), act.notice)
    for entry in entries_of(case.pk):
        if entry.kind == code and not entry.is_final:
            publicity_posting.settle(by=by, at=at, notice_id=entry.notice_id)


def entries_of(case_id: int) -> list[Entry]:
    """Return the entries about a case, oldest first, with their notices."""
    found = Entry.objects.filter(subject_type=SUBJECT, subject_id=str(case_id))
    return list(found.select_related("notice").order_by("pk"))


def lock_notices(case_id: int) -> None:
    """Lock the posted notices that still hold the case, before the case itself."""
    for entry in entries_of(case_id):
        if not entry.is_final:
            publicity.locked_notice(entry.notice_id)


def take_down(case: Case, *, by: Actor, at: datetime, reason: str) -> None:
    """Withdraw what still stands about a case that was sent back or ended."""
    for entry in entries_of(case.pk):
        if not entry.is_final and entry.notice.state == NoticeState.POSTED:
            publicity_posting.withdraw_entry(
                by=by, at=at, entry_id=entry.pk, reason=reason
            )


def note_outcome(*, by: Actor, at: datetime, entry: Entry, verdict: Verdict) -> None:
    """Move a case when its notice is posted, send it back when an objection is upheld.

    settings.BANGFU_NOTICE_OUTCOMES names it. Raises NotNow, ExitBarred; the posting is
    taken back then.
    """
    if entry.subject_type != SUBJECT:
        return
    case = queries.case_for_update(int(entry.subject_id))
    if case is None:
        raise rules.NotNow(
            Text("公示的事项不存在。", "The case that is posted does not exist.")
        )
    if verdict is Verdict.RUNNING:
        _post(case, entry, by, at)
    elif verdict in _REASONS and _stands_in(case, entry):
        _send_back(case, entry, by, at, _REASONS[verdict])


def _post(case: Case, entry: Entry, by: Actor, at: datetime) -> None:
    kind, state = CaseKind(case.kind), CaseState(case.state)
    if _stands_in(case, entry):
        return  # a correction: the case waits on, for a fresh window
    act = _posting_act(kind, state, entry.kind)
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
    known = queries.facts_of(case)
    effects.check(act, case, at=at, stated=known)
    said = Said(publicity.posting_of(entry.notice).happened_on)
    ground = Ground(notice_id=entry.notice_id)
    stepping.move(case, act, by=by, at=at, said=said, facts={}, ground=ground)
    effects.follow(act, case, by=by, at=at, happened_on=said.happened_on, stated=known)


def _posting_act(kind: CaseKind, state: CaseState, notice_kind: str) -> Act | None:
    return next(
        (
            act
            for act in procedure.leading_on(kind, state)
            if act.posts and procedure.notice_kind(kind, act.posts) == notice_kind
        ),
        None,
    )


def _stands_in(case: Case, entry: Entry) -> bool:
    """Whether the case is where a notice of this kind put it, and waits for its end."""
    kind = CaseKind(case.kind)
    return case.is_open and any(
        procedure.notice_kind(kind, act.notice) == entry.kind
        for act in procedure.leading_on(kind, CaseState(case.state))
        if act.notice
    )


def _send_back(case: Case, entry: Entry, by: Actor, at: datetime, reason: Text) -> None:
    act = procedure.return_of(CaseKind(case.kind), CaseState(case.state))
    assert act is not None  # noqa: S101 - every posted state has one; a test holds it
    day = publicity.civil_day(at)
    last = queries.last_day(case)
    said = Said(max(day, last) if last else day, reason=reason.zh)
    ground = Ground(notice_id=entry.notice_id)
    stepping.move(case, act, by=by, at=at, said=said, facts={}, ground=ground)
    effects.follow(act, case, by=by, at=at, happened_on=said.happened_on, stated={})
    take_down(case, by=by, at=at, reason=reason.zh)


def cases_to_post(
    kind: KindCode, division: DivisionCode, *, level: Level
) -> list[Case]:
    """Return the cases within a division that wait for a kind of notice of a level.

    level: of the office that posts; removals are posted by village and township alike.
    """
    lo, hi = division.range()
    taken = Entry.objects.filter(
        kind=kind, subject_type=SUBJECT, is_final=False
    ).values_list("subject_id", flat=True)
    busy = {int(one) for one in taken}
    waiting: list[Case] = []
    for case_kind in CaseKind:
        for state in procedure.states_of(case_kind):
            act = _posting_act(case_kind, state, kind)
            if act is None or OFFICES[level] not in act.roles:
                continue
            waiting += queries.cases().filter(
                kind=case_kind,
                state=state,
                closed_at=None,
                division_code__gte=lo,
                division_code__lt=hi,
            )
    return sorted((c for c in waiting if c.pk not in busy), key=lambda c: c.pk)
