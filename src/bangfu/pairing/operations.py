"""Writes: runs and pairings. Each checks who, state and input, then acts and audits.

order_run -> solve -> approve | reject -> order_apply -> apply
change_by_hand, end_by_hand

Locks are taken in this order: run, division (see `locks`), household, official.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.findings import Finding, WrongState
from bangfu.calc.values.text import Text
from bangfu.exchange import staging
from bangfu.jobs import operations as jobs
from bangfu.pairing import (
    coverage,
    lines,
    locks,
    permissions,
    queries,
    rules,
    solving,
)
from bangfu.pairing.models import Pairing, Run
from bangfu.pairing.rules import RunParameters
from bangfu.pairing.states import RunState
from bangfu.registry.models import Household
from bangfu.scope import Actor, acting

Progress = Callable[[int, int, Text], None]
_NO_PARAMETERS = RunParameters()


class AlreadySolving(WrongState):
    """A run over the division is being solved now."""

    code = "pairing.already_solving"


def _silent(_done: int, _total: int, _message: Text) -> None:
    """Report to nobody."""


# Runs


def order_run(
    *,
    by: Actor,
    at: datetime,
    division: DivisionCode,
    year: int,
    parameters: RunParameters = _NO_PARAMETERS,
) -> Run:
    """Order a run; a job solves it.

    Raises NotAllowed, BadInput or OutOfLimit for the order itself, AlreadySolving while
    another run over the same division is being solved; nothing changes then.
    """
    with transaction.atomic():
        run = _new_run(by, at, division, year, parameters)
        job = jobs.enqueue(
            by=by,
            at=at,
            kind="pairing.solve",
            payload={"run_id": run.pk},
            division=division,
        )
        run.job_id = job.pk
        run.save(update_fields=["job_id"])
    return run


def solve_now(
    *,
    by: Actor,
    at: datetime,
    division: DivisionCode,
    year: int,
    parameters: RunParameters = _NO_PARAMETERS,
    progress: Progress = _silent,
) -> Run:
    """Order a run and solve it at once, without a job.

    Raises what `order_run` and `solve` raise; nothing changes then.
    """
    with transaction.atomic():
        run = _new_run(by, at, division, year, parameters)
        return solve(by=by, at=at, run_id=run.pk, progress=progress)


def _new_run(
    by: Actor,
    at: datetime,
    division: DivisionCode,
    year: int,
    parameters: RunParameters,
) -> Run:
    permissions.check_order(by, division)
    rules.check_order(division, year, parameters)
    _give_up_dead(by, at, division)
    try:
        with transaction.atomic():
            run = Run.objects.create(
                division_code=division,
                year=year,
                state=RunState.SOLVING,
                created_by_id=by.user_id,
                created_by_name=by.username,
                created_at=at,
                parameters=asdict(parameters),
            )
    except IntegrityError as error:
        if "pairing_run_one_solving" not in str(error):
            raise
        raise AlreadySolving(
            Text(
                "{division} 已有一个方案正在计算。",
                "A run over {division} is being solved already.",
                {"division": division},
            ),
            remedy=Text(
                "请等它完成，或在后台任务中取消。",
                "Wait until it is done, or cancel its job.",
            ),
        ) from error
    audit.record(
        "pairing.run.ordered", by=by, at=at, subject=run, detail={"year": year}
    )
    return run


def _give_up_dead(by: Actor, at: datetime, division: DivisionCode) -> None:
    """Close the runs whose job ended without a result, so that they block nobody."""
    waiting = Run.objects.filter(division_code=division, state=RunState.SOLVING)
    for run in waiting.select_for_update():
        if queries.job_is_over(run):
            _give_up(by, at, run)


def give_up(*, by: Actor, at: datetime, run_id: int) -> Run:
    """Take a run out of SOLVING or APPLYING whose job ended without a result.

    SOLVING becomes FAILED with the job's reason, APPLYING becomes APPROVED again. Raises
    NotAllowed, WrongRunState; nothing changes then.
    """
    with transaction.atomic():
        run = queries.locked_run(run_id)
        permissions.check_apply(by, run)
        rules.check_state(run.state, (RunState.SOLVING, RunState.APPLYING))
        if not queries.job_is_over(run):
            raise rules.WrongRunState(
                Text("任务仍在进行。", "The job is still under way."),
                remedy=Text("请先取消该任务。", "Cancel the job first."),
            )
        return _give_up(by, at, run)


def _give_up(by: Actor, at: datetime, run: Run) -> Run:
    was = run.state
    run.error = queries.job_error(run).as_json()
    run.state = RunState.FAILED if was == RunState.SOLVING else RunState.APPROVED
    run.save(update_fields=["state", "error"])
    audit.record("pairing.run.given_up", by=by, at=at, subject=run, detail={"was": was})
    return run


def solve(*, by: Actor, at: datetime, run_id: int, progress: Progress = _silent) -> Run:
    """Solve an ordered run and write its preview.

    Raises NotAllowed, WrongRunState (not waiting to be solved), NoRoll, BadInput with
    all findings; nothing changes then.
    """
    with transaction.atomic():
        run = queries.locked_run(run_id)
        permissions.check_order(by, run.division_code)
        rules.check_state(run.state, (RunState.SOLVING,))
        today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
        day = rules.policy_day(run.year, today)
        solving.solve(run, on=day, today=today, progress=progress)
        run.state = RunState.PREVIEWED
        run.save()
        audit.record(
            "pairing.run.solved",
            by=by,
            at=at,
            subject=run,
            detail=queries.figures(run),
        )
        return run


def approve(*, by: Actor, at: datetime, run_id: int, reason: str = "") -> Run:
    """Approve a previewed run. Raises NotAllowed, OwnRun, WrongRunState."""
    return _decide(by, at, run_id, RunState.APPROVED, reason.strip())


def reject(*, by: Actor, at: datetime, run_id: int, reason: str) -> Run:
    """Return a previewed run, for a reason. Raises as `approve`, and NoReason."""
    return _decide(by, at, run_id, RunState.REJECTED, rules.check_reason(reason))


def _decide(by: Actor, at: datetime, run_id: int, state: RunState, reason: str) -> Run:
    with transaction.atomic():
        run = queries.locked_run(run_id)
        permissions.check_decide(by, run)
        rules.check_state(run.state, (RunState.PREVIEWED,))
        run.state = state
        run.decided_by_id, run.decided_by_name = by.user_id, by.username
        run.decided_at, run.decision_reason = at, reason
        run.save()
        audit.record(
            f"pairing.run.{state.value}", by=by, at=at, subject=run, reason=reason
        )
        return run


def order_apply(*, by: Actor, at: datetime, run_id: int, from_date: date) -> Run:
    """Order an approved run to be applied by a job.

    Raises NotAllowed, WrongRunState, BadDay; nothing changes then.
    """
    with transaction.atomic():
        run = queries.locked_run(run_id)
        permissions.check_apply(by, run)
        rules.check_state(run.state, (RunState.APPROVED,))
        _check_from_date(run, at, from_date)
        job = jobs.enqueue(
            by=by,
            at=at,
            kind="pairing.apply",
            payload={"run_id": run.pk, "from_date": from_date.isoformat()},
            division=run.division_code,
        )
        run.state, run.job_id = RunState.APPLYING, job.pk
        run.save(update_fields=["state", "job_id"])
        audit.record("pairing.run.apply_ordered", by=by, at=at, subject=run)
        return run


def apply(
    *,
    by: Actor,
    at: datetime,
    run_id: int,
    from_date: date,
    progress: Progress = _silent,
) -> Run:
    """Carry out an approved run: old pairings end on `from_date`, new ones begin.

    Lines whose input changed since the preview are refused and listed; the rest is
    carried out. Raises NotAllowed, WrongRunState, BadDay; nothing changes then.
    """
    with transaction.atomic():
        run = queries.locked_run(run_id)
        permissions.check_apply(by, run)
        rules.check_state(run.state, (RunState.APPROVED, RunState.APPLYING))
        _check_from_date(run, at, from_date)
        locks.take_alone(run.division_code)
        progress(0, 2, Text("核对方案", "Checking the lines"))
        with staging.in_bulk():
            lines.refuse_changed(run, from_date)
            progress(1, 2, Text("写入结对", "Writing the pairings"))
            counts = lines.carry_out(run, from_date=from_date, by_id=by.user_id, at=at)
        run.state = RunState.APPLIED
        run.applied_at, run.applied_from_date = at, from_date
        run.summary = {**(run.summary or {}), "applied": counts}
        run.save()
        audit.record("pairing.run.applied", by=by, at=at, subject=run, detail=counts)
        transaction.on_commit(lambda: _count_again(by, run.division_code), robust=True)
        progress(2, 2, Text("已执行", "Applied"))
        return run


def _count_again(by: Actor, division: DivisionCode) -> None:
    """Bring the tallies up to date after the commit, so that no look waits for it."""
    with acting(by):
        coverage.refresh(division)


def approve_and_apply(
    *, by: Actor, at: datetime, run_id: int, from_date: date, reason: str = ""
) -> Run:
    """Approve a previewed run and carry it out in one act by the second person.

    Raises what `approve` and `apply` raise; nothing changes then.
    """
    with transaction.atomic():
        approve(by=by, at=at, run_id=run_id, reason=reason)
        return apply(by=by, at=at, run_id=run_id, from_date=from_date)


def _check_from_date(run: Run, at: datetime, from_date: date) -> None:
    rules.check_day(
        from_date,
        today=timezone.localdate(at),  # noqa: TID251 - of the time that was passed in
        earliest=timezone.localdate(run.created_at),  # noqa: TID251 - as above
    )


def verify(*, by: Actor, at: datetime, run_id: int) -> list[Finding]:
    """Check a run's lines and proof against its stored input; findings, or nothing.

    Raises NotAllowed, WrongRunState (no preview yet), BadInput (unreadable proof).
    """
    permissions.check_read(by)
    run = queries.run(run_id)
    rules.check_state(
        run.state,
        (
            RunState.PREVIEWED,
            RunState.APPROVED,
            RunState.REJECTED,
            RunState.APPLYING,
            RunState.APPLIED,
        ),
    )
    findings = solving.check(run)
    audit.record(
        "pairing.run.verified",
        by=by,
        at=at,
        subject=run,
        detail={"findings": len(findings)},
    )
    return findings


# By hand


def change_by_hand(
    *,
    by: Actor,
    at: datetime,
    household_id: int,
    official_id: int,
    from_date: date,
    reason: str,
) -> Pairing:
    """Give a household another helper from a day on, for a reason.

    Kinship, jurisdiction and quota are checked against what holds now. Raises
    NotAllowed, NoReason, BadDay, IsKin, NotInPost, OutOfJurisdiction, QuotaFull,
    WrongState; nothing changes then.
    """
    reason = rules.check_reason(reason)
    with transaction.atomic():
        household, current = _open_for_hand(by, at, household_id, from_date)
        official = queries.locked_official(official_id)
        if current is not None and current.official_id == official.pk:
            raise WrongState(
                Text(
                    "该干部已是这一户的帮扶责任人。", "This official helps it already."
                )
            )
        rules.check_hand_change(queries.hand_change(household, official))
        if current is not None:
            _end(current, from_date, reason)
        pairing = Pairing.objects.create(
            household=household,
            official=official,
            division_code=household.division_code,
            started_date=from_date,
            start_reason=reason,
            helper_name=official.name,
            helper_unit=official.unit.name,
            helper_post=official.post,
            helper_phone=official.office_phone,
            recorded_by_id=by.user_id,
            recorded_at=at,
        )
        audit.record(
            "pairing.pairing.changed",
            by=by,
            at=at,
            subject=pairing,
            reason=reason,
            detail={
                "household": household.pk,
                "official": official.pk,
                "previous": None if current is None else current.official_id,
            },
        )
        return pairing


def end_by_hand(
    *, by: Actor, at: datetime, household_id: int, from_date: date, reason: str
) -> Pairing:
    """End a household's pairing on a day, for a reason; nobody follows.

    Raises NotAllowed, NoReason, BadDay, WrongState (it has no helper).
    """
    reason = rules.check_reason(reason)
    with transaction.atomic():
        _, current = _open_for_hand(by, at, household_id, from_date)
        if current is None:
            raise WrongState(
                Text("该户没有帮扶责任人。", "The household has no helper.")
            )
        _end(current, from_date, reason)
        audit.record(
            "pairing.pairing.ended", by=by, at=at, subject=current, reason=reason
        )
        return current


def _open_for_hand(
    by: Actor, at: datetime, household_id: int, from_date: date
) -> tuple[Household, Pairing | None]:
    """Lock a household and its present pairing, once `by` may change it."""
    place = queries.household(household_id).division_code
    permissions.check_change_by_hand(by, place)
    locks.take_together(place)
    household = queries.locked_household(household_id)
    current = Pairing.objects.open().filter(household=household).first()
    last = queries.last_day(household)
    today = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
    rules.check_day(from_date, today=today, earliest=last)
    return household, current


def _end(pairing: Pairing, day: date, reason: str) -> None:
    pairing.ended_date, pairing.end_reason = day, reason
    pairing.save(update_fields=["ended_date", "end_reason"])
