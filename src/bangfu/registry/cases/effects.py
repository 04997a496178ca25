"""What an act does to the household besides moving the case, and what must hold first.

apply                       the family becomes an applicant
register                    on the roll: not exited, or relapsed; no longer watched
plan_exit                   pre-exit, with the planned year
announce_exit               exited
deregister                  off the roll, which is not an exit
decide_watch                a spell of monitoring begins
announce_risk_removal       it ends
an end without success      the status from before the case
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.registry.cases import exits, queries, rules
from bangfu.registry.cases.acts import Act
from bangfu.registry.cases.models import Case, Monitoring
from bangfu.registry.cases.states import CaseKind, CaseState, MonitoringCategory
from bangfu.registry.imports import locks
from bangfu.registry.models import Household
from bangfu.scope import Actor

APPLICANT = "8"
_BECOMES = {
    ("apply", CaseKind.ENTRY): APPLICANT,
    ("register", CaseKind.ENTRY): "0",
    ("register", CaseKind.RELAPSE): "3",
    ("plan_exit", CaseKind.EXIT): "2",
    ("announce_exit", CaseKind.EXIT): "1",
    ("deregister", CaseKind.REMOVAL): "9",
}
_WITHOUT_SUCCESS = (
    CaseState.CLOSED_LEAD,
    CaseState.REJECTED_VILLAGE,
    CaseState.REJECTED,
    CaseState.WITHDRAWN,
)
# The guards of exit are asked again at each of these: months lie between them.
_GUARDED = ("propose_exit", "post_exit", "approve_exit", "announce_exit")
# Advisory locks are numbers of 64 bits shared by all apps: "plce" for places.
_PLACES = int.from_bytes(b"plce", "big") << 32


def check_opening(
    kind: CaseKind, household: Household, act: Act, stated: Mapping[str, object]
) -> None:
    """Raise WrongStatus unless the procedure is for this household now."""
    rules.check_status(kind, household.status)
    if kind is CaseKind.RISK_REMOVAL and queries.watched_now(household.pk) is None:
        raise rules.WrongStatus(
            Text("该户不是监测对象。", "The household is not under monitoring.")
        )
    if kind is CaseKind.MONITORING and queries.watched_now(household.pk) is not None:
        raise rules.WrongStatus(
            Text("该户已是监测对象。", "The household is under monitoring already.")
        )
    _check_category(act, household, stated)


def check(act: Act, case: Case, *, at: datetime, stated: Mapping[str, object]) -> None:
    """Raise ExitBarred, ScaleFull or WrongStatus when the act must not be taken now.

    stated: the facts of all steps of the case, this one included.
    """
    on = timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
    _check_category(act, case.household, stated)
    if act.code in _GUARDED:
        facts = exits.facts_of(case.household, on=on, stated=stated)
        holds = [
            Text.from_json(hold.message) for hold in queries.holds_on(case.household_id)
        ]
        rules.check_exit(rules.exit_bars(facts), holds)
    if act.code == "review_county" and case.kind != CaseKind.REMOVAL:
        _check_scale(case, on)


def _check_category(
    act: Act, household: Household, stated: Mapping[str, object]
) -> None:
    if act.code == "visit":
        category = MonitoringCategory(str(stated["category"]))
        rules.check_category(category, household.status)


def _check_scale(case: Case, on: date) -> None:
    village = DivisionCode(case.division_code)
    quota = queries.quota_of(village, on=on)
    if quota is None:
        return
    # Two approvals at once must not both take the last place.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s # hashtext(%s))", [_PLACES, str(village)]
        )
    rules.check_place_left(quota, queries.places_taken(village, besides=case.pk))


def follow(
    act: Act,
    case: Case,
    *,
    by: Actor,
    at: datetime,
    happened_on: date,
    stated: Mapping[str, object],
) -> None:
    """Let the household become what the act makes of it, in the open transaction.

    Raises ImportRunning while an import of the county is being written.
    """
    kind, household = CaseKind(case.kind), case.household
    status = _BECOMES.get((act.code, kind))
    if case.state in _WITHOUT_SUCCESS and kind.track == "roll":
        status = case.status_before
    year = household.planned_exit_year
    if act.code == "plan_exit":
        year = int(str(stated["planned_exit_year"]))
    elif kind is CaseKind.EXIT and case.state == CaseState.WITHDRAWN:
        year = None
    if (status or household.status, year) != (
        household.status,
        household.planned_exit_year,
    ):
        # An import that is being written would write the old status over this one.
        locks.take_together(DivisionCode(household.division_code))
        household.status = status or household.status
        household.planned_exit_year = year
        household.recorded_by_id, household.recorded_at = by.user_id, at
        household.save(
            update_fields=[
                "status",
                "planned_exit_year",
                "recorded_by_id",
                "recorded_at",
            ]
        )
    _follow_watch(act, case, happened_on, stated)


def _follow_watch(
    act: Act, case: Case, happened_on: date, stated: Mapping[str, object]
) -> None:
    if act.code == "visit":
        Case.objects.filter(pk=case.pk).update(category=stated["category"])
        case.category = str(stated["category"])
    elif act.code == "decide_watch":
        begin_spell(case, happened_on, str(stated["category"]), str(stated["risk"]))
    elif act.code in ("announce_risk_removal", "register"):
        spell = queries.watched_now(case.household_id)
        if spell is not None:
            spell.until, spell.closed_by = max(happened_on, spell.since), case
            spell.save(update_fields=["until", "closed_by"])


def begin_spell(case: Case, since: date, category: str, risk: str) -> Monitoring:
    """Begin to watch the household of a case."""
    return Monitoring.objects.create(
        household_id=case.household_id,
        division_code=case.division_code,
        category=category,
        risk=risk[:200],
        since=since,
        opened_by=case,
    )
