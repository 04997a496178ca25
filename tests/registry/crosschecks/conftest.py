"""A register of a village with two families, lists of departments, and runs over them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date

import pytest
from tests.registry.workbooks import VILLAGE, make_tree, number

from bangfu.registry.crosschecks import runs
from bangfu.registry.crosschecks.kinds import LAYOUTS, ListKind
from bangfu.registry.crosschecks.models import Hit
from bangfu.registry.imports import operations as imports
from bangfu.registry.imports.intake import Options
from bangfu.registry.models import Household, Member
from bangfu.sample.outside import frame_of
from bangfu.scope import acting
from bangfu.scope.actor import system_actor
from bangfu.vault import blind_index, seal

SYSTEM = system_actor("tests")
AS_OF = date(2016, 2, 1)
HEAD, WIFE, LONER = (
    number("1970-01-01", 1),
    number("1972-02-02", 2),
    number("1980-03-03", 3),
)


def person(household, position, name, identity, **facts):
    """Store a member; a number gives birth date and index."""
    return Member.objects.create(
        household=household,
        division_code=household.division_code,
        position=position,
        name=name,
        identity_sealed=seal(identity) if identity else None,
        identity_index=blind_index(identity, "identity") if identity else None,
        identity_tail=identity[-2:] if identity else "",
        recorded_by_id=0,
        **facts,
    )


def family(no: str, village: str = VILLAGE) -> Household:
    """Store an empty household on the roll."""
    return Household.objects.create(
        division_code=village, household_no=no, head_name="王大山", recorded_by_id=0
    )


@dataclass
class Desk:
    """What an office does in a test, each act committed."""

    by: object
    at: object

    def bring(self, kind: ListKind, *rows: dict, as_of: date = AS_OF, content=None):
        """Bring a list in: received, checked and stored."""
        if content is None:
            written = io.BytesIO()
            frame_of(kind, list(rows)).write_csv(written, include_bom=True)
            content = written.getvalue()
        with acting(self.by):
            record = imports.receive(
                by=self.by,
                at=self.at,
                kind=kind.import_kind,
                files=[("list.csv", content)],
                options=Options(as_of=as_of),
            )
        with acting(self.by):
            plan = imports.check(by=self.by, at=self.at, import_id=record.pk)
        if plan.counts.written:
            with acting(self.by):
                imports.apply(by=self.by, at=self.at, import_id=record.pk)
        return plan

    def run(self):
        """Carry out the checks."""
        with acting(self.by):
            return runs.run(by=self.by, at=self.at)

    def hits(self) -> dict[str, Hit]:
        """Return the hits by key without the number of the subject."""
        with acting(SYSTEM):
            return {
                f"{hit.check_code}:{hit.member.name if hit.member else ''}": hit
                for hit in Hit.objects.select_related("member", "household")
            }


def car(identity: str | None, **facts: object) -> dict:
    """A row of the vehicle register: a car worth 80,000 yuan in use."""
    assert LAYOUTS[ListKind.VEHICLES]
    return {
        "name": "王大山",
        "identity_number": identity,
        "what": "car",
        "status": "in_use",
        "value_fen": 8_000_000,
        "since": date(2014, 5, 1),
    } | facts


@pytest.fixture
def village(committed_db, settings, tmp_path):
    """Two families; the single man of the second has no number."""
    settings.BANGFU_FILES = str(tmp_path / "files")
    settings.BANGFU_LAKE = str(tmp_path / "lake")
    with acting(SYSTEM):
        make_tree()
        first, second = family("0001"), family("0002")
        person(
            first,
            1,
            "王大山",
            HEAD,
            relation="01",
            sex="1",
            birth_date=date(1970, 1, 1),
        )
        person(
            first,
            2,
            "李小红",
            WIFE,
            relation="02",
            sex="2",
            birth_date=date(1972, 2, 2),
        )
        person(
            second,
            1,
            "赵铁柱",
            None,
            relation="01",
            sex="1",
            birth_date=date(1980, 3, 3),
        )
    return first


@pytest.fixture
def desk(village, make_actor, now):
    """The county office."""
    return Desk(make_actor("county", "990101"), now)
