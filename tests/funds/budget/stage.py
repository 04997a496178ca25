"""A county with its offices, and money and projects walked along by real operations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from bangfu.calc.values.division_code import DivisionCode
from bangfu.funds import operations as funds
from bangfu.funds.budgets import allocations, appropriations, lines
from bangfu.funds.budgets.lines import LinePlan
from bangfu.funds.budgets.models import Allocation, Appropriation, BudgetLine, Order
from bangfu.funds.budgets.rules import Paper
from bangfu.funds.claims import operations as claims
from bangfu.funds.claims.models import Claim
from bangfu.funds.claims.operations import Ask
from bangfu.funds.claims.states import FINAL_PACK, PACK
from bangfu.funds.projects import drafting, operations, planning
from bangfu.funds.projects.acts import BY_CODE, Act, next_step
from bangfu.funds.projects.models import Project
from bangfu.funds.projects.rules import Source, Statement, Target
from bangfu.funds.projects.states import ProjectState
from bangfu.funds.projects.stepping import Said, Upload
from bangfu.publicity.kinds import KindCode
from bangfu.publicity.operations import notices
from bangfu.publicity.operations import posting as boards
from bangfu.registry.models import Household
from bangfu.scope import Actor, acting
from bangfu.scope.actor import system_actor

VILLAGE = "990101101001"
COUNTY = DivisionCode(VILLAGE[:6])
CITY = DivisionCode(VILLAGE[:4])
START = datetime(2021, 3, 1, 2, 0, tzinfo=timezone.get_fixed_timezone(0))
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
YUAN = 100
WAN = 1_000_000
FACTS = {
    "document_no": "青扶发〔2021〕8号",
    "contractor": "青石建筑公司",
    "contract_no": "HT-1",
    "sample_visits": "3",
    "attended": "41",
    "keeper": "王五",
}


def photo() -> tuple[str, bytes]:
    """A picture of a board."""
    import io

    from PIL import Image

    content = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(content, "JPEG")
    return "board.jpg", content.getvalue()


def set_clock(at: datetime) -> None:
    """Turn the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bangfu.clock', %s, false)", [at.isoformat()])


def statement(number: int = 1, **changes: Any) -> Statement:
    """What a road of 100,000 yuan says of itself."""
    stated = Statement(
        project_no=f"XM{number:03}",
        name="石桥组道路硬化",
        purpose="infrastructure",
        nature="new",
        place="石桥组",
        starts_on=date(2021, 4, 1),
        ends_on=date(2021, 10, 31),
        unit="新村村委会",
        person="李四",
        tasks="硬化通组公路 1.2 公里",
        sources=(Source("development", "central", 10 * WAN),),
        households=30,
        people=110,
        poor_households=8,
        poor_people=25,
        targets=(Target("硬化里程", "1.2 公里"), Target("验收合格率", "100%")),
        participation="投工投劳、推选义务监督员",
        mechanism="改善出行，优先吸纳贫困户务工",
    )
    return replace(stated, **changes)


