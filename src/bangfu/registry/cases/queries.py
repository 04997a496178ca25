"""Reads of cases, all within the acting scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.policy import queries as policy
from bangfu.registry.cases import procedure
from bangfu.registry.cases.acts import ACTS, BY_CODE, OVERALL, Act
from bangfu.registry.cases.models import (
    Case,
    Document,
    ExitHold,
    LineageEvent,
    Meeting,
    Monitoring,
    Step,
)
from bangfu.registry.cases.rules import Done
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.registry.models import Household
from bangfu.scope import Actor

_DAY = timedelta(days=1)
_WORKING_DAYS = "working days"
ROLL_STATUS = ("0", "2", "3")


def cases() -> QuerySet[Case]:
    """Return the cases that the acting grant sees, with their households."""
    return Case.objects.select_related("household")


def case(case_id: int) -> Case | None:
    """Return a case, or None outside the acting scope."""
    return cases().filter(pk=case_id).first()


def household_for_update(household_id: int) -> Household | None:
    """Return a household locked for the open transaction, None outside the scope."""
    return Household.objects.select_for_update().filter(pk=household_id).first()


def case_for_update(case_id: int) -> Case | None:
    """Return a case locked for the open transaction, None outside the scope.

    The household is locked before it, in the order in which a case is opened, so that
    nobody waits in a circle.
    """
    found = Case.objects.filter(pk=case_id).values_list("household_id", flat=True)
    for household_id in found:
        household = household_for_update(household_id)
        case = Case.objects.select_for_update().filter(pk=case_id).first()
        if case is not None and household is not None:
            case.household = household
            return case
    return None


def open_cases_of(household_id: int) -> list[Case]:
    """Return the cases of a household that still run."""
    return list(cases().filter(household_id=household_id, closed_at=None))


def cases_of(household: Household) -> list[Case]:
    """Return all cases of a household, newest first."""
    found = list(Case.objects.filter(household_id=household.pk).order_by("-pk"))
    for case in found:
        case.household = household
    return found


def done(case: Case) -> list[Done]:
    """Return who took which step since the case last came back to where it began.

    All of them: who surveyed before a return may not check afterwards either.
    """
    steps = Step.objects.filter(case=case).values_list("act", "user_id")
    return [Done(act, user_id) for act, user_id in steps]


def last_day(case: Case) -> date | None:
    """Return the latest day stated with a step of the case."""
    found = Step.objects.filter(case=case).aggregate(day=Max("happened_on"))
    day: date | None = found["day"]
    return day


def steps_of(case: Case) -> list[Step]:
    """Return the steps of a case in their order, with documents and meetings."""
    return list(
        Step.objects.filter(case=case)
        .select_related("meeting")
        .prefetch_related("documents")
        .order_by("pk")
    )


def documents_of(case: Case) -> list[Document]:
    """Return the documents of a case in the order in which they came."""
    return list(Document.objects.filter(case=case).order_by("pk"))


def facts_of(case: Case) -> dict[str, object]:
    """Return what was stated with the steps; a later statement replaces an earlier."""
    stated: dict[str, object] = {}
    for facts in Step.objects.filter(case=case).order_by("pk").values_list("facts"):
        stated |= facts[0]
    return stated


# Deadlines


def due_on(case: Case) -> date | None:
    """Return the last day for the next step, None where the policy sets none.

    A deadline is counted from the day after the case came into its state, one for the
    whole procedure from the day after it was opened.
    """
    if not case.is_open:
        return None
    kind, state = CaseKind(case.kind), CaseState(case.state)
    step = procedure.next_step(kind, state)
    dates = []
    if step is not None and step.within:
        dates.append(_deadline(case, step.within, case.entered_at))
    if kind in OVERALL:
        dates.append(_deadline(case, OVERALL[kind], case.opened_at))
    return min((day for day in dates if day is not None), default=None)


def _deadline(case: Case, key: str, since: datetime) -> date | None:
    start = timezone.localdate(since)  # noqa: TID251 - of what is stored
    pack = policy.active()
    held = pack.in_force(key, at=start, division=case.division_code)
    if held is None:
        return None
    if held.unit == _WORKING_DAYS:
        calendar = policy.WorkCalendar(pack, division=case.division_code)
        return calendar.add_working_days(start, held.integer)
    return start + held.integer * _DAY


# Work lists


def waiting_for(by: Actor) -> QuerySet[Case]:
    """Return the open cases whose next step the acting role takes."""
    wanted = Q(pk__in=())
    for kind, state in steps_of_role(by.role):
        wanted |= Q(kind=kind, state=state)
    return cases().filter(wanted, closed_at=None)


def steps_of_role(role: str) -> list[tuple[CaseKind, CaseState]]:
    """Return the procedures and states in which the next step is the role's."""
    return [
        (kind, state)
        for kind in CaseKind
        for state in procedure.states_of(kind)
        if (step := procedure.next_step(kind, state)) is not None and role in step.roles
    ]


