"""Putting a family on file that is not on the roll, so that it can apply."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.module_loading import import_string

from bangfu.audit import operations as audit
from bangfu.calc.values.division_code import DivisionCode
from bangfu.registry.cases import permissions
from bangfu.registry.imports import locks
from bangfu.registry.models import Household
from bangfu.scope import Actor

# Loads polars, which only writing a household needs.
_WRITE_NEW = "bangfu.registry.by_hand.write_new"


def add_household(
    *,
    by: Actor,
    at: datetime,
    village: DivisionCode,
    household_no: str,
    head: Mapping[str, object],
    group_name: str = "",
) -> Household:
    """Put a family on file with its head and the status “not registered”.

    head: by key of the sheet of members, a name at least. Raises NotAllowed, BadInput
    with findings, NumberTaken, ImportRunning; nothing is stored then.
    """
    permissions.check_lineage(by, [village])
    with transaction.atomic():
        locks.take_together(village)
        write = import_string(_WRITE_NEW)
        write(
            household={
                "division_code": str(village),
                "household_no": household_no,
                "group_name": group_name or None,
            },
            head={key: value or None for key, value in head.items()},
            by=by,
            at=at,
        )
        household = Household.objects.get(
            division_code=village, household_no=household_no
        )
        audit.record("registry.household.added", by=by, at=at, subject=household)
    return household
