"""A village with its offices, and cases walked to a state by the real operations.

Every act of the table is taken as its own office would: documents attached, meetings
held, notices drafted, checked by a second person, posted with a photograph, and waited
for on the database's clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode, Level
from bangfu.publicity.kinds import KindCode
from bangfu.publicity.kinds import kind as notice_kind
from bangfu.publicity.models import Entry
from bangfu.publicity.operations import notices
from bangfu.publicity.operations import posting as boards
from bangfu.publicity.rules import Draft, Line
from bangfu.registry.cases import meetings, operations, procedure
from bangfu.registry.cases.acts import AT_MEETING, BY_CODE, Act
from bangfu.registry.cases.evidence import Upload
from bangfu.registry.cases.meetings import Minutes, Vote
from bangfu.registry.cases.models import Case
from bangfu.registry.cases.rules import Votes
from bangfu.registry.cases.states import CaseKind, CaseState
from bangfu.registry.cases.stepping import Said
from bangfu.registry.models import Household, Income, Member
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

VILLAGE = "990101101001"
NEXT_VILLAGE = "990101101002"
OTHER_TOWNSHIP = "990101102"
START = datetime(2021, 3, 1, 2, 0, tzinfo=timezone.get_fixed_timezone(0))
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
STATUS = {
    CaseKind.ENTRY: "7",
    CaseKind.RELAPSE: "1",
    CaseKind.EXIT: "0",
    CaseKind.REMOVAL: "0",
    CaseKind.MONITORING: "1",
    CaseKind.RISK_REMOVAL: "1",
}
FACTS: dict[str, object] = {
    "source": "村干部排查",
    "surveyors": "王村干、李队员",
    "sample_visits": "3",
    "planned_exit_year": "2021",
    "gaps": "住房",
    "acknowledged_on": "2021-02-01",
    "spending_yuan": "100",
    "category": "unstable_exited",
    "risk": "因病",
    "removed_risk": "已报销",
    "removal_reason": "misidentified",
}


def photo() -> tuple[str, bytes]:
    """A picture of a board."""
    import io

    from PIL import Image

    content = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(content, "JPEG")
    return "board.jpg", content.getvalue()


def uploads(act: Act) -> list[Upload]:
    """The documents that an act asks for."""
    return [Upload(kind, f"{kind}.pdf", PDF) for kind in act.evidence]


def set_clock(at: datetime) -> None:
    """Turn the database's clock of notices."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bangfu.clock', %s, true)", [at.isoformat()])


