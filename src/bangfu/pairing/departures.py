"""What the register tells pairing: a household left it, so nobody helps it any more."""

from __future__ import annotations

from datetime import date, datetime

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.pairing import locks
from bangfu.pairing.models import Pairing
from bangfu.pairing.states import Reason
from bangfu.registry.models import Household
from bangfu.scope import Actor


def end_pairing(
    *, by: Actor, at: datetime, household_id: int, on: date, reason: str
) -> None:
    """End the pairing of a household that is merged or removed, if it has one.

    Whoever may remove the household may do this: it follows from the removal. A pairing
    that began after the day of the removal ends on the day on which it began.
    """
    for place in Household.objects.filter(pk=household_id).values_list(
        "division_code", flat=True
    ):
        locks.take_together(DivisionCode(place))
    open_now = Pairing.objects.open().filter(household_id=household_id)
    for pairing in open_now.select_for_update():
        pairing.ended_date = max(on, pairing.started_date)
        pairing.end_reason = Reason.INACTIVE
        pairing.save(update_fields=["ended_date", "end_reason"])
        audit.record(
            "pairing.pairing.ended", by=by, at=at, subject=pairing, reason=reason
        )