@dataclass
class Stage:
    """Offices, the clock, and shortcuts. Each office is a different person."""

    make_actor: Callable[..., Actor]
    at: datetime = START
    actors: dict[str, Actor] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        for name, role, division in (
            ("village", "village", VILLAGE),
            ("team", "team", VILLAGE),
            ("township", "township", VILLAGE[:9]),
            ("second_township", "township", VILLAGE[:9]),
            ("county", "county", COUNTY),
            ("second_county", "county", COUNTY),
            ("third_county", "county", COUNTY),
            ("preparer", "preparer", COUNTY),
            ("approver", "approver", COUNTY),
            ("city_preparer", "preparer", CITY),
            ("city_approver", "approver", CITY),
            ("payer", "payer", COUNTY),
            ("auditor", "auditor", COUNTY),
        ):
            self.actors[name] = self.make_actor(role, division)
        set_clock(self.at)

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    def wait(self, days: int) -> None:
        """Let days pass, for offices and for the database."""
        self.at += timedelta(days=days)
        set_clock(self.at)

    def do(self, name: str, operation: Callable[..., Any], **given: Any) -> Any:
        """Let an office do something now."""
        by = self[name]
        with acting(by):
            return operation(by=by, at=self.at, **given)

    # Projects

    def propose(self, **changes: Any) -> Project:
        self.count += 1
        return self.do(
            "village",
            operations.propose,
            village=DivisionCode(VILLAGE),
            stated=statement(self.count, **changes),
            happened_on=self.today,
        )

    def said(self, act: Act, **more: Any) -> Said:
        """What an office states with an act."""
        given: dict[str, Any] = {
            "happened_on": self.today,
            "facts": {fact.key: FACTS[fact.key] for fact in act.facts},
            "reason": "经核实需要办理" if act.needs_reason else "",
            "files": [Upload(kind, f"{kind}.pdf", PDF) for kind in act.evidence],
        }
        return Said(**given | more)

    def take(self, project: Project, act: str, by: str = "", **more: Any) -> Project:
        """Take an act by hand."""
        row = BY_CODE[act]
        return self.do(
            by or self.doer(row),
            operations.take,
            project_id=project.pk,
            act=act,
            said=self.said(row, **more),
        )

    def doer(self, act: Act) -> str:
        """The office that takes an act; a second person where the table asks for one."""
        if act.code == "enter_library":
            return "second_county"
        if act.code == "accept":
            return "second_county"
        return next(
            name
            for name in ("village", "township", "county")
            if self[name].role in act.roles
        )

    def post(self, project: Project) -> Any:
        """Post a project by the notice that its next step asks for."""
        refresh(project)
        step = next_step(ProjectState(project.state))
        assert step is not None
        writer, checker = {
            "project_village": ("village", "team"),
            "project_township": ("township", "second_township"),
            "project_county": ("county", "second_county"),
        }[step.posts]
        notice = self.do(writer, drafting.draft_notice, code=KindCode(step.posts))
        self.do(writer, notices.submit, notice_id=notice.pk)
        self.do(checker, notices.check, notice_id=notice.pk)
        self.do(
            writer,
            boards.post,
            notice_id=notice.pk,
            happened_on=self.today,
            evidence=[photo()],
        )
        return notice

    def step(self, project: Project) -> None:
        """Take the one next step, whatever it is."""
        refresh(project)
        step = next_step(ProjectState(project.state))
        assert step is not None
        if step.posts:
            self.post(project)
        elif step.follows == "plan":
            self.plan(project)
        elif step.follows == "commitment":
            self.fund(project)
        else:
            if step.notice:
                self.wait(11)
            self.take(project, step.code)
        refresh(project)

    def walk(self, project: Project, to: ProjectState) -> Project:
        """Walk a project ahead to a state."""
        while project.state != to:
            self.step(project)
        return project

    def at_state(self, to: ProjectState, **changes: Any) -> Project:
        """A new project in a state that its straight way leads to."""
        return self.walk(self.propose(**changes), to)

    def plan(self, *projects: Project, year: int = 0) -> Any:
        """Choose projects for the year's plan and have it approved."""
        plan = self.do(
            "county",
            planning.choose,
            county=COUNTY,
            year=year or self.today.year,
            project_ids=[project.pk for project in projects],
        )
        return self.do(
            "second_county",
            planning.approve,
            plan_id=plan.pk,
            document_no="青扶〔2021〕9号",
        )

    # Money

    def paper(self, **changes: Any) -> Paper:
        paper = Paper(
            division=COUNTY,
            document_no="赣财扶〔2021〕1号",
            title="下达专项扶贫资金",
            issued_on=self.today - timedelta(days=20),
            fund_class="development",
            source="central",
            year=self.today.year,
            amount_fen=100 * WAN,
        )
        return replace(paper, **changes)

    def approve(self, order: Order, by: str = "approver") -> Order:
        return self.do(by, funds.approve_order, order_id=order.pk)

    def arrive(self, **changes: Any) -> Appropriation:
        """Money from above the installation arrives in the county."""
        row = self.do("preparer", appropriations.record, paper=self.paper(**changes))
        order = self.do(
            "preparer",
            appropriations.prepare_hop,
            appropriation_id=row.pk,
            happened_on=self.today,
        )
        self.approve(order)
        return row

    def line(
        self, amount_fen: int = 50 * WAN, purpose: str = "infrastructure", **more: Any
    ) -> BudgetLine:
        """A line that was planned and given its money."""
        plan = LinePlan(
            division=COUNTY,
            year=self.today.year,
            fund_class="development",
            source="central",
            purpose=purpose,
            planned_fen=amount_fen,
            document_no="青财〔2021〕5号",
        )
        line = self.do("preparer", lines.plan_line, plan=replace(plan, **more))
        order = self.do(
            "preparer",
            lines.prepare_allotment,
            line_id=line.pk,
            amount_fen=amount_fen,
            posted_on=self.today,
        )
        self.approve(order)
        return line

    def fund(self, project: Project, **more: Any) -> Allocation:
        """Keep a project's whole money of a line for it."""
        refresh(project)
        with acting(system_actor("tests")):
            line = BudgetLine.objects.filter(purpose=project.purpose).first()
        if line is None:
            self.arrive()
            line = self.line(purpose=project.purpose)
        given = {
            "line_id": line.pk,
            "amount_fen": project.budget_fen,
            "purpose": project.name,
            "project_id": project.pk,
        }
        return self.do("preparer", allocations.commit, **given | more)

    def claim(
        self, allocation: Allocation, stage: int, by: str = "township", **more: Any
    ) -> Claim:
        """Ask for a stage; the last of three has the whole pack."""
        kinds = FINAL_PACK if stage == 3 else PACK
        ask = Ask(
            allocation_id=allocation.pk,
            stage=stage,
            payee="青石建筑公司",
            deposit_fen=500_000 if stage == 3 else 0,
            files=[Upload(kind, f"{kind}.pdf", PDF) for kind in kinds],
        )
        return self.do(by, claims.submit, ask=replace(ask, **more))

    def pay(self, claim: Claim) -> Order:
        """Check, order and pay a claim."""
        self.do("county", claims.check, claim_id=claim.pk)
        order = self.do(
            "preparer", claims.order, claim_id=claim.pk, posted_on=self.today
        )
        return self.approve(order)

    def household(self) -> Household:
        """A household on the roll of the village."""
        self.count += 1
        with acting(system_actor("tests")):
            return Household.objects.create(
                division_code=VILLAGE,
                household_no=f"{self.count:04}",
                head_name="张三",
                recorded_by_id=0,
            )


def refresh(*rows: Any) -> None:
    """Read records again as they are stored."""
    with acting(system_actor("tests")):
        for row in rows:
            row.refresh_from_db()
