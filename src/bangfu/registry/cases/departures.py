"""Telling upper apps that a household leaves the register: merged, or removed.

settings.BANGFU_HOUSEHOLD_DEPARTURES lists dotted paths of functions. They are called in
the transaction of the act and before its locks, because what hangs on a household (its
pairing) is locked before the household everywhere else. A refusal takes the act back.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from bangfu.registry.cases.models import Case
from bangfu.scope import Actor


class DepartureFunction(Protocol):
    """What settings.BANGFU_HOUSEHOLD_DEPARTURES names."""

    def __call__(
        self, *, by: Actor, at: datetime, household_id: int, on: date, reason: str
    ) -> None:
        """End what hangs on the household as of a day."""
        ...


def tell_of(
    *, by: Actor, at: datetime, household_id: int, on: date, reason: str
) -> None:
    """Tell every listed function that a household leaves the register."""
    functions: list[DepartureFunction] = [
        import_string(path) for path in settings.BANGFU_HOUSEHOLD_DEPARTURES
    ]
    for function in functions:
        function(by=by, at=at, household_id=household_id, on=on, reason=reason)


def tell_of_case(
    *, by: Actor, at: datetime, case_id: int, on: date, reason: str
) -> None:
    """Tell them that the household of a case leaves; a case out of scope tells nobody."""
    found = Case.objects.filter(pk=case_id).values_list("household_id", flat=True)
    for household_id in found:
        tell_of(by=by, at=at, household_id=household_id, on=on, reason=reason)