def waiting_for_act(act: Act) -> QuerySet[Case]:
    """Return the open cases with which `act` could be taken."""
    return cases().filter(kind__in=act.kinds, state__in=act.sources, closed_at=None)


def counts_by_next_step(rows: QuerySet[Case]) -> list[tuple[Act, int]]:
    """Count open cases by the act that comes next, in the order of the table."""
    found: dict[str, int] = {}
    grouped = rows.order_by().values_list("kind", "state").annotate(n=Count("pk"))
    for kind, state, n in grouped:
        step = procedure.next_step(CaseKind(kind), CaseState(state))
        if step is not None:
            found[step.code] = found.get(step.code, 0) + n
    return [(act, found[act.code]) for act in ACTS if act.code in found]


def ready_for_meeting(village: DivisionCode) -> list[Case]:
    """Return the cases of a village on which its next meeting may vote."""
    wanted = Q(pk__in=())
    for kind in CaseKind:
        for state in procedure.states_of(kind):
            if procedure.passing(kind, state) is not None:
                wanted |= Q(kind=kind, state=state)
    return list(
        cases().filter(wanted, division_code=village, closed_at=None).order_by("pk")
    )


def cases_by_id(case_ids: Iterable[int]) -> dict[int, Case]:
    """Return cases within the scope by their id."""
    return cases().in_bulk(list(case_ids))


# Meetings, holds, monitoring


def meetings() -> QuerySet[Meeting]:
    """Return the meetings that the acting grant sees."""
    return Meeting.objects.annotate(cases=Count("ballots"))


def meeting(meeting_id: int) -> Meeting | None:
    """Return a meeting, or None outside the acting scope."""
    return meetings().filter(pk=meeting_id).first()


def holds_on(household_id: int) -> list[ExitHold]:
    """Return the holds that keep a household from exiting now."""
    found = ExitHold.objects.filter(household_id=household_id, until=None)
    return list(found.order_by("pk"))


def watched_now(household_id: int) -> Monitoring | None:
    """Return the spell during which a household is watched now."""
    return Monitoring.objects.filter(household_id=household_id, until=None).first()


def lineage_of(household_id: int) -> list[LineageEvent]:
    """Return the events in a family's descent, newest first."""
    found = LineageEvent.objects.filter(
        Q(household_id=household_id) | Q(other_id=household_id)
    )
    return list(
        found.select_related("household", "other", "member").order_by("-pk")[:200]
    )


# Scale control


def quota_of(village: DivisionCode, *, on: date) -> int | None:
    """Return how many households a village may have on the roll, None: no control."""
    held = policy.active().value("scale.control", at=on, division=village)
    return None if held.text == "none" else int(held.text)


def places_taken(village: DivisionCode, *, besides: int) -> int:
    """Count households on the roll, and cases approved to come there.

    besides: the case that asks for a place.
    """
    approved = (CaseState.COUNTY_REVIEWED, CaseState.ANNOUNCED)
    coming = Case.objects.filter(
        division_code=village,
        kind__in=(CaseKind.ENTRY, CaseKind.RELAPSE),
        state__in=approved,
    ).exclude(pk=besides)
    on_roll = Household.objects.filter(division_code=village, status__in=ROLL_STATUS)
    return on_roll.count() + coming.count()


def act_named(code: str) -> Act | None:
    """Return a row of the table."""
    return BY_CODE.get(code)


def has_any_case(household_ids: Sequence[int]) -> set[int]:
    """Return which of the households have a case, so that only cases move them."""
    found = Case.objects.filter(household_id__in=household_ids)
    return set(found.values_list("household_id", flat=True))
