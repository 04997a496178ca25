"""Reads of village files, within the acting scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.policy import queries as policy
from bangfu.policy.wording import UNITS
from bangfu.registry.models import Household, Member
from bangfu.registry.villages.models import VillageYear
from bangfu.registry.villages.rules import RULES, PassRule

POOR_STATUS = ("0", "2", "3")


@dataclass(frozen=True, slots=True)
class Result:
    """A rule on a village's year. passed: None where the figure is not known."""

    rule: PassRule
    value: Decimal | None
    threshold: Decimal
    unit: Text
    source: Text
    passed: bool | None


def year_of(village: DivisionCode, year: int) -> VillageYear | None:
    """Return the year that counts, None where nobody recorded it."""
    found = VillageYear.objects.filter(division_code=village, year=year)
    return found.filter(corrected_by=None).first()


def years_of(village: DivisionCode) -> list[VillageYear]:
    """Return the years of a village that count, newest first."""
    found = VillageYear.objects.filter(division_code=village, corrected_by=None)
    return list(found.order_by("-year"))


def version_of(found: VillageYear | None) -> str:
    """Return what tells whether the year was recorded since it was read."""
    return "" if found is None else f"{found.pk}:{found.recorded_at.isoformat()}"


def judged(found: VillageYear) -> list[Result]:
    """Return every pass rule on a year, with the threshold of the year's last day."""
    pack, results = policy.active(), []
    for rule in RULES:
        held = pack.value(
            rule.key, at=date(found.year, 12, 31), division=found.division_code
        )
        value = rule.figure(found)
        passed = None if value is None else rule.way.holds(value, held.decimal)
        results.append(
            Result(rule, value, held.decimal, UNITS[held.unit], held.source, passed)
        )
    return results


def counted(village: DivisionCode) -> dict[str, int]:
    """Count the poor households and people of a village, as the register knows today."""
    households = Household.objects.filter(division_code=village, status__in=POOR_STATUS)
    people = Member.objects.filter(household__in=households, left_date=None)
    return {"poor_households": households.count(), "poor_people": people.count()}