@dataclass
class Stage:
    """Offices, families and the clock. Each office is a different person."""

    make_actor: Callable[..., Actor]
    at: datetime = START
    actors: dict[str, Actor] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        for name, role, division in (
            ("village", "village", VILLAGE),
            ("team", "team", VILLAGE),
            ("township", "township", VILLAGE[:9]),
            ("second", "township", VILLAGE[:9]),
            ("county", "county", VILLAGE[:6]),
            ("second_county", "county", VILLAGE[:6]),
            ("city", "city", VILLAGE[:4]),
            ("department", "department", VILLAGE[:6]),
        ):
            self.actors[name] = self.make_actor(role, division)

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    def wait(self, days: int) -> None:
        """Let days pass, for offices and for the database."""
        self.at += timedelta(days=days)

    # Families

    def family(self, status: str = "7", **facts: Any) -> Household:
        """A family whose file bars no exit."""
        self.count += 1
        guaranteed = {
            f"guaranteed_{name}": True
            for name in (
                "food",
                "clothing",
                "education",
                "medical",
                "housing",
                "water",
            )
        }
        with acting(system_actor("tests")):
            village = facts.pop("division_code", VILLAGE)
            household = Household.objects.create(
                division_code=village,
                household_no=f"{self.count:04}",
                head_name=f"张{self.count}",
                status=status,
                recorded_by_id=0,
                **guaranteed | facts,
            )
            Member.objects.create(
                household=household,
                division_code=village,
                position=1,
                name=f"张{self.count}",
                relation="01",
                labour="1",
                health=["1"],
                recorded_by_id=0,
            )
            Income.objects.create(
                household=household,
                division_code=village,
                year=2020,
                wage_fen=2_000_000,
                recorded_by_id=0,
            )
        return household

    # Acts

    def said(self, act: Act, **more: Any) -> Said:
        """What an office states with an act."""
        facts = {fact.key: FACTS[fact.key] for fact in act.facts if fact.key in FACTS}
        given: dict[str, Any] = {
            "happened_on": self.today,
            "facts": facts,
            "reason": "经核实需要办理" if act.needs_reason else "",
            "files": uploads(act),
        }
        return Said(**given | more)

    def doer(self, act: Act) -> Actor:
        """The office that takes an act; a second person where the table asks for one."""
        for name in ("village", "township", "county"):
            if self[name].role in act.roles:
                return self[name]
        raise AssertionError(act.code)

    def open(
        self,
        kind: CaseKind = CaseKind.ENTRY,
        act: str = "",
        *,
        household: Household | None = None,
        by: Actor | None = None,
        **more: Any,
    ) -> Case:
        """Open a case of a new family by the first act that may."""
        row = BY_CODE[act] if act else procedure.opening(kind)[0]
        if household is None:
            household = self.family(STATUS[kind])
            if kind is CaseKind.RISK_REMOVAL:
                self.walk(self.open(CaseKind.MONITORING, household=household))
        by = by or self.doer(row)
        with acting(by):
            return operations.open_case(
                by=by,
                at=self.at,
                household_id=household.pk,
                kind=kind,
                act=row.code,
                said=self.said(row, **more),
            )

    def take(
        self, case: Case, act: str, *, by: Actor | None = None, **more: Any
    ) -> Case:
        """Take an act by hand."""
        row = BY_CODE[act]
        by = by or self.doer(row)
        with acting(by):
            return operations.take(
                by=by,
                at=self.at,
                case_id=case.pk,
                act=act,
                said=self.said(row, **more),
            )

    def meet(
        self, *cases: Case, passes: bool = True, by: Actor | None = None, **more: Any
    ) -> Any:
        """Hold a meeting of 10 of 12 representatives, one recused, that votes on cases."""
        by = by or self["village"]
        votes = Votes(7, 1, 1, 1) if passes else Votes(3, 5, 1, 1)
        given: dict[str, Any] = {
            "village": DivisionCode(VILLAGE),
            "held_on": self.today,
            "representatives": 12,
            "attended": 10,
            "chaired_by": "王支书",
            "files": [Upload("minutes", "minutes.pdf", PDF)],
        }
        with acting(by):
            return meetings.hold_meeting(
                by=by,
                at=self.at,
                minutes=Minutes(**given | more),
                votes=[Vote(case.pk, votes, "张三") for case in cases],
            )

    def draft(self, case: Case, code: str) -> Any:
        """Draft, submit and check the notice that posts a case."""
        kind = notice_kind(code)
        level = kind.levels[0]
        if code == "removal" and case.state == CaseState.TOWNSHIP_VERIFIED:
            level = Level.TOWNSHIP
        writer, checker = {
            Level.VILLAGE: (self["village"], self["team"]),
            Level.TOWNSHIP: (self["township"], self["second"]),
            Level.COUNTY: (self["county"], self["second_county"]),
        }[level]
        set_clock(self.at)
        with acting(writer):
            notice = notices.draft(
                by=writer,
                at=self.at,
                draft=Draft(
                    kind=kind,
                    division=DivisionCode(VILLAGE).at(level),
                    level=level,
                    title=kind.text.zh,
                    place="村务公开栏",
                    audience="villagers",
                    content={item.key: item.initial or "一" for item in kind.items},
                    lines=[
                        Line(
                            label=f"第{case.pk}户",
                            subject_type="registry.case",
                            subject_id=str(case.pk),
                            division=DivisionCode(VILLAGE),
                        )
                    ],
                ),
            )
            notices.submit(by=writer, at=self.at, notice_id=notice.pk)
        with acting(checker):
            notices.check(by=checker, at=self.at, notice_id=notice.pk)
        return notice, writer

    def post(self, case: Case, *, on: date | None = None) -> Any:
        """Post a case by the notice that its next step asks for."""
        refresh(case)
        kind = CaseKind(case.kind)
        step = procedure.next_step(kind, CaseState(case.state))
        assert step is not None
        assert step.posts
        code = procedure.notice_kind(kind, step.posts)
        notice, writer = self.draft(case, code)
        with acting(writer):
            boards.post(
                by=writer,
                at=self.at,
                notice_id=notice.pk,
                happened_on=on or self.today,
                evidence=[photo()],
            )
        return notice

    def step(self, case: Case) -> None:
        """Take the one next step, whatever it is."""
        refresh(case)
        step = procedure.next_step(CaseKind(case.kind), CaseState(case.state))
        assert step is not None
        if step.posts:
            self.post(case)
        elif step.code in AT_MEETING:
            self.meet(case)
        else:
            if step.notice:
                self.wait(9)
                set_clock(self.at)
            self.take(case, step.code)
        refresh(case)

    def walk(self, case: Case, to: CaseState | None = None) -> Case:
        """Walk a case ahead to a state, or to its end."""
        while case.is_open and case.state != to:
            self.step(case)
        assert to is None or case.state == to
        return case

    def at_state(self, kind: CaseKind, state: CaseState) -> Case:
        """A new case of a kind in a state that its straight way leads to."""
        return self.walk(self.open(kind), state)

    def entry(self, case: Case, code: KindCode | str) -> Entry:
        """The newest entry about a case."""
        return (
            Entry.objects.filter(subject_id=str(case.pk), kind=str(code))
            .order_by("-pk")
            .first()
        )


def refresh(*cases: Case) -> None:
    """Read cases again as they are stored."""
    with acting(system_actor("tests")):
        for case in cases:
            case.refresh_from_db()
            assert case.household.pk == case.household_id  # read now, within the scope


def status_of(case: Case) -> str:
    """The household's status as stored."""
    with acting(system_actor("tests")):
        return Household.objects.get(pk=case.household_id).status
