"""Two families of a village, one of them on file twice, and a stand-in for linkage.

The linkage itself is tested in tests/calc/linkage, and once here from end to end; other
tests say which pairs it finds, so that they are quick and exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from tests.registry.cases.conftest import make_villages
from tests.registry.cases.conftest import turning_clock as turning_clock
from tests.registry.cases.stage import NEXT_VILLAGE, VILLAGE, Stage

from bangfu.calc.values.division_code import DivisionCode
from bangfu.lake import private
from bangfu.lake.private import Extract
from bangfu.registry.cases.descent import Happening
from bangfu.registry.duplicates import linking, searching
from bangfu.registry.duplicates.linking import Link, Linked
from bangfu.registry.duplicates.models import DuplicateGroup
from bangfu.registry.models import Household, Member
from bangfu.scope import acting
from bangfu.scope.actor import system_actor

COUNTY = DivisionCode(VILLAGE[:6])
SAID = Happening(date(2021, 2, 1), "走访核实为同一人")
SYSTEM = system_actor("tests")
AGREE = {"surname": "same", "given": "same sound", "birth": "same", "sex": "else"}


@dataclass
class Found:
    """What the next search finds, instead of the linkage."""

    stage: Stage
    pairs: list[tuple[int, int, float]] = field(default_factory=list)

    def say(self, *pairs: tuple[Member, Member, float]) -> None:
        """Let the next search find these pairs."""
        self.pairs = [(one.pk, other.pk, chance) for one, other, chance in pairs]

    def linked(self, _path) -> Linked:
        """Stand in for `linking.linked`."""
        links = [
            Link(min(one, other), max(one, other), chance, AGREE)
            for one, other, chance in self.pairs
        ]
        clusters: list[set[int]] = []
        for link in links:
            mine = [c for c in clusters if c & {link.left, link.right}]
            joined = {link.left, link.right}.union(*mine)
            clusters = [c for c in clusters if c not in mine] + [joined]
        return Linked(9, [frozenset(one) for one in clusters], links)

    def search(self, by: str = "county", division: DivisionCode = COUNTY):
        """Search as an office."""
        actor = self.stage[by]
        with acting(actor):
            return searching.search(by=actor, at=self.stage.at, division=division)


@pytest.fixture
def stage(turning_clock, db, make_actor, settings, tmp_path) -> Stage:
    """Two counties, four villages, one person for each office."""
    settings.BANGFU_FILES = str(tmp_path / "files")
    settings.BANGFU_LAKE = str(tmp_path / "lake")
    make_villages()
    return Stage(make_actor)


@pytest.fixture
def found(stage, monkeypatch) -> Found:
    """Say what searches find."""
    found = Found(stage)
    monkeypatch.setattr(linking, "linked", found.linked)
    monkeypatch.setattr(private, "private_extract", _nothing_extracted)
    return found


@pytest.fixture
def families(stage) -> list[Household]:
    """Three families: a pair in each of two, the third in another village."""
    made = [
        stage.family("0"),
        stage.family("0"),
        stage.family("0", division_code=NEXT_VILLAGE),
    ]
    for household in made:
        add(household, "李四", relation="02")
    return made


@contextmanager
def _nothing_extracted(**_given) -> Iterator[Extract]:
    """Stand in for the extract, which reads what is committed on a connection apart."""
    yield Extract(Path(), {"persons": Path()}, {})


def add(household: Household, name: str, *, relation: str = "03", **facts) -> Member:
    """Put a person into a household."""
    with acting(SYSTEM):
        return Member.objects.create(
            household=household,
            division_code=household.division_code,
            position=household.members.count() + 1,
            name=name,
            initials="X",
            relation=relation,
            recorded_by_id=0,
            **facts,
        )


def of(household: Household) -> list[Member]:
    """The live members in their order."""
    with acting(SYSTEM):
        return list(household.members.filter(left_date=None).order_by("position", "pk"))


def groups() -> list[tuple[str, str, int]]:
    """Every group: place, state, records."""
    with acting(SYSTEM):
        rows = DuplicateGroup.objects.order_by("pk")
        return [(str(r.division_code), str(r.state), r.size) for r in rows]


def only_group() -> DuplicateGroup:
    """The one group that there is."""
    with acting(SYSTEM):
        return DuplicateGroup.objects.get()
