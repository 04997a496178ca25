"""A year of collection with its people, and short ways to record, check and lock.

Amounts are worked by hand: wages 20,000 yuan, production 6,000, cost 1,000, transfers of
1,200 (Dibao 1,000 and other 200): net 26,200 yuan for two who share it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from bangfu.calc.values.division_code import DivisionCode
from bangfu.registry.models import Household, Member
from bangfu.registry.surveys import operations, queries
from bangfu.registry.surveys.filling import Checked, Filled
from bangfu.registry.surveys.kinds import GuaranteeKind, Verdict
from bangfu.registry.surveys.models import Collection, SurveySheet
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

VILLAGE = DivisionCode("990101101001")
NEXT_VILLAGE = DivisionCode("990101101002")
TOWNSHIP = DivisionCode("990101101")
YEAR = 2020
AT = datetime(2020, 12, 1, 2, 0, tzinfo=UTC)
NET_FEN = 2_620_000


def filled(**changes: Any) -> Filled:
    """A sheet without a fault and without a doubt."""
    given: dict[str, Any] = {
        "surveyed_on": date(2020, 11, 20),
        "surveyors": "王村干、李队员",
        "amounts": {
            "wage": 2_000_000,
            "operating": 600_000,
            "operating_expense": 100_000,
            "transfer_dibao": 100_000,
            "transfer_other": 20_000,
        },
        "evidence": {
            "wage": "contract",
            "operating": "statement",
            "operating_expense": "estimate",
            "transfer": "bank",
        },
        "spent": {"medical": 200_000, "education": 0, "living": 900_000, "other": 0},
        "guarantees": {kind.value: Checked(Verdict.MET) for kind in GuaranteeKind},
    }
    return Filled(**given | changes)


def with_amount(sheet: Filled, **amounts: int) -> Filled:
    """The same sheet with other amounts."""
    return replace(sheet, amounts={**sheet.amounts, **amounts})


def with_verdict(sheet: Filled, kind: str, checked: Checked) -> Filled:
    """The same sheet with another verdict."""
    return replace(sheet, guarantees={**sheet.guarantees, kind: checked})


@dataclass
class Year:
    """Offices of a township, its families, and the open collection of 2020."""

    make_actor: Callable[..., Actor]
    at: datetime = AT
    actors: dict[str, Actor] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        for name, role, division in (
            ("village", "village", VILLAGE),
            ("team", "team", VILLAGE),
            ("neighbour", "village", NEXT_VILLAGE),
            ("township", "township", TOWNSHIP),
            ("second", "township", TOWNSHIP),
            ("county", "county", VILLAGE[:6]),
            ("city", "city", VILLAGE[:4]),
        ):
            self.actors[name] = self.make_actor(role, division)
        self.actors["helper"] = self.make_actor("helper", VILLAGE[:6], official_id=1)
        self.open()

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    def open(self, year: int = YEAR, *, by: str = "township") -> list[Collection]:
        """Open a year in the township."""
        with acting(self[by]):
            return operations.open_year(
                by=self[by], at=self.at, division=TOWNSHIP, year=year
            )

    @property
    def collection(self) -> Collection:
        """The collection of the village in 2020."""
        return self.collection_of(VILLAGE, YEAR)

    def collection_of(self, village: DivisionCode, year: int) -> Collection:
        """The collection of a village's year."""
        with acting(system_actor("tests")):
            found = queries.collection_of(village, year)
        assert found is not None
        return found

    def family(self, *, village: str = VILLAGE, status: str = "0", **facts: Any):
        """A family of two who share their income."""
        self.count += 1
        with acting(system_actor("tests")):
            household = Household.objects.create(
                division_code=village,
                household_no=f"{self.count:04}",
                head_name=f"张{self.count}",
                status=status,
                recorded_by_id=0,
                **facts,
            )
            for position, relation in ((1, "01"), (2, "02")):
                Member.objects.create(
                    household=household,
                    division_code=village,
                    position=position,
                    name=f"张{self.count}{position}",
                    relation=relation,
                    work_months=6 if position == 1 else None,
                    is_on_dibao=position == 1,
                    labour="1",
                    health=["1"],
                    recorded_by_id=0,
                )
        return household

    def version(self, household: Household, year: int = YEAR) -> str:
        """What a writer who looks now has seen."""
        with acting(system_actor("tests")):
            return queries.version_of(queries.sheet_of(household.pk, year))

    def record(
        self,
        household: Household,
        sheet: Filled | None = None,
        *,
        by: str = "village",
        year: int = YEAR,
        village: DivisionCode = VILLAGE,
        version: str | None = None,
    ) -> SurveySheet:
        """Record a sheet."""
        collection = self.collection_of(village, year)
        seen = self.version(household, year) if version is None else version
        with acting(self[by]):
            return operations.record_sheet(
                by=self[by],
                at=self.at,
                collection_id=collection.pk,
                household_id=household.pk,
                version=seen,
                filled=sheet or filled(surveyed_on=date(year, 11, 20)),
            )

    def check(self, *sheets: SurveySheet, by: str = "township", note: str = ""):
        """Check sheets."""
        with acting(self[by]):
            return operations.check_sheets(
                by=self[by], at=self.at, sheet_ids=[one.pk for one in sheets], note=note
            )

    def lock(
        self,
        *,
        by: str = "township",
        year: int = YEAR,
        division: str = TOWNSHIP,
        reason: str = "",
    ):
        """Lock a year."""
        with acting(self[by]):
            return operations.lock_year(
                by=self[by],
                at=self.at,
                division=DivisionCode(division),
                year=year,
                missing_reason=reason,
            )

    def correct(
        self,
        household: Household,
        sheet: Filled,
        *,
        by: str = "township",
        reason: str = "工资漏登记",
        version: str | None = None,
    ) -> SurveySheet:
        """Correct a locked year."""
        seen = self.version(household) if version is None else version
        collection = self.collection
        with acting(self[by]):
            return operations.correct_sheet(
                by=self[by],
                at=self.at,
                collection_id=collection.pk,
                household_id=household.pk,
                version=seen,
                filled=sheet,
                reason=reason,
            )

    def locked_family(self) -> tuple[Household, SurveySheet]:
        """A family whose year is recorded, checked and locked."""
        household = self.family()
        sheet = self.record(household)
        self.check(sheet)
        self.lock()
        return household, self.sheet(household)

    def sheet(self, household: Household, year: int = YEAR) -> SurveySheet:
        """The sheet that counts."""
        with acting(system_actor("tests")):
            found = queries.sheet_of(household.pk, year)
        assert found is not None
        return found
