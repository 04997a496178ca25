"""Terms of payment as the policy has them: stages, deposit, carry-over, milestones.

Money depends on them, so a value that nobody has verified is refused, unless the
installation names a scenario (settings.BANGFU_POLICY_SCENARIO), as the demonstration does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.money import share_out
from bangfu.calc.values.text import Text
from bangfu.policy import queries as policy
from bangfu.policy.values import Value


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of payment. percent: of the project's money."""

    text: Text
    percent: Decimal


def value(key: str, *, on: date, division: DivisionCode) -> Value:
    """Return a parameter on which money depends. Raises NoValue, UnverifiedValue."""
    scenario = settings.BANGFU_POLICY_SCENARIO or None
    return policy.active().value(key, at=on, division=division, scenario=scenario)


def stages(*, on: date, division: DivisionCode) -> list[Stage]:
    """Return the stages of payment in their order; the last one follows acceptance."""
    found = []
    for row in value("reimb.stages", on=on, division=division).rows:
        text, percent = row["stage"], row["share_percent"]
        assert isinstance(text, Text)  # noqa: S101 - the schema says so
        found.append(Stage(text, Decimal(str(percent))))
    return found


def stage_amounts(amount_fen: int, stored: list[dict[str, str]]) -> list[int]:
    """Return what each stage pays of an amount, to the fen and without a fen lost.

    stored: the stages as a project keeps them.
    """
    weights = [int(Decimal(one["percent"]) * 100) for one in stored]
    return share_out(amount_fen, weights)


def as_json(found: list[Stage]) -> list[dict[str, str]]:
    """Return stages as a project keeps them."""
    return [{**one.text.as_json(), "percent": str(one.percent)} for one in found]


def deposit_bounds(*, on: date, division: DivisionCode) -> tuple[Decimal, Decimal]:
    """Return the least and most share of a project kept as quality deposit, percent."""
    least = value("quality_deposit.min", on=on, division=division).decimal
    most = value("quality_deposit.max", on=on, division=division).decimal
    return least, most


def deposit_months(*, on: date, division: DivisionCode) -> int:
    """Return for how many months a quality deposit is kept."""
    return value("quality_deposit.months", on=on, division=division).integer


def recover_years(*, on: date, division: DivisionCode) -> int:
    """Return after how many years unspent money is recovered."""
    return value("carry.recover_years", on=on, division=division).integer


def milestones(*, on: date, division: DivisionCode) -> dict[int, Decimal]:
    """Return the share of a year's money, percent, to be spent by the end of each quarter."""
    rows = value("progress.quarters", on=on, division=division).rows
    return {
        int(str(row["quarter"])): Decimal(str(row["share_percent"])) for row in rows
    }


def transit_days_max(*, on: date, division: DivisionCode) -> int | None:
    """Return within how many days money is handed on, None where the policy is silent."""
    held = policy.active().in_force("transit.days", at=on, division=division)
    return None if held is None else held.integer
