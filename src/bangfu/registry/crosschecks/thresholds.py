"""The numbers of the policy pack that the checks use, on one day in one division."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.policy import queries as policy
from bangfu.policy.poverty_lines import NoLine
from bangfu.policy.values import Value
from bangfu.registry.crosschecks.declared import CHECKS

_LINE_SERIES = "admin"
MATCH_CHANCE = "check.match.chance_min"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """by_key: the values in force. The pack's hash says which pack they are of."""

    by_key: dict[str, Value]
    pack_hash: str

    def of_steps(self) -> dict[str, int]:
        """Return the parameters of the SQL steps, in their own units."""
        return {
            one.name: int(self.by_key[one.key].decimal * one.scale)
            for check in CHECKS
            if check.sql
            for one in check.thresholds
        }

    def of_check(self, code: str) -> dict[str, float]:
        """Return what one check uses by name, in the units of the parameters."""
        check = next(one for one in CHECKS if one.code == code)
        return {one.name: _plain(self.by_key[one.key]) for one in check.thresholds}

    @property
    def chance_min(self) -> float:
        """The least chance of a match without a number, 0 to 1."""
        return float(self.by_key[MATCH_CHANCE].decimal) / 100

    def as_json(self) -> dict[str, object]:
        """Return what is kept with a run: value, unit, source and grade by key."""
        return {
            key: {
                "value": _plain(value),
                "unit": value.unit,
                "source": value.source.as_json(),
                "grade": value.grade.value,
            }
            for key, value in sorted(self.by_key.items())
        }


def thresholds_on(on: date, division: DivisionCode) -> Thresholds:
    """Return the thresholds in force. Raises what the pack refuses."""
    pack = policy.active()
    keys = {one.key for check in CHECKS for one in check.thresholds} | {MATCH_CHANCE}
    return Thresholds(
        {key: pack.value(key, at=on, division=division) for key in sorted(keys)},
        pack.hash,
    )


def lines_fen(
    counties: Iterable[str], years: Iterable[int]
) -> dict[tuple[str, int], int]:
    """Return the administrative line by county and year, where there is one."""
    pack, found = policy.active(), {}
    wanted = sorted(set(years))
    for county in sorted(set(counties)):
        for year in wanted:
            try:
                line = policy.poverty_line(
                    pack, series=_LINE_SERIES, year=year, division=DivisionCode(county)
                )
            except NoLine:
                continue
            found[(county, year)] = line.amount_fen
    return found


def _plain(value: Value) -> float:
    number = value.decimal
    return int(number) if number == int(number) else float(number)


def today(at: datetime) -> date:
    """Return the civil day of a moment."""
    return timezone.localdate(at)  # noqa: TID251 - of the time that was passed in
